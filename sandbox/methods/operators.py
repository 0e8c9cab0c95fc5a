"""What operators do with a dialog: answer, skip, finish, mark as spam, transfer."""

from typing import Any

from sandbox.domain.closing import finish_session, mark_spam
from sandbox.domain.permissions import check_access
from sandbox.domain.sessions import answer_dialog, load_open_session
from sandbox.domain.transfers import skip_dialog, transfer_to_line, transfer_to_user
from sandbox.methods.registry import MethodCall, MethodRegistry, read_positive_id
from sandbox.state import php
from sandbox.state.errors import RefusalError, make_empty_error
from sandbox.state.records import Chat, Session

METHODS = MethodRegistry()
QUEUE_PREFIX = "queue"


def find_accessible_chat(call: MethodCall) -> Chat:
    """The chat of CHAT_ID, if the caller may be there.

    Raises:
        RefusalError: as `check_access` refuses.
    """
    return check_access(call.company, call.user_id, call.params.read_integer("CHAT_ID"))


@METHODS.method("imopenlines.operator.answer", any_case=True)
def operator_answer(call: MethodCall) -> Any:
    """Become responsible for a dialog; every inner failure is the empty error."""
    if not answer_dialog(call.company, find_accessible_chat(call), call.user_id):
        raise make_empty_error()
    return True


@METHODS.method("imopenlines.operator.skip", any_case=True)
def operator_skip(call: MethodCall) -> Any:
    """Pass a dialog on."""
    if not skip_dialog(call.company, find_accessible_chat(call), call.user_id):
        raise make_empty_error()
    return True


@METHODS.method("imopenlines.operator.spam", any_case=True)
def operator_spam(call: MethodCall) -> Any:
    """Close a dialog as spam; true even when none was open."""
    chat = find_accessible_chat(call)
    session = load_open_session(call.company, chat)
    if session:
        mark_spam(call.company, chat, session, call.user_id)
    return True


def _load_finishable_session(call: MethodCall, chat: Chat) -> Session:
    failure = call.company.switches.load_failures.get(chat.id)
    session = None if failure == "chat" else load_open_session(call.company, chat)
    if session is None:
        raise RefusalError("NOT_LOAD_SESSION_OR_CHAT", "Failed to load the session or the chat")
    if failure == "data":
        raise RefusalError("IMOL_CHAT_ERROR_NOT_LOAD_DATA", "Failed to load the chat's data")
    return session


def _finish(call: MethodCall, chat: Chat, session: Session) -> bool:
    """Finish a dialog; one without an owner is answered first, and a locked one stays as it is."""
    if chat.id in call.company.switches.locked_chats:
        return True
    if not chat.owner:
        answer_dialog(call.company, chat, call.user_id)
    elif session.operator_id != call.user_id:
        call.company.announce(chat, f"{call.company.format_mention(call.user_id)} finished the conversation")
    finish_session(call.company, chat, session)
    return True


@METHODS.method("imopenlines.operator.finish", any_case=True)
def operator_finish(call: MethodCall) -> Any:
    """Finish one's own dialog."""
    chat = find_accessible_chat(call)
    session = _load_finishable_session(call, chat)
    if session.operator_id != call.user_id:
        raise RefusalError("ERROR_USER_NOT_OPERATOR", "You are not the operator of this conversation")
    return _finish(call, chat, session)


@METHODS.method("imopenlines.operator.another.finish")
def operator_another_finish(call: MethodCall) -> Any:
    """Finish anyone's dialog."""
    chat = find_accessible_chat(call)
    return _finish(call, chat, _load_finishable_session(call, chat))


def read_target(call: MethodCall) -> tuple[str, int]:
    """Where a dialog shall go: `user` or `queue`, and an id.

    TRANSFER_ID replaces USER_ID or QUEUE_ID, and a user comes before a queue.

    Raises:
        RefusalError: USER_ID_EMPTY, QUEUE_ID_EMPTY or TRANSFER_ID_EMPTY.
    """
    wishes = {"user": call.params.get("USER_ID"), QUEUE_PREFIX: call.params.get("QUEUE_ID")}
    transfer_id = call.params.get("TRANSFER_ID")
    if isinstance(transfer_id, str) and transfer_id.startswith(QUEUE_PREFIX):
        wishes[QUEUE_PREFIX] = transfer_id.removeprefix(QUEUE_PREFIX)
    elif isinstance(transfer_id, str | int) and not isinstance(transfer_id, bool):
        wishes["user"] = transfer_id
    for kind, code, text in (
        ("user", "USER_ID_EMPTY", "User ID can't be empty"),
        (QUEUE_PREFIX, "QUEUE_ID_EMPTY", "QUEUE ID can't be empty"),
    ):
        if wishes[kind] is not None:
            number = php.to_integer(wishes[kind])
            if number <= 0:
                raise RefusalError(code, text)
            return kind, number
    raise RefusalError("TRANSFER_ID_EMPTY", "Queue ID or User ID can't be empty")


def require_chat_id(call: MethodCall) -> int:
    """The id of the chat.

    Raises:
        RefusalError: CHAT_ID_EMPTY if it is missing or not positive.
    """
    return read_positive_id(call, "CHAT_ID", "CHAT_ID_EMPTY", "Chat ID can't be empty")


def make_operator_error() -> RefusalError:
    """The refusal that hides for which reason a dialog cannot be moved."""
    return RefusalError("OPERATOR_WRONG", "You can not redirect to this operator")


@METHODS.method("imopenlines.operator.transfer")
def operator_transfer(call: MethodCall) -> Any:
    """Hand a dialog to an operator or a line."""
    require_chat_id(call)
    kind, number = read_target(call)
    try:
        chat = find_accessible_chat(call)
    except RefusalError as denied:
        raise make_operator_error() from denied
    if kind == "user":
        moved = number != call.user_id and transfer_to_user(call.company, chat, call.user_id, number)
    else:
        moved = transfer_to_line(call.company, chat, call.user_id, number)
    if not moved:
        raise make_operator_error()
    return True
