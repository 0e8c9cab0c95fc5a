"""What an application does with its connectors: register them, switch them on for lines, describe them."""

from typing import Any

from sandbox.domain.permissions import find_role
from sandbox.methods.registry import FORBIDDEN, MethodCall, MethodRegistry
from sandbox.state import php
from sandbox.state.company import Company
from sandbox.state.connectors import BUILT_IN, Connector, LineConnection
from sandbox.state.errors import OK, RefusalError, make_missing_argument_error
from sandbox.state.happenings import HappeningKind
from sandbox.state.people import Reach
from sandbox.state.php import PhpTypeError

METHODS = MethodRegistry()
DENIED = "Current authorization type is denied for this method"
SETTINGS = (
    "ICON_DISABLED",
    "DEL_EXTERNAL_MESSAGES",
    "EDIT_INTERNAL_MESSAGES",
    "DEL_INTERNAL_MESSAGES",
    "NEWSLETTER",
    "NEED_SYSTEM_MESSAGES",
    "NEED_SIGNATURE",
    "CHAT_GROUP",
    "COMMENT",
)
DATA_FIELDS = ("ID", "URL", "URL_IM", "NAME")


def require_application(call: MethodCall) -> None:
    """Refuse every caller but an application.

    Raises:
        RefusalError: WRONG_AUTH_TYPE with 403.
    """
    if call.caller.kind != "application":
        raise RefusalError("WRONG_AUTH_TYPE", f"{DENIED} Application context required", FORBIDDEN)


def require_params(call: MethodCall, *names: str) -> None:
    """Refuse a call in which a parameter is not set.

    Raises:
        RefusalError: ERROR_ARGUMENT for the first of them.
    """
    for name in names:
        if not call.params.is_given(name):
            raise make_missing_argument_error(name)


def read_place(call: MethodCall) -> tuple[str, int]:
    """The connector's code and the line's id that a call is about."""
    return call.params.read_text("CONNECTOR"), call.params.read_integer("LINE")


def _make_failure(code: str, text: str) -> RefusalError:
    """A failure that the core answers with HTTP 200."""
    return RefusalError(code, text, OK, result=False)


@METHODS.method("imconnector.list")
def connector_list(call: MethodCall) -> Any:
    """The names of all connectors; a wrong kind of authorization loses its code here."""
    if call.caller.kind != "application":
        raise RefusalError("ERROR_CORE", DENIED)
    if find_role(call.company, call.user_id).lines_modify is Reach.NONE:
        raise RefusalError("ACCESS_DENIED", "You don't have access to this action")
    return BUILT_IN | {connector.id: connector.name for connector in call.company.connectors.values()}


@METHODS.method("imconnector.register", any_case=True)
def register(call: MethodCall) -> Any:
    """Register a connector or change it, even one of another application."""
    require_application(call)
    icon = {name.upper(): value for name, value in call.params.read_array("ICON").items()}
    number = call.params.get("ID")
    if "." in call.params.read_text("ID"):
        raise _make_failure("APPLICATION_REGISTRATION_ERROR_POINT", "A dot is not allowed in the ID of a connector")
    for missing, code, text in (
        (not _is_filled_text(number), "CONNECTOR_ID_REQUIRED", "The ID of the connector is not specified"),
        (not _is_filled_text(call.params.get("NAME")), "NAME_REQUIRED", "The name of the connector is not specified"),
        (not _is_filled_text(icon.get("DATA_IMAGE")), "ICON_REQUIRED", "The icon of the connector is not specified"),
        (not call.caller.client_id, "NO_APPLICATION_ID", "Could not get the ID of the application"),
        (
            not _is_filled_text(call.params.get("PLACEMENT_HANDLER")),
            "NO_PLACEMENT_HANDLER",
            "The address of the settings is not specified",
        ),
    ):
        if missing:
            raise _make_failure(code, text)
    if call.company.switches.connector_storage_fails:
        raise _make_failure("APPLICATION_REGISTRATION_ERROR", "Error registering the application")
    _store_connector(call, icon)
    return {"result": True}


def _is_filled_text(value: Any) -> bool:
    return isinstance(value, str) and php.is_truthy(value)


def _store_connector(call: MethodCall, icon: dict[str, Any]) -> None:
    params, known = call.params, call.company.connectors
    number = params.read_text("ID").lower()
    before = known[number].settings if number in known else {}
    settings = {name: params[name] for name in SETTINGS if params.is_given(name)}
    known[number] = Connector(
        number, call.caller.client_id, params["NAME"], params["PLACEMENT_HANDLER"], icon, before | settings
    )


@METHODS.method("imconnector.unregister", any_case=True)
def unregister(call: MethodCall) -> Any:
    """Switch a connector off on all lines, whoever owns it; then forget it if it is the caller's."""
    require_application(call)
    if not call.caller.client_id:
        raise _make_failure("NO_APPLICATION_ID", "Could not get the ID of the application")
    number = call.params.read_text("ID").lower()
    if not number or call.company.switches.connector_storage_fails:
        raise _make_failure("APPLICATION_UNREGISTRATION_ERROR", "Error unregistering the application")
    for key in [key for key in call.company.connections if key[0] == number]:
        _delete_status(call.company, *key)
    connector = call.company.connectors.get(number)
    if connector and connector.application == call.caller.client_id:
        del call.company.connectors[number]
    return {"result": True}


def _delete_status(company: Company, connector: str, line_id: int) -> None:
    """Delete what is stored for a connector on a line; it is told even where there was nothing."""
    company.connections.pop((connector, line_id), None)
    company.tell(HappeningKind.CONNECTOR_STATUS_DELETED, connector=connector, line_id=line_id)


@METHODS.method("imconnector.activate", any_case=True)
def activate(call: MethodCall) -> Any:
    """Switch a connector on or off for a line, as PHP takes the flag; neither has to exist."""
    require_application(call)
    require_params(call, "CONNECTOR", "LINE", "ACTIVE")
    if call.params.is_filled("ACTIVE"):
        connection = call.company.connections.setdefault(read_place(call), LineConnection())
        connection.active, connection.error = True, False
    else:
        _delete_status(call.company, *read_place(call))
    return True


@METHODS.method("imconnector.status", any_case=True)
def status(call: MethodCall) -> Any:
    """How a connector stands on a line; of an unknown one all is false."""
    require_application(call)
    require_params(call, "CONNECTOR")
    connector, line_id = read_place(call)
    connection = call.company.connections.get((connector, line_id), LineConnection())
    return {
        "LINE": line_id,
        "CONNECTOR": connector,
        "ERROR": connection.error,
        "CONFIGURED": connection.configured,
        "STATUS": connection.works,
    }


@METHODS.method("imconnector.connector.data.set", any_case=True)
def data_set(call: MethodCall) -> Any:
    """Add to what is stored for a connector on a line; an empty value changes nothing."""
    require_application(call)
    require_params(call, "CONNECTOR", "LINE", "DATA")
    if not php.is_array(call.params["DATA"]):
        raise PhpTypeError
    data = {name.upper(): value for name, value in call.params.read_array("DATA").items()}
    connection = call.company.connections.setdefault(read_place(call), LineConnection())
    connection.data |= {name: php.to_text(data[name]) for name in DATA_FIELDS if php.is_truthy(data.get(name))}
    return True
