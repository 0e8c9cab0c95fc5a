"""Addresses of resources whose text an event changes."""

from collections.abc import Iterator

from server.events.feed.event import EventKind, PortalEvent

ROOT = "openchannels://"
EVENTS, INBOX, DIALOGS, LINES = "events", "inbox", "dialogs", "lines"


def list_touched(event: PortalEvent) -> Iterator[str]:
    """The addresses of the resources that an event touches."""
    yield f"{ROOT}{EVENTS}"
    if event.kind is not EventKind.CONNECTOR:
        yield f"{ROOT}{INBOX}"
    if event.chat_id:
        yield f"{ROOT}{DIALOGS}/{event.chat_id}"
    for line in {event.line_id, event.details.get("from_line")}:
        if line:
            yield f"{ROOT}{LINES}/{line}"
