"""Messages in the short form that a model reads: who wrote each, and what it is where it is no text."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NotRequired

from typing_extensions import TypedDict

from tools.bbcode import read_bbcode
from tools.message_authors import recognize_post
from tools.result_types import find_number, read_flag, read_items, read_object, read_text, read_whole
from tools.shortening import CUT
from tools.untrusted import mark_untrusted, mark_untrusted_in

Role = Literal["client", "operator", "bot", "system", "unknown"]
FILE_FIELDS = ("id", "name", "type", "size")
UNREADABLE_TEXT = "[text in a form that cannot be read]"
NO_PARAMS: tuple[object, ...] = (None, [], "", False)
"""How PHP writes parameters of which there are none."""
NO_TEXT = "[message without text]"
IN_PLACE_OF_TEXT = {"deleted": "[deleted message]", "sticker": "[sticker]", "attachment": "[attachment]"}
"""What a message without text or file is shown as."""


class MessageView(TypedDict):
    """A message of a dialog."""

    id: int
    date: str | None
    author_id: int | None
    """None where it cannot be read."""
    author: str | None
    role: Role
    text: str
    """In plain words; as it came while the role is not known, as then its connector's mark is still looked for."""
    perhaps_client: NotRequired[bool]
    """The author is not known, and may be the client."""
    via_connector: NotRequired[bool]
    """The portal names the client as the author, and the connector somebody else, or itself (role system)."""
    kind: NotRequired[str]
    """deleted, sticker or attachment."""
    unread: NotRequired[bool]
    hidden: NotRequired[bool]
    """Written in silent mode: the client did not get it."""
    reply_to: NotRequired[int]
    files: NotRequired[list[dict[str, Any]]]
    session_id: NotRequired[int]
    odd_params: NotRequired[bool]
    """Its parameters cannot be read: it may have files, or be hidden from the client."""
    cut: NotRequired[int]
    """Characters that are missing at its end."""


@dataclass(frozen=True)
class Conversation:
    """What is known beside the messages of a dialog."""

    users: Mapping[int, Mapping[str, Any]]
    files: Mapping[int, Mapping[str, Any]]
    client: int = 0
    """User id of the client, the last part of the USER_CODE; 0 where it is not known."""
    owner: int = 0
    """The dialog's operator; 0 where there is none, or none is known."""

    def find_role(self, author: int | None) -> Role:
        """What an author is in the dialog; unknown where neither the users nor the USER_CODE tell."""
        if author is None:
            return "unknown"
        if author and author == self.client:
            return "client"
        if author and author == self.owner and author not in self.users:
            return "operator"
        return find_role(author, self.users.get(author) or {})


def find_client(user_code: object) -> int:
    """User id of the client, by the USER_CODE: `livechat|1|9206|106` -> 106; 0 where it names none."""
    return read_whole(read_text(user_code).rpartition("|")[2])


def find_role(author: int, user: Mapping[str, Any]) -> Role:
    """What an author is in the dialog, by what the portal shows of the user: client, operator, bot, system, unknown."""
    if not author:
        return "system"
    kind = user.get("external_auth_id") or user.get("externalAuthId")
    is_client, is_bot = read_flag(user.get("connector")), read_flag(user.get("bot"))
    if is_client is True or kind == "imconnector":
        return "client"
    if is_bot is True or kind == "bot":
        return "bot"
    is_told = user and all(flag is None or isinstance(flag, bool) for flag in (is_client, is_bot))
    return "operator" if is_told else "unknown"


def index_by_id(rows: Any) -> dict[int, Mapping[str, Any]]:
    """Users or files by id, whether they came as a list or as a map by id."""
    keyed = rows.items() if isinstance(rows, dict) else ((0, row) for row in read_items(rows))
    return {read_whole(row.get("id")) or read_whole(key): row for key, row in keyed if isinstance(row, dict)}


def view_messages(rows: Any, known: Conversation) -> tuple[list[MessageView], int]:
    """The messages of a list or map, oldest first, and how many are not among them because they have no readable id."""
    items = read_items(rows)
    found = [row for row in items if isinstance(row, dict) and read_whole(row.get("id")) > 0]
    return sorted((view_message(row, known) for row in found), key=lambda view: view["id"]), len(items) - len(found)


def view_message(row: Mapping[str, Any], known: Conversation) -> MessageView:
    """One message, in either of the messenger's two spellings."""
    params = _read_params(row.get("params"))
    author = _read_author(row)
    user = known.users.get(author or 0) or {}
    view: MessageView = {
        "id": read_whole(row.get("id")),
        "date": read_text(row.get("date")) or None,
        "author_id": author,
        "author": read_text(user.get("name")) or None,
        "role": known.find_role(author),
        "text": _read_message_text(row.get("text")),
    }
    if view["role"] == "unknown" and not (author and known.client):
        view["perhaps_client"] = True
    if kind := _find_kind(row, params):
        view["kind"] = kind
    if read_flag(row.get("unread")) is True:
        view["unread"] = True
    if is_hidden(params.get("componentid")):
        view["hidden"] = True
    if not isinstance(row.get("params"), dict) and row.get("params") not in NO_PARAMS:
        view["odd_params"] = True
    if answered := read_whole(params.get("replyid")):
        view["reply_to"] = answered
    if attached := _list_files(params.get("fileid"), known.files):
        view["files"] = attached
    return name_poster(view)


