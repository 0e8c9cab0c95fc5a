"""How an application learns of events: what there is, its bindings, a test, the features of the plan."""

from typing import Any

from sandbox.domain.event_data import WireEvent
from sandbox.domain.events import LANGUAGE, WAKE_UP, bind_event, check_handler, list_events, publish_event
from sandbox.methods.connectors import require_application
from sandbox.methods.registry import FORBIDDEN, MethodCall, MethodRegistry
from sandbox.state import php
from sandbox.state.errors import RefusalError, make_missing_argument_error
from sandbox.state.php import PhpTypeError
from sandbox.state.subscriptions import EVENTS, LONGEST_HANDLER, EventBinding

METHODS = MethodRegistry()
BASIC: tuple[str, ...] = ()
ONLINE, OFFLINE = "online", "offline"


def is_administrator(call: MethodCall) -> bool:
    """Whether the caller's user is an administrator of the portal."""
    user = call.company.find_employee(call.user_id)
    return bool(user and user.admin)


def make_access_error(text: str = "") -> RefusalError:
    """The core's refusal of a caller who may not do it, with 403."""
    return RefusalError("ACCESS_DENIED", f"Access denied! {text}".strip(), FORBIDDEN)


def require_feature(available: bool, name: str) -> None:
    """Refuse what the portal's plan does not include.

    Raises:
        RefusalError: WRONG_LICENSE with 403.
    """
    if not available:
        raise RefusalError("WRONG_LICENSE", f"Current portal license does not support {name}", FORBIDDEN)


@METHODS.method("events", any_case=True, scopes=BASIC)
def events(call: MethodCall) -> Any:
    """The events of the caller's scopes, of one scope, or all; the empty SCOPE has those that are everybody's."""
    require_application(call)
    scope = call.params.get("SCOPE")
    if scope is not None:
        return list_events((php.to_text(scope),))
    return list_events(tuple(EVENTS) if call.params.is_filled("FULL") else ("", *call.caller.scopes))


def _read_event(call: MethodCall) -> tuple[str, str]:
    """The name of the event in upper case, and the type of the binding."""
    event, kind = call.params.read_text("EVENT").upper(), call.params.read_text("EVENT_TYPE").lower()
    if not event:
        raise make_missing_argument_error("EVENT")
    if kind not in {"", ONLINE, OFFLINE}:
        text = f"Value must be one of {{{ONLINE}|{OFFLINE}}}"
        raise RefusalError("ERROR_ARGUMENT", text, argument="EVENT_TYPE")
    return event, kind or ONLINE


@METHODS.method("event.bind", any_case=True, scopes=BASIC)
def event_bind(call: MethodCall) -> Any:
    """Bind an event to a handler, or record it for the caller's application."""
    require_application(call)
    user_id, admin = call.params.read_integer("AUTH_TYPE"), is_administrator(call)
    if user_id > 0 and not admin and user_id != call.user_id:
        raise make_access_error("Event binding with AUTH_TYPE requires administrator access rights")
    event, kind = _read_event(call)
    handler = call.params.read_text("HANDLER")
    if kind == OFFLINE:
        if not admin:
            raise make_access_error("Offline events binding requires administrator access rights")
        handler, user_id = "", 0
    elif not handler:
        raise make_missing_argument_error("HANDLER")
    else:
        check_handler(handler)
        user_id = max(0, user_id) or (0 if admin else call.user_id)
    _bind(call, event, handler, user_id)
    return True


def _bind(call: MethodCall, event: str, handler: str, user_id: int) -> None:
    if event not in list_events(("", *call.caller.scopes)):
        raise RefusalError("ERROR_EVENT_NOT_FOUND", "Event not found")
    if event == WAKE_UP and not handler:
        raise RefusalError("ERROR_ARGUMENT", "Offline event cannot be registered for this event.")
    connector = call.caller.auth_connector
    require_feature(call.company.switches.plan.auth_connector or not connector, "auth_connector")
    if len(handler) > LONGEST_HANDLER:
        raise _make_binding_error(f"Value of the field EVENT_HANDLER is longer than {LONGEST_HANDLER} characters")
    number = call.company.issue_id("binding")
    binding = EventBinding(number, call.caller.client_id, event, handler, user_id, connector)
    if not bind_event(call.company, binding):
        raise _make_binding_error("Handler already binded")


