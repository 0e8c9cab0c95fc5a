"""What is done to sessions: taking over, joining, starting, pinning, silencing, rating."""

from typing import Any

from sandbox.domain.permissions import can_vote_as_head
from sandbox.domain.sessions import intercept_dialog, join_chat, set_silent_mode, start_or_join
from sandbox.domain.transfers import set_pinned
from sandbox.methods.operators import find_accessible_chat, make_operator_error, require_chat_id
from sandbox.methods.registry import MethodCall, MethodRegistry
from sandbox.state import php
from sandbox.state.errors import RefusalError, make_empty_error
from sandbox.state.records import Session

METHODS = MethodRegistry()
BEST_RATING = 5
COMMENT_LENGTH = 10000


@METHODS.method("imopenlines.session.intercept")
def session_intercept(call: MethodCall) -> Any:
    """Take a dialog over from another operator; true whatever happened."""
    require_chat_id(call)
    try:
        chat = find_accessible_chat(call)
    except RefusalError as denied:
        raise make_operator_error() from denied
    intercept_dialog(call.company, chat, call.user_id)
    return True


@METHODS.method("imopenlines.session.mode.silent")
def session_mode_silent(call: MethodCall) -> Any:
    """Switch the silent mode."""
    set_silent_mode(call.company, find_accessible_chat(call), on=call.params.is_yes("ACTIVATE"))
    return True


@METHODS.method("imopenlines.session.mode.pin")
def session_mode_pin(call: MethodCall) -> Any:
    """Pin a dialog to its operator, or unpin it with an exact N."""
    if not call.params.is_filled("CHAT_ID"):
        raise RefusalError("CHAT_ID_EMPTY", "Chat ID can't be empty")
    if not set_pinned(call.company, find_accessible_chat(call), call.user_id, on=call.params.get("ACTIVATE") != "N"):
        raise make_empty_error()
    return True


@METHODS.method("imopenlines.session.mode.pinAll")
def session_mode_pin_all(call: MethodCall) -> Any:
    """Pin every active dialog of the caller."""
    return _pin_all(call, on=True)


@METHODS.method("imopenlines.session.mode.unpinAll")
def session_mode_unpin_all(call: MethodCall) -> Any:
    """Unpin every active dialog of the caller."""
    return _pin_all(call, on=False)


def _pin_all(call: MethodCall, *, on: bool) -> list[int]:
    newest_first = sorted(call.company.sessions.values(), key=lambda session: session.id, reverse=True)
    mine = [session for session in newest_first if _is_mine(call, session) and session.paused != on]
    chats = call.company.chats
    return [session.id for session in mine if set_pinned(call.company, chats[session.chat_id], call.user_id, on=on)]


def _is_mine(call: MethodCall, session: Session) -> bool:
    return session.active and session.operator_id == call.user_id and call.user_id > 0


@METHODS.method("imopenlines.session.head.vote")
def session_head_vote(call: MethodCall) -> Any:
    """Rate an operator's work; a rating without a comment erases the comment."""
    params = call.params
    if not params.is_filled("SESSION_ID"):
        raise RefusalError("EMPTY_SESSION_ID", "Session ID can't be empty")
    rating, comment = params.read_text("RATING").strip(), params.read_text("COMMENT").strip()
    if not php.is_truthy(rating) and not php.is_truthy(comment):
        raise RefusalError("EMPTY_VOTE_PARAMS", "At least one of the parameters RATING or COMMENT must be specified")
    session = call.company.sessions.get(params.read_integer("SESSION_ID"))
    if session is None or not can_vote_as_head(call.company, call.user_id, session.line_id):
        raise RefusalError("ACCESS_DENIED", "You do not have permission to rate this conversation")
    if params.is_given("RATING"):
        number = php.to_integer(rating)
        session.vote_head = 0 if number > BEST_RATING else number
    session.comment_head = comment[:COMMENT_LENGTH]
    return True


@METHODS.method("imopenlines.session.join")
def session_join(call: MethodCall) -> Any:
    """Become a participant."""
    join_chat(call.company, find_accessible_chat(call), call.user_id)
    return True


@METHODS.method("imopenlines.session.start")
def session_start(call: MethodCall) -> Any:
    """Start a session as its operator, or join the open one."""
    start_or_join(call.company, find_accessible_chat(call), call.user_id)
    return True
