"""What the methods of sessions would do: take over, join, start, pin, silence, rate."""

from tools.dialogs import (
    CrmLeadCreate,
    MessageSessionStart,
    SessionHeadVote,
    SessionHistoryGet,
    SessionIntercept,
    SessionJoin,
    SessionModePin,
    SessionModeSilent,
    SessionStart,
)
from tools.method import Method
from tools.result_types import read_text, read_whole
from tools.statistics import V2SessionStatGet
from workflows.core.attempts import attempt, is_refusal
from workflows.core.chat_state import quote
from workflows.core.context import Context
from workflows.core.draft import Change, Draft
from workflows.core.pagination import read_rows
from workflows.drafts.closing import describe_end
from workflows.drafts.facts import NOT_TOLD, DialogFacts, refuse
from workflows.drafts.messages import find_message, read_messages
from workflows.drafts.operators import describe_move


async def draft_intercept(call: SessionIntercept, facts: DialogFacts) -> Draft:  # noqa: ARG001
    """Only a colleague's dialog changes hands."""
    owner = facts.chat.owner
    if owner in {0, facts.me.id} or not facts.chat.open:
        has_it = "you have it already" if owner else "no colleague has it (operator_answer takes it from the queue)"
        return Draft(f"Nothing: {has_it}.")
    return Draft(changes=(await describe_move(facts, facts.me.id),))


async def draft_silent(call: SessionModeSilent, facts: DialogFacts) -> Draft:
    """On or off."""
    return _switch("silent", before=facts.chat.silent, after=call.activate)


def _switch(what: str, *, before: bool, after: bool) -> Draft:
    if before == after:
        return Draft("Nothing: it is so already.")
    return Draft(changes=(Change(what, "yes" if before else "no", "yes" if after else "no"),))


MAY_LEAVE = "whether it goes back into the queue: it may, where you are not at work or have too many dialogs"


async def draft_pin(call: SessionModePin, facts: DialogFacts) -> Draft:
    """Only its operator may."""
    if facts.chat.pinned == call.activate:
        return _switch("pinned", before=facts.chat.pinned, after=call.activate)
    unchecked = await require_operator(call, facts, "")
    draft = _switch("pinned", before=facts.chat.pinned, after=call.activate)
    line = None if call.activate else await facts.read_line()
    back = line is not None and line.on("CHECK_AVAILABLE")
    unchecked += (MAY_LEAVE,) if back else ()
    start = () if facts.chat.open else (describe_end(facts.chat, "open"),)
    return Draft(draft.does, (*start, *draft.changes), unchecked=unchecked)


async def require_operator(call: Method, facts: DialogFacts, code: str) -> tuple[str, ...]:
    """What of it cannot be told before; a closed dialog would get a session of the queue's choice.

    Raises:
        UnfinishedError: The caller is not its operator.
    """
    if facts.chat.open:
        mine = (await facts.read_session()).mine
        if mine is False:
            raise refuse(call, f"you are not the operator of {facts.chat}", code)
        return (NOT_TOLD,) if mine is None else ()
    line = await facts.read_line()
    if line is None or line.text("QUEUE_TYPE") == "all" or facts.me.id not in line.readable_queue:
        begins = "it is closed, and the session that this opens would not be yours"
        raise refuse(call, f"you are not the operator of {facts.chat}: {begins}", code)
    return ("whom the queue would choose, as it is closed and this opens a session",)


async def draft_join(call: SessionJoin, facts: DialogFacts) -> Draft:  # noqa: ARG001
    """One more participant."""
    if facts.chat.participates:
        return Draft("Nothing: you take part in it already.")
    return Draft(changes=(Change("participants", "without you", "with you"),))


async def draft_start(call: SessionStart, facts: DialogFacts) -> Draft:
    """A new session, or as joining."""
    if facts.chat.open:
        joined = await draft_join(SessionJoin(chat_id=call.chat_id), facts)
        return Draft(f"A session is open: you only join it. {joined.does}".strip(), joined.changes)
    return Draft(changes=(describe_end(facts.chat, "open"), await describe_move(facts, facts.me.id)))


