"""What happens at the portal, told to whoever listens at the moment when it happens."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any


class HappeningKind(StrEnum):
    """What can happen; behind each is what its `details` are."""

    MESSAGE_ADDED = "message_added"  # by: client, operator, bot or system
    MESSAGE_RECEIVED = "message_received"  # received: the parts user, message and chat as a channel sent them, or {}
    MESSAGE_HANDED_OVER = "message_handed_over"
    MESSAGE_UPDATED = "message_updated"  # by; received
    MESSAGE_DELETED = "message_deleted"  # by; received
    REACTION_CHANGED = "reaction_changed"  # reaction: its name; action: add or delete
    CLIENT_READ = "client_read"
    SESSION_STARTED = "session_started"
    SESSION_FINISHED = "session_finished"
    CHAT_OFFERED = "chat_offered"  # users: their ids
    MEMBER_JOINED = "member_joined"  # member: the id
    MEMBER_LEFT = "member_left"  # member: the id
    OWNER_CHANGED = "owner_changed"  # how: taken, transferred or released; owner and previous: ids, 0 for none
    BOT_DELETED = "bot_deleted"  # bot: its record
    CONNECTOR_STATUS_DELETED = "connector_status_deleted"
    CONNECTOR_LINE_DELETED = "connector_line_deleted"


@dataclass(frozen=True)
class Cause:
    """Who brings something about: a user, and the application and connection that the call came from, if any did.

    `level` is that of the event in answer to which the call was made, 0 for none.
    """

    user_id: int = 0
    client_id: str = ""
    auth_connector: str = ""
    level: int = 0


@dataclass(frozen=True)
class Happening:
    """One thing that happened; ids are 0 and texts empty where they mean nothing.

    `chat_id` is the portal's, `line_id` the line of the session where there is one, `cause` who brought it about.
    """

    kind: HappeningKind
    at: datetime
    chat_id: int = 0
    message_id: int = 0
    session_id: int = 0
    line_id: int = 0
    connector: str = ""
    cause: Cause = Cause()
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def user_id(self) -> int:
        """The id of the user who brought it about; 0 for the portal itself."""
        return self.cause.user_id


Listener = Callable[[Happening], None]


class Happenings:
    """Tells its listeners what happens, in the order in which it happens, before the change goes on."""

    def __init__(self) -> None:
        self.listeners: list[Listener] = []
        self.cause = Cause()

    def publish(self, happening: Happening) -> None:
        """Tell every listener."""
        for listener in tuple(self.listeners):
            listener(happening)

    @contextmanager
    def caused_by(self, user_id: int, **details: Any) -> Iterator[None]:
        """Note a user as the cause of what happens inside; the other fields of `Cause` stay if they are not given.

        While a client's message is received the portal works as the client's user, and still for the application that
        sent it. Source: the module `imopenlines` of the portal.
        """
        before = self.cause
        self.cause = replace(before, user_id=user_id, **details)
        try:
            yield
        finally:
            self.cause = before