def name_poster(view: MessageView) -> MessageView:
    """The same message in plain words, with the role and author that its connector names in the client's name."""
    if view["role"] == "unknown":
        return view
    if view["role"] == "client" and (post := recognize_post(view["text"])):
        who, text = post.author or ("the company" if post.role == "operator" else "notice"), read_bbcode(post.text)
        return {**view, "role": post.role, "author": f"{who} via connector", "text": text, "via_connector": True}
    return {**view, "text": read_bbcode(view["text"])}


def read_words(message: Mapping[str, Any]) -> str:
    """What a message says, in plain words."""
    text: str = message["text"]
    return read_bbcode(text) if message["role"] == "unknown" else text


def identify_client(view: MessageView, client: int, owner: int = 0) -> MessageView:
    """The same message, where the users did not tell its author but the client's or the operator's id is known."""
    if view["role"] != "unknown" or not view["author_id"] or not client:
        return view
    known = Conversation({}, {}, client, owner)
    view = {**view, "role": known.find_role(view["author_id"])}
    view.pop("perhaps_client", None)
    return name_poster(view)


def describe_content(message: Mapping[str, Any]) -> str:
    """What a message says, and the files with it; what it is where it is nothing of both."""
    files = [f"[file {join_lines(file.get('name') or file.get('id'))}]" for file in message.get("files", ())]
    kind = IN_PLACE_OF_TEXT.get(message.get("kind", ""), "")
    return (
        " ".join(filter(None, (read_words(message), *files)))
        or kind
        or ("" if message["role"] == "system" else NO_TEXT)
    )


def mark_messages(messages: Iterable[Mapping[str, Any]]) -> list[MessageView]:
    """Messages of a transcript with what was said marked as its author's."""
    return [_mark_message(message) for message in messages]


def _mark_message(message: Mapping[str, Any]) -> MessageView:
    role, author = message["role"], message["author"]
    marked: MessageView = mark_untrusted_in(message, role)
    marked["author"] = author and mark_untrusted(author, role)
    marked["text"] = mark_untrusted(read_words(message), role)
    return marked


def mark_files(files: Iterable[Mapping[str, Any]], author: str) -> list[dict[str, Any]]:
    """Files of a message, marked as its author's."""
    return [mark_untrusted_in(file, author) for file in files]


def describe_rest(message: Mapping[str, Any]) -> str:
    """How much of a message is missing, where it was cut."""
    return f" [{message[CUT]} more characters]" if CUT in message else ""


def describe_cut(messages: Iterable[Mapping[str, Any]], before: str, last: str) -> Iterator[str]:
    """How to see a message whole that was cut, by the names of the arguments."""
    if cut := [message["id"] for message in messages if CUT in message]:
        yield f"A message that was cut is shown whole by {before}=ID+1 {last}=1: {before}={cut[0] + 1} for #{cut[0]}."


def join_lines(text: object) -> str:
    """A name or title on one line."""
    return " ".join(str(text).split())


def is_hidden(component: object) -> bool:
    """Whether a message, by how the messenger shows it, was written in silent mode: the client did not get it."""
    return "HiddenMessage" in str(component)


def _read_params(params: Any) -> dict[str, Any]:
    """By their names in lower case without underscores, as the two spellings differ in these: FILE_ID, fileId."""
    return {str(name).replace("_", "").lower(): value for name, value in read_object(params).items()}


def _read_author(row: Mapping[str, Any]) -> int | None:
    """None where it cannot be read; the portal itself is 0."""
    found = find_number(row.get("author_id", row.get("senderid")))
    return found if isinstance(found, int) and found >= 0 else None


def _read_message_text(value: Any) -> str:
    text = read_text(value)
    return text if text or value in (None, "") else UNREADABLE_TEXT


def _find_kind(row: Mapping[str, Any], params: Mapping[str, Any]) -> str:
    """What a message is beside its text and files; empty for an ordinary one."""
    if read_flag(params.get("isdeleted")) is True:
        return "deleted"
    if params.get("stickerparams") or params.get("stickerid") or row.get("sticker"):
        return "sticker"
    return "attachment" if params.get("attach") or row.get("attach") is True else ""


def _list_files(attached: Any, files: Mapping[int, Mapping[str, Any]]) -> list[dict[str, Any]]:
    numbers = read_items(attached) if isinstance(attached, list | dict) else [attached] if attached else []
    return [_view_file(files.get(read_whole(number)) or {"id": number}) for number in numbers]


def _view_file(file: Mapping[str, Any]) -> dict[str, Any]:
    return {name: file[name] for name in FILE_FIELDS if name in file}
