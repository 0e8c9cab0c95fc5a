"""Waiting dialogs of everybody, from the statistics of the portal; their messages from the history of each session."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from portal.errors import PortalError
from tools.dialog_view import view_history
from tools.dialogs import SessionHistoryGet
from tools.statistics import V2SessionList
from workflows.core.attempts import attempt
from workflows.core.chat_state import ChatState
from workflows.core.context import Context, run_together
from workflows.core.moments import read_moment
from workflows.core.pagination import PAGE, read_count, read_rows
from workflows.inbox.waiting import InboxFilter, OpenDialogs, SessionMessages, WaitingDialog

UNAVAILABLE = frozenset({"TARIFF_RESTRICTION", "ERROR_METHOD_NOT_FOUND", "ACCESS_DENIED"})
"""Why a portal gives no statistics: its plan, its age, the rights of the user."""
NEW_PAGES = 3
"""Of 200 sessions that nobody has accepted, all asked for at once."""
MOST_ACCEPTED = 150
MOST_READ = 125
WHOLE = 10_000
"""Messages of a session, none left out."""


async def list_dialogs(context: Context, wanted: InboxFilter) -> OpenDialogs | PortalError:
    """Sessions that are open and wanted: 600 new, 150 answered and 150 paused ones at most; or the portal's refusal.

    A refusal is returned where plan, rights or age of the portal are its reason.

    Raises:
        PortalError: Any other failure.
    """
    answers = await run_together(*(partial(attempt, context, question) for question in _make_questions(wanted)))
    for answer in answers:
        if isinstance(answer, PortalError):
            if answer.code not in UNAVAILABLE:
                raise answer
            return answer
    sessions = [row for answer in answers for row in read_rows(answer["sessions"]) if _may_be_wanted(row, wanted)]
    dialogs = {one.session_id: one for one in map(_make_dialog, sessions) if one}
    return OpenDialogs(
        "statistics", list(dialogs.values()), read_dialog, MOST_READ, list(_describe_cut(answers, wanted))
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


def _describe_cut(answers: list[Any], wanted: InboxFilter) -> Iterator[str]:
    more = [answer.get("hasNextPage") is True for answer in answers]
    if wanted.includes_queue and more[NEW_PAGES - 1]:
        yield f"more than the {NEW_PAGES * PAGE} oldest that nobody has accepted"
    if any(more[NEW_PAGES if wanted.includes_queue else 0 :]):
        yield f"accepted dialogs beyond the {MOST_ACCEPTED} newest"


def _make_dialog(row: Mapping[str, Any]) -> WaitingDialog | None:
    session_id, chat_id, began = (
        read_count(row.get("id")),
        read_count(row.get("chatId")),
        read_moment(row.get("dateCreate")),
    )
    if session_id <= 0 or chat_id <= 0 or began is None:
        return None
    new = row.get("status") == "new"
    operator = max(0, read_count(row.get("operatorId")))
    record = (str(row.get("crmEntityType")), read_count(row.get("crmEntityId")))
    return WaitingDialog(
        chat_id,
        session_id,
        line_id=read_count(row.get("configId")),
        connector=str(row.get("source") or ""),
        state="new" if new else "accepted",
        since=began,
        question=SessionHistoryGet(session_id=session_id, detail="full"),
        waits=new,
        dated=new and not row.get("dateFirstAnswer"),
        accepted=not new,
        owner=0 if new else operator,
        offered_to=operator,
        crm=(record,) if record[1] else (),
        pinned=row.get("status") == "paused",
    )


def _may_be_wanted(row: Mapping[str, Any], wanted: InboxFilter) -> bool:
    """A dialog of the queue in which a colleague wrote counts as answered here, though nobody has accepted it."""
    return wanted.includes_accepted or row.get("status") == "new" or not row.get("dateOperatorAnswer")


def read_dialog(found: WaitingDialog, answer: Mapping[str, Any]) -> WaitingDialog | None:
    """A dialog as its history shows it; None if it does not wait."""
    chat = _read_chat(answer)
    if chat.session_id != found.session_id or chat.closing:
        return None
    seen = replace(
        found,
        owner=chat.owner,
        offered_to=0 if chat.owner else found.offered_to,
        client=chat.client,
        crm=chat.crm or found.crm,
        pinned=chat.pinned,
        silent=chat.silent,
    )
    return seen.apply_messages(SessionMessages.from_messages(view_history(answer, WHOLE)["messages"], found.since))


def _read_chat(answer: Mapping[str, Any]) -> ChatState:
    """The history spells the fields of a chat in its own way."""
    chat = (answer.get("chat") or {}).get(str(answer["chatId"])) or {}
    names = {"entity_id": "entityId", **{f"entity_data_{part}": f"entityData{part}" for part in (1, 2, 3)}}
    return ChatState.from_answer({**chat, **{name: chat.get(there) for name, there in names.items()}})
