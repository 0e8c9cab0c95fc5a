"""The part of the control API about events: who has bound what, what was delivered, faults, triggers, installation."""

from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request

from sandbox.control.actions import Action, find_company, make_fault_actions
from sandbox.control.triggers import TRIGGERS, trigger_event
from sandbox.domain.events import check_handler, give_system_user, install, uninstall, update
from sandbox.state.company import Company
from sandbox.state.errors import RefusalError
from sandbox.state.event_faults import read_event_fault_plan
from sandbox.state.oauth import RegisteredApplication
from sandbox.state.outbox import Delivery
from sandbox.state.records import Message
from sandbox.state.validation import BadInputError, read_required
from sandbox.views.chats import format_iso


def _show_bindings(request: Request, _body: dict[str, Any]) -> Any:
    return {"bindings": [vars(binding) for binding in find_company(request).bindings]}


def _show_deliveries(request: Request, _body: dict[str, Any]) -> Any:
    return {"deliveries": [_describe_delivery(delivery) for delivery in find_company(request).outbox.log]}


def _describe_delivery(delivery: Delivery) -> dict[str, Any]:
    """A delivery without a secret: neither tokens nor what may be one in the address."""
    target = urlsplit(delivery.handler)
    shown = ("number", "event", "handler_id", "client_id", "user_id", "state", "status", "error")
    address = f"{target.scheme}://{target.netloc.rpartition('@')[2]}{target.path}"
    data = None if delivery.event == "ONAPPUSERREADY" else delivery.data
    return {name: getattr(delivery, name) for name in shown} | {
        "handler": address,
        "at": format_iso(delivery.at),
        "data": data,
    }


def _clear_deliveries(request: Request, _body: dict[str, Any]) -> Any:
    find_company(request).outbox.log.clear()
    return {"ok": True}


def _find_application(request: Request, body: dict[str, Any]) -> RegisteredApplication:
    """The application that `client_id` names; the first one if it is not given."""
    known = find_company(request).oauth.applications
    found = known.get(str(body.get("client_id", next(iter(known), ""))))
    if found is None:
        raise BadInputError("client_id: no such application")
    return found


def _describe_application(application: RegisteredApplication) -> dict[str, Any]:
    shown = ("client_id", "user_id", "handler", "version", "installed")
    return {name: getattr(application, name) for name in shown} | {"scopes": list(application.scopes)}


def _install(request: Request, body: dict[str, Any]) -> Any:
    application = _find_application(request, body)
    handler = str(body.get("handler", application.handler))
    try:
        if handler:
            check_handler(handler)
    except RefusalError as refusal:
        raise BadInputError(f"handler: {refusal.text}") from None
    install(find_company(request), application, handler)
    return _describe_application(application)


def _update(request: Request, body: dict[str, Any]) -> Any:
    application = _find_application(request, body)
    update(find_company(request), application)
    return _describe_application(application)


def _uninstall(request: Request, body: dict[str, Any]) -> Any:
    application = _find_application(request, body)
    uninstall(find_company(request), application, clean=bool(body.get("clean")))
    return _describe_application(application)


def _give_system_user(request: Request, body: dict[str, Any]) -> Any:
    application = _find_application(request, body)
    give_system_user(find_company(request), application)
    return _describe_application(application)


def _trigger(request: Request, body: dict[str, Any]) -> Any:
    company = find_company(request)
    name = read_required(body, "event", (str,)).upper()
    if name not in TRIGGERS:
        raise BadInputError(f"event: one of {', '.join(TRIGGERS)}")
    company.clock.advance(1)
    return trigger_event(company, name, body)


def _find_message(company: Company, body: dict[str, Any]) -> Message:
    found = company.messages.get(read_required(body, "message_id", (int,)))
    if found is None:
        raise BadInputError("message_id: no such message")
    return found


def _edit_message(request: Request, body: dict[str, Any]) -> Any:
    """Change a message in the name of its author."""
    company = find_company(request)
    message, text = _find_message(company, body), read_required(body, "text", (str,))
    company.clock.advance(1)
    with company.happenings.caused_by(message.author_id):
        company.edit_message(message, text)
    return {"message_id": message.id, "chat_id": message.chat_id}


def _delete_message(request: Request, body: dict[str, Any]) -> Any:
    """Delete a message in the name of its author."""
    company = find_company(request)
    message = _find_message(company, body)
    company.clock.advance(1)
    with company.happenings.caused_by(message.author_id):
        company.delete_message(message)
    return {"message_id": message.id, "chat_id": message.chat_id}


_FAULT_POSTS, _FAULT_GETS = make_fault_actions(
    "/events/faults", lambda company: company.outbox.faults, read_event_fault_plan
)
POSTS: dict[str, Action] = {
    "/events/deliveries/clear": _clear_deliveries,
    **_FAULT_POSTS,
    "/events/install": _install,
    "/events/update": _update,
    "/events/uninstall": _uninstall,
    "/events/user-ready": _give_system_user,
    "/events/trigger": _trigger,
    "/message-edit": _edit_message,
    "/message-delete": _delete_message,
}
GETS: dict[str, Action] = {
    "/events/bindings": _show_bindings,
    "/events/deliveries": _show_deliveries,
    **_FAULT_GETS,
}
