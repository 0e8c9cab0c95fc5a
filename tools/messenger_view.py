"""Dialogs, messages and people of the messenger in the short form that a model reads and other tools build on."""

from collections.abc import Mapping
from typing import Any, Literal, NotRequired

from typing_extensions import TypedDict

from tools.dialog_view import (
    describe_cut,
    find_line_and_connector,
    find_role,
    is_hidden,
    join_lines,
    mark_messages,
    mark_title,
    parse_crm_links,
    parse_entity_data_1,
    render_message,
)
from tools.result_types import read_whole
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
    author_id: int
    role: str
    """client, operator, bot, system, or unknown."""
    text: str


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
    """0 while the dialog waits in the queue."""
    silent: bool | None
    crm: list[dict[str, Any]] | None


class DialogsView(TypedDict):
    """A page of dialogs."""

    dialogs: list[DialogView]
    more: bool
    next_offset: NotRequired[int]
    next_last_message_date: NotRequired[str]


class MessageView(TypedDict):
    """A message of a dialog."""

    id: int
    date: str | None
    author_id: int
    author: str | None
    role: str
    text: str
    unread: NotRequired[bool]
    hidden: NotRequired[bool]
    """Written in silent mode: the client did not get it."""
    reply_to: NotRequired[int]
    files: NotRequired[list[dict[str, Any]]]


class MessagesView(TypedDict):
    """Messages of a dialog, oldest first."""

    chat_id: int
    dialog_id: str
    oldest_id: int | None
    newest_id: int | None
    messages: list[MessageView]


class ColleaguesView(TypedDict):
    """A page of employees."""

    users: list[dict[str, Any]]
    next_start: NotRequired[int]


class ColleagueView(TypedDict):
    """An employee or guest of the portal."""

    id: int
    name: str
    position: str | None
    departments: list[int]
    email: str | None
    phone: str | None
    active: bool
    online: bool
    type: str | None


def view_dialogs(items: list[Mapping[str, Any]], *, lines_only: bool) -> list[DialogView]:
    """The items of a list, each dialog once: one that was offered can come in two ways."""
    found: dict[str, DialogView] = {}
    for view in map(view_dialog, items):
        found.setdefault(view["dialog_id"], view)
    return [view for view in found.values() if view["kind"] == "line" or not lines_only]


def view_dialog(item: Mapping[str, Any]) -> DialogView:
    """One item of a list."""
    chat, lines = item.get("chat") or {}, item.get("lines") or {}
    is_line = bool(lines) or chat.get("type") == "lines"
    kind: Literal["line", "group", "person"] = (
        "line" if is_line else "person" if item.get("type") == "user" else "group"
    )
    data = parse_entity_data_1(chat.get("entity_data_1"))
    line_id, connector = find_line_and_connector(chat.get("entity_id"), data) if is_line else (None, None)
    status = read_whole(lines.get("status"))
    return {
        "kind": kind,
        "dialog_id": str(item.get("id") or f"chat{read_whole(item.get('chat_id'))}"),
        "chat_id": read_whole(item.get("chat_id")),
        "title": item.get("title") or "",
        "unread": read_whole(item.get("counter")),
        "pinned": item.get("pinned") is True,
        "date": item.get("date_last_activity") or item.get("date_update"),
        "last_message": _view_last_message(item, chat),
        "line_id": line_id,
        "connector": connector,
        "user_code": chat.get("entity_id") if is_line else None,
        "session_id": read_whole(lines.get("id")) or None,
        "status": STATUSES.get(status, str(status)) if is_line else None,
        "client_waits": status < OPERATOR_WROTE if is_line else None,
        "operator_id": read_whole(chat.get("owner")) if is_line else None,
        "silent": chat.get("entity_data_3") == "Y" if is_line else None,
        "crm": parse_crm_links(chat.get("entity_data_2")) if is_line else None,
    }


def _view_last_message(item: Mapping[str, Any], chat: Mapping[str, Any]) -> LastMessageView:
    message = item.get("message") or {}
    author = read_whole(message.get("author_id"))
    return {
        "id": read_whole(message.get("id")),
        "date": message.get("date"),
        "author_id": author,
        "role": _find_role(author, item.get("user") or {}, chat.get("entity_id")),
        "text": message.get("text") or "",
    }


def _find_role(author: int, user: Mapping[str, Any], user_code: str | None) -> str:
    """The client is the last part of the USER_CODE; of an offered dialog the portal says no more of the author."""
    if author and author == read_whole((user_code or "").rpartition("|")[2]):
        return "client"
    return find_role(author, user if read_whole(user.get("id")) == author else {})


