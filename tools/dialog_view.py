"""Dialogs and conversations in the short form that a model reads: the portal's codes in words."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NotRequired

from typing_extensions import TypedDict

from tools.result_types import read_whole
from tools.shortening import CUT
from tools.untrusted import mark_unless_code, mark_untrusted, mark_untrusted_in


class CrmLink(TypedDict):
    """A CRM record of a dialog."""

    type: str
    id: int


class ChatView(TypedDict):
    """The state of a dialog."""

    chat_id: int
    dialog_id: str | None
    title: str | None
    line_id: int | None
    connector: str | None
    user_code: str | None
    session_id: int | None
    status: str
    """In words."""
    owner: int
    """0 in the queue."""
    pinned: bool
    silent: bool
    crm: list[CrmLink]
    unread: int | None
    messages: int | None
    last_message_id: int | None
    created: str | None


class SpokenView(TypedDict):
    """A message of a transcript."""

    id: int
    date: str | None
    author_id: int
    author: str | None
    role: str
    text: str
    hidden: NotRequired[bool]
    """Written in silent mode: the client did not get it."""
    files: NotRequired[list[dict[str, Any]]]
    cut: NotRequired[int]
    """Characters that are missing at its end."""


class HistoryView(TypedDict):
    """One session as a list of messages."""

    session_id: int
    chat_id: int
    title: str | None
    line_id: int | None
    connector: str | None
    present_owner: int
    silent: bool
    supervisor_rating: int | None
    supervisor_comment: str | None
    left_out: int
    """Earlier messages."""
    messages: list[SpokenView]


_DATA_1 = ("crm", "crm_type", "crm_id", "pinned", "waits", "session_id", "created", "line_id", "blocked", "reason")


def parse_entity_data_1(value: str | None) -> dict[str, str]:
    """`Y|LEAD|1205|N|N|321|1773223732|0|0|0` by the names of its parts."""
    return dict(zip(_DATA_1, (value or "").split("|"), strict=False))


def parse_crm_links(value: str | None) -> list[dict[str, Any]]:
    """`LEAD|1209|COMPANY|0|CONTACT|0|DEAL|0` -> the links that are set."""
    parts = (value or "").split("|")
    pairs = zip(parts[::2], parts[1::2], strict=False)
    return [{"type": kind.lower(), "id": read_whole(part)} for kind, part in pairs if read_whole(part)]


def find_line_and_connector(user_code: str | None, data: Mapping[str, str]) -> tuple[int | None, str | None]:
    """The line that has the dialog now, and the channel it came through."""
    connector, _, rest = (user_code or "").partition("|")
    line = read_whole(data.get("line_id")) or read_whole(rest.partition("|")[0])
    return line or None, connector or None


def _describe_stage(owner: int, session_id: int, data: Mapping[str, str]) -> str:
    if not session_id:
        return "no session is open"
    if data.get("waits") == "Y":
        return "closing: waiting for the client after the operator finished"
    return f"with operator {owner}" if owner else "in the queue: nobody has taken it"


def view_dialog(chat: Mapping[str, Any]) -> dict[str, Any]:
    """The state of a dialog from the answer of dialog.get."""
    data = parse_entity_data_1(chat.get("entity_data_1"))
    owner, session_id = read_whole(chat.get("owner")), read_whole(data.get("session_id"))
    line_id, connector = find_line_and_connector(chat.get("entity_id"), data if session_id else {})
    return {
        "chat_id": chat.get("id"),
        "dialog_id": chat.get("dialog_id"),
        "title": chat.get("name"),
        "line_id": line_id,
        "connector": connector,
        "user_code": chat.get("entity_id"),
        "session_id": session_id or None,
        "status": _describe_stage(owner, session_id, data),
        "owner": owner,
        "pinned": data.get("pinned") == "Y",
        "silent": chat.get("entity_data_3") == "Y",
        "crm": parse_crm_links(chat.get("entity_data_2")),
        "unread": chat.get("counter"),
        "messages": chat.get("message_count"),
        "last_message_id": chat.get("last_message_id"),
        "created": chat.get("date_create"),
    }


def _format_yes_no(value: object) -> str:
    return "yes" if value else "no"


def mark_title(text: object) -> str:
    """A chat's title, which is mostly the client's name, marked as the client's."""
    return mark_untrusted(join_lines(text), "client")


def join_lines(text: object) -> str:
    """A name or title on one line."""
    return " ".join(str(text).split())


def _indent(text: str) -> str:
    """A message of several lines, indented so that a reader sees where it ends."""
    return "\n    ".join(text.splitlines())


def mark_dialog(view: Mapping[str, Any]) -> dict[str, Any]:
    """The state with the portal's and the client's words marked."""
    return {**mark_untrusted_in(view), "title": mark_title(view["title"]), "status": view["status"]}


def render_dialog(view: Mapping[str, Any]) -> str:
    """The state in a few lines."""
    crm = ", ".join(f"{mark_unless_code(link['type'])} {link['id']}" for link in view["crm"]) or "none"
    session, last = view["session_id"] or "none", mark_unless_code(view["last_message_id"])
    connector, messages, unread = (mark_unless_code(view[name]) for name in ("connector", "messages", "unread"))
    lines = (
        f"Chat {view['chat_id']} {mark_title(view['title'])}: {view['status']}.",
        f"Line {view['line_id']}, connector {connector}, session {session}, owner {view['owner']}.",
        f"Pinned: {_format_yes_no(view['pinned'])}. Silent: {_format_yes_no(view['silent'])}. CRM: {crm}.",
        f"Messages: {messages}, unread: {unread}, last message {last}.",
        f"USER_CODE {mark_unless_code(view['user_code'])}.",
    )
    return "\n".join(lines)


