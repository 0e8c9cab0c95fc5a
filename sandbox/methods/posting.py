"""Writing into the messenger's chats."""

from typing import Any

from sandbox.domain.attachments import check_attach, check_keyboard, check_menu
from sandbox.domain.operator_messages import write_as_operator
from sandbox.domain.permissions import is_channel_active, make_channel_off_error
from sandbox.methods.messenger import DIALOG, SCOPES, check_module, find_private_chat, may_see
from sandbox.methods.registry import FORBIDDEN, MethodCall, MethodRegistry, has_pending_failure
from sandbox.state import php
from sandbox.state.errors import RefusalError
from sandbox.state.people import Employee
from sandbox.state.records import Chat, Message

METHODS = MethodRegistry()
LONGEST, CUT = 20000, " (...)"


@METHODS.method("im.message.add", any_case=True, scopes=SCOPES)
def im_message_add(call: MethodCall) -> Any:
    """Write into a chat, or to a person."""
    check_module(call)
    text = _read_text(call)
    chat, other = _find_addressee(call)
    attach = check_attach(call.params["ATTACH"]) if call.params.is_filled("ATTACH") else None
    if call.params.is_filled("KEYBOARD"):
        check_keyboard(call.params["KEYBOARD"])
    if call.params.is_filled("MENU"):
        check_menu(call.params["MENU"])
    reply_to = _read_reply_id(call, chat)
    attached = [attach] if attach else []
    return _add_message(call, chat or _open_private_chat(call, other), text, reply_to, attached).id


def _read_text(call: MethodCall) -> str:
    """The text as it is kept: the messenger cuts what is too long."""
    given = call.params.get("MESSAGE")
    if given is not None and not isinstance(given, str):
        raise RefusalError("MESSAGE_EMPTY", "Wrong message type")
    text = (given or "").strip()
    if not text and not call.params.is_filled("ATTACH"):
        raise RefusalError("MESSAGE_EMPTY", "Message can't be empty")
    return text[:LONGEST] + CUT if len(text) > LONGEST + len(CUT) else text


def _find_addressee(call: MethodCall) -> tuple[Chat | None, int]:
    """The chat that is written into, or the user who is written to."""
    given = call.params.get("DIALOG_ID")
    if given is None:
        raise RefusalError("PARAMS_ERROR", "Incorrect params")
    if found := DIALOG.fullmatch(php.to_text(given)):
        number = int(found.group(2)) if found.group(1).lower() == "chat" else 0
        return _find_writable_chat(call, number), 0
    user_id = php.to_integer(given)
    if user_id <= 0:
        raise RefusalError("USER_ID_EMPTY", "User ID can't be empty")
    if call.company.find_user(user_id) is None:
        raise RefusalError("USER_NOT_FOUND", "User not found")
    return find_private_chat(call, user_id), user_id


def _find_writable_chat(call: MethodCall, number: int) -> Chat:
    if number <= 0:
        raise RefusalError("CHAT_ID_EMPTY", "Chat ID can't be empty")
    chat = call.company.chats.get(number)
    if chat is None:
        raise RefusalError("CHAT_ID", "Error creating message")
    caller = call.company.find_employee(call.user_id)
    if chat.entity_type == "GENERAL" and not (caller and caller.admin):
        raise RefusalError("ACCESS_ERROR", "Action unavailable", FORBIDDEN)
    return chat


def _read_reply_id(call: MethodCall, chat: Chat | None) -> int:
    number = call.params.read_integer("REPLY_ID")
    if number <= 0:
        return 0
    message = call.company.messages.get(number)
    if message is None or not may_see(call, call.company.chats[message.chat_id]):
        raise RefusalError("REPLY_ACCESS_ERROR", "Action unavailable", FORBIDDEN)
    if chat is None or message.chat_id != chat.id:
        text = "You can only reply to a message within the same chat"
        raise RefusalError("REPLY_FROM_OTHER_CHAT_ERROR", text, FORBIDDEN)
    return number


def _open_private_chat(call: MethodCall, user_id: int) -> Chat:
    number = call.company.issue_id("chat")
    members = list(dict.fromkeys((call.user_id, user_id)))
    pair = Chat(number, "", call.company.clock(), type="P", entity_type="", members=members)
    call.company.chats[number] = pair
    return pair


def _add_message(call: MethodCall, chat: Chat, text: str, reply_to: int, attach: list[dict[str, Any]]) -> Message:
    """Put the message into the chat; only a system message may come from somebody who is not in it."""
    company, caller = call.company, call.company.find_employee(call.user_id)
    if call.params.is_yes("SYSTEM") and may_see(call, chat) and not _is_guest(caller):
        return company.say(chat, 0, _sign(call, text), system=True, attach=attach)
    if call.user_id not in chat.members:
        raise RefusalError("CANCELED", "You cannot write in this chat")
    if chat.entity_type == "LINES" and not is_channel_active(company, chat):
        raise make_channel_off_error()
    if company.switches.message_storage_fails or has_pending_failure(call):
        raise RefusalError("PARAMS_ERROR", "Message isn't added")
    if chat.entity_type == "LINES":
        return write_as_operator(company, chat, call.user_id, text, reply_to=reply_to, attach=attach)
    return company.say(chat, call.user_id, text, reply_to=reply_to, attach=attach)


def _is_guest(user: Employee | None) -> bool:
    return user is None or user.extranet


def _sign(call: MethodCall, text: str) -> str:
    """The text of a system message; that of an application names the application."""
    return f"[b]{call.caller.client_id}[/b]\n{text}" if call.caller.kind == "application" else text
