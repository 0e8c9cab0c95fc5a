"""Handing a dialog to somebody else."""

from dataclasses import dataclass
from functools import partial
from typing import Annotated

from pydantic import AfterValidator
from typing_extensions import Doc, TypedDict

from portal.errors import PortalError
from tools.chatbots import BotSessionOperator
from tools.dialogs import DialogGet
from tools.effect import Effect
from tools.error_advice import describe_missing_scope
from tools.messenger import ImMessageAdd
from tools.method import Method, RefusedByResultError, UnexpectedResultError
from tools.operators import OperatorTransfer
from workflows.actions import availability
from workflows.actions.availability import Availability
from workflows.actions.base import DialogAction
from workflows.actions.delivery_check import ExpectedMessage, find_message
from workflows.actions.drafts import HandOverPlan, draft_hand_over
from workflows.actions.recipients import RecipientRef, find_recipient
from workflows.actions.steps import Steps, UnreadableDialog
from workflows.core.chat_state import ChatState
from workflows.core.context import Context, run_together
from workflows.core.current_user import CurrentUser
from workflows.core.draft import Draft
from workflows.core.errors import UnfinishedError
from workflows.directory.lines_and_users import Directory, LineOrUser, NamedData, find_owner
from workflows.lines.line import UnreadableSettingError

LONGEST_NOTE = 2000
UNCHANGED = "Nothing was changed"


def _check_note(note: str) -> str:
    if not note.strip():
        raise ValueError("must not be blank")
    if len(note) > LONGEST_NOTE:
        raise ValueError(f"should have at most {LONGEST_NOTE} characters")
    return note


Note = Annotated[str, AfterValidator(_check_note)]


@dataclass(frozen=True)
class HandedOverDialog:
    """A dialog that was handed over."""

    before: ChatState
    now: ChatState | UnreadableDialog
    giver: LineOrUser
    """Whoever had it; id 0 for the queue."""
    to: LineOrUser
    owner: LineOrUser | None
    """Whoever has it now; None in the queue, and where that is not known."""
    unchecked: str
    noted: bool


class ReceiverData(NamedData):
    """The line or the employee who got a dialog."""

    kind: str


class HandedOverData(TypedDict):
    """What it came to."""

    chat_id: int
    to: ReceiverData
    owner: NamedData | None
    taken_from: int
    line_id: int | None
    note_left: bool
    proven: bool
    unchecked: str | None
    summary: str


