"""Events of messages: new, edited, deleted."""

from collections.abc import Iterable
from hashlib import sha256
from typing import Any

from server.events.feed.dialogs import KnownDialog
from server.events.feed.event import ADDED, EventKind, FeedEvent, PortalEvent, choose_kind
from server.events.feed.reading import find_moment
from tools.message_view import MessageView


def make_message_event(dialog: KnownDialog, message: MessageView, moment: float) -> PortalEvent:
    """A new message; `moment` stands for its date where it has none."""
    return dialog.make_event(
        choose_kind(message["role"]),
        f"message {message['id']}",
        find_moment([message], moment),
        **_describe_message(message),
    )


def make_edit(dialog: KnownDialog, message: MessageView, moment: float) -> PortalEvent:
    """Each text that a message ever had is one event."""
    sign = sha256(message["text"].encode()).hexdigest()[:16]
    key = f"message {message['id']} edited {sign}"
    return dialog.make_event(EventKind.MESSAGE_EDITED, key, moment, **_describe_message(message))


def make_deletion(dialog: KnownDialog, number: int, known: PortalEvent | None, moment: float) -> PortalEvent:
    """A message that is gone, with its author where that is known."""
    author = {"author_id": known.author_id, "author": known.author} if known else {}
    return dialog.make_event(
        EventKind.MESSAGE_DELETED, f"message {number} deleted", moment, message_id=number, **author
    )


def find_last_texts(noted: Iterable[FeedEvent]) -> dict[int, PortalEvent]:
    """Message -> the last event that tells its text."""
    events = [one.event for one in noted]
    texts = {event.message_id: event for event in events if event.kind in ADDED}
    return texts | {event.message_id: event for event in events if event.kind not in ADDED}


def _describe_message(message: MessageView) -> dict[str, Any]:
    details = {"role": message["role"], **({"hidden": True} if message.get("hidden") else {})}
    return {
        "message_id": message["id"],
        "author_id": message["author_id"] or 0,
        "author": message["author"] or "",
        # What stands in the place of a deleted message are the portal's words, nobody's.
        "text": "" if message.get("kind") == "deleted" else message["text"],
        "files": tuple(str(file.get("name") or "") for file in message.get("files", ())),
        "details": details,
    }
