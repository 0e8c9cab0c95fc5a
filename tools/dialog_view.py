"""Dialogs and conversations in the short form that a model reads: the portal's codes in words."""

from collections.abc import Iterator, Mapping
from typing import Any, NotRequired

from typing_extensions import TypedDict

from tools.message_view import (
    Conversation,
    MessageView,
    describe_content,
    describe_cut,
    describe_rest,
    find_client,
    index_by_id,
    join_lines,
    mark_messages,
    view_messages,
)
from tools.result_types import find_number, read_flag, read_text, read_whole
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
    owner: int | None
    """0 in the queue; None where it cannot be read."""
    pinned: bool
    silent: bool
    crm: list[CrmLink]
    unread: int | None
    messages: int | None
    last_message_id: int | None
    created: str | None


class HistoryView(TypedDict):
    """One session as a list of messages."""

    session_id: int | None
    chat_id: int | None
    title: str | None
    line_id: int | None
    connector: str | None
    present_owner: int | None
    silent: bool
    supervisor_rating: int | None
    supervisor_comment: str | None
    left_out: int
    """Earlier messages."""
    unreadable: NotRequired[int]
    """Messages without a readable id, which are not among them."""
    messages: list[MessageView]


_DATA_1 = ("crm", "crm_type", "crm_id", "pinned", "waits", "session_id", "created", "line_id", "blocked", "reason")


def parse_entity_data_1(value: object) -> dict[str, str]:
    """`Y|LEAD|1205|N|N|321|1773223732|0|0|0` by the names of its parts."""
    return dict(zip(_DATA_1, read_text(value).split("|"), strict=False))


def parse_crm_links(value: object) -> list[dict[str, Any]]:
    """`LEAD|1209|COMPANY|0|CONTACT|0|DEAL|0` -> the links that are set."""
    parts = read_text(value).split("|")
    pairs = zip(parts[::2], parts[1::2], strict=False)
    return [{"type": kind.lower(), "id": read_whole(part)} for kind, part in pairs if read_whole(part)]


def find_session_id(data: Mapping[str, str]) -> int | None:
    """The open session in a dialog's first field, 0 where none is open; None where it cannot be read."""
    found = find_number(data.get("session_id", "none") or 0)
    return found if isinstance(found, int) else None


def find_line_and_connector(user_code: object, data: Mapping[str, str]) -> tuple[int | None, str | None]:
    """The line that has the dialog now, and the channel it came through."""
    connector, _, rest = read_text(user_code).partition("|")
    line = read_whole(data.get("line_id")) or read_whole(rest.partition("|")[0])
    return line or None, connector or None


def find_owner(chat: Mapping[str, Any]) -> int | None:
    """A dialog's operator, 0 for the queue; None where it cannot be read."""
    owner = find_number(chat.get("owner"))
    return owner if isinstance(owner, int) and owner >= 0 else None


def _describe_stage(owner: int | None, session_id: int | None, data: Mapping[str, str]) -> str:
    if session_id is None:
        return "not known: its session could not be read"
    if not session_id:
        return "no session is open"
    if data.get("waits") == "Y":
        return "closing: waiting for the client after the operator finished"
    if owner is None:
        return "open, and its operator could not be read"
    return f"with operator {owner}" if owner else "in the queue: nobody has taken it"


def view_dialog(chat: Mapping[str, Any]) -> dict[str, Any]:
    """The state of a dialog from the answer of dialog.get."""
    data = parse_entity_data_1(chat.get("entity_data_1"))
    owner, session_id = find_owner(chat), find_session_id(data)
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
        "silent": read_flag(chat.get("entity_data_3")) is True,
        "crm": parse_crm_links(chat.get("entity_data_2")),
        "unread": chat.get("counter"),
        "messages": chat.get("message_count"),
        "last_message_id": chat.get("last_message_id"),
        "created": chat.get("date_create"),
    }


def _name(number: int | None) -> str:
    return "not known" if number is None else str(number)


def _format_yes_no(value: object) -> str:
    return "yes" if value else "no"


