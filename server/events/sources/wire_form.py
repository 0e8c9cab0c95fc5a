"""Events in the form in which a portal posts them, made from those of the feed: what `wire` reads, written.

For handlers of one's own: what the feed does not know, such as ids of a channel, stands there as well as it can be
made. Source: the official pages of the events, and what the portal really sends.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from server.events.feed.event import MESSAGES, EventKind, PortalEvent
from server.events.sources.wire import (
    MESSAGE_ADDED,
    MESSAGE_DELETED,
    MESSAGE_UPDATED,
    SESSION_FINISHED,
    SESSION_STARTED,
)

NAMES: Mapping[EventKind, str] = {
    EventKind.MESSAGE_FROM_CLIENT: MESSAGE_ADDED,
    EventKind.MESSAGE_FROM_OPERATOR: MESSAGE_ADDED,
    EventKind.MESSAGE_FROM_BOT: MESSAGE_ADDED,
    EventKind.MESSAGE_FROM_SYSTEM: MESSAGE_ADDED,
    EventKind.MESSAGE_EDITED: MESSAGE_UPDATED,
    EventKind.MESSAGE_DELETED: MESSAGE_DELETED,
    EventKind.SESSION_STARTED: SESSION_STARTED,
    EventKind.SESSION_FINISHED: SESSION_FINISHED,
}
"""The portal has no event for a dialog that is offered, taken or transferred."""
WITH_MESSAGES = "ONIMCONNECTORMESSAGE"
"""How the names of those events of connectors begin that have MESSAGES."""
PARTS = 4
"""Of a USER_CODE: connector, line, chat and client outside."""


@dataclass(frozen=True)
class Sender:
    """What a handler recognises the portal by."""

    domain: str
    member_id: str
    application_token: str

    def describe(self) -> dict[str, str]:
        """The `auth` of a post that is tied to no user."""
        return {
            "domain": self.domain,
            "client_endpoint": f"https://{self.domain}/rest/",
            "server_endpoint": "https://oauth.bitrix.info/rest/",
            "member_id": self.member_id,
            "application_token": self.application_token,
        }


def write_form(event: PortalEvent, sender: Sender, handler_id: int) -> str | None:
    """The body of the post of an event, encoded; None where the portal posts nothing of the kind."""
    name = event.details.get("event", "") if event.kind is EventKind.CONNECTOR else NAMES.get(event.kind, "")
    if not name or event.details.get("hidden"):
        return None
    fields = {
        "event": name,
        "event_handler_id": handler_id,
        "data": write_data(name, event),
        "ts": int(event.at),
        "auth": sender.describe(),
    }
    return urlencode([pair for field, value in fields.items() for pair in flatten(value, field)])


def flatten(value: Any, name: str) -> Iterator[tuple[str, str]]:
    """The fields of a form that PHP makes of a value: all are texts; null and what is empty have none."""
    if isinstance(value, Mapping | list | tuple):
        items = value.items() if isinstance(value, Mapping) else enumerate(value)
        for key, item in items:
            yield from flatten(item, f"{name}[{key}]")
    elif value is not None:
        yield name, str(int(value)) if isinstance(value, bool) else str(value)


def write_data(name: str, event: PortalEvent) -> Any:
    """The `data` of an event of the name."""
    if event.kind is EventKind.CONNECTOR:
        return _write_connector_event(name, event)
    if event.kind not in MESSAGES:
        return {"DATA": _write_session(event)}
    if _is_by_client(event):
        return {"DATA": _write_received(event)}
    place = {"CONNECTOR": _split_code(event)["connector_id"], "LINE": event.line_id}
    return {**place, "DATA": _write_sent(event) if name == MESSAGE_ADDED else _write_change(name, event)}


def _split_code(event: PortalEvent) -> dict[str, Any]:
    connector, line, outside, client = (*event.user_code.split("|"), "", "", "", "")[:PARTS]
    return {"connector_id": connector, "line_id": event.line_id or line, "chat_id": outside, "user_id": client}


def _is_by_client(event: PortalEvent) -> bool:
    """Deletions do not say whose message it was; its author does."""
    role = "client" if event.kind is EventKind.MESSAGE_FROM_CLIENT else event.details.get("role")
    return role == "client" or (not role and str(event.author_id) == _split_code(event)["user_id"])


def _write_received(event: PortalEvent) -> dict[str, Any]:
    """A client's own message has ids of its channel, which the feed does not know: the portal's stands for them."""
    outside = _split_code(event)
    return {
        "connector": outside,
        "chat": {"id": outside["chat_id"]},
        "message": {
            "id": event.message_id or event.key,
            "text": event.text,
            "user_id": event.author_id,
            "files": [{"name": name} for name in event.files],
        },
    }


def _write_sent(event: PortalEvent) -> dict[str, Any]:
    return {
        "connector": _split_code(event),
        "message": {
            "id": event.message_id,
            "chat_id": event.chat_id,
            "user_id": event.author_id,
            "text": f"[b]{event.author}:[/b] [br]{event.text}" if event.author_id and event.author else event.text,
            "files": [{"name": name} for name in event.files],
            "system": "Y" if event.kind is EventKind.MESSAGE_FROM_SYSTEM else "N",
        },
        "no_session": "N" if event.session_id else "Y",
    }


def _write_change(name: str, event: PortalEvent) -> Any:
    place = {"chat_id": event.chat_id, "message_id": event.message_id}
    chat = {"id": _split_code(event)["chat_id"]}
    if name == MESSAGE_UPDATED:
        return {"im": place, "message": {"id": [event.message_id], "text": event.text}, "chat": chat}
    return [{"im": place, "message": {"id": event.message_id}, "chat": chat}]


def _write_session(event: PortalEvent) -> dict[str, Any]:
    return {
        "connector": {**_split_code(event), "chat_id": event.chat_id},
        "chat": {"chat_id": event.chat_id},
        "line": {"id": event.line_id},
    }


def _write_connector_event(name: str, event: PortalEvent) -> Any:
    """The feed keeps of them what they are about."""
    if name.endswith("LINEDELETE"):
        return event.line_id
    if name.endswith("STATUSDELETE"):
        return {"connector": event.user_code, "line": event.line_id}
    place = {"chat_id": event.chat_id, "message_id": event.message_id}
    if name.startswith(WITH_MESSAGES):
        return {
            "CONNECTOR": event.user_code,
            "LINE": event.line_id,
            "MESSAGES": [{"im": place, "message": {"text": event.text}}],
        }
    return {"CONNECTOR": event.user_code, "LINE": event.line_id, "DATA": [{"session": {"id": event.session_id}}]}
