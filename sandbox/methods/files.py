"""Files of dialogs and of the portal's disk: addresses to fetch them from, and ways of sending them."""

import base64
import binascii
from hashlib import sha256
from typing import Any
from urllib.parse import quote

from sandbox.domain.operator_messages import write_as_operator
from sandbox.domain.permissions import is_channel_active, make_channel_off_error
from sandbox.methods.messenger import DIALOG, SCOPES, check_module, may_see
from sandbox.methods.registry import FORBIDDEN, MethodCall, MethodRegistry
from sandbox.state import php
from sandbox.state.errors import RefusalError
from sandbox.state.records import Chat, File, Message
from sandbox.views.history import make_file_card

METHODS = MethodRegistry()
DISK_SCOPES = ("disk",)
MOST_BYTES = 100 * 1024 * 1024


@METHODS.method("im.v2.File.download", scopes=SCOPES)
def im_v2_file_download(call: MethodCall) -> Any:
    """An address, good for once, from which a file of a chat can be fetched."""
    check_module(call)
    chat = _require_chat(call, call.params.get("dialogId"))
    file = call.company.files.get(call.params.read_integer("fileId"))
    if file is None or file.chat_id != chat.id:
        raise RefusalError("FILE_NOT_FOUND", "File not found")
    return {"downloadUrl": issue_file_address(call, file)}


@METHODS.method("disk.file.get", any_case=True, scopes=DISK_SCOPES)
def disk_file_get(call: MethodCall) -> Any:
    """A file of the disk that the caller may read, with an address from which it can be fetched."""
    number = call.params.read_integer("ID")
    if number <= 0:
        raise RefusalError("ERROR_ARGUMENT", "Invalid value of parameter {Parameter #0}")
    file = call.company.files.get(number)
    if file is None:
        raise RefusalError("ERROR_NOT_FOUND", f"Could not find entity with id `{number}`.")
    if not _may_read(call, file):
        raise RefusalError("ACCESS_DENIED", "Access denied", FORBIDDEN)
    return {
        "ID": str(file.id),
        "NAME": file.name,
        "TYPE": "file",
        "DELETED_TYPE": "0",
        "SIZE": str(file.size),
        "CREATED_BY": str(file.author_id),
        "DOWNLOAD_URL": issue_file_address(call, file),
    }


def _may_read(call: MethodCall, file: File) -> bool:
    """Whoever sees the chat, has read its history, or on the disk is its author, where it belongs to no chat."""
    chat = call.company.chats.get(file.chat_id)
    if chat is None:
        return file.author_id == call.user_id
    return may_see(call, chat) or (call.user_id, chat.id) in call.company.history_readers


def issue_file_address(call: MethodCall, file: File) -> str:
    """An address, good for once, from which the caller can fetch a file."""
    number = call.company.issue_id("download")
    token = f"disk|{sha256(f'{number} {file.id}'.encode()).hexdigest()}"
    call.company.download_tokens[token] = file.id
    return call.caller.download_address + quote(token, safe="")


def _require_chat(call: MethodCall, dialog_id: Any) -> Chat:
    found = DIALOG.fullmatch(php.to_text(dialog_id))
    chat = call.company.chats.get(int(found.group(2))) if found else None
    if chat is None:
        raise RefusalError("CHAT_NOT_FOUND", "CHAT_NOT_FOUND")
    if not may_see(call, chat):
        raise RefusalError("ACCESS_DENIED", "Access denied", FORBIDDEN)
    return chat


@METHODS.method("im.v2.File.upload", scopes=SCOPES)
def im_v2_file_upload(call: MethodCall) -> Any:
    """Upload a file and send it into a chat with a text, in one step."""
    check_module(call)
    chat = _require_chat(call, call.params.get("dialogId"))
    return make_upload_result(call, chat, *upload_file(call, chat, call.user_id))


def upload_file(call: MethodCall, chat: Chat, author_id: int) -> tuple[File, Message]:
    """Keep the file of the parameter `fields` and send it into a chat in somebody's name.

    Raises:
        RefusalError: FILE_EMPTY, FILE_INVALID_CONTENT, FILE_TOO_LARGE, or FILE_SEND_FAILED for somebody outside.
    """
    fields = call.params.read_array("fields")
    name, content = php.to_text(fields.get("name")), _decode(fields)
    company = call.company
    file = File(company.issue_id("file"), chat.id, author_id, company.clock(), name, len(content), content)
    company.files[file.id] = file
    if author_id not in chat.members or company.switches.message_storage_fails:
        raise RefusalError("FILE_SEND_FAILED", "Failed to send message")
    return file, _send_files(call, chat, php.to_text(fields.get("message")), [file])


def make_upload_result(call: MethodCall, chat: Chat, file: File, message: Message) -> dict[str, Any]:
    """What the upload of a file is answered with."""
    return {
        "file": make_file_card(call.company, file),
        "messageId": message.id,
        "chatId": chat.id,
        "dialogId": f"chat{chat.id}",
    }


def _decode(fields: dict[str, Any]) -> bytes:
    if not fields.get("name") or not fields.get("content"):
        raise RefusalError("FILE_EMPTY", "File name and content are required")
    try:
        content = base64.b64decode(php.to_text(fields["content"]), validate=True)
    except (binascii.Error, ValueError):
        raise RefusalError("FILE_INVALID_CONTENT", "Invalid base64 content") from None
    if len(content) > MOST_BYTES:
        raise RefusalError("FILE_TOO_LARGE", "File is too large")
    return content


@METHODS.method("im.disk.file.commit", any_case=True, scopes=SCOPES)
def im_disk_file_commit(call: MethodCall) -> Any:
    """Send a file of the disk into a chat that the caller is in."""
    check_module(call)
    chat_id = call.params.read_integer("CHAT_ID")
    if chat_id <= 0:
        raise RefusalError("CHAT_ID_EMPTY", "Chat ID can't be empty")
    chat = call.company.chats.get(chat_id)
    if chat is None or call.user_id not in chat.members:
        raise RefusalError("ACCESS_ERROR", "You do not have access to the specified dialog", FORBIDDEN)
    if not call.params.is_given("FILE_ID"):
        raise RefusalError("FILES_ERROR", "List of files is not specified")
    file = call.company.files.get(call.params.read_integer("FILE_ID"))
    if file is None or not _may_read(call, file) or call.company.switches.message_storage_fails:
        raise RefusalError("SAVE_ERROR", "Error during saving file to chat")
    company = call.company
    copy = File(company.issue_id("file"), chat.id, call.user_id, company.clock(), file.name, file.size, file.content)
    company.files[copy.id] = copy
    message = _send_files(call, chat, php.to_text(call.params.get("MESSAGE")), [copy])
    card = make_file_card(company, copy)
    return {"FILES": {f"upload{copy.id}": card}, "DISK_ID": [str(copy.id)], "MESSAGE_ID": message.id}


def _send_files(call: MethodCall, chat: Chat, text: str, files: list[File]) -> Message:
    numbers = [file.id for file in files]
    author_id = files[0].author_id
    if chat.entity_type != "LINES":
        return call.company.say(chat, author_id, text, file_ids=numbers)
    if not is_channel_active(call.company, chat):
        raise make_channel_off_error()
    return write_as_operator(call.company, chat, author_id, text, file_ids=numbers)