def mark_title(text: object) -> str:
    """A chat's title, which is mostly the client's name, marked as the client's."""
    return mark_untrusted(join_lines(text), "client")


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
        f"Line {view['line_id']}, connector {connector}, session {session}, owner {_name(view['owner'])}.",
        f"Pinned: {_format_yes_no(view['pinned'])}. Silent: {_format_yes_no(view['silent'])}. CRM: {crm}.",
        f"Messages: {messages}, unread: {unread}, last message {last}.",
        f"USER_CODE {mark_unless_code(view['user_code'])}.",
    )
    return "\n".join(lines)


def view_history(result: Mapping[str, Any], last: int, before: int | None = None) -> dict[str, Any]:
    """One session as a list of messages, oldest first; only the newest `last` of those before a message."""
    chat = find_history_chat(result)
    known = Conversation(
        index_by_id(result.get("users")),
        index_by_id(result.get("files")),
        find_client(chat.get("entityId")),
        read_whole(chat.get("owner")),
    )
    messages, unreadable = view_messages(result.get("message"), known)
    messages = [message for message in messages if before is None or message["id"] < before]
    line_id, connector = find_line_and_connector(chat.get("entityId"), parse_entity_data_1(chat.get("entityData1")))
    return {
        "session_id": read_whole(result.get("sessionId")) or None,
        "chat_id": read_whole(result.get("chatId")) or read_whole(chat.get("id")) or None,
        "title": chat.get("name"),
        "line_id": line_id,
        "connector": connector,
        "present_owner": find_owner(chat),
        "silent": read_flag(chat.get("entityData3")) is True,
        "supervisor_rating": result.get("sessionVoteHead") or None,
        "supervisor_comment": result.get("sessionCommentHead") or None,
        "left_out": max(0, len(messages) - last),
        **({"unreadable": unreadable} if unreadable else {}),
        "messages": messages[-last:],
    }


def find_history_chat(result: Mapping[str, Any]) -> Mapping[str, Any]:
    """The chat of a session's history, in the older spelling; empty where it is not told."""
    rows = index_by_id(result.get("chat"))
    number = read_whole(result.get("chatId"))
    return rows.get(number) or (next(iter(rows.values())) if len(rows) == 1 else {})


def render_history(view: Mapping[str, Any]) -> str:
    """A conversation as one line of heading and one entry a message."""
    where = f"line {view['line_id']}, connector {mark_unless_code(view['connector'])}"
    owner = f"the chat's owner now is {_name(view['present_owner'])}, silent: {_format_yes_no(view['silent'])}"
    session, chat = _name(view["session_id"]), _name(view["chat_id"])
    lines = [f"Session {session} in chat {chat} {mark_title(view['title'])}, {where}; {owner}."]
    if view["supervisor_rating"] or view["supervisor_comment"]:
        rating, comment = view["supervisor_rating"] or "none", view["supervisor_comment"]
        said = mark_untrusted(_indent(comment), "operator") if comment else "none"
        lines.append(f"Supervisor: rating {mark_unless_code(rating)}, comment: {said}")
    if view["left_out"]:
        begins = view["messages"][0]["id"] if view["messages"] else 0
        lines.append(f"({view['left_out']} earlier messages left out: before={begins} shows them)")
    lines += list(render_unreadable(view))
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


def render_unreadable(view: Mapping[str, Any]) -> Iterator[str]:
    """How many rows of a list could not be shown."""
    if number := view.get("unreadable"):
        yield f"({number} {'is' if number == 1 else 'are'} not shown: no readable id)"


def render_message(message: Mapping[str, Any]) -> str:
    """A message of a transcript, what was said marked as its author's."""
    author = f"{join_lines(message['author'])}: " if message["author"] else ""
    said = mark_untrusted(f"{author}{_indent(describe_content(message))}", message["role"]) + describe_rest(message)
    is_odd = message.get("odd_params", False)
    hidden = " hidden from the client" if message.get("hidden") else ""
    hidden += " with parameters that cannot be read: files may be missing, and it may be hidden" * is_odd
    posted = " posted by the connector" if message.get("via_connector") else ""
    date, author_id = mark_unless_code(message["date"]), mark_unless_code(message["author_id"])
    return f"#{message['id']} {date} ({author_id}){hidden}{posted} {said}"
