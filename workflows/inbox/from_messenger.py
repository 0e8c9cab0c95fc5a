"""Waiting dialogs of the caller, from the list of the messenger; their messages from each dialog."""

from collections.abc import Mapping
from typing import Any

from portal.errors import PortalError
from tools.fields import MAX_ID
from tools.messenger import ImDialogMessagesGet, ImRecentList
from tools.messenger_view import view_dialog
from tools.result_types import read_whole
from workflows.core.attempts import attempt
from workflows.core.chat_state import ChatState
from workflows.core.context import Context
from workflows.core.moments import read_moment
from workflows.inbox.waiting import ExchangedMessage, InboxFilter, OpenDialogs, SessionMessages, WaitingDialog

PAGE = 200
MOST_PAGES = 3
MOST_READ = 75
MESSAGES = 20
"""Newest messages of a dialog that are read."""
NEW, ACCEPTED, CLIENT_AGAIN = 0, 10, 25
"""STATUS of a session that is new, accepted, and one whose client wrote after an operator; 5 is new again."""


async def list_dialogs(context: Context, wanted: InboxFilter) -> OpenDialogs | PortalError:
    """The caller's own dialogs and those that the queue offers; or the portal's refusal to list them.

    At most three pages of 200 are read. Lines, channel and owner are filtered here; the messages are read later.
    """
    found, whole_list = dict[int, WaitingDialog](), False
    for page in range(MOST_PAGES):
        # those that the queue offers come with every page
        question = ImRecentList(
            detail="full", limit=PAGE, offset=page * PAGE, skip_undistributed_openlines=True if page else None
        )
        answer = await attempt(context, question)
        if isinstance(answer, PortalError):
            return answer
        found |= {one.chat_id: one for one in map(_make_dialog, answer["items"]) if one and _may_be_wanted(one, wanted)}
        if whole_list := answer.get("hasMore") is not True:
            break
    cut = [] if whole_list else [f"dialogs beyond the {PAGE * MOST_PAGES} newest of your list"]
    return OpenDialogs("messenger", list(found.values()), read_dialog, MOST_READ, cut)


def _may_be_wanted(found: WaitingDialog, wanted: InboxFilter) -> bool:
    """Line, channel and operator are known here before the messages are read."""
    right_operator = (
        wanted.includes_accepted and wanted.owner in {None, found.owner} if found.owner else wanted.includes_queue
    )
    return right_operator and wanted.has_line_and_channel(found)


def _make_dialog(item: Mapping[str, Any]) -> WaitingDialog | None:
    """What the status tells; since when, only the messages may tell."""
    view, lines = view_dialog(item), item.get("lines") or {}
    chat = ChatState.from_answer({**(item.get("chat") or {}), "id": view["chat_id"], "name": view["title"]})
    began = read_moment(lines.get("date_create")) or read_moment(view["date"])
    if not (view["client_waits"] and view["session_id"] and began):
        return None
    status = read_whole(lines.get("status"))
    return WaitingDialog(
        chat.id,
        view["session_id"],
        line_id=chat.line_id,
        connector=chat.connector,
        state="new" if not chat.owner else "again" if status == CLIENT_AGAIN else "accepted",
        since=began,
        question=ImDialogMessagesGet(dialog_id=f"chat{chat.id}", last_id=MAX_ID, limit=MESSAGES),
        waits=bool(chat.owner) or status < ACCEPTED,
        dated=status == NEW,
        accepted=status >= ACCEPTED,
        owner=chat.owner,
        client=chat.client,
        crm=chat.crm,
        pinned=chat.pinned,
        silent=chat.silent,
        last=ExchangedMessage.from_message(view["last_message"]),
    )


def read_dialog(found: WaitingDialog, answer: Mapping[str, Any]) -> WaitingDialog | None:
    """A dialog as its messages show it; None if it does not wait."""
    return found.apply_messages(SessionMessages.from_messages(answer["messages"], found.since))
