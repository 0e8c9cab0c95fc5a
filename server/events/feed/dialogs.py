"""What is known of a dialog, and the events by which it came from one state to the next."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Self

from server.events.feed.event import EventKind, PortalEvent
from workflows.core.chat_state import OPERATOR, SESSION, ChatState


@dataclass(frozen=True, slots=True)
class KnownDialog:
    """A dialog as it stood when it was last looked at; what is not known is 0 or empty."""

    chat_id: int
    user_code: str = ""
    line_id: int = 0
    client: str = ""
    session_id: int = 0
    """0 where no session is open."""
    owner: int = 0
    """0 while it waits in the queue."""
    last_message_id: int = 0
    """Up to which message the feed is complete."""

    @property
    def connector(self) -> str:
        """The connector's code."""
        return self.user_code.partition("|")[0]

    @classmethod
    def from_state(cls, state: ChatState) -> Self:
        """A dialog as the portal shows it."""
        return cls(
            state.id,
            state.user_code,
            state.line_id,
            state.client,
            0 if SESSION in state.unclear else state.session_id,
            0 if OPERATOR in state.unclear else state.owner,
            state.last_message_id,
        )

    def make_event(self, kind: EventKind, key: str, at: float, **more: object) -> PortalEvent:
        """An event of this dialog."""
        place = {
            "chat_id": self.chat_id,
            "session_id": self.session_id,
            "line_id": self.line_id,
            "client": self.client,
            "user_code": self.user_code,
        }
        return PortalEvent(kind, key, at, **{**place, **more})  # type: ignore[arg-type]


def keep_unclear(before: KnownDialog | None, now: KnownDialog, state: ChatState) -> KnownDialog:
    """The same dialog with what was known before in the place of what could not be read this time."""
    if before is None:
        return now
    session = before.session_id if SESSION in state.unclear else now.session_id
    owner = before.owner if OPERATOR in state.unclear else now.owner
    return replace(now, session_id=session, owner=owner)


def compare_dialogs(
    before: KnownDialog | None, now: KnownDialog, at: float, began: float = 0.0
) -> Iterator[PortalEvent]:
    """The events that led from one state of a dialog to the next, in their order; `began` is when the session did.

    Sessions have numbers of their own, so that their events have keys that no other source can miss. Who had a dialog
    between two looks is not known: of several moves the last one is told.
    """
    earlier = before or KnownDialog(now.chat_id)
    if now.session_id != earlier.session_id:
        if earlier.session_id:
            yield earlier.make_event(EventKind.SESSION_FINISHED, f"session {earlier.session_id} finished", at)
        if now.session_id:
            yield now.make_event(EventKind.SESSION_STARTED, f"session {now.session_id} started", began or at)
        earlier = replace(now, owner=0, session_id=0)
    if now.session_id:
        yield from _compare_owners(earlier, now, at)


def _compare_owners(earlier: KnownDialog, now: KnownDialog, at: float) -> Iterator[PortalEvent]:
    is_new = not earlier.session_id
    if not is_new and (earlier.owner, earlier.line_id) == (now.owner, now.line_id):
        return
    moved = {"from_owner": earlier.owner, "from_line": earlier.line_id}
    key = f"session {now.session_id} line {now.line_id} owner {now.owner} at message {now.last_message_id}"
    if not now.owner:
        yield now.make_event(EventKind.DIALOG_OFFERED, key, at, details={} if is_new else moved)
    elif earlier.owner or earlier.line_id != now.line_id:
        yield now.make_event(EventKind.DIALOG_TRANSFERRED, key, at, author_id=now.owner, details=moved)
    else:
        yield now.make_event(EventKind.DIALOG_TAKEN, key, at, author_id=now.owner)
