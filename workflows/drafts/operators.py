"""What operators' methods would do: take, decline, pass on, finish."""

from tools.chatbots import BotSessionTransfer
from tools.method import Method
from tools.operators import (
    OperatorAnotherFinish,
    OperatorAnswer,
    OperatorFinish,
    OperatorSkip,
    OperatorSpam,
    OperatorTransfer,
)
from tools.result_types import read_whole
from tools.statistics import V2OperatorList
from workflows.core.attempts import attempt, is_refusal
from workflows.core.chat_state import quote
from workflows.core.draft import LINE, OPERATOR, QUEUE, Change, Draft
from workflows.core.pagination import read_count, read_rows
from workflows.directory.lines_and_users import LineOrUser
from workflows.drafts.closing import CLOSED, CLOSING, SPAM, describe_end, foresee_finish
from workflows.drafts.facts import NOT_TOLD, DialogFacts, find_user_obstacle, read_line, refuse
from workflows.lines.line import OpenLine, UnreadableSettingError


async def draft_answer(call: OperatorAnswer, facts: DialogFacts) -> Draft:
    """The caller becomes its operator, whoever has it."""
    chat = facts.chat
    if not chat.open:
        raise refuse(call, f"{chat} is closed, and there is no session to take", "")
    if chat.owner == facts.me.id:
        raise refuse(call, f"you are the operator of {chat} already", "")
    return Draft(changes=(await describe_move(facts, facts.me.id),))


async def draft_skip(call: OperatorSkip, facts: DialogFacts) -> Draft:
    """It goes back to the queue, if that has somebody for it."""
    chat = facts.chat
    if not chat.open:
        raise refuse(call, f"{chat} is closed, and you would only leave it", "")
    line, session = await facts.read_line(), await facts.read_session()
    notice = "a notice of your refusal would be posted all the same"
    if line is None or line.text("QUEUE_TYPE") == "all":
        raise refuse(call, f"{line or 'its line'} offers dialogs to everyone, and {notice}", "")
    free = await _find_free(facts, line, session.operator)
    if free is not None and not free:
        raise refuse(call, f"nobody in the queue of {line} could take it now, and {notice}", "")
    changes = (await describe_move(facts, 0),) if chat.owner else ()
    unchecked = () if free else (f"whether anybody in the queue of {line} could take it now",)
    return Draft("The queue chooses anew, perhaps you again.", changes, unchecked=unchecked)


async def _find_free(facts: DialogFacts, line: OpenLine, holder: int | None) -> list[int] | None:
    """Operators whom the queue could choose now; None where that is not told."""
    try:
        queue, needs_presence = line.queue, line.on("CHECK_AVAILABLE")
        has_limit = line.number("MAX_CHAT") > 0
    except UnreadableSettingError:
        return None
    if not (needs_presence or has_limit):
        return queue
    answer = await attempt(facts.context, V2OperatorList(config_id=line.id, limit=200))
    if is_refusal(answer):
        return None if queue else []
    rows = {read_count(row.get("userId")): row for row in read_rows(answer["operators"])}
    if has_limit and holder is None:
        return None
    return [one for one in queue if one in rows and _is_free(rows[one], holder=one == holder, present=needs_presence)]


def _is_free(row: dict[str, object], *, holder: bool, present: bool) -> bool:
    """By the facts of a queue: presence counts where the line looks at it, and its holder needs no further place."""
    has_place = holder or not read_count(row.get("maxChat")) or read_count(row.get("freeSlots")) > 0
    return has_place and (row.get("status") == "online" or not present)


async def draft_spam(call: OperatorSpam, facts: DialogFacts) -> Draft:  # noqa: ARG001
    """Closed without a word."""
    if not facts.chat.open:
        return Draft(f"Nothing: {facts.chat} is closed, and no session could be marked.")
    return Draft("It is closed at once.", (describe_end(facts.chat, SPAM),))