async def draft_restart(call: MessageSessionStart, facts: DialogFacts) -> Draft:
    """Nothing happens unless the message is one of the chat's."""
    messages = await read_messages(facts, call.message_id)
    message = find_message(messages, call.message_id)
    if messages is not None and message is None:
        strange = f"message {call.message_id} is none of {facts.chat}"
        if facts.chat.open:
            return Draft(f"Nothing: {strange}.")
        return Draft(f"A session begins, without the message: {strange}.", (describe_end(facts.chat, "open"),))
    moves = () if facts.chat.owner == facts.me.id else (await describe_move(facts, facts.me.id),)
    words = f"The session ends without a word, and a new one begins with {message}." if message else ""
    unchecked = () if message else ("whether the message is one of this chat",)
    start = () if facts.chat.open else (describe_end(facts.chat, "open"),)
    session = Change("session", str(facts.chat.session_id or "none"), "a new one")
    unpinned = (Change("pinned", "yes", "no"),) if facts.chat.pinned else ()
    return Draft(words, (*start, session, *moves, *unpinned), unchecked=unchecked)


async def draft_lead(call: CrmLeadCreate, facts: DialogFacts) -> Draft:
    """As the line's settings say, and only for its operator."""
    if facts.chat.crm:
        kind, number = facts.chat.crm[0]
        return Draft(f"Nothing: it belongs to {quote(kind, 'portal')} {number} already.")
    unchecked = await require_operator(call, facts, "ERROR_USER_NOT_OPERATOR")
    line = await facts.read_line()
    kind = "deal" if line and line.text("CRM_CREATE") == "deal" else "lead"
    start = () if facts.chat.open else (describe_end(facts.chat, "open"),)
    return Draft(changes=(*start, Change("CRM record", "none", f"a new {kind}")), unchecked=unchecked)


async def draft_vote(call: SessionHeadVote, context: Context) -> Draft:
    """The old rating and comment, which it overwrites."""
    answer = await attempt(context, SessionHistoryGet(session_id=call.session_id, detail="full"))
    if is_refusal(answer):
        if await _is_unknown_session(context, call.session_id):
            raise refuse(call, f"there is no session {call.session_id}", "ACCESS_DENIED")
        return Draft(unchecked=("the present rating and comment, and whether you may rate: its history is not yours",))
    if answer.get("canVoteHead") == "N":
        raise refuse(call, "you may not rate on this line, or the plan has no ratings by supervisors", "ACCESS_DENIED")
    rating, comment = answer.get("sessionVoteHead"), read_text(answer.get("sessionCommentHead"))
    changes = [Change("rating", str(rating or "none"), str(call.rating))] if call.rating else []
    said, says = (quote(text, author) if text else "none" for text, author in _pair(comment, call.comment))
    if said != says or comment != (call.comment or ""):
        changes.append(Change("comment", said, says))
    erased = bool(comment) and not call.comment
    warnings = ("The comment is erased: give comment too, to keep it.",) if erased else ()
    chat_id = read_whole(answer.get("chatId"))
    where = f"Session {call.session_id} of chat {chat_id}." if chat_id else f"Session {call.session_id}."
    kept = all(change.before == "none" for change in changes)
    return Draft(where, tuple(changes), warnings=warnings, reversible=kept)


def _pair(old: str, new: str | None) -> tuple[tuple[str, str], tuple[str, str]]:
    return (old, "operator"), (new or "", "assistant")


async def _is_unknown_session(context: Context, session_id: int) -> bool:
    """Only the reports tell a missing session from one that may not be read: all its figures are empty."""
    answer = await attempt(context, V2SessionStatGet(session_id=[session_id]))
    if is_refusal(answer):
        return False
    rows = [row for row in read_rows(answer["sessions"]) if row.get("sessionId") == session_id]
    return all(value is None for row in rows for name, value in row.items() if name != "sessionId")