def _make_binding_error(text: str) -> RefusalError:
    return RefusalError("ERROR_CORE", f"Unable to set event handler: {text}")


@METHODS.method("event.unbind", any_case=True, scopes=BASIC)
def event_unbind(call: MethodCall) -> Any:
    """Take bindings away: those of a handler, or the offline one; none found is no mistake."""
    require_application(call)
    event, kind = _read_event(call)
    handler = call.params.read_text("HANDLER")
    if kind == OFFLINE:
        if not is_administrator(call):
            raise make_access_error("Offline events unbinding requires administrator access rights")
        found = [one for one in _list_bindings(call, event, "") if one.connector == call.caller.auth_connector]
    elif not handler:
        raise make_missing_argument_error("HANDLER")
    else:
        user_id = _read_bound_user(call)
        found = [one for one in _list_bindings(call, event, handler) if user_id in {None, one.auth_type}]
    for binding in found:
        call.company.bindings.remove(binding)
    return {"count": len(found)}


def _list_bindings(call: MethodCall, event: str, handler: str) -> list[EventBinding]:
    wanted = (call.caller.client_id, event, handler)
    return [one for one in call.company.bindings if (one.client_id, one.event, one.handler) == wanted]


def _read_bound_user(call: MethodCall) -> int | None:
    """The user whose bindings are meant, None for all; who is no administrator has to send the own id as a number."""
    if call.params.is_given("AUTH_TYPE"):
        given = call.params["AUTH_TYPE"]
        own = isinstance(given, int) and not isinstance(given, bool) and given == call.user_id
        if not own and not is_administrator(call):
            raise make_access_error("Event unbinding with AUTH_TYPE requires administrator access rights")
        return php.to_integer(given)
    return None if is_administrator(call) else call.user_id


@METHODS.method("event.get", any_case=True, scopes=BASIC)
def event_get(call: MethodCall) -> Any:
    """The application's bindings; who is no administrator sees only the own ones, which no offline one is."""
    require_application(call)
    mine = [one for one in call.company.bindings if one.client_id == call.caller.client_id]
    if not is_administrator(call):
        mine = [one for one in mine if one.auth_type == call.user_id]
    return [_describe_binding(one) for one in mine]


def _describe_binding(binding: EventBinding) -> dict[str, Any]:
    if binding.offline:
        return {"event": binding.event, "connector_id": binding.connector, "offline": 1}
    return {"event": binding.event, "handler": binding.handler, "auth_type": str(binding.auth_type), "offline": 0}


@METHODS.method("event.test", scopes=BASIC)
def event_test(call: MethodCall) -> Any:
    """Send ONAPPTEST with the caller's parameters to the application itself."""
    require_application(call)
    data = {"QUERY": dict(call.params), "LANGUAGE_ID": LANGUAGE}
    publish_event(call.company, WireEvent("ONAPPTEST", data, call.caller.client_id))
    return 1


@METHODS.method("feature.get", any_case=True, scopes=BASIC)
def feature_get(call: MethodCall) -> Any:
    """Whether the plan includes a feature, Y or N; an unknown one it does not."""
    code = call.params.get("CODE")
    if php.is_array(code):
        raise PhpTypeError
    if not php.is_truthy(code):
        raise RefusalError("CODE_EMPTY", "CODE can't be empty")
    plan = call.company.switches.plan
    known = {"rest_offline_extended": plan.offline_extended, "rest_auth_connector": plan.auth_connector}
    return {"value": "Y" if known.get(str(code)) else "N"}
