"""The part of the control API about the messenger's events: its logs, their faults, and what happens to messages."""

from collections.abc import Callable
from typing import Any

from starlette.requests import Request

from sandbox.state.company import Company
from sandbox.state.happenings import HappeningKind
from sandbox.state.log_faults import read_log_faults
from sandbox.state.records import Message
from sandbox.state.validation import BadInputError, read_required

Action = Callable[[Request, dict[str, Any]], Any]
ACTIONS = ("add", "delete")


def _find_company(request: Request) -> Company:
    company: Company = request.app.state.company
    return company


def _find_message(company: Company, body: dict[str, Any]) -> Message:
    message = company.messages.get(read_required(body, "message_id", (int,)))
    if message is None:
        raise BadInputError("message_id: no such message")
    return message


def _edit_message(request: Request, body: dict[str, Any]) -> Any:
    """Change a message in the name of its author."""
    company = _find_company(request)
    message, text = _find_message(company, body), read_required(body, "text", (str,))
    company.clock.advance(1)
    with company.happenings.caused_by(message.author_id):
        company.edit_message(message, text)
    return {"chat_id": message.chat_id, "message_id": message.id}


def _delete_message(request: Request, body: dict[str, Any]) -> Any:
    """Delete a message in the name of its author."""
    company = _find_company(request)
    message = _find_message(company, body)
    company.clock.advance(1)
    with company.happenings.caused_by(message.author_id):
        company.delete_message(message)
    return {"chat_id": message.chat_id, "message_id": message.id}


def _change_reaction(request: Request, body: dict[str, Any]) -> Any:
    """Tell of a reaction, which the portal keeps nowhere else."""
    company = _find_company(request)
    message, user_id = _find_message(company, body), read_required(body, "user_id", (int,))
    reaction, action = str(body.get("reaction", "like")), body.get("action", "add")
    if company.find_user(user_id) is None:
        raise BadInputError("user_id: no such user")
    if action not in ACTIONS:
        raise BadInputError(f"action: one of {', '.join(ACTIONS)}")
    company.clock.advance(1)
    with company.happenings.caused_by(user_id):
        company.tell(
            HappeningKind.REACTION_CHANGED,
            company.chats[message.chat_id],
            message_id=message.id,
            reaction=reaction,
            action=action,
        )
    return {"chat_id": message.chat_id, "message_id": message.id}


def _show_logs(request: Request, _body: dict[str, Any]) -> Any:
    return {"rows": _find_company(request).event_logs.describe()}


def _show_faults(request: Request, _body: dict[str, Any]) -> Any:
    return _find_company(request).event_logs.faults.describe()


def _set_faults(request: Request, body: dict[str, Any]) -> Any:
    _find_company(request).event_logs.faults.set_rules(*read_log_faults(body))
    return _show_faults(request, body)


POSTS: dict[str, Action] = {
    "/edit-message": _edit_message,
    "/delete-message": _delete_message,
    "/reaction": _change_reaction,
    "/log-faults": _set_faults,
}
GETS: dict[str, Action] = {"/logs": _show_logs, "/log-faults": _show_faults}
