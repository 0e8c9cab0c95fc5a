"""Waiting dialogs of the caller, from the list of the messenger; their messages from each dialog."""

from collections.abc import Mapping
from datetime import datetime, tzinfo
from functools import partial
from typing import Any

from portal.errors import PortalError
from tools.fields import MAX_ID
from tools.message_view import identify_client
from tools.messenger import ImDialogMessagesGet, ImRecentList
from tools.messenger_view import OPERATOR_WROTE, STATUSES, view_dialog
from tools.result_types import read_object
from workflows.core.attempts import attempt
from workflows.core.chat_state import SESSION, ChatState
from workflows.core.context import Context
from workflows.core.moments import read_moment
from workflows.core.pagination import has_more
from workflows.core.rows import RowReader, UnclearRows
from workflows.inbox.waiting import ExchangedMessage, InboxFilter, OpenDialogs, SessionMessages, WaitingDialog

PAGE = 200
MOST_PAGES = 3
MOST_READ = 75
MESSAGES = 20
"""Newest messages of a dialog that are read."""
NEW, ACCEPTED, CLIENT_AGAIN, CLOSED = 0, 10, 25, 60
"""STATUS of a session that is new, accepted, and one whose client wrote after an operator; 5 is new again."""


async def list_dialogs(context: Context, wanted: InboxFilter, zone: tzinfo | None) -> OpenDialogs | PortalError:
    """The caller's own dialogs and those that the queue offers; or the portal's refusal to list them.

    At most three pages of 200 are read. Lines, channel and owner are filtered here; the messages are read later. Dates
    without offset are meant in `zone`. What cannot be read of a dialog is noted.
    """
    found, unclear, whole_list = dict[int, WaitingDialog](), UnclearRows(), False
    for page in range(MOST_PAGES):
        # those that the queue offers come with every page
        question = ImRecentList(
            detail="full", limit=PAGE, offset=page * PAGE, skip_undistributed_openlines=True if page else None
        )
        answer = await attempt(context, question)
        if isinstance(answer, PortalError):
            return answer
        for item in answer["items"]:
            if (one := _make_dialog(item, unclear, zone, _find_end(wanted))) and _may_be_wanted(one, wanted):
                found[one.chat_id] = one
        if whole_list := not has_more(answer, len(answer["items"]), PAGE, "hasMore"):
            break
    cut = [] if whole_list else [f"dialogs beyond the {PAGE * MOST_PAGES} newest of your list"]
    return OpenDialogs("messenger", list(found.values()), partial(read_dialog, unclear, zone), MOST_READ, cut, unclear)


def _may_be_wanted(found: WaitingDialog, wanted: InboxFilter) -> bool:
    """Line, channel and operator are known here before the messages are read."""
    right_operator = (
        wanted.includes_accepted and wanted.owner in {None, found.owner} if found.owner else wanted.includes_queue
    )
    return right_operator and wanted.has_line_and_channel(found)


def _find_end(wanted: InboxFilter) -> int:
    """STATUS from which on a dialog is not wanted."""
    return CLOSED if wanted.all_open else OPERATOR_WROTE


def _make_dialog(item: object, unclear: UnclearRows, zone: tzinfo | None, end: int) -> WaitingDialog | None:
    """What the status tells; since when, only the messages may tell. None for what is no dialog of a line, or over.

    Over is what has a status from `end` on.
    """
    row = RowReader(item, zone)
    view = view_dialog(row.row)
    if view["kind"] == "person" or (view["kind"] == "group" and read_object(row.row.get("chat")).get("type")):
        return None
    lines, label = RowReader(row.row.get("lines"), zone), f"chat {view['chat_id']}" if view["chat_id"] else ""
    told, session_id = lines.read_number("status"), lines.read_id("id", required=True)
    status = told if told in STATUSES else None
    if not lines.unclear and status is not None and status >= end:
        return None
    began = lines.read_moment("date_create", required=True) or read_moment(view["date"], zone)
    chat = ChatState.from_answer({**read_object(row.row.get("chat")), "id": view["chat_id"], "name": view["title"]})
    doubts = [*row.unclear, *(["chat_id"] * (not view["chat_id"])), *lines.unclear, *(["status"] * (status is None))]
    doubts += [part for part in chat.unclear if part != SESSION]
    is_shown = bool(view["chat_id"] and session_id and began)
    unclear.add("dialog", dict.fromkeys(doubts), label, shown=is_shown)
    if not is_shown or began is None:
        return None
    last = view["last_message"]
    said = ExchangedMessage.from_message(last, read_moment(last["date"], zone))
    return _make_waiting_dialog(chat, session_id, began, status, said)


def _make_waiting_dialog(
    chat: ChatState, session_id: int, began: datetime, status: float | None, last: ExchangedMessage | None
) -> WaitingDialog:
    """Without a status only the messages tell whether it waits."""
    accepted = bool(chat.owner) if status is None else status >= ACCEPTED
    return WaitingDialog(
        chat.id,
        session_id,
        line_id=chat.line_id,
        connector=chat.connector,
        state="new" if not chat.owner else "again" if status == CLIENT_AGAIN else "accepted",
        since=began,
        question=ImDialogMessagesGet(dialog_id=f"chat{chat.id}", last_id=MAX_ID, limit=MESSAGES),
        waits=status is not None and (bool(chat.owner) or not accepted),
        dated=status == NEW,
        accepted=accepted,
        owner=chat.owner,
        client=chat.client,
        client_id=chat.client_id,
        crm=chat.crm,
        pinned=chat.pinned,
        silent=chat.silent,
        last=last,
        closing=chat.closing,
    )


def read_dialog(
    unclear: UnclearRows, zone: tzinfo | None, found: WaitingDialog, answer: Mapping[str, Any]
) -> WaitingDialog | None:
    """A dialog as its messages show it; None if it does not wait. What cannot be read of them is noted."""
    messages = [identify_client(message, found.client_id, found.owner) for message in answer["messages"]]
    session, label = SessionMessages.from_messages(messages, found.since, zone), f"chat {found.chat_id}"
    unclear.add("dialog", session.unclear, label, shown=True)
    for _ in range(answer.get("unreadable", 0)):
        unclear.add("message", ["id"], label)
    return found.apply_messages(session)
