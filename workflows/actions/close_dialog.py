"""Ending a dialog."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Annotated, Literal

from typing_extensions import Doc, TypedDict

from portal.errors import PortalError
from tools.dialogs import DialogGet
from tools.effect import Effect
from tools.method import RefusedByResultError, UnexpectedResultError
from tools.operators import OperatorAnotherFinish, OperatorFinish, OperatorSpam
from tools.statistics import V2SessionList
from workflows.actions.base import DialogAction
from workflows.actions.drafts import draft_close
from workflows.actions.farewell import NOTHING_OPEN, FarewellText, OpenEnds, read_farewell, read_open_ends
from workflows.actions.steps import Steps, UnreadableDialog
from workflows.core.chat_state import ChatState, quote
from workflows.core.context import Context, run_together
from workflows.core.current_user import CurrentUser
from workflows.core.draft import Draft
from workflows.core.errors import UnfinishedError
from workflows.core.pagination import read_count, read_rows
from workflows.directory.lines_and_users import LineOrUser, find_owner
from workflows.drafts.facts import DialogFacts

State = Literal["closed", "waiting for the client", "spam"]
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class ClosedDialog:
    """A dialog that was ended, as far as was wanted."""

    before: ChatState
    owner: LineOrUser
    """Whoever had it; id 0 for nobody."""
    state: State
    farewell: bool = False
    """The line's closing text or rating request went to the client now."""
    proven: bool = True
    """The portal was asked afterwards, and showed this state."""
    ends: OpenEnds = NOTHING_OPEN
    said: Sequence[FarewellText] = ()
    """What of the line's texts the client got now; empty where that cannot be told."""


class FarewellData(TypedDict):
    """Something that the client got to read at the end."""

    kind: str
    text: str


class ClosedDialogData(TypedDict):
    """What it came to."""

    chat_id: int
    session_id: int | None
    state: str
    farewell_sent: bool
    owner_before: int
    proven: bool
    client_got: list[FarewellData]
    unanswered: list[int]
    summary: str


