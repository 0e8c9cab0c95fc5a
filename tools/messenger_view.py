"""Dialogs, messages and people of the messenger in the short form that a model reads and other tools build on."""

from collections.abc import Mapping
from typing import Any, Literal, NotRequired

from typing_extensions import TypedDict

from tools.dialog_view import (
    find_line_and_connector,
    find_owner,
    mark_title,
    parse_crm_links,
    parse_entity_data_1,
    render_message,
    render_unreadable,
)
from tools.fields import MAX_ID
from tools.message_view import (
    Conversation,
    MessageView,
    describe_content,
    describe_cut,
    find_client,
    index_by_id,
    join_lines,
    mark_messages,
    view_message,
    view_messages,
)
from tools.result_types import find_number, read_flag, read_items, read_object, read_text, read_whole
from tools.untrusted import mark_unless_code, mark_untrusted, mark_untrusted_in

LONGEST_LINE = 200
STATUSES = {
    0: "new",
    5: "skipped",
    10: "accepted",
    20: "client wrote",
    25: "client wrote again",
    40: "operator wrote",
    50: "closing",
    60: "closed",
    65: "spam",
    69: "duplicate",
    75: "silently closed",
}
"""STATUS of a session -> what happened last."""
OPERATOR_WROTE = 40


class LastMessageView(TypedDict):
    """The last message of a dialog, in one line."""

    id: int
    date: str | None
    author_id: int | None
    role: str
    """client, operator, bot, system, or unknown."""
    text: str
    author: NotRequired[str]
    """Whom the connector names, where the portal names the client."""
    via_connector: NotRequired[bool]
    perhaps_client: NotRequired[bool]
    kind: NotRequired[str]
    files: NotRequired[list[dict[str, Any]]]


class DialogView(TypedDict):
    """A dialog in the list of a user; what belongs to a line is None for people and groups."""

    kind: Literal["line", "group", "person"]
    dialog_id: str
    chat_id: int
    title: str
    unread: int
    pinned: bool
    date: str | None
    last_message: LastMessageView
    line_id: int | None
    connector: str | None
    user_code: str | None
    session_id: int | None
    status: str | None
    client_waits: bool | None
    """Nobody has answered what the client wrote last."""
    operator_id: int | None
    """0 while the dialog waits in the queue; None where it cannot be read too."""
    silent: bool | None
    crm: list[dict[str, Any]] | None


class DialogsView(TypedDict):
    """A page of dialogs."""

    dialogs: list[DialogView]
    more: bool
    unreadable: NotRequired[int]
    """Rows that name no chat, and are not among them."""
    next_offset: NotRequired[int]
    next_last_message_date: NotRequired[str]


class MessagesView(TypedDict):
    """Messages of a dialog, oldest first."""

    chat_id: int
    dialog_id: str
    oldest_id: int | None
    newest_id: int | None
    unreadable: NotRequired[int]
    """Messages without a readable id, which are not among them."""
    messages: list[MessageView]


def view_dialogs(items: Any, *, lines_only: bool) -> tuple[list[DialogView], int]:
    """The items of a list, each dialog once: one that was offered can come in two ways; and how many name no chat."""
    rows, found = read_items(items), dict[str, DialogView]()
    views = [view_dialog(row) for row in rows if isinstance(row, dict)]
    readable = [view for view in views if view["chat_id"] or view["kind"] == "person"]
    for view in readable:
        found.setdefault(view["dialog_id"], view)
    shown = [view for view in found.values() if view["kind"] == "line" or not lines_only]
    return shown, len(rows) - len(readable)


def view_dialog(item: Mapping[str, Any]) -> DialogView:
    """One item of a list."""
    chat, lines = read_object(item.get("chat")), read_object(item.get("lines"))
    is_line = bool(lines) or chat.get("type") == "lines"
    kind: Literal["line", "group", "person"] = (
        "line" if is_line else "person" if item.get("type") == "user" else "group"
    )
    data = parse_entity_data_1(chat.get("entity_data_1"))
    line_id, connector = find_line_and_connector(chat.get("entity_id"), data) if is_line else (None, None)
    status, last = find_number(lines.get("status")), _view_last_message(item, chat)
    chat_id = find_chat_id(item)
    return {
        "kind": kind,
        "dialog_id": f"chat{chat_id}" if is_line else read_text(item.get("id")) or f"chat{chat_id}",
        "chat_id": chat_id,
        "title": read_text(item.get("title")),
        "unread": read_whole(item.get("counter")),
        "pinned": read_flag(item.get("pinned")) is True,
        "date": read_text(item.get("date_last_activity")) or read_text(item.get("date_update")) or None,
        "last_message": last,
        "line_id": line_id,
        "connector": connector,
        "user_code": (read_text(chat.get("entity_id")) or None) if is_line else None,
        "session_id": read_whole(lines.get("id")) or None,
        "status": _describe_status(status) if is_line else None,
        "client_waits": _find_client_waits(status, last) if is_line else None,
        "operator_id": find_owner(chat) if is_line else None,
        "silent": read_flag(chat.get("entity_data_3")) is True if is_line else None,
        "crm": parse_crm_links(chat.get("entity_data_2")) if is_line else None,
    }


def find_chat_id(item: Mapping[str, Any]) -> int:
    """The chat of an item; older portals tell it only in `chat.id`, or in `id`: chat206. 0 where none is told."""
    named = read_text(item.get("id")).removeprefix("chat") if read_text(item.get("id")).startswith("chat") else ""
    inside = read_object(item.get("chat")).get("id")
    told = (read_whole(item.get("chat_id")), read_whole(inside), read_whole(named))
    return next((number for number in told if 0 < number <= MAX_ID), 0)


