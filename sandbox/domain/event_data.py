"""What the events of Open Channels and connectors say, in the shapes in which the portal sends them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sandbox.state import php
from sandbox.state.company import SITE_CHAT, Company
from sandbox.state.connectors import Connector
from sandbox.state.happenings import Happening, HappeningKind
from sandbox.state.records import Chat, File, Message

CLOSE_TERM = 10
"""Minutes after which a dialog that is closing would be closed by itself."""


@dataclass(frozen=True)
class WireEvent:
    """One event: its name in upper case, its data, and the only application that gets it, empty for all."""

    name: str
    data: Any
    application: str = ""


def make_events(company: Company, happening: Happening) -> Iterator[WireEvent]:
    """The events that applications may get for what happened; most of it is told to nobody.

    Sources: the portal's modules `imopenlines` and `imconnector`; the official index of the events.
    """
    make = _MAKERS.get(happening.kind)
    if make:
        yield from make(company, happening)


def _split_code(chat: Chat) -> dict[str, Any]:
    """The user code as events show it: `chat_id` is the channel's id, `user_id` the client's on the portal."""
    connector, line, outside, client = chat.user_code.split("|")
    return {"connector_id": connector, "line_id": int(line), "chat_id": outside, "user_id": int(client)}


def _find_connector(company: Company, chat: Chat) -> Connector | None:
    """The connector of a chat, if an application has registered it."""
    return company.connectors.get(chat.connector)


def _describe_file(company: Company, number: int) -> dict[str, Any]:
    file: File = company.files[number]
    link = f"{company.address}/pub/im.file.php?FILE_ID={file.id}"
    extension = file.name.rpartition(".")[2].lower()
    kind = "image" if extension in {"png", "jpg", "jpeg", "gif", "webp"} else "file"
    return {"name": file.name, "type": kind, "link": link, "downloadLink": link, "size": file.size}


def _make_received(company: Company, happening: Happening) -> dict[str, Any]:
    """A client's message as the channel named it: neither the portal's message id nor its chat id is in it."""
    chat, message = company.chats[happening.chat_id], company.messages[happening.message_id]
    sent, outside = happening.details["received"], _split_code(chat)
    known = {name: value for name, value in sent.get("chat", {}).items() if name != "url"}
    content = {name: value for name, value in sent.get("message", {}).items() if name not in {"date", "disable_crm"}}
    content |= {"id": _find_outside_id(chat, message), "date": {}, "text": message.text, "user_id": message.author_id}
    content["files"] = [_describe_file(company, number) for number in message.file_ids]
    received = {"connector": outside, "chat": {"id": outside["chat_id"]} | known, "message": content, "ref": []}
    return received | ({"extra": {"EXTRA_URL": ""}} if chat.connector == SITE_CHAT else {})


def _find_outside_id(chat: Chat, message: Message) -> Any:
    """The id of a client's message in its channel; messages of the control API get one that is no number."""
    if message.external_ids:
        return message.external_ids[0]
    return message.id if chat.connector == SITE_CHAT else f"outside-{message.id}"


def _receive(company: Company, happening: Happening) -> Iterator[WireEvent]:
    yield WireEvent("ONOPENLINEMESSAGEADD", {"DATA": _make_received(company, happening)})


def _sign(company: Company, chat: Chat, message: Message) -> str:
    """The text as channels get it, under the name of whoever wrote it."""
    known, author = _find_connector(company, chat), company.find_user(message.author_id)
    signed = author and not message.system and (known is None or known.settings.get("NEED_SIGNATURE", True))
    return f"[b]{author.name}:[/b] [br]{message.text}" if signed and author else message.text


def _hand_over(company: Company, happening: Happening) -> Iterator[WireEvent]:
    chat, message = company.chats[happening.chat_id], company.messages[happening.message_id]
    connector, outside, text = _find_connector(company, chat), _split_code(chat), _sign(company, chat, message)
    files = [_describe_file(company, number) for number in message.file_ids]
    place = {"CONNECTOR": chat.connector, "LINE": chat.line_id}
    if connector:
        content = {"user_id": message.author_id, "text": text} | ({"files": files} if files else {})
        item = {"im": _make_im(message), "message": content, "chat": {"id": outside["chat_id"]}}
        yield WireEvent("ONIMCONNECTORMESSAGEADD", place | {"MESSAGES": [item]}, connector.application)
    content = {
        "id": message.id,
        "chat_id": chat.id,
        "user_id": message.author_id,
        "text": text,
        "files": files,
        "attachments": list(message.attach),
        "params": [],
        "system": "Y" if message.system else "N",
    }
    data = {"connector": outside, "message": content, "no_session": "N" if happening.session_id else "Y"}
    yield WireEvent("ONOPENLINEMESSAGEADD", place | {"DATA": data})