class CloseDialog(DialogAction):
    """End a dialog, yours, a colleague's or one that waits, and tell what it came to.

    First the client gets the line's closing text or rating request, then it closes for good: both_phases=false stops
    in between, so that the client can still rate. as_spam closes at once without a word.
    """

    title = "Close a dialog"
    effects = Effect.CUSTOMER | Effect.TAKEOVER | Effect.DESTRUCTIVE
    needs = (DialogGet, OperatorFinish)
    afterwards = "dialog_get shows whether it is open."
    asks = (
        "`imopenlines.dialog.get`: the state; more where the dialog is named otherwise than by its number",
        "`profile` and `scope`: whom calls act for; kept for five minutes",
        "`im.dialog.messages.get` and `imopenlines.config.get`: what is unanswered, what the line says at the end",
        "`imopenlines.operator.finish`, or `imopenlines.operator.another.finish` where it is not the caller's",
        "`imopenlines.dialog.get` after that, and both once more for the second phase",
        "for spam `imopenlines.operator.spam`, then `imopenlines.dialog.get` and `imopenlines.v2.Session.list`",
    )
    details = """
    - Lines with neither closing text nor rating request, and lines that are off, close in the first phase.
    - A dialog that was finished once before is closed for good; with both_phases=false nothing is done to it.
    - A rating that the client sends after the second phase opens the session once more, until it is counted.
    - A dialog that nobody has is taken first: that is how the portal finishes it.
    - `true` of the portal proves nothing. Where the dialog is still open afterwards, or the answer was lost and the
      dialog is unchanged, the call ends there and says so; nothing is repeated.
    - A dialog that is closed already counts as done; only as_spam is refused then.
    - Messages of the client that nobody has answered do not keep it open; the answer warns of them.
    - What the client got is read: those of the line's texts that stand in the dialog after the first phase. Where the
      dialog or the line cannot be read, only that it was a closing text or a rating request is known.
    """
    answer = (
        "`chat_id`, `session_id`, `state` (closed, waiting for the client, spam), `farewell_sent` (the client got the "
        "closing text or rating request now), `client_got` `[{kind, text}]` (empty where it could not be read), "
        "`unanswered` (the client's messages that nobody answered), `owner_before`, `proven` (false: the portal shows "
        "no reports, so spam could not be told from closed), `summary` (in words)."
    )
    data_type = ClosedDialogData
    example = {"dialog": "Grace Miller"}
    example_answer = """\
Closed: chat 206 client: “Grace Miller - Website support”. Before that the client got the closing \
text system: “Thank you for contacting us.” and the rating request system: “Please rate our service: send 1 for good \
or 0 for bad.”; a rating still counts. It was with Anna Keller (1). Left unanswered: #1028 client: “Miller Garden \
Design Ltd. I need it corrected tod…”"""

    both_phases: Annotated[bool, Doc("false: stop where the client can rate; it closes by itself later")] = True
    as_spam: Annotated[bool, Doc("true: mark as spam and close at once")] = False

    async def run(self, context: Context) -> ClosedDialog:
        """Finished as far as was wanted, and looked at after each step."""
        context = context.sharing_requests()
        chat, me = await self.read_dialog_and_user(context)
        steps = Steps(context)
        owner, ends = await run_together(partial(find_owner, context, chat, me), partial(read_open_ends, context, chat))
        if self.as_spam:
            return ClosedDialog(chat, owner, "spam", proven=await _mark_as_spam(steps, chat), ends=ends)
        if not chat.open:
            return ClosedDialog(chat, owner, "closed")
        now, farewell, said = await self._finish(steps, chat, me, ends)
        state: State = "waiting for the client" if now.open else "closed"
        return ClosedDialog(chat, owner, state, farewell, ends=ends, said=said)

    async def draft(self, context: Context) -> Draft:
        """In which state it would end, what the client would get, and what nobody has answered."""
        context = context.sharing_requests()
        chat, me = await self.read_dialog_and_user(context)
        if self.as_spam:
            _check_spam(chat)
        return await draft_close(DialogFacts(context, me, chat), as_spam=self.as_spam, both_phases=self.both_phases)

    def text(self, result: ClosedDialog) -> str:
        """What it came to, and what follows from it."""
        was = f" It was {result.before.stage(str(result.owner))}." if result.before.open else ""
        left = f" {warning}" if (warning := result.ends.describe_unanswered()) else ""
        return f"{_describe_outcome(result)}{was}{left}"

    def structured(self, result: ClosedDialog) -> ClosedDialogData:
        """The same as a program reads it."""
        return {
            "chat_id": result.before.id,
            "session_id": result.before.session_id or None,
            "state": result.state,
            "farewell_sent": result.farewell,
            "owner_before": result.before.owner,
            "proven": result.proven,
            "client_got": [{"kind": one.kind, "text": quote(one.text, "system")} for one in result.said],
            "unanswered": [one.id for one in result.ends.unanswered],
            "summary": self.text(result),
        }

    async def _finish(
        self, steps: Steps, chat: ChatState, me: CurrentUser, ends: OpenEnds
    ) -> tuple[ChatState, bool, Sequence[FarewellText]]:
        """The dialog as far as it was finished, whether the client got something to read on the way, and what."""
        said: Sequence[FarewellText] = ()
        now, farewell = chat, False
        if not (chat.closing and chat.owner):
            now, said = await _take_phase(steps, chat, me, ends)
            farewell = now.closing
            if now.open and not now.closing:
                raise _make_still_open_error(steps, now)
        if now.open and self.both_phases:
            if farewell:
                steps.done.append(f"the client got {_name_farewell(said)}")
            now, _ = await _take_phase(steps, now, me)
            if now.open:
                raise _make_still_open_error(steps, now)
        return now, farewell, said


def _name_farewell(said: Sequence[FarewellText]) -> str:
    """Exactly where the dialog shows it."""
    return " and ".join(map(str, said)) or "the closing text or rating request"


def _describe_outcome(result: ClosedDialog) -> str:
    chat = result.before
    match result.state:
        case "spam":
            proof = "" if result.proven else " That it counts as spam could not be read from the reports."
            return f"Marked as spam and closed: {chat}. The client got nothing.{proof}"
        case "waiting for the client":
            told = (
                f"The client got {_name_farewell(result.said)}"
                if result.farewell
                else "So it was, and nothing was done"
            )
            return f"Waiting for the client: {chat}. {told}; it closes by itself, or at once with both_phases=true."
        case "closed" if not chat.open:
            return f"Nothing was done: {chat} is closed."
        case "closed":
            return f"Closed: {chat}.{_describe_farewell(result)}"


