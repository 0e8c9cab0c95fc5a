"""Events as a person reads them at a terminal, a line each, and as a program does, an object each."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from server.events.feed.event import MESSAGES, EventKind, FeedEvent, PortalEvent
from tools.bbcode import read_bbcode
from tools.untrusted import escape_invisible, escape_invisible_in_json

LABELS: Mapping[EventKind, str] = {
    EventKind.MESSAGE_FROM_CLIENT: "client",
    EventKind.MESSAGE_FROM_OPERATOR: "operator",
    EventKind.MESSAGE_FROM_BOT: "bot",
    EventKind.MESSAGE_FROM_SYSTEM: "system",
    EventKind.MESSAGE_EDITED: "edited",
    EventKind.MESSAGE_DELETED: "deleted",
    EventKind.SESSION_STARTED: "started",
    EventKind.SESSION_FINISHED: "finished",
    EventKind.DIALOG_OFFERED: "waits",
    EventKind.DIALOG_TAKEN: "taken",
    EventKind.DIALOG_TRANSFERRED: "moved",
    EventKind.CONNECTOR: "connector",
}
NARROWEST = 80
"""Columns of the narrowest line."""


def format_event(noted: FeedEvent, columns: int | None = None) -> str:
    """One line: time of this machine, kind, dialog and line, words; cut to so many columns where they are given."""
    event = noted.event
    moment = datetime.fromtimestamp(event.at or noted.noted, UTC).astimezone()
    dialog = f"dialog {event.chat_id}" if event.chat_id else ""
    place = " ".join(filter(None, (dialog, f"line {event.line_id}" if event.line_id else "")))
    words = " ".join(_describe(event).split())
    line = escape_invisible(f"{moment:%Y-%m-%d %H:%M:%S}  {LABELS[event.kind]:9}  {place or 'portal'}  {words}")
    longest = max(NARROWEST, columns) if columns is not None else len(line)
    return line if len(line) <= longest else f"{line[: longest - 1]}…"


def _describe(event: PortalEvent) -> str:
    if event.kind in MESSAGES:
        return _describe_message(event)
    client = event.client or event.user_code
    moved = event.details
    words = {
        EventKind.SESSION_STARTED: f"session {event.session_id or ''} of {client}",
        EventKind.SESSION_FINISHED: f"session {event.session_id or ''} of {client}",
        EventKind.DIALOG_OFFERED: f"{client} waits in the queue",
        EventKind.DIALOG_TAKEN: f"user {event.author_id} has {client}",
        EventKind.DIALOG_TRANSFERRED: f"user {event.author_id} has {client}{_describe_origin(event)}",
        EventKind.CONNECTOR: f"{moved.get('event', '')} {event.user_code} {read_bbcode(event.text)}",
    }
    return words[event.kind]


def _describe_origin(event: PortalEvent) -> str:
    owner, line = event.details.get("from_owner"), event.details.get("from_line")
    came = [f"user {owner}" if owner else "", f"line {line}" if line and line != event.line_id else ""]
    return f", from {', '.join(filter(None, came))}" if any(came) else ""


def _describe_message(event: PortalEvent) -> str:
    author = event.author or event.client or LABELS[event.kind]
    if event.kind is EventKind.MESSAGE_DELETED:
        return f"message {event.message_id} of {author}"
    files = "".join(f" [file {name}]" for name in event.files)
    hidden = " (silent mode)" if event.details.get("hidden") else ""
    return f"{': '.join(filter(None, (author + hidden, read_bbcode(event.text))))}{files}"


def dump_event(noted: FeedEvent) -> str:
    """One JSON object on one line, without what is not known of the event."""
    known: dict[str, Any] = {name: value for name, value in asdict(noted.event).items() if value}
    at = f"{datetime.fromtimestamp(noted.event.at or noted.noted, UTC):%Y-%m-%dT%H:%M:%SZ}"
    return escape_invisible_in_json(json.dumps({"number": noted.number, **known, "at": at}, ensure_ascii=False))