def render_dialogs(view: Mapping[str, Any]) -> str:
    """A line a dialog, and how to see more."""
    lines = [_render_dialog(found) for found in view["dialogs"]] or ["No dialogs."]
    following = [name for name in ("offset", "last_message_date") if f"next_{name}" in view]
    return "\n".join([*lines, *(f"More with {name}={view[f'next_{name}']}." for name in following)])


def _render_dialog(found: Mapping[str, Any]) -> str:
    last = found["last_message"]
    said = f"({last['author_id']}) {mark_untrusted(_shorten(join_lines(last['text'])), last['role'])}"
    head = f"{mark_unless_code(found['dialog_id'])} {mark_title(found['title'])}"
    if found["kind"] != "line":
        return f"{head}: {found['kind']}, unread {found['unread']}. {mark_unless_code(found['date'])} {said}"
    who = f"operator {found['operator_id']}" if found["operator_id"] else "in the queue"
    silent = ", silent" if found["silent"] else ""
    where = f"line {found['line_id']} {mark_unless_code(found['connector'])}, session {found['session_id']}"
    date = mark_unless_code(found["date"])
    return f"{head}: {found['status']}, {who}{silent}, unread {found['unread']}; {where}. {date} {said}"


def _shorten(text: str) -> str:
    return text if len(text) <= LONGEST_LINE else f"{text[:LONGEST_LINE]}…"


def view_messages(result: Mapping[str, Any]) -> MessagesView:
    """Messages in time order, each with its author."""
    users = {read_whole(user.get("id")): user for user in result.get("users") or ()}
    files = {read_whole(file.get("id")): file for file in result.get("files") or ()}
    found = sorted(
        (_view_message(message, users, files) for message in result["messages"]), key=lambda view: view["id"]
    )
    return {
        "chat_id": result["chat_id"],
        "dialog_id": f"chat{result['chat_id']}",
        "oldest_id": found[0]["id"] if found else None,
        "newest_id": found[-1]["id"] if found else None,
        "messages": found,
    }


def _view_message(
    message: Mapping[str, Any], users: Mapping[int, Mapping[str, Any]], files: Mapping[int, Mapping[str, Any]]
) -> MessageView:
    author, params = read_whole(message.get("author_id")), message.get("params") or {}
    user = users.get(author) or {}
    view: MessageView = {
        "id": message["id"],
        "date": message.get("date"),
        "author_id": author,
        "author": user.get("name"),
        "role": find_role(author, user),
        "text": message.get("text") or "",
    }
    if message.get("unread") is True:
        view["unread"] = True
    if is_hidden(params.get("COMPONENT_ID")):
        view["hidden"] = True
    if answered := read_whole(params.get("REPLY_ID")):
        view["reply_to"] = answered
    if isinstance(attached := params.get("FILE_ID"), list) and attached:
        view["files"] = [_view_file(files.get(read_whole(number)) or {"id": number}) for number in attached]
    return view


def _view_file(file: Mapping[str, Any]) -> dict[str, Any]:
    return {name: file[name] for name in ("id", "name", "type", "size") if name in file}


def render_messages(view: Mapping[str, Any]) -> str:
    """The conversation as a transcript, and where it goes on."""
    lines = [f"{view['dialog_id']}, {len(view['messages'])} messages, oldest first."]
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


def view_colleague(person: Mapping[str, Any]) -> ColleagueView:
    """One user of the portal."""
    departments = person.get("UF_DEPARTMENT")
    return {
        "id": read_whole(person.get("ID")),
        "name": " ".join(filter(None, (person.get("NAME"), person.get("LAST_NAME")))),
        "position": person.get("WORK_POSITION") or None,
        "departments": [read_whole(number) for number in departments] if isinstance(departments, list) else [],
        "email": person.get("EMAIL") or None,
        "phone": person.get("WORK_PHONE") or person.get("PERSONAL_MOBILE") or person.get("UF_PHONE_INNER") or None,
        "active": person.get("ACTIVE") is True,
        "online": person.get("IS_ONLINE") == "Y",
        "type": person.get("USER_TYPE"),
    }


def render_colleague(view: Mapping[str, Any]) -> str:
    """One user in one line."""
    where = f"departments {', '.join(map(str, view['departments']))}" if view["departments"] else "no department"
    state = "dismissed or blocked" if not view["active"] else "online" if view["online"] else "offline"
    parts = (view["name"], view["position"], view["email"], view["phone"])
    told = mark_untrusted(", ".join(join_lines(part) for part in parts if part), "portal")
    kind = f", {mark_unless_code(view['type'])}" if view["type"] else ""
    return f"{view['id']} {told}: {where}{kind}, {state}"
