"""The events of Open Channels as the portal writes them, in deliveries over HTTP and in the offline queue.

A delivery is a form in which every value is a text, empty ones are missing and lists are objects with numbers as
keys; the offline queue has JSON with its types. `DATA` may be one object or a list of them. Sources: the official pages
of the events, and what the portal really sends where these differ.
"""

import json
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any

from server.events.feed.cue import Cue
from server.events.feed.event import EventKind, PortalEvent
from tools.fields import MAX_ID
from tools.result_types import read_items, read_object, read_text, read_whole

MESSAGE_ADDED = "ONOPENLINEMESSAGEADD"
MESSAGE_UPDATED = "ONOPENLINEMESSAGEUPDATE"
MESSAGE_DELETED = "ONOPENLINEMESSAGEDELETE"
SESSION_STARTED = "ONSESSIONSTART"
SESSION_FINISHED = "ONSESSIONFINISH"
OPEN_CHANNELS = (MESSAGE_ADDED, MESSAGE_UPDATED, MESSAGE_DELETED, SESSION_STARTED, SESSION_FINISHED)
CONNECTORS = (
    "ONIMCONNECTORMESSAGEADD",
    "ONIMCONNECTORMESSAGEUPDATE",
    "ONIMCONNECTORMESSAGEDELETE",
    "ONIMCONNECTORDIALOGSTART",
    "ONIMCONNECTORDIALOGFINISH",
    "ONIMCONNECTORSTATUSDELETE",
    "ONIMCONNECTORLINEDELETE",
)
EVERY_EVENT = (*OPEN_CHANNELS, *CONNECTORS)
MARGIN = 5.0
"""Seconds by which a delivery may have been written down before the message that it tells of."""


def read_event(name: str, data: Any, at: float) -> Iterator[Cue]:
    """What one event says of dialogs; nothing for an event that is not one of Open Channels or connectors.

    `at` is when the portal wrote it down, in Unix seconds by its own clock.
    """
    event = name.upper()
    if event in OPEN_CHANNELS:
        yield from _read_open_channels(event, read_object(data), at)
    elif event in CONNECTORS:
        yield from _read_connectors(event, data, at)


def _read_open_channels(event: str, data: Mapping[str, Any], at: float) -> Iterator[Cue]:
    is_ours = "CONNECTOR" in data
    for entry in list_entries(data.get("DATA")):
        if event in (SESSION_STARTED, SESSION_FINISHED):
            chat = read_object(entry.get("chat"))
            yield _cue_session(event, entry, _read_id(chat.get("chat_id")) or _read_id(chat.get("id")), at)
        elif not is_ours:
            yield _cue_client(event, entry, at)
        elif event == MESSAGE_ADDED:
            yield Cue(_read_id(read_object(entry.get("message")).get("chat_id")), since=at - MARGIN)
        else:
            yield _cue_change(event, read_object(entry.get("im")), at)


def _read_id(value: Any) -> int:
    """An identifier; 0 for what can be none, such as a number that is negative or too large."""
    found = read_whole(value)
    return found if 0 < found <= MAX_ID else 0


def list_entries(value: Any) -> list[Mapping[str, Any]]:
    """What stands in DATA or MESSAGES, whether it came as one object, as a list, or as an object by number."""
    if isinstance(value, Mapping) and value and all(str(key).isdecimal() for key in value):
        value = [value[key] for key in sorted(value, key=lambda key: int(str(key)))]
    rows = read_items(value) if isinstance(value, list) else [value]
    return [row for row in rows if isinstance(row, Mapping)]


def _cue_session(event: str, entry: Mapping[str, Any], chat_id: int, at: float) -> Cue:
    """The event has no number of the session, so that where the dialog cannot be read its moment stands for it."""
    place = read_object(entry.get("connector"))
    kind = EventKind.SESSION_STARTED if event == SESSION_STARTED else EventKind.SESSION_FINISHED
    line = _read_id(place.get("line_id"))
    told = PortalEvent(kind, f"chat {chat_id} {kind} at {at:.0f}", at, chat_id=chat_id, line_id=line)
    return Cue(chat_id, since=at - MARGIN, told=(told,))


def _cue_client(event: str, entry: Mapping[str, Any], at: float) -> Cue:
    """A client's own message: it is named by ids of its channel alone."""
    place, message = read_object(entry.get("connector")), read_object(entry.get("message"))
    connector, line = read_text(place.get("connector_id")), read_text(place.get("line_id"))
    outside, client = read_text(place.get("chat_id")), read_text(place.get("user_id"))
    user_code = f"{connector}|{line}|{outside}|{client}"
    if event != MESSAGE_ADDED:
        return Cue(user_code=user_code, since=at - MARGIN, reread=True)
    files = list_entries(message.get("files"))
    told = PortalEvent(
        EventKind.MESSAGE_FROM_CLIENT,
        f"outside {connector}|{line}|{outside} message {read_text(message.get('id')) or at}",
        at,
        line_id=_read_id(line),
        author_id=_read_id(client),
        user_code=user_code,
        text=read_text(message.get("text")),
        files=tuple(read_text(file.get("name")) for file in files),
    )
    return Cue(user_code=user_code, since=at - MARGIN, told=(told,))


def _cue_change(event: str, place: Mapping[str, Any], at: float) -> Cue:
    touched = frozenset(filter(None, [_read_id(place.get("message_id"))]))
    deleted = event == MESSAGE_DELETED
    return Cue(
        _read_id(place.get("chat_id")),
        since=at - MARGIN,
        edited=frozenset() if deleted else touched,
        deleted=touched if deleted else frozenset(),
    )


def _read_connectors(event: str, data: Any, at: float) -> Iterator[Cue]:
    """Each of an own connector's events is kept as it is; where it names a chat, that is looked at too."""
    content = read_object(data)
    connector = read_text(content.get("CONNECTOR")) or read_text(content.get("connector"))
    line = _read_id(content.get("LINE")) or _read_id(content.get("line")) or _read_id(data)
    entries = list_entries(content.get("MESSAGES")) or list_entries(content.get("DATA")) or [{}]
    for entry in entries:
        place = read_object(entry.get("im"))
        chat_id = _read_id(place.get("chat_id"))
        told = PortalEvent(
            EventKind.CONNECTOR,
            f"{event} {_name_entry(entry, connector, line, at)}",
            at,
            chat_id=chat_id,
            session_id=_read_id(read_object(entry.get("session")).get("id")),
            line_id=line,
            message_id=_read_id(place.get("message_id")),
            user_code=connector,
            text=read_text(read_object(entry.get("message")).get("text")),
            details={"event": event},
        )
        yield Cue(chat_id, since=at - MARGIN, always=(told,))


def _name_entry(entry: Mapping[str, Any], connector: str, line: int, at: float) -> str:
    """What tells an event from others of its kind: the message or session it is about, else its moment."""
    if message := _read_id(read_object(entry.get("im")).get("message_id")):
        sign = sha256(json.dumps(entry, sort_keys=True, default=str).encode()).hexdigest()[:12]
        return f"message {message} {sign}"
    if session := _read_id(read_object(entry.get("session")).get("id")):
        return f"session {session}"
    return f"{connector} line {line} at {at:.0f}"
