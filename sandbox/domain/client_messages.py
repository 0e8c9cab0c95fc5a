"""What a channel hands in through its connector: clients, chats and messages, with the ids they have outside."""

from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from sandbox.domain.operator_messages import write_as_client
from sandbox.state import php
from sandbox.state.company import Company
from sandbox.state.people import Client
from sandbox.state.records import Chat, File, Message

INCOMPLETE = "Not all the required data has been sent"
NO_USER = "Could not create a user"
GUEST = "Guest"
FILE_SIZE = 1024
GENDERS = {"male": "M", "female": "F"}
NOWHERE = ".invalid"
"""No host ends so (RFC 2606): what is there cannot be fetched."""


class MessageRejectedError(Exception):
    """A message that the portal does not take; the text is what it tells the channel."""


def read_block(message: Any, name: str) -> dict[str, Any]:
    """A part of a message that must be there: `user`, `message` or `chat`.

    Raises:
        MessageRejectedError: it is missing, empty or no object.
    """
    part = message.get(name) if isinstance(message, dict) else None
    if not isinstance(part, dict) or not part:
        raise MessageRejectedError(INCOMPLETE)
    return part


def find_or_create_client(company: Company, connector: str, user: dict[str, Any]) -> Client:
    """The client of a channel's user, created if there is none; a name that is not sent again is lost."""
    outside = php.to_text(user.get("id"))
    if not outside:
        raise MessageRejectedError(NO_USER)
    number = company.outsiders.get((connector, outside))
    if number is None:
        number = company.outsiders[connector, outside] = company.issue_id("user")
        company.clients[number] = Client(number, GUEST, connector=connector)
    client = company.clients[number]
    client.first_name, client.last_name = _read_names(user)
    client.gender = GENDERS.get(php.to_text(user.get("gender")), "")
    return client


def _read_names(user: dict[str, Any]) -> tuple[str, str]:
    first, last = php.to_text(user.get("name")), php.to_text(user.get("last_name"))
    words = first.split(" ")
    if not last and len(words) == 2:  # noqa: PLR2004  a first and a last name in one field
        return words[0], words[1]
    return (first, last) if first or last else (GUEST, "")


def make_user_code(company: Company, connector: str, line_id: int, chat: dict[str, Any], client_id: int) -> str:
    """The user code of a chat, `connector|line|chat outside|client`; the client of a group chat is 0."""
    known = company.connectors.get(connector)
    owner = 0 if known and known.chat_group else client_id
    return f"{connector}|{line_id}|{php.to_text(chat.get('id'))}|{owner}"


def receive_message(
    company: Company, connector: str, line_id: int, message: dict[str, Any]
) -> tuple[Client, Message | None]:
    """Receive a message of a channel, with the client and the chat it needs; both are created where they are new.

    `message` has the objects `user`, `message` and `chat` of `imconnector.send.messages`, with names in lower case. The
    second value is None where the line is gone: then nothing is written, and the channel is not told.

    Raises:
        MessageRejectedError: a part is missing, the user has no id, or there is neither a text nor a file.
    """
    client = find_or_create_client(company, connector, read_block(message, "user"))
    content, outside = read_block(message, "message"), read_block(message, "chat")
    text, files = php.to_text(content.get("text")), _list_file_names(content)
    if not text and not files:
        raise MessageRejectedError(INCOMPLETE)
    if line_id not in company.lines:
        return client, None
    chat = _find_or_create_chat(
        company, make_user_code(company, connector, line_id, outside, client.id), client, outside
    )
    author = php.to_integer(content.get("user_id")) or client.id
    file_ids = [_add_file(company, chat, author, name) for name in files]
    return client, write_as_client(company, chat, text, file_ids, author, received=message)


def _list_file_names(content: dict[str, Any]) -> list[str]:
    """The names of the files that can be fetched; the others are dropped silently."""
    found = [file for file in php.list_values(content.get("files")) if isinstance(file, dict) and _can_be_fetched(file)]
    return [php.to_text(file.get("name")) or PurePosixPath(php.to_text(file["url"])).name for file in found]


def _can_be_fetched(file: dict[str, Any]) -> bool:
    host = urlsplit(php.to_text(file.get("url"))).hostname
    return bool(host) and not str(host).endswith(NOWHERE)


def _add_file(company: Company, chat: Chat, author: int, name: str) -> int:
    number = company.issue_id("file")
    company.files[number] = File(number, chat.id, author, company.clock(), name, FILE_SIZE)
    return number


def _find_or_create_chat(company: Company, code: str, client: Client, outside: dict[str, Any]) -> Chat:
    chat = company.find_chat_by_code(code)
    if chat is None:
        number = company.issue_id("chat")
        line_name = company.lines[int(code.split("|")[1])].settings["LINE_NAME"]
        title = client.name if code.endswith(f"|{client.id}") else php.to_text(outside.get("name")) or client.name
        chat = Chat(number, f"{title} - {line_name}", company.clock(), user_code=code)
        company.chats[number] = chat
    company.add_member(chat, client.id)
    return chat


def find_named_messages(
    company: Company, connector: str, line_id: int, message: dict[str, Any]
) -> tuple[Client, list[Message]]:
    """The client and the messages that a change or a deletion is about: those of the chat with the channel's id."""
    client = find_or_create_client(company, connector, read_block(message, "user"))
    chat = company.find_chat_by_code(
        make_user_code(company, connector, line_id, read_block(message, "chat"), client.id)
    )
    outside = php.to_text(read_block(message, "message").get("id"))
    written = company.list_messages(chat.id) if chat else []
    return client, [found for found in written if outside and outside in found.external_ids]


def edit_message(company: Company, connector: str, line_id: int, message: dict[str, Any]) -> Client:
    """Change the text of a message by the channel's id and return its client; its files stay.

    A message that is not there is no mistake.

    Raises:
        MessageRejectedError: a part is missing, or there is neither a text nor a file.
    """
    client, found = find_named_messages(company, connector, line_id, message)
    content = read_block(message, "message")
    text = php.to_text(content.get("text"))
    if not text and not _list_file_names(content):
        raise MessageRejectedError(INCOMPLETE)
    with company.happenings.caused_by(client.id):
        for written in found:
            company.edit_message(written, text, message)
    return client


def delete_message(company: Company, connector: str, line_id: int, message: dict[str, Any]) -> Client:
    """Delete a message by the channel's id, where its connector may, and return its client; its place stays.

    Raises:
        MessageRejectedError: a part is missing, or the user has no id.
    """
    client, found = find_named_messages(company, connector, line_id, message)
    known = company.connectors.get(connector)
    with company.happenings.caused_by(client.id):
        for written in found if known is None or known.deletes_external else ():
            company.delete_message(written, message)
    return client