class HandOver(DialogAction):
    """Hand a dialog to a person, a line or back to the queue; checks that they can take it and that they got it.

    Refuses who is offline, on a break, full or outside the line's queue, unless even_if_offline=true. The client never
    sees note.
    """

    title = "Hand a dialog over"
    data_type = HandedOverData
    effects = Effect.TAKEOVER | Effect.WRITE
    needs = (DialogGet, OperatorTransfer)
    afterwards = "dialog_get shows who has it."
    asks = (
        "`imopenlines.dialog.get`: the state; more where the dialog is named otherwise than by its number",
        "`profile` and `scope`; `imopenlines.config.list.get` for names; both kept for five minutes",
        "`imopenlines.config.get`: the line and its queue",
        "`imopenlines.v2.Operator.list`: who is online with free slots",
        "`user.get`: whether the person still works here, where the scopes allow",
        "`im.message.add` with SYSTEM for a note, and nothing more if that fails",
        "`imopenlines.operator.transfer`, or `imopenlines.bot.session.operator` where the line's bot has the dialog",
        "`imopenlines.dialog.get` again: `true` proves nothing",
    )
    details = """
    - A bare number may be a person or a line: where it can be both, the call is refused with both.
    - `queue` is the queue of the line that the dialog is in. The next operator is chosen by the line's rules. What
      waits there already is released from the line's welcome bot, and refused with `WRONG_CHAT` if no bot has it.
    - The note comes before the transfer: afterwards the caller may have lost sight of the dialog, and the new operator
      finds it right above the notice of the transfer. It needs the scope `im`, and carries the caller's name.
    - Without reports (plan, rights, older portal) presence is that of the list of users; without that scope either, the
      reply says that it could not be checked.
    - All other operators leave the dialog, the caller too.
    """
    answer = (
        "`chat_id`, `to` `{kind, id, name}` (kind line for the queue), `owner` `{id, name}` (null in the queue), "
        "`taken_from`, `line_id`, `note_left`, `proven` (the dialog shows it), `unchecked`, `summary` (in words)."
    )
    example = {"dialog": "204", "to": "Olga", "note": "She asks for an invoice; the order is 48213."}
    example_answer = """\
Olga Smirnova (3) has chat 204 client: “Noah Davies - Website support” now. Before it was with James \
Carter (4). Your note is in it, for colleagues only."""

    to: RecipientRef
    note: Annotated[Note | None, Doc("for colleagues, above the transfer")] = None
    even_if_offline: Annotated[bool, Doc("true: also if on a break, full, or not in the line's queue")] = False

    async def run(self, context: Context) -> HandedOverDialog:
        """Checked, noted, transferred and looked at again."""
        context = context.sharing_requests()
        plan = await self._prepare(context)
        chat, target, steps = plan.chat, plan.target, Steps(context)
        if plan.notice:
            await _leave_note(steps, chat, plan.notice)
        now = await _move(steps, chat, target, plan.transfer)
        owner = await find_owner(context, now, plan.me) if isinstance(now, ChatState) and now.owner else None
        return HandedOverDialog(chat, now, plan.giver, target, owner, plan.ready.unchecked, noted=bool(plan.notice))

    async def draft(self, context: Context) -> Draft:
        """Who would get it from whom."""
        context = context.sharing_requests()
        return await draft_hand_over(context, await self._prepare(context))

    async def _prepare(self, context: Context) -> HandOverPlan:
        """All checks, before anything is changed."""
        (chat, me), _ = await run_together(
            partial(self.read_dialog_and_user, context), Directory(context).read_line_names
        )
        if not chat.open:
            todo = f"session_start chat_id={chat.id} begins a new session first."
            raise UnfinishedError(f"{UNCHANGED}: {chat} is closed", todo)
        to = await find_recipient(context, self.to, me)
        _check_move(chat, to, me)
        ready = await _check_availability(context, chat, to, me)
        await self._check(context, ready, to)
        giver = await find_owner(context, chat, me)
        target = to or LineOrUser(chat.line_id, ready.line.name, "line")
        transfer = _make_transfer(chat, to, ready)
        notice = _make_notice(chat, target, me, self.note) if self.note else None
        context.check(transfer, *([notice] if notice else []))
        return HandOverPlan(chat, me, giver, target, ready, notice, transfer)

    def text(self, result: HandedOverDialog) -> str:
        """Who has it now, and what is not certain."""
        now, to = result.now, result.to
        whence = f" Before it was {result.before.stage(str(result.giver))}."
        if isinstance(now, UnreadableDialog):
            parts = [f"The portal took the transfer of {result.before} to {to}; it is {now.stage()} now."]
        elif result.owner:
            parts = [f"{result.owner} has {result.before} now.{whence}"]
        else:
            parts = [f"{result.before} waits in the queue of {to} now.{whence}"]
        if result.noted:
            parts.append("Your note is in it, for colleagues only.")
        if result.unchecked:
            parts.append(f"Not checked, as the portal does not tell: {result.unchecked}.")
        return " ".join(parts)

    def structured(self, result: HandedOverDialog) -> HandedOverData:
        """The same as a program reads it."""
        owner, now = result.owner, result.now
        return {
            "chat_id": result.before.id,
            "to": {"kind": result.to.kind, **result.to.data()},
            "owner": owner.data() if owner else None,
            "taken_from": result.before.owner,
            "line_id": now.line_id if isinstance(now, ChatState) else None,
            "note_left": result.noted,
            "proven": isinstance(now, ChatState),
            "unchecked": result.unchecked or None,
            "summary": self.text(result),
        }

    async def _check(self, context: Context, ready: Availability, to: LineOrUser | None) -> None:
        against = ready.never or ("" if self.even_if_offline else ready.not_now)
        if not against:
            return
        todo = "" if ready.never else "even_if_offline=true hands it over all the same. "
        others = await availability.name_operators(context, ready.others)
        other_way = "to=queue leaves the choice to the line." if to and to.kind == "user" else "Or choose another line."
        todo += f"Online with a free slot: {others}." if others else other_way
        raise UnfinishedError(f"{UNCHANGED}: {against}", todo)


def _check_move(chat: ChatState, to: LineOrUser | None, me: CurrentUser) -> None:
    """Moves to people that would move nothing."""
    if to is None or to.kind == "line":
        return
    if to.id == chat.owner:
        raise UnfinishedError(f"{UNCHANGED}: {to} has {chat} already", "Nothing needs to be done.")
    if to.id == me.id:
        todo = f"operator_answer chat_id={chat.id} takes it, from its present operator too."
        raise UnfinishedError(f"{UNCHANGED}: {to} is you, and nobody can transfer a dialog to themselves", todo)


