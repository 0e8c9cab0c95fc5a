"""What happened at a portal, as the feed keeps it."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Self


class EventKind(StrEnum):
    """What an event is about."""

    MESSAGE_FROM_CLIENT = "message_from_client"
    MESSAGE_FROM_OPERATOR = "message_from_operator"
    MESSAGE_FROM_BOT = "message_from_bot"
    MESSAGE_FROM_SYSTEM = "message_from_system"
    """The portal's own notices, such as that a session began."""
    MESSAGE_EDITED = "message_edited"
    MESSAGE_DELETED = "message_deleted"
    SESSION_STARTED = "session_started"
    SESSION_FINISHED = "session_finished"
    DIALOG_OFFERED = "dialog_offered"
    """It waits in the queue, new or given back."""
    DIALOG_TAKEN = "dialog_taken"
    """An operator or a bot has it, whom the queue or nobody had before."""
    DIALOG_TRANSFERRED = "dialog_transferred"
    """Another operator has it, or another line."""
    CONNECTOR = "connector_event"
    """One of the seven OnImConnector events, whose name is in `details["event"]`."""


BY_ROLE: Mapping[str, EventKind] = {
    "client": EventKind.MESSAGE_FROM_CLIENT,
    "operator": EventKind.MESSAGE_FROM_OPERATOR,
    "bot": EventKind.MESSAGE_FROM_BOT,
    "system": EventKind.MESSAGE_FROM_SYSTEM,
}
"""Who wrote a message -> its kind; one who cannot be told from a client counts as one, so that nobody waits unseen."""
MESSAGES = frozenset(kind for kind in EventKind if kind.startswith("message_"))
ADDED = frozenset(kind for kind in MESSAGES if kind.startswith("message_from_"))


@dataclass(frozen=True, slots=True)
class PortalEvent:
    """One thing that happened; what is not known of it is 0 or empty.

    `key` is the same whoever tells of it, and of no other event of the portal.
    """

    kind: EventKind
    key: str
    at: float
    """Unix seconds, by the portal's clock where it tells, else when it was heard of."""
    chat_id: int = 0
    session_id: int = 0
    line_id: int = 0
    message_id: int = 0
    author_id: int = 0
    """Who wrote it, or who has the dialog now."""
    author: str = ""
    client: str = ""
    """The client's name."""
    user_code: str = ""
    text: str = ""
    """Of a message, in plain words, as somebody outside may have written it."""
    files: tuple[str, ...] = ()
    """Names of the files of a message."""
    details: Mapping[str, Any] = field(default_factory=dict)
    """What else belongs to it, ready for JSON: `hidden` of a message in silent mode, `from_owner`, `from_line`."""

    def to_json(self) -> str:
        """All of it as JSON text."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The event of `to_json`."""
        fields = json.loads(text)
        return cls(**{**fields, "kind": EventKind(fields["kind"]), "files": tuple(fields["files"])})


@dataclass(frozen=True, slots=True)
class FeedEvent:
    """An event with its place in the feed."""

    number: int
    """Grows with each event of the state folder; what is read up to it is its cursor."""
    noted: float
    """Unix seconds, by this machine's clock, at which it was written down."""
    event: PortalEvent


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which events are wanted; what is None or empty asks for all."""

    kinds: frozenset[EventKind] = frozenset()
    chat_id: int | None = None
    line_id: int | None = None
    connector: str | None = None

    def wants(self, event: PortalEvent) -> bool:
        """Whether an event is wanted."""
        return (
            (not self.kinds or event.kind in self.kinds)
            and self.chat_id in (None, event.chat_id)
            and self.line_id in (None, event.line_id)
            and self.connector in (None, event.user_code.partition("|")[0])
        )


def choose_kind(role: str) -> EventKind:
    """The kind of a new message by its author's role."""
    return BY_ROLE.get(role, EventKind.MESSAGE_FROM_CLIENT)