async def draft_finish(call: OperatorFinish, facts: DialogFacts) -> Draft:
    """A step of closing, by its operator."""
    _require_session(call, facts)
    unchecked: tuple[str, ...] = ()
    mine = (await facts.read_session()).mine
    if mine is False:
        raise refuse(call, f"you are not the operator of {facts.chat}", "ERROR_USER_NOT_OPERATOR")
    if mine is None:
        unchecked = (NOT_TOLD,)
    return await draft_phase(facts, unchecked)


async def draft_another_finish(call: OperatorAnotherFinish, facts: DialogFacts) -> Draft:
    """A step of closing, whoever has it."""
    _require_session(call, facts)
    return await draft_phase(facts)


def _require_session(call: Method, facts: DialogFacts) -> None:
    if not facts.chat.open:
        raise refuse(call, f"{facts.chat} is closed already", "NOT_LOAD_SESSION_OR_CHAT")


async def draft_phase(facts: DialogFacts, unchecked: tuple[str, ...] = ()) -> Draft:
    """What one call to finish comes to."""
    end = foresee_finish(facts.chat, await facts.read_line(), voted=(await facts.read_session()).voted)
    moves = () if facts.chat.owner or end.closes else (await describe_move(facts, facts.me.id),)
    does = "" if end.closes else "The client gets its closing words; a second call closes it."
    return Draft(
        does,
        (describe_end(facts.chat, CLOSED if end.closes else CLOSING), *moves),
        tuple(quote(text, "portal") for text in end.texts),
        unchecked=(*unchecked, *end.unchecked),
    )


async def draft_transfer(call: OperatorTransfer | BotSessionTransfer, facts: DialogFacts) -> Draft:
    """To a person at once, or into the queue of a line."""
    kind, number = find_target(call)
    if kind == "line":
        return await _draft_move_to_line(call, facts, number)
    unchecked: tuple[str, ...] = ()
    if number == facts.me.id and isinstance(call, OperatorTransfer):
        raise refuse(call, "you cannot transfer a dialog to yourself", "OPERATOR_WRONG")
    obstacle = await find_user_obstacle(facts.context, facts.me, LineOrUser(number, ""))
    if obstacle:
        raise refuse(call, obstacle, "OPERATOR_WRONG")
    if obstacle is None:
        unchecked = (f"whether user {number} is an employee who can take dialogs",)
    moves = (await describe_move(facts, number),) if number != facts.chat.owner else ()
    return _say_start(facts, moves, unchecked)


async def _draft_move_to_line(call: Method, facts: DialogFacts, line_id: int) -> Draft:
    line = await read_line(facts.context, line_id)
    if line is None:
        raise refuse(call, f"there is no line {line_id}", "OPERATOR_WRONG")
    before = (await facts.read_session()).line_id
    moves = (await describe_move(facts, 0),) if facts.chat.owner else ()
    changed = (Change(LINE, f"line {before}", str(line)),) if before != line_id else ()
    return _say_start(facts, (*changed, *moves), (), f"It waits in the queue of {line}.")


def _say_start(facts: DialogFacts, changes: tuple[Change, ...], unchecked: tuple[str, ...], does: str = "") -> Draft:
    start = () if facts.chat.open else (describe_end(facts.chat, "open"),)
    words = " ".join(filter(None, (does, "" if facts.chat.open else "It is closed: a new session begins.")))
    return Draft(words, (*start, *changes), unchecked=unchecked)


def find_target(call: OperatorTransfer | BotSessionTransfer) -> tuple[str, int]:
    """The kind (user or line) and number of where a dialog is to go."""
    if call.user_id or call.queue_id:
        return ("user", call.user_id) if call.user_id else ("line", call.queue_id or 0)
    text = str(call.transfer_id)
    return ("line" if text.startswith("queue") else "user"), read_whole(text.removeprefix("queue"))


async def describe_move(facts: DialogFacts, to: int) -> Change:
    """Its operator before and after; 0 is the queue, or the line's bot."""
    before = await facts.name_user(facts.chat.owner)
    return Change(OPERATOR, before, await facts.name_user(to) if to else QUEUE)
