"""The chats of CRM objects: finding them, their participants, and writing into them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sandbox.domain.operator_messages import write_as_operator
from sandbox.domain.permissions import (
    can_be_shown_history,
    can_join,
    can_read_crm,
    can_remove_members,
    is_channel_active,
    make_channel_off_error,
)
from sandbox.domain.sessions import join_chat
from sandbox.methods.registry import FORBIDDEN, MethodCall, MethodRegistry, has_pending_failure
from sandbox.state import php
from sandbox.state.errors import RefusalError, make_missing_argument_error, make_wrong_type_error
from sandbox.state.records import Session

METHODS = MethodRegistry()
CONNECTOR_TITLES = {
    "livechat": "Live Chat",
    "telegrambot": "Telegram",
    "whatsappbytwilio": "WhatsApp",
    "facebook": "Facebook: Messages",
    "viber": "Viber",
}
_ACTION_DENIED = "Access denied! You don't have access to this action"
_GENERATED = {"ID": 1, "BLOCKS": [{"MESSAGE": "This message was generated automatically"}], "COLOR": "#df532d"}


@dataclass(frozen=True)
class EntityReference:
    """The CRM object of a call; the type is upper case."""

    type: str
    id: int


def _make_access_error(text: str = _ACTION_DENIED) -> RefusalError:
    return RefusalError("ACCESS_DENIED", text, FORBIDDEN)


def _read_positive(call: MethodCall, name: str) -> int:
    value = call.params.get(name)
    if not php.is_truthy(value):
        raise make_missing_argument_error(name)
    return _read_number(name, value)


def _read_number(name: str, value: Any) -> int:
    if not php.is_numeric(value) or php.to_integer(value) <= 0:
        raise make_wrong_type_error(name)
    return php.to_integer(value)


def _read_entity(call: MethodCall) -> EntityReference:
    if not call.params.is_filled("CRM_ENTITY_TYPE"):
        raise make_missing_argument_error("CRM_ENTITY_TYPE")
    return EntityReference(call.params.read_text("CRM_ENTITY_TYPE").upper(), _read_positive(call, "CRM_ENTITY"))


def _make_empty_data_error() -> RefusalError:
    return RefusalError("CRM_CHAT_EMPTY_CRM_DATA", "Empty CRM data")


def _check_read(
    call: MethodCall, entity: EntityReference, user_id: int | None = None, text: str = _ACTION_DENIED
) -> None:
    if not can_read_crm(call.company, call.user_id if user_id is None else user_id, entity.type, entity.id):
        raise _make_access_error(text)


def _list_sessions(call: MethodCall, entity: EntityReference, *, active_only: bool) -> Iterator[Session]:
    """The sessions bound to a CRM object through the connectors in use, newest first."""
    in_use = {connector for line in call.company.lines.values() for connector in line.connectors}
    in_use |= {connector for (connector, _), connection in call.company.connections.items() if connection.configured}
    for session in sorted(call.company.sessions.values(), key=lambda found: found.id, reverse=True):
        bound = session.crm_bindings.get(entity.type) == entity.id
        if bound and session.source in in_use and (session.active or not active_only):
            yield session


def _find_last_chat(call: MethodCall, entity: EntityReference) -> int:
    bound = [item for item in call.company.sessions.values() if item.crm_bindings.get(entity.type) == entity.id]
    return max(bound, key=lambda found: (found.modified, found.id)).chat_id if bound else 0


@METHODS.method("imopenlines.crm.chat.get")
def crm_chat_get(call: MethodCall) -> Any:
    """The chats of a CRM object."""
    entity = _read_entity(call)
    _check_read(call, entity)
    found = _list_sessions(call, entity, active_only=call.params.get("ACTIVE_ONLY") != "N")
    chats = dict.fromkeys((session.chat_id, session.source) for session in found)
    return [
        {
            "CHAT_ID": str(chat_id),
            "CONNECTOR_ID": connector,
            "CONNECTOR_TITLE": CONNECTOR_TITLES.get(connector, connector),
        }
        for chat_id, connector in chats
    ]


@METHODS.method("imopenlines.crm.chat.getLastId")
def crm_chat_get_last_id(call: MethodCall) -> Any:
    """The chat of a CRM object that changed last; CRM rights are not checked."""
    if not call.params.is_filled("CRM_ENTITY_TYPE") or not call.params.is_filled("CRM_ENTITY"):
        raise _make_empty_data_error()
    chat_id = _find_last_chat(call, _read_entity(call))
    if not chat_id:
        raise RefusalError("CRM_CHAT_EMPTY_CRM_DATA", "Could not find CRM entity")
    return chat_id


def _check_messenger(call: MethodCall) -> None:
    if not call.company.switches.modules.im:
        raise RefusalError("IM_NOT_INSTALLED", "Messenger is not installed.")


def _choose_chat(call: MethodCall, entity: EntityReference) -> int:
    return call.params.read_integer("CHAT_ID") if call.params.is_filled("CHAT_ID") else _find_last_chat(call, entity)


def _find_bound_session(call: MethodCall, entity: EntityReference, chat_id: int) -> Session:
    for session in _list_sessions(call, entity, active_only=True):
        if session.chat_id == chat_id:
            return session
    raise RefusalError("CHAT_NOT_IN_CRM", "Chat does not belong to the CRM entity being checked")


def _check_employee(call: MethodCall, user_id: int) -> None:
    if call.company.find_employee(user_id) is None:
        raise RefusalError("CRM_CHAT_USER_NOT_ACTIVE", "User not active")


@METHODS.method("imopenlines.crm.chat.user.add")
def crm_chat_user_add(call: MethodCall) -> Any:
    """Add an employee to the chat of a CRM object; without a chat the answer is 0."""
    entity = _read_entity(call)
    _check_messenger(call)
    joining = "Access denied! You don't have access to join user to chat"
    _check_read(call, entity, text=joining)
    chat_id = _choose_chat(call, entity)
    if not chat_id:
        return 0
    session = _find_bound_session(call, entity, chat_id)
    chat = call.company.chats[chat_id]
    if not can_join(call.company, call.user_id, chat):
        raise _make_access_error(joining)
    user_id = call.params.read_integer("USER_ID")
    if user_id <= 0:
        raise make_missing_argument_error("Empty USER_ID")
    _check_new_member(call, entity, session, user_id)
    if user_id in chat.members or has_pending_failure(call):
        raise RefusalError("WRONG_REQUEST", "You don't have access or user already member in chat")
    join_chat(call.company, chat, user_id)
    return chat_id


def _check_new_member(call: MethodCall, entity: EntityReference, session: Session, user_id: int) -> None:
    _check_employee(call, user_id)
    _check_read(call, entity, user_id, "Access denied! This user may not read the CRM object of the chat")
    if not can_be_shown_history(call.company, call.user_id, user_id, session):
        raise _make_access_error("Access denied! This user may not view the history of the chat")


@METHODS.method("imopenlines.crm.chat.user.delete")
def crm_chat_user_delete(call: MethodCall) -> Any:
    """Take an employee out of the chat of a CRM object."""
    if not call.params.is_filled("USER_ID"):
        raise RefusalError("CRM_CHAT_EMPTY_USER", "Empty User ID")
    if not call.params.is_filled("CRM_ENTITY_TYPE") or not call.params.is_filled("CRM_ENTITY"):
        raise _make_empty_data_error()
    entity = _read_entity(call)
    _check_messenger(call)
    _check_read(call, entity)
    chat_id = _choose_chat(call, entity)
    if not chat_id:
        return 0
    _find_bound_session(call, entity, chat_id)
    _remove_member(call, chat_id, call.params.read_integer("USER_ID"))
    return chat_id


def _remove_member(call: MethodCall, chat_id: int, user_id: int) -> None:
    chat = call.company.chats[chat_id]
    if not can_remove_members(call.company.find_employee(call.user_id), chat, user_id):
        text = "You don't have access to delete a user from this chat"
        raise RefusalError("CHAT_DELETE_USER_PERMISSION_DENIED", text, FORBIDDEN)
    _check_employee(call, user_id)
    if user_id not in chat.members or has_pending_failure(call):
        raise RefusalError("WRONG_REQUEST", "You don't have access or user already not in chat")
    call.company.keep_members(chat, user_id.__ne__)
    if chat.owner == user_id:
        call.company.set_owner(chat, 0)
    call.company.announce(chat, f"{call.company.format_mention(user_id)} left the conversation")


@METHODS.method("imopenlines.crm.message.add")
def crm_message_add(call: MethodCall) -> Any:
    """Write to the client as any employee; the portal does not check whether the caller may."""
    entity = _read_entity(call)
    sender_id, chat_id = _read_positive(call, "USER_ID"), _read_positive(call, "CHAT_ID")
    if not call.params.is_filled("MESSAGE"):
        raise make_missing_argument_error("MESSAGE")
    text = call.params.read_text("MESSAGE")
    for user_id in (call.user_id, sender_id):
        _check_read(call, entity, user_id, "Access denied! User don't have access to this entity")
    _find_bound_session(call, entity, chat_id)
    chat = call.company.chats[chat_id]
    if sender_id not in chat.members and not has_pending_failure(call):
        raise RefusalError("CANCELED", "You cannot write in this chat")
    if not is_channel_active(call.company, chat):
        raise make_channel_off_error()
    if call.company.switches.message_storage_fails or has_pending_failure(call):
        raise RefusalError("MESSAGE_ADD_ERROR", "Message was not added")
    return write_as_operator(call.company, chat, sender_id, text, attach=[dict(_GENERATED)]).id