def _describe_farewell(result: ClosedDialog) -> str:
    if result.farewell:
        asked = not result.said or any(one.kind == "rating request" for one in result.said)
        rating = "; a rating still counts" if asked else ""
        return f" Before that the client got {_name_farewell(result.said)}{rating}."
    return "" if result.before.closing else " The line sends no closing text, so the client got nothing."


async def _take_phase(
    steps: Steps, chat: ChatState, me: CurrentUser, ends: OpenEnds = NOTHING_OPEN
) -> tuple[ChatState, Sequence[FarewellText]]:
    """The dialog after one call to finish it, and what the client got; UnfinishedError where nobody knows.

    Closing takes all employees out of the chat: whoever may not join it cannot see it any more, and that is a proof.
    """
    mine = chat.owner == me.id
    finish = OperatorFinish(chat_id=chat.id) if mine else OperatorAnotherFinish(chat_id=chat.id)
    step = await steps.take(finish, "finishing the dialog", "The dialog was not closed")
    now, said = await run_together(partial(steps.look, chat.id), partial(read_farewell, steps.context, chat, ends))
    if isinstance(now, ChatState) and not (step.lost and (now.open, now.closing) == (chat.open, chat.closing)):
        return now, said
    if isinstance(now, UnreadableDialog) and now.out_of_sight and not step.lost:
        return replace(chat, session_id=0, closing=False), said
    stands = f"it is {now.stage()}" if isinstance(now, UnreadableDialog) else f"it is {now.stage()} as before"
    why = "no usable answer came" if step.lost else "the portal answered true"
    raise steps.make_error(
        f"It is not known whether this step to close the dialog was taken: {why}, and {stands}",
        f"See dialog_get chat_id={chat.id} in a minute, and call again if it is still open.",
        unsure=True,
    )


def _make_still_open_error(steps: Steps, now: ChatState) -> UnfinishedError:
    return steps.make_error(
        f"The dialog is not closed: the portal answered true, and it is {now.stage()} now",
        "The portal was busy with it, or the client has just written: read the dialog first, then call again.",
    )


def _check_spam(chat: ChatState) -> None:
    if not chat.open:
        todo = "A closed dialog cannot be marked as spam; the next one of this client can."
        raise UnfinishedError(f"Nothing was changed: {chat} is closed", todo)


async def _mark_as_spam(steps: Steps, chat: ChatState) -> bool:
    """Whether the reports show it as spam; in any case it is closed, or the call ends here."""
    _check_spam(chat)
    step = await steps.take(OperatorSpam(chat_id=chat.id), "marking as spam", "The dialog was not marked as spam")
    now, proven = await run_together(partial(steps.look, chat.id), partial(_is_spam, steps.context, chat))
    if isinstance(now, UnreadableDialog) and now.out_of_sight and not step.lost:
        return False
    if isinstance(now, ChatState) and not now.open:
        return bool(proven)
    known = (
        "It is not known whether the dialog was marked as spam" if step.lost else "The dialog was not closed as spam"
    )
    todo = f"See dialog_get chat_id={chat.id}, and call again if it is still open: a second call does no harm."
    raise steps.make_error(f"{known}: it is {now.stage()}", todo, unsure=step.lost or isinstance(now, UnreadableDialog))


async def _is_spam(context: Context, chat: ChatState) -> bool:
    """Whether the reports show the session as spam; false where they cannot be read."""
    began = datetime.fromtimestamp(chat.began, UTC)
    first, last = ((began + shift).isoformat() for shift in (-MINUTE, MINUTE))
    try:
        answer = await context.ask(V2SessionList(status="spam", date_create_from=first, date_create_to=last, limit=200))
    except (PortalError, RefusedByResultError, UnexpectedResultError):
        return False
    return any(read_count(row.get("id")) == chat.session_id for row in read_rows(answer["sessions"]))