def find_role(author: int, user: Mapping[str, Any]) -> str:
    """What an author is in the dialog: client, operator, bot, system, or unknown."""
    if not author:
        return "system"
    if not user:
        return "unknown"
    if user.get("connector"):
        return "client"
    return "bot" if user.get("bot") else "operator"


def _view_message(message: Mapping[str, Any], users: Mapping[str, Any], files: Mapping[str, Any]) -> dict[str, Any]:
    author = message.get("senderid") or 0
    user = users.get(str(author)) or {}
    view = {
        "id": message["id"],
        "date": message.get("date"),
        "author_id": author,
        "author": user.get("name"),
        "role": find_role(author, user),
        "text": message.get("text") or "",
    }
    params = message.get("params") or {}
    if is_hidden(params.get("componentId")):
        view["hidden"] = True
    attached = params.get("fileId")
    if attached and isinstance(attached, list):
        view["files"] = [_view_file(files.get(str(item)) or {"id": item}) for item in attached]
    return view


def _view_file(file: Mapping[str, Any]) -> dict[str, Any]:
    return {key: file[key] for key in ("id", "name", "type", "size") if key in file}


def view_history(result: Mapping[str, Any], last: int, before: int | None = None) -> dict[str, Any]:
    """One session as a list of messages, oldest first; only the newest `last` of those before a message."""
    users, files = result.get("users") or {}, result.get("files") or {}
    messages = sorted((result.get("message") or {}).values(), key=lambda message: int(message["id"]))
    messages = [message for message in messages if before is None or int(message["id"]) < before]
    chat = (result.get("chat") or {}).get(str(result["chatId"])) or {}
    line_id, connector = find_line_and_connector(chat.get("entityId"), parse_entity_data_1(chat.get("entityData1")))
    return {
        "session_id": result["sessionId"],
        "chat_id": result["chatId"],
        "title": chat.get("name"),
        "line_id": line_id,
        "connector": connector,
        "present_owner": read_whole(chat.get("owner")),
        "silent": chat.get("entityData3") == "Y",
        "supervisor_rating": result.get("sessionVoteHead") or None,
        "supervisor_comment": result.get("sessionCommentHead") or None,
        "left_out": max(0, len(messages) - last),
        "messages": [_view_message(message, users, files) for message in messages[-last:]],
    }


def render_history(view: Mapping[str, Any]) -> str:
    """A conversation as one line of heading and one entry a message."""
    where = f"line {view['line_id']}, connector {mark_unless_code(view['connector'])}"
    owner = f"the chat's owner now is {view['present_owner']}, silent: {_format_yes_no(view['silent'])}"
    lines = [f"Session {view['session_id']} in chat {view['chat_id']} {mark_title(view['title'])}, {where}; {owner}."]
    if view["supervisor_rating"] or view["supervisor_comment"]:
        rating, comment = view["supervisor_rating"] or "none", view["supervisor_comment"]
        said = mark_untrusted(_indent(comment), "operator") if comment else "none"
        lines.append(f"Supervisor: rating {mark_unless_code(rating)}, comment: {said}")
    if view["left_out"]:
        begins = view["messages"][0]["id"] if view["messages"] else 0
        lines.append(f"({view['left_out']} earlier messages left out: before={begins} shows them)")
    return "\n".join(
        [*lines, *map(render_message, view["messages"]), *describe_cut(view["messages"], "before", "last")]
    )


def mark_history(view: Mapping[str, Any]) -> dict[str, Any]:
    """A conversation with everybody's words marked as theirs."""
    comment = view["supervisor_comment"]
    return {
        **mark_untrusted_in({**view, "messages": []}),
        "title": mark_title(view["title"]),
        "supervisor_comment": comment and mark_untrusted(comment, "operator"),
        "messages": mark_messages(view["messages"]),
    }


def mark_messages(messages: Iterable[Mapping[str, Any]]) -> list[SpokenView]:
    """Messages of a transcript with what was said marked as its author's."""
    return [_mark_message(message) for message in messages]


def _mark_message(message: Mapping[str, Any]) -> SpokenView:
    role, author = message["role"], message["author"]
    marked: SpokenView = mark_untrusted_in(message, role)
    marked["author"] = author and mark_untrusted(author, role)
    marked["text"] = mark_untrusted(message["text"], role)
    return marked


def describe_cut(messages: Iterable[Mapping[str, Any]], before: str, last: str) -> Iterator[str]:
    """How to see a message whole that was cut, by the names of the arguments."""
    if cut := [message["id"] for message in messages if CUT in message]:
        yield f"A message that was cut is shown whole by {before}=ID+1 {last}=1: {before}={cut[0] + 1} for #{cut[0]}."


def is_hidden(component: object) -> bool:
    """Whether a message, by how the messenger shows it, was written in silent mode: the client did not get it."""
    return "HiddenMessage" in str(component)


def _name_file(file: Mapping[str, Any]) -> str:
    """What `file_get` finds it by, and its name."""
    return f" [file {' '.join(filter(None, (str(read_whole(file.get('id'))), join_lines(file.get('name') or ''))))}]"


def render_message(message: Mapping[str, Any]) -> str:
    """A message of a transcript, what was said marked as its author's."""
    author = f"{join_lines(message['author'])}: " if message["author"] else ""
    files = "".join(map(_name_file, message.get("files", ())))
    rest = f" [{message[CUT]} more characters]" if CUT in message else ""
    said = mark_untrusted(f"{author}{_indent(message['text'])}{files}", message["role"]) + rest
    hidden = " hidden from the client" if message.get("hidden") else ""
    date, author_id = mark_unless_code(message["date"]), mark_unless_code(message["author_id"])
    return f"#{message['id']} {date} ({author_id}){hidden} {said}"
