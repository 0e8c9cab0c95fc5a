"""What the actions would do, from the plans by which they then do it."""

from dataclasses import dataclass, replace
from itertools import takewhile

from tools.chatbots import BotSessionOperator
from tools.dialogs import SessionHistoryGet
from tools.messages import CrmMessageAdd
from tools.messenger import ImMessageAdd
from tools.method import Method
from tools.operators import OperatorAnotherFinish, OperatorFinish, OperatorSpam
from workflows.actions.attachments import Attachment
from workflows.actions.availability import Availability
from workflows.core.attempts import attempt, is_refusal
from workflows.core.chat_state import ChatState, quote
from workflows.core.context import Context
from workflows.core.current_user import CurrentUser
from workflows.core.draft import LINE, OPERATOR, QUEUE, Change, Draft
from workflows.directory.channels import name_channel
from workflows.directory.lines_and_users import LineOrUser
from workflows.drafts.chatbots import draft_release
from workflows.drafts.closing import CLOSED, CLOSING, SPAM, describe_end
from workflows.drafts.facts import DialogFacts, find_user_obstacle
from workflows.drafts.messages import LONGEST_SHOWN, draft_crm_message, draft_sending, read_active_chats
from workflows.drafts.operators import describe_move, draft_phase


@dataclass(frozen=True)
class ReplyPlan:
    """A reply that nothing speaks against, before anything is changed."""

    chat: ChatState
    me: CurrentUser
    owner: LineOrUser
    """Whoever has the dialog; id 0 for the queue."""
    taking: Method | None
    """What makes the caller its operator first."""
    sending: Method
    words: str
    file: Attachment | None = None


@dataclass(frozen=True)
class HandOverPlan:
    """A dialog that can be handed over, before anything is changed."""

    chat: ChatState
    me: CurrentUser
    giver: LineOrUser
    """Whoever has it; id 0 for the queue."""
    target: LineOrUser
    ready: Availability
    notice: ImMessageAdd | None
    """What leaves the note."""
    transfer: Method


async def draft_reply(context: Context, plan: ReplyPlan) -> Draft:
    """From whom it is taken, and what the client reads where.

    Raises:
        UnfinishedError: The portal would refuse the message, after the dialog was taken or at once.
    """
    chat, me, owner = plan.chat, plan.me, plan.owner
    facts = DialogFacts(context, me, chat)
    if isinstance(plan.sending, CrmMessageAdd) and not plan.taking:
        sending = await draft_crm_message(plan.sending, facts)
    else:
        sending = await check_sending(context, plan)
    moves = (await describe_move(facts, me.id),) if plan.taking else ()
    stays = f"{owner} stays its operator." if owner.id not in {0, me.id} and not moves else ""
    does = " ".join(filter(None, (f"To {chat} in {name_channel(chat.connector)}.", sending.does, stays)))
    shown = plan.file.describe_sending(chat.id, plan.words) if plan.file else plan.sending
    steps = tuple(filter(None, (plan.taking, shown)))
    return replace(sending, does=does, changes=(*moves, *sending.changes), steps=steps)


async def check_sending(context: Context, plan: ReplyPlan) -> Draft:
    """What becomes of the message once the caller has the dialog; asked before it is taken, so that it is not in vain.

    Raises:
        UnfinishedError: The portal would refuse the message: the line is off, or the CRM record may not be read.
    """
    facts = DialogFacts(context, plan.me, plan.chat)
    if isinstance(plan.sending, CrmMessageAdd):  # active once it is taken
        await read_active_chats(plan.sending, facts, plan.sending.crm_entity_type, plan.sending.crm_entity)
    return await draft_sending(plan.sending, facts.taken() if plan.taking else facts, plan.words)


