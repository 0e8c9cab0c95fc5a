"""Waiting dialogs of everybody, from the statistics of the portal; their messages from the history of each session."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import tzinfo
from functools import partial
from typing import Any

from portal.errors import PortalError
from tools.dialog_view import find_history_chat, view_history
from tools.dialogs import SessionHistoryGet
from tools.fields import MAX_ID
from tools.message_view import index_by_id, join_lines
from tools.result_types import read_text, read_whole
from tools.statistics import V2SessionList
from workflows.core.attempts import attempt
from workflows.core.chat_state import OPERATOR, SESSION, ChatState
from workflows.core.context import Context, run_together
from workflows.core.pagination import PAGE, has_more
from workflows.core.rows import RowReader, UnclearRows
from workflows.inbox.waiting import InboxFilter, OpenDialogs, SessionMessages, WaitingDialog

UNAVAILABLE = frozenset({"TARIFF_RESTRICTION", "ERROR_METHOD_NOT_FOUND", "ACCESS_DENIED"})
"""Why a portal gives no statistics: its plan, its age, the rights of the user."""
STATUSES = frozenset({"new", "answered", "paused", "closed", "spam"})
NEW_PAGES = 3
"""Of 200 sessions that nobody has accepted, all asked for at once."""
MOST_ACCEPTED = 150
MOST_READ = 125
WHOLE = 10_000
"""Messages of a session, none left out."""


@dataclass(frozen=True)
class StatisticsAnswers:
    """What the portal answered to the questions for sessions, each with its question."""

    asked: list[tuple[V2SessionList, Mapping[str, Any]]]


async def ask_sessions(context: Context, wanted: InboxFilter) -> StatisticsAnswers | PortalError:
    """Sessions that are open and wanted: 600 new, 150 answered and 150 paused ones at most; or the portal's refusal.

    A refusal is returned where plan, rights or age of the portal are its reason.

    Raises:
        PortalError: Any other failure.
    """
    questions = list(_make_questions(wanted))
    answers = await run_together(*(partial(attempt, context, question) for question in questions))
    for answer in answers:
        if isinstance(answer, PortalError):
            if answer.code not in UNAVAILABLE:
                raise answer
            return answer
    return StatisticsAnswers(list(zip(questions, answers, strict=True)))


def list_dialogs(answers: StatisticsAnswers, wanted: InboxFilter, zone: tzinfo | None) -> OpenDialogs:
    """The dialogs of these sessions; dates without offset are meant in `zone`. What cannot be read of one is noted."""
    unclear, dialogs = UnclearRows(), dict[int, WaitingDialog]()
    for question, answer in answers.asked:
        for session in answer["sessions"]:
            row = RowReader(session, zone)
            if not row.row or _may_be_wanted(row.row, wanted):
                found = _make_dialog(row, question, wanted)
                unclear.add("session", row.unclear, _name_session(row), shown=found is not None)
                if found:
                    dialogs[found.session_id] = found
    missing = list(_describe_cut(answers, wanted))
    return OpenDialogs(
        "statistics", list(dialogs.values()), partial(read_dialog, unclear, zone), MOST_READ, missing, unclear
    )


def _name_session(row: RowReader) -> str:
    """What is known of a session that cannot be read whole, so that it can be looked at."""
    session, chat = read_whole(row.row.get("id")), read_whole(row.row.get("chatId"))
    return " of ".join(
        f"{kind} {number}" for kind, number in (("session", session), ("chat", chat)) if 0 < number <= MAX_ID
    )


def _make_questions(wanted: InboxFilter) -> Iterator[V2SessionList]:
    """First those that nobody has accepted, the oldest first; of the others the newest, as they may be many."""
    sources = sorted(wanted.connectors) or None
    narrow: dict[str, Any] = {"config_id": wanted.line_id, "operator_id": wanted.owner, "source_list": sources}
    if wanted.includes_queue:
        oldest: dict[str, Any] = {"order": "dateCreate", "order_direction": "asc", "limit": PAGE}
        for page in range(NEW_PAGES):
            yield V2SessionList(status="new", offset=page * PAGE, **oldest, **narrow)
    yield V2SessionList(status="answered", limit=MOST_ACCEPTED, **narrow)
    yield V2SessionList(status="paused", limit=MOST_ACCEPTED, **narrow)


def _describe_cut(answers: StatisticsAnswers, wanted: InboxFilter) -> Iterator[str]:
    more = [has_more(answer, len(answer["sessions"]), question.limit) for question, answer in answers.asked]
    if wanted.includes_queue and more[NEW_PAGES - 1]:
        yield f"more than the {NEW_PAGES * PAGE} oldest that nobody has accepted"
    if any(more[NEW_PAGES if wanted.includes_queue else 0 :]):
        yield f"accepted dialogs beyond the {MOST_ACCEPTED} newest"


def _make_dialog(row: RowReader, question: V2SessionList, wanted: InboxFilter) -> WaitingDialog | None:
    """The dialog of a session; None where it cannot be found again, or placed.

    What the question asked for stands in for what cannot be read of its answer.
    """
    session_id, chat_id = row.read_id("id", required=True), row.read_id("chatId", required=True)
    began = row.read_moment("dateCreate", required=True)
    status = row.read_code("status", STATUSES, required=True) or question.status
    operator, line_id = row.read_id("operatorId"), row.read_id("configId", required=True)
    record = (row.read_code("crmEntityType"), row.read_id("crmEntityId"))
    connector = row.read_code("source", required=True)
    if not session_id or not chat_id or began is None:
        return None
    new = status == "new"
    return WaitingDialog(
        chat_id,
        session_id,
        line_id=line_id or wanted.line_id or 0,
        connector=connector,
        state="new" if new else "accepted",
        since=began,
        question=SessionHistoryGet(session_id=session_id, detail="full"),
        waits=new,
        dated=new and row.row.get("dateFirstAnswer") in (None, ""),
        accepted=not new,
        owner=0 if new else operator,
        offered_to=operator,
        crm=(record,) if all(record) else (),
        pinned=status == "paused",
    )


def _may_be_wanted(row: Mapping[str, Any], wanted: InboxFilter) -> bool:
    """A dialog of the queue in which a colleague wrote counts as answered here, though nobody has accepted it."""
    return wanted.includes_accepted or row.get("status") == "new" or not row.get("dateOperatorAnswer")


def read_dialog(
    unclear: UnclearRows, zone: tzinfo | None, found: WaitingDialog, answer: Mapping[str, Any]
) -> WaitingDialog | None:
    """A dialog as its history shows it; None if it does not wait. What cannot be read of the history is noted."""
    chat, label = _read_chat(answer), f"chat {found.chat_id}"
    history = view_history(answer, WHOLE)
    session = SessionMessages.from_messages(history["messages"], found.since, zone)
    unclear.add("dialog", [*chat.unclear, *session.unclear], label, shown=True)
    for _ in range(history.get("unreadable", 0)):
        unclear.add("message", ["id"], label)
    closing = SESSION not in chat.unclear and chat.closing
    if (SESSION not in chat.unclear and chat.session_id != found.session_id) or (closing and not found.keep):
        return None
    owner = found.owner if OPERATOR in chat.unclear else chat.owner
    seen = replace(
        found,
        owner=owner,
        offered_to=0 if owner else found.offered_to,
        line_id=found.line_id or chat.line_id,
        connector=found.connector or chat.connector,
        client=chat.client or _find_client_name(answer, chat),
        crm=chat.crm or found.crm,
        pinned=found.pinned if SESSION in chat.unclear else chat.pinned,
        silent=chat.silent,
        closing=closing,
    )
    return seen.apply_messages(session)


def _read_chat(answer: Mapping[str, Any]) -> ChatState:
    """The history spells the fields of a chat in its own way."""
    chat = find_history_chat(answer)
    names = {"entity_id": "entityId", **{f"entity_data_{part}": f"entityData{part}" for part in (1, 2, 3)}}
    return ChatState.from_answer({**chat, **{name: chat.get(there) for name, there in names.items()}})


def _find_client_name(answer: Mapping[str, Any], chat: ChatState) -> str:
    """Where the chat has no name."""
    return join_lines(read_text(index_by_id(answer.get("users")).get(chat.client_id, {}).get("name")))