def _make_im(message: Message) -> dict[str, Any]:
    return {"chat_id": message.chat_id, "message_id": message.id}


def _update(company: Company, happening: Happening) -> Iterator[WireEvent]:
    message = company.messages[happening.message_id]
    if happening.details["by"] == "client":
        yield WireEvent("ONOPENLINEMESSAGEUPDATE", {"DATA": _make_received(company, happening)})
        return
    chat = _find_confirmed_chat(company, message, "EDIT_INTERNAL_MESSAGES")
    if chat:
        item = {
            "im": _make_im(message),
            "message": {"id": list(message.external_ids), "text": _sign(company, chat, message)},
            "chat": {"id": _split_code(chat)["chat_id"]},
        }
        yield from _tell_of_change(company, chat, "UPDATE", [item], item)


def _delete(company: Company, happening: Happening) -> Iterator[WireEvent]:
    message = company.messages[happening.message_id]
    if happening.details["by"] == "client":
        yield WireEvent("ONOPENLINEMESSAGEDELETE", {"DATA": _make_received(company, happening)})
        return
    chat = _find_confirmed_chat(company, message, "DEL_INTERNAL_MESSAGES")
    if chat:
        outside = {"id": _split_code(chat)["chat_id"]}
        items = [
            {"im": _make_im(message), "message": {"id": number}, "chat": outside} for number in message.external_ids
        ]
        yield from _tell_of_change(company, chat, "DELETE", items, items)


def _find_confirmed_chat(company: Company, message: Message, setting: str) -> Chat | None:
    """The chat of a message whose delivery was confirmed with an id; None if the connector wants no changes."""
    chat = company.chats[message.chat_id]
    known = _find_connector(company, chat) if chat.user_code else None
    wanted = chat.user_code and message.to_client and message.external_ids
    return chat if wanted and (known is None or php.is_truthy(known.settings.get(setting, True))) else None


def _tell_of_change(company: Company, chat: Chat, change: str, items: list[Any], data: Any) -> Iterator[WireEvent]:
    place, connector = {"CONNECTOR": chat.connector, "LINE": chat.line_id}, _find_connector(company, chat)
    if connector:
        yield WireEvent(f"ONIMCONNECTORMESSAGE{change}", place | {"MESSAGES": items}, connector.application)
    yield WireEvent(f"ONOPENLINEMESSAGE{change}", place | {"DATA": data})


def _change_session(name: str) -> Callable[[Company, Happening], Iterator[WireEvent]]:
    def make(company: Company, happening: Happening) -> Iterator[WireEvent]:
        chat, session = company.chats[happening.chat_id], company.sessions[happening.session_id]
        connector, outside = _find_connector(company, chat), _split_code(chat)
        line = company.lines.get(session.line_id)
        if connector:
            item = {
                "connector": outside,
                "session": {
                    "id": session.id,
                    "closed": "Y" if session.closed else "N",
                    "parent_id": session.parent_id,
                    "close_term": CLOSE_TERM,
                },
                "chat": {"id": outside["chat_id"]},
                "user": {"id": outside["user_id"]},
            }
            data = {"CONNECTOR": chat.connector, "LINE": session.line_id, "DATA": [item]}
            yield WireEvent(f"ONIMCONNECTORDIALOG{name}", data, connector.application)
        data = {
            "connector": outside | {"line_id": session.line_id, "chat_id": chat.id},
            "chat": {"chat_id": chat.id},
            "line": {"id": session.line_id, "name": line.settings["LINE_NAME"] if line else ""},
        }
        yield WireEvent(f"ONSESSION{name}", {"DATA": data})

    return make


def _delete_status(company: Company, happening: Happening) -> Iterator[WireEvent]:
    connector = company.connectors.get(happening.connector)
    if connector:
        data = {"connector": happening.connector, "line": happening.line_id}
        yield WireEvent("ONIMCONNECTORSTATUSDELETE", data, connector.application)


def _delete_line(_company: Company, happening: Happening) -> Iterator[WireEvent]:
    yield WireEvent("ONIMCONNECTORLINEDELETE", happening.line_id)


_MAKERS: dict[HappeningKind, Callable[[Company, Happening], Iterator[WireEvent]]] = {
    HappeningKind.MESSAGE_RECEIVED: _receive,
    HappeningKind.MESSAGE_HANDED_OVER: _hand_over,
    HappeningKind.MESSAGE_UPDATED: _update,
    HappeningKind.MESSAGE_DELETED: _delete,
    HappeningKind.SESSION_STARTED: _change_session("START"),
    HappeningKind.SESSION_FINISHED: _change_session("FINISH"),
    HappeningKind.CONNECTOR_STATUS_DELETED: _delete_status,
    HappeningKind.CONNECTOR_LINE_DELETED: _delete_line,
}