async def draft_hand_over(context: Context, plan: HandOverPlan) -> Draft:
    """Who gets it from whom, how ready they are, and the note.

    Raises:
        UnfinishedError: The portal would refuse the transfer.
    """
    chat, target, ready = plan.chat, plan.target, plan.ready
    facts, unchecked = DialogFacts(context, plan.me, chat), [ready.unchecked] if ready.unchecked else []
    if isinstance(plan.transfer, BotSessionOperator):
        unchecked += (await draft_release(plan.transfer, facts)).unchecked
    if target.kind == "user" and await find_user_obstacle(context, plan.me, target) is None:
        unchecked.append(f"whether {target} is an employee who can take dialogs")
    to_line = target.kind == "line"
    moves = [Change(OPERATOR, str(plan.giver) if plan.giver.id else QUEUE, QUEUE if to_line else str(target))]
    before = (await facts.read_session()).line_id if to_line else 0
    lines = [Change(LINE, f"line {before}", str(target))] if to_line and before != target.id else []
    does = f"{target} gets {chat}." if not to_line else f"{chat} waits in the queue of {target}."
    if not (ready.not_now or ready.unchecked):
        does += " Somebody of it is online." if to_line else f" {target} is online and in the queue of {ready.line}."
    note = f" Colleagues find this note in it: {quote(plan.notice.message, 'assistant')}" if plan.notice else ""
    warnings = (f"All the same, as you want it: {ready.not_now}.",) if ready.not_now else ()
    is_move = chat.owner or not to_line
    steps = tuple(filter(None, (plan.notice, plan.transfer)))
    changes = (*lines, *(moves if is_move else ()))
    return Draft(f"{does}{note}", changes, warnings=warnings, unchecked=tuple(unchecked), steps=steps)


async def draft_close(facts: DialogFacts, *, as_spam: bool, both_phases: bool) -> Draft:
    """In which state it would end, what the client would get, and what nobody has answered."""
    chat = facts.chat
    if not chat.open:
        return Draft(f"Nothing: {chat} is closed.")
    unanswered = await _warn_of_unanswered(facts)
    if as_spam:
        does = f"{chat} is marked as spam and closed at once. The client gets nothing."
        return Draft(does, (describe_end(chat, SPAM),), warnings=unanswered, steps=(OperatorSpam(chat_id=chat.id),))
    if chat.closing and chat.owner and not both_phases:
        return Draft(f"Nothing: {chat} waits for the client already.")
    first, steps = await draft_phase(facts), [_make_finish(facts)]
    goes_on = bool(first.client_gets) and both_phases
    after = CLOSED if goes_on or not first.client_gets else CLOSING
    if goes_on:
        steps.append(OperatorFinish(chat_id=chat.id) if chat.owner in {0, facts.me.id} else steps[0])
    moves = tuple(change for change in first.changes if change.what == OPERATOR and after == CLOSING)
    gets = "" if first.client_gets else " The client gets nothing."
    return Draft(
        f"{chat} is {after}.{gets}",
        (describe_end(chat, after), *moves),
        first.client_gets,
        warnings=unanswered,
        unchecked=first.unchecked,
        steps=tuple(steps),
    )


def _make_finish(facts: DialogFacts) -> Method:
    chat = facts.chat
    kind = OperatorFinish if chat.owner == facts.me.id else OperatorAnotherFinish
    return kind(chat_id=chat.id)


async def _warn_of_unanswered(facts: DialogFacts) -> tuple[str, ...]:
    """What the client wrote after the company's last word; empty where it cannot be read."""
    answer = await attempt(facts.context, SessionHistoryGet(chat_id=facts.chat.id))
    if is_refusal(answer):
        return ()
    said = [row for row in answer["messages"] if row["role"] in {"client", "operator"} and not row.get("hidden")]
    waiting = list(takewhile(lambda row: row["role"] == "client", reversed(said)))
    if not waiting:
        return ()
    count = "1 message" if len(waiting) == 1 else f"{len(waiting)} messages"
    words = str(waiting[0].get("text") or "")[:LONGEST_SHOWN]
    return (f"Nobody has answered the client's last {count}: {quote(words)}",)
