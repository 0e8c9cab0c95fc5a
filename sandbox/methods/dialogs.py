"""Finding dialogs and reading them."""

from typing import Any

from sandbox.domain.permissions import can_join, can_see_history
from sandbox.methods.registry import MethodCall, MethodRegistry
from sandbox.state import php
from sandbox.state.errors import RefusalError, make_empty_error
from sandbox.state.records import Chat, Session
from sandbox.views.chats import make_dialog_card
from sandbox.views.history import make_history

METHODS = MethodRegistry()
USER_CODE_PREFIX = "imol|"


@METHODS.method("imopenlines.dialog.get", any_case=True)
def dialog_get(call: MethodCall) -> Any:
    """A dialog; whatever is wrong, the error is the same."""
    if not call.company.switches.modules.im:
        raise RefusalError("IM_NOT_INSTALLED", "Messenger is not installed.")
    chat = _find_chat(call)
    if chat is None or chat.entity_type != "LINES" or not _may_see(call, chat):
        raise RefusalError("ACCESS_ERROR", "You don't have access to this chat")
    return make_dialog_card(call.company, chat, call.user_id)


def _may_see(call: MethodCall, chat: Chat) -> bool:
    return call.user_id in chat.members or can_join(call.company, call.user_id, chat)


def _find_chat(call: MethodCall) -> Chat | None:
    """The chat by the first identifier that was given at all."""
    params, chats = call.params, call.company.chats
    if params.is_given("CHAT_ID"):
        return chats.get(params.read_integer("CHAT_ID"))
    if params.is_given("DIALOG_ID"):
        dialog_id = params.read_text("DIALOG_ID")
        return chats.get(php.to_integer(dialog_id.removeprefix("chat"))) if dialog_id.startswith("chat") else None
    if params.is_given("SESSION_ID"):
        session = call.company.sessions.get(params.read_integer("SESSION_ID"))
        return chats.get(session.chat_id) if session else None
    return call.company.find_chat_by_code(params.read_text("USER_CODE").removeprefix(USER_CODE_PREFIX))


@METHODS.method("imopenlines.session.open")
def session_open(call: MethodCall) -> Any:
    """The chat of a user code; despite the name nothing is opened."""
    caller = call.company.find_employee(call.user_id)
    if caller and caller.extranet:
        raise make_empty_error()
    chat = call.company.find_chat_by_code(call.params.read_text("USER_CODE"))
    if chat is None or (chat.owner != call.user_id and not can_join(call.company, call.user_id, chat)):
        raise _make_access_error()
    return {"chatId": str(chat.id)}


def _make_access_error() -> RefusalError:
    return RefusalError("ACCESS_DENIED", "You do not have permission to access this chat.")


@METHODS.method("imopenlines.session.history.get")
def session_history_get(call: MethodCall) -> Any:
    """All messages of a session."""
    session_id = _read_session_id(call)
    session = call.company.sessions.get(session_id)
    if session is None or not can_see_history(call.company, call.user_id, session):
        raise _make_access_error()
    if not call.company.list_session_messages(session):
        raise _make_access_error()
    call.company.history_readers.add((call.user_id, session.chat_id))
    return make_history(call.company, session, call.user_id)


def _read_session_id(call: MethodCall) -> int:
    params = call.params
    if params.is_filled("SESSION_ID"):
        session_id = params.read_integer("SESSION_ID")
    elif params.is_filled("CHAT_ID"):
        session_id = _find_last_session(call, params.read_integer("CHAT_ID"))
    else:
        raise RefusalError("MISSING_REQUIRED_PARAM", "Session ID or Chat ID must be provided")
    if not session_id:
        raise RefusalError("INVALID_SESSION_ID", "Unable to determine session ID from provided parameters")
    return session_id


def _find_last_session(call: MethodCall, chat_id: int) -> int:
    found: list[Session] = call.company.list_sessions(chat_id)
    return max((session.id for session in found), default=0)