async def _check_availability(
    context: Context, chat: ChatState, to: LineOrUser | None, me: CurrentUser
) -> Availability:
    await context.tell("checking who can take it")
    if not chat.line_id:
        todo = f"See dialog_get chat_id={chat.id}. operator_transfer hands it over without checks."
        raise UnfinishedError(f"{UNCHANGED}: the portal does not tell which line {chat} is on", todo)
    if to is None or to.kind == "line":
        line_id = to.id if to else chat.line_id
        return await availability.check_line(context, line_id, without=chat.owner if line_id == chat.line_id else 0)
    return await availability.check_user(context, to, chat.line_id, me, without=chat.owner)


def _make_transfer(chat: ChatState, to: LineOrUser | None, ready: Availability) -> Method:
    """A dialog that its welcome bot has shows no owner, as if it waited; other builds may show the bot."""
    line = ready.line
    if to and to.kind == "user":
        return OperatorTransfer(chat_id=chat.id, user_id=to.id)
    try:
        bot = line.number("WELCOME_BOT_ID") if line.on("WELCOME_BOT_ENABLE") else 0
    except UnreadableSettingError as error:
        todo = f"See config_get config_id={line.id}. operator_transfer hands it over without checks."
        raise UnfinishedError(f"{UNCHANGED}: {error.setting} of {line} could not be read", todo) from None
    if line.id != chat.line_id or chat.owner not in {0, bot}:
        return OperatorTransfer(chat_id=chat.id, queue_id=line.id)
    if not bot:
        todo = "v2_operator_list shows who could take it."
        raise UnfinishedError(f"{UNCHANGED}: {chat} waits in that queue already", todo)
    return BotSessionOperator(chat_id=chat.id)


async def _leave_note(steps: Steps, chat: ChatState, notice: ImMessageAdd) -> None:
    """A note that is surely there, or the end: what it explains must not happen without it."""
    step = await steps.take(notice, "leaving the note", f"{UNCHANGED}: the note could not be left")
    if step.lost and not await _is_there(steps.context, chat, ExpectedMessage(notice.message, 0)):
        happened = "The dialog was not handed over, and it is not known whether the note was left"
        todo = f"See im_dialog_messages_get dialog_id=chat{chat.id}; call again, without note if it is there."
        raise steps.make_error(happened, todo, unsure=True)
    steps.done.append("the note for colleagues is in the dialog")


def _make_notice(chat: ChatState, to: LineOrUser, me: CurrentUser, note: str) -> ImMessageAdd:
    if not me.has_messenger:
        raise UnfinishedError(
            f"{UNCHANGED}: a note needs the scope im", f"{describe_missing_scope(('im',))} Or call without note."
        )
    text = f"{me.name or f'User {me.id}'} for {to}: {note}"
    return ImMessageAdd(dialog_id=f"chat{chat.id}", message=text, system=True)


async def _is_there(context: Context, chat: ChatState, message: ExpectedMessage) -> bool:
    try:
        return await find_message(context, chat, message) is not None
    except (PortalError, RefusedByResultError, UnexpectedResultError):
        return False


async def _move(steps: Steps, chat: ChatState, to: LineOrUser, transfer: Method) -> ChatState | UnreadableDialog:
    """The dialog after the transfer, or UnfinishedError where it did not move, or nobody knows."""
    step = await steps.take(transfer, "transferring the dialog", "The dialog was not handed over")
    now = await steps.look(chat.id)
    if isinstance(now, UnreadableDialog) and not step.lost:
        return now
    if isinstance(now, ChatState) and _has_arrived(now, to, chat, lost=step.lost):
        return now
    known = "It is not known whether the dialog was handed over" if step.lost else "The dialog was not handed over"
    why = "no usable answer came" if step.lost else "the portal answered true"
    todo = f"See dialog_get chat_id={chat.id} in a minute, and call again if it still has not moved."
    raise steps.make_error(f"{known}: {why}, and it is {now.stage()} now", todo, unsure=step.lost)


def _has_arrived(now: ChatState, to: LineOrUser, before: ChatState, *, lost: bool) -> bool:
    """Whether it moved; what waited in one queue and still waits there may have left a bot, as the answer says."""
    if to.kind == "user":
        return now.owner == to.id
    moved = (now.line_id, now.owner) != (before.line_id, before.owner)
    return now.line_id == to.id and (moved or not (lost or now.owner))
