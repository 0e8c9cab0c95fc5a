"""The part of the control API about the messenger: the logs of events, their faults, and reactions."""

from collections.abc import Callable
from typing import Any

from starlette.requests import Request

from sandbox.state.company import Company
from sandbox.state.event_faults import read_event_fault_plan
from sandbox.state.happenings import HappeningKind
from sandbox.state.validation import BadInputError, read_required

Action = Callable[[Request, dict[str, Any]], Any]
ACTIONS = ("add", "delete")


def _find_company(request: Request) -> Company:
    company: Company = request.app.state.company
    return company


def _show_logs(request: Request, _body: dict[str, Any]) -> Any:
    """The numbers of rows of the users and bots whose events are written down."""
    return {"rows": _find_company(request).event_logs.describe()}


def _show_faults(request: Request, _body: dict[str, Any]) -> Any:
    return _find_company(request).event_logs.faults.describe()


def _set_faults(request: Request, body: dict[str, Any]) -> Any:
    _find_company(request).event_logs.faults.set_rules(*read_event_fault_plan(body))
    return _show_faults(request, body)


def _clear_faults(request: Request, body: dict[str, Any]) -> Any:
    _find_company(request).event_logs.faults.set_rules((), 0)
    return _show_faults(request, body)


def _change_reaction(request: Request, body: dict[str, Any]) -> Any:
    """Tell of a reaction, which the portal keeps nowhere else."""
    company = _find_company(request)
    message = company.messages.get(read_required(body, "message_id", (int,)))
    user_id = read_required(body, "user_id", (int,))
    reaction, action = str(body.get("reaction", "like")), body.get("action", "add")
    if message is None:
        raise BadInputError("message_id: no such message")
    if company.find_user(user_id) is None:
        raise BadInputError("user_id: no such user")
    if action not in ACTIONS:
        raise BadInputError(f"action: one of {', '.join(ACTIONS)}")
    company.clock.advance(1)
    chat, details = company.chats[message.chat_id], {"reaction": reaction, "action": action}
    with company.happenings.caused_by(user_id):
        company.tell(HappeningKind.REACTION_CHANGED, chat, message_id=message.id, **details)
    return {"chat_id": message.chat_id, "message_id": message.id}


POSTS: dict[str, Action] = {
    "/logs/faults": _set_faults,
    "/logs/faults/clear": _clear_faults,
    "/message-reaction": _change_reaction,
}
GETS: dict[str, Action] = {"/logs": _show_logs, "/logs/faults": _show_faults}
