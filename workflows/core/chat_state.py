"""A dialog as it stands, read from dialog.get."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self

from tools.dialog_view import (
    find_line_and_connector,
    find_owner,
    find_session_id,
    parse_crm_links,
    parse_entity_data_1,
)
from tools.dialogs import DialogGet
from tools.fields import MAX_ID
from tools.message_view import find_client, join_lines
from tools.result_types import read_flag, read_text, read_whole
from tools.untrusted import mark_untrusted
from workflows.core.context import Context

NOT_SEEN = "ACCESS_ERROR"
"""What dialog.get answers where there is no such dialog, and where the caller may not see it."""

SESSION, OPERATOR, SILENT_MODE, CHANNEL = "session", "operator", "silent mode", "channel"
"""What of a dialog may be unclear."""
CRM_TYPES = frozenset({"lead", "deal", "contact", "company"})
"""Kinds of records through which a client can be written to."""


@dataclass(frozen=True)
class ChatState:
    """A dialog and its present session."""

    id: int
    title: str
    """Usually the client's name and the line's."""
    line_id: int
    connector: str
    user_code: str
    session_id: int
    """0 where no session is open."""
    began: int
    """Of the session, in Unix seconds; 0 where the portal does not tell."""
    closing: bool
    """Finished once: waits for the client's rating, or for its time to be over."""
    owner: int
    """0 while it waits in the queue, or the line's welcome bot has it."""
    role: str
    """The caller's: owner, manager, member or guest; empty where the portal does not tell."""
    pinned: bool
    silent: bool
    crm: tuple[tuple[str, int], ...]
    """Kinds and numbers of CRM records, the main one first."""
    messages: int
    last_message_id: int
    unclear: tuple[str, ...] = ()
    """What of it is not known because the answer cannot be read: session, operator, silent mode, channel."""

    @classmethod
    def from_answer(cls, chat: Mapping[str, Any]) -> Self:
        """Read the answer of `imopenlines.dialog.get` with all its fields, in snake_case.

        What is missing or cannot be read counts as 0, empty or false; where that could mislead, `unclear` names it. The
        fields `entity_data_1`, `_2` and `_3` hold the session, the CRM records and silent mode, as the official page of
        the method describes.
        """
        data = parse_entity_data_1(chat.get("entity_data_1"))
        session_id = _read_id(data.get("session_id"))
        line_id, connector = find_line_and_connector(chat.get("entity_id"), data if session_id else {})
        return cls(
            id=_read_id(chat.get("id")),
            title=join_lines(read_text(chat.get("name"))),
            line_id=_read_id(line_id),
            connector=connector or "",
            user_code=read_text(chat.get("entity_id")),
            session_id=session_id,
            began=read_whole(data.get("created")),
            closing=bool(session_id) and data.get("waits") == "Y",
            owner=_read_id(chat.get("owner")),
            role=read_text(chat.get("role")).lower(),
            pinned=data.get("pinned") == "Y",
            silent=read_flag(chat.get("entity_data_3")) is True,
            crm=_read_records(data, chat.get("entity_data_2")),
            messages=_read_id(chat.get("message_count")),
            last_message_id=_read_id(chat.get("last_message_id")),
            unclear=tuple(_list_unclear(chat, data)),
        )

    @property
    def client_id(self) -> int:
        """The client's user, by the USER_CODE; 0 where it names none."""
        return find_client(self.user_code)

    @property
    def open(self) -> bool:
        """Whether a session is open, one that is closing included."""
        return self.session_id > 0

    @property
    def queued(self) -> bool:
        """Whether a session is open that nobody has, as far as both can be read."""
        return self.open and not self.owner and {SESSION, OPERATOR}.isdisjoint(self.unclear)

    @property
    def client(self) -> str:
        """The client's name."""
        return extract_client(self.title)

    @property
    def record(self) -> tuple[str, int] | None:
        """The CRM record through which the client can be written to without the messenger."""
        return next((record for record in self.crm if record[0] in CRM_TYPES), None)

    def __str__(self) -> str:
        return f"chat {self.id} {quote(self.title)}"

    @property
    def participates(self) -> bool:
        """Whether the caller is in it, as operator or besides."""
        return self.role in {"owner", "manager", "member"}

    def stage(self, owner: str = "") -> str:
        """How it stands, in words: closed, closing, waiting in the queue, or with its owner by that name."""
        if SESSION in self.unclear:
            return "not known: its session could not be read"
        if not self.open:
            return "closed"
        if self.closing:
            return "closing"
        if OPERATOR in self.unclear:
            return "open, and its operator could not be read"
        return f"with {owner or f'user {self.owner}'}" if self.owner else "waiting in the queue"


def extract_client(title: str) -> str:
    """The client's name, which comes before the line's in a title."""
    return title.rpartition(" - ")[0] or title


def quote(text: str, author: str = "client") -> str:
    """Somebody else's words in one line, marked as such; a title holds the client's name."""
    return mark_untrusted(join_lines(text), author)


async def read_chat(context: Context, chat_id: int) -> ChatState:
    """A dialog as it stands now, from one call of `imopenlines.dialog.get`.

    Raises:
        PortalError: Code ACCESS_ERROR where there is no such dialog, or where the caller may not see it.
    """
    return ChatState.from_answer(await context.ask(DialogGet(chat_id=chat_id, detail="full")))


def _read_id(value: object) -> int:
    """A number that can stand for something; 0 for any other."""
    number = read_whole(value)
    return number if 0 < number <= MAX_ID else 0


def _list_unclear(chat: Mapping[str, Any], data: Mapping[str, str]) -> Iterator[str]:
    known = chat.get("entity_data_1")
    if not isinstance(known, str) or find_session_id(data) is None:
        yield SESSION
    if (owner := find_owner(chat)) is None or owner > MAX_ID:
        yield OPERATOR
    if (silent := chat.get("entity_data_3")) is not None and not isinstance(read_flag(silent), bool):
        yield SILENT_MODE
    if not isinstance(chat.get("entity_id"), str):
        yield CHANNEL


def _read_records(data: Mapping[str, str], bindings: object) -> tuple[tuple[str, int], ...]:
    main = (data.get("crm_type", "").lower(), _read_id(data.get("crm_id")))
    others = [(link["type"], link["id"]) for link in parse_crm_links(bindings) if _read_id(link["id"])]
    first = [main] if data.get("crm") == "Y" and main[1] else []
    return tuple(dict.fromkeys([*first, *others]))