def _describe_status(status: float | None) -> str:
    return "unknown" if status is None else STATUSES.get(int(status), str(status))


def _find_client_waits(status: float | None, last: LastMessageView) -> bool | None:
    """The status takes for the client's what a connector posted in the client's name."""
    if status is None:
        return None
    if status < OPERATOR_WROTE and last.get("via_connector"):
        return False if last["role"] == "operator" else None
    return status < OPERATOR_WROTE


def _view_last_message(item: Mapping[str, Any], chat: Mapping[str, Any]) -> LastMessageView:
    """The client is the last part of the USER_CODE; of an offered dialog the portal says no more of the author."""
    row, user = read_object(item.get("message")), read_object(item.get("user"))
    users = {read_whole(user.get("id")): user}
    known = Conversation(users, {}, find_client(chat.get("entity_id")), read_whole(chat.get("owner")))
    seen = view_message(row, known)
    view: LastMessageView = {
        "id": seen["id"],
        "date": seen["date"],
        "author_id": seen["author_id"],
        "role": seen["role"],
        "text": seen["text"],
    }
    if seen.get("via_connector"):
        view |= {"author": seen["author"] or "", "via_connector": True}
    if seen.get("perhaps_client"):
        view["perhaps_client"] = True
    if "kind" in seen:
        view["kind"] = seen["kind"]
    if files := seen.get("files") or _find_file(row):
        view["files"] = files
    return view


def _find_file(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The file of a last message, of which a list tells the name and the type."""
    file = read_object(row.get("file"))
    return [{name: file[name] for name in ("id", "name", "type") if name in file}] if file.get("name") else []


def render_dialogs(view: Mapping[str, Any]) -> str:
    """A line a dialog, and how to see more."""
    lines = [_render_dialog(found) for found in view["dialogs"]] or ["No dialogs."]
    following = [name for name in ("offset", "last_message_date") if f"next_{name}" in view]
    lines += render_unreadable(view)
    return "\n".join([*lines, *(f"More with {name}={view[f'next_{name}']}." for name in following)])


def _render_dialog(found: Mapping[str, Any]) -> str:
    last = found["last_message"]
    said = f"({last['author_id']}) {mark_untrusted(_shorten(join_lines(describe_content(last))), last['role'])}"
    head = f"{mark_unless_code(found['dialog_id'])} {mark_title(found['title'])}"
    if found["kind"] != "line":
        return f"{head}: {found['kind']}, unread {found['unread']}. {mark_unless_code(found['date'])} {said}"
    who = {None: "operator unknown", 0: "in the queue"}.get(found["operator_id"], f"operator {found['operator_id']}")
    silent = ", silent" if found["silent"] else ""
    line, connector, session = (mark_unless_code(found[name]) for name in ("line_id", "connector", "session_id"))
    where = f"line {line} {connector}, session {session}"
    date = mark_unless_code(found["date"])
    return f"{head}: {found['status']}, {who}{silent}, unread {found['unread']}; {where}. {date} {said}"


def _shorten(text: str) -> str:
    return text if len(text) <= LONGEST_LINE else f"{text[:LONGEST_LINE]}…"


def view_messages_page(result: Mapping[str, Any], asked: int) -> MessagesView:
    """Messages in time order, each with its author; `asked` is the chat that was asked for."""
    known = Conversation(index_by_id(result.get("users")), index_by_id(result.get("files")))
    found, unreadable = view_messages(result.get("messages"), known)
    chat_id = read_whole(result.get("chat_id")) or asked
    page: MessagesView = {
        "chat_id": chat_id,
        "dialog_id": f"chat{chat_id}",
        "oldest_id": found[0]["id"] if found else None,
        "newest_id": found[-1]["id"] if found else None,
        "messages": found,
    }
    return {**page, "unreadable": unreadable} if unreadable else page


def render_messages(view: Mapping[str, Any]) -> str:
    """The conversation as a transcript, and where it goes on."""
    lines = [f"{view['dialog_id']}, {len(view['messages'])} messages, oldest first."]
    lines += render_unreadable(view)
    for message in view["messages"]:
        marks = [" [unread]"] if message.get("unread") else []
        marks += [f" [answers #{message['reply_to']}]"] if "reply_to" in message else []
        lines.append(render_message(message) + "".join(marks))
    if view["messages"]:
        lines.append(f"Older ones: last_id={view['oldest_id']}. Newer ones: first_id={view['newest_id']}.")
    return "\n".join([*lines, *describe_cut(view["messages"], "last_id", "limit")])


def mark_dialogs(view: Mapping[str, Any]) -> dict[str, Any]:
    """A page of dialogs with everybody's words marked as theirs."""
    return {**view, "dialogs": [_mark_dialog(found) for found in view["dialogs"]]}


def _mark_dialog(found: Mapping[str, Any]) -> dict[str, Any]:
    last = found["last_message"]
    said = mark_untrusted(_shorten(join_lines(last["text"])), last["role"])
    shown = {"title": mark_title(found["title"]), "last_message": {**mark_untrusted_in(last), "text": said}}
    return {**mark_untrusted_in(found), **shown, "status": found["status"]}


def mark_conversation(view: Mapping[str, Any]) -> dict[str, Any]:
    """Messages of a dialog with everybody's words marked as theirs."""
    return {**view, "messages": mark_messages(view["messages"])}
