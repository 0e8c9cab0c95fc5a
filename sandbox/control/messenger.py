"""The part of the control API about the messenger: the logs of events, their faults, and reactions."""

from typing import Any

from starlette.requests import Request

from sandbox.control.actions import Action, find_company, make_fault_actions
from sandbox.state.event_faults import read_event_fault_plan
from sandbox.state.happenings import HappeningKind
from sandbox.state.validation import BadInputError, read_required

ACTIONS = ("add", "delete")


def _show_logs(request: Request, _body: dict[str, Any]) -> Any:
    """The numbers of rows of the users and bots whose events are written down."""
    return {"rows": find_company(request).event_logs.describe()}


def _change_reaction(request: Request, body: dict[str, Any]) -> Any:
    """Tell of a reaction, which the portal keeps nowhere else."""
    company = find_company(request)
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


_FAULT_POSTS, _FAULT_GETS = make_fault_actions(
    "/logs/faults", lambda company: company.event_logs.faults, read_event_fault_plan
)
POSTS: dict[str, Action] = {
    **_FAULT_POSTS,
    "/message-reaction": _change_reaction,
}
GETS: dict[str, Action] = {"/logs": _show_logs, **_FAULT_GETS}
