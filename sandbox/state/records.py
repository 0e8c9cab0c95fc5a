"""The records a portal keeps of its lines: chats, sessions, messages and what hangs on them."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from typing import Any


class Status(IntEnum):
    """Where a session stands."""

    NEW = 0
    SKIPPED = 5
    ACCEPTED = 10
    CLIENT_FIRST = 20
    CLIENT_AGAIN = 25
    OPERATOR_WROTE = 40
    CLOSING = 50
    CLOSED = 60
    SPAM = 65
    DUPLICATE = 69
    SILENTLY_CLOSED = 75


LIKE, DISLIKE = 5, 1


@dataclass(frozen=True)
class LineQueueEntry:
    """One row of a line's queue: a user or a whole department."""

    id: int
    entity_type: str
    entity_id: int


@dataclass
class Line:
    """An open line: its settings as the database keeps them, and its queue."""

    id: int
    settings: dict[str, Any]
    created: datetime
    modified: datetime
    modified_by: int
    queue: list[LineQueueEntry] = field(default_factory=list)
    user_fields: dict[int, dict[str, Any]] = field(default_factory=dict)
    connectors: tuple[str, ...] = ()
    last_picked: int = 0

    def is_on(self, flag: str) -> bool:
        """Whether a Y/N setting is on."""
        return bool(self.settings[flag] == "Y")


@dataclass(frozen=True)
class CrmEntity:
    """A lead, deal, contact or company; the type is upper case."""

    type: str
    id: int
    title: str
    responsible_id: int


@dataclass
class Chat:
    """A messenger chat; for an open line `user_code` is connector|line|external chat|client.

    Types: L of an open line, C of a group, P of two people.
    """

    id: int
    name: str
    created: datetime
    user_code: str = ""
    type: str = "L"
    entity_type: str = "LINES"
    owner: int = 0
    members: list[int] = field(default_factory=list)
    silent: str = ""
    session_id: int = 0
    session_started: int = 0
    moved_to_line: int = 0
    crm_main: tuple[str, int] | None = None
    crm_bindings: dict[str, int] = field(default_factory=dict)
    client_read: int = 0

    @property
    def connector(self) -> str:
        """The connector's code."""
        return self.user_code.split("|")[0]

    @property
    def line_id(self) -> int:
        """The line of the user code; it does not change when the dialog is transferred."""
        return int(self.user_code.split("|")[1]) if self.user_code else 0

    @property
    def client_id(self) -> int:
        """The client's user id."""
        return int(self.user_code.rsplit("|", 1)[1]) if self.user_code else 0


@dataclass
class Session:
    """One conversation in a chat, from the first message to its close."""

    id: int
    chat_id: int
    user_code: str
    line_id: int
    source: str
    client_id: int
    created: datetime
    modified: datetime
    operator_id: int = 0
    status: Status = Status.NEW
    mode: str = "input"
    closed: bool = False
    spam: bool = False
    paused: bool = False
    wait_action: bool = False
    wait_answer: bool = True
    first_answer: datetime | None = None
    operator_answer: datetime | None = None
    closed_at: datetime | None = None
    close_reason: str | None = None
    vote: int = 0
    voted_at: datetime | None = None
    wait_vote: bool = False
    vote_until: datetime | None = None
    vote_head: int = 0
    comment_head: str | None = None
    parent_id: int = 0
    crm_main: tuple[str, int] | None = None
    crm_bindings: dict[str, int] = field(default_factory=dict)
    asked: list[int] = field(default_factory=list)

    @property
    def active(self) -> bool:
        """Whether the CRM and the pin-all methods take the session for active."""
        return not self.closed and Status.ACCEPTED <= self.status < Status.CLOSING


@dataclass
class Message:
    """One message of a chat; system messages have no author, hidden ones were written in silent mode.

    While `sending`, its connector has to confirm delivery.
    """

    id: int
    chat_id: int
    session_id: int
    author_id: int
    created: datetime
    text: str
    system: bool = False
    to_client: bool = False
    hidden: bool = False
    reply_to: int = 0
    file_ids: list[int] = field(default_factory=list)
    attach: list[dict[str, Any]] = field(default_factory=list)
    external_ids: list[str] = field(default_factory=list)
    sending: bool = False
    deleted: bool = False


@dataclass(frozen=True)
class File:
    """A file sent with a message, or one of the portal's disk with chat 0.

    Without `content` it has bytes that fit its name, as many as `size` says.
    """

    id: int
    chat_id: int
    author_id: int
    created: datetime
    name: str
    size: int
    content: bytes | None = None


@dataclass(frozen=True)
class Transfer:
    """A move of a session between people or lines."""

    session_id: int
    created: datetime
    from_operator: int
    from_line: int
    to_operator: int = 0
    to_line: int = 0
    reason: str = "manual"
    mode: str = "MANUAL"
    type: str = "USER"
    initiator: int = 0


@dataclass
class QuickAnswer:
    """A saved phrase of a line."""

    id: int
    line_id: int
    message_id: int
    text: str
    author_id: int


@dataclass(frozen=True)
class CallRecord:
    """What the log remembers of a call: never its token."""

    at: str
    method: str
    params: dict[str, Any]
    user_id: int
    status: int
    outcome: str
    in_batch: bool
    executed: bool
