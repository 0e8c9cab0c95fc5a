"""Messages of a channel on their way in, and what the channel says of those on their way out."""

from collections.abc import Callable
from typing import Any

from sandbox.domain.client_messages import (
    MessageRejectedError,
    delete_message,
    edit_message,
    make_user_code,
    receive_message,
)
from sandbox.methods.connectors import read_place, require_application, require_params
from sandbox.methods.registry import MethodCall, MethodRegistry
from sandbox.state import php
from sandbox.state.company import Company
from sandbox.state.connectors import BUILT_IN, LineConnection
from sandbox.state.errors import RefusalError, make_missing_argument_error
from sandbox.state.happenings import HappeningKind
from sandbox.state.people import Client
from sandbox.state.php import PhpTypeError

METHODS = MethodRegistry()
BLOCKS = ("user", "message", "chat")
EXTRA = {"skip_phone_validate": ("user", "skip_phone_validate"), "disable_tracker": ("message", "disable_crm")}
Action = Callable[[Company, str, int, dict[str, Any]], Client]


def _lower_names(value: Any) -> Any:
    """A value whose names are in lower case, at every level."""
    if isinstance(value, dict):
        return {str(name).lower(): _lower_names(item) for name, item in value.items()}
    return [_lower_names(item) for item in value] if isinstance(value, list) else value


def _read_messages(call: MethodCall) -> list[Any]:
    if not php.is_array(call.params["MESSAGES"]):
        raise PhpTypeError
    return php.list_values(_lower_names(call.params["MESSAGES"]))


def _check_structure(call: MethodCall) -> None:
    if not php.is_array(call.params["MESSAGES"]):
        text = "The value of an argument 'MESSAGES' must be of type array"
        raise RefusalError("ERROR_ARGUMENT", text, argument="MESSAGES")
    for message in _read_messages(call):
        if not php.is_array(message):
            raise RefusalError(
                "ERROR_ARGUMENT", "The MESSAGES parameter must be an array of messages (arrays)", argument=""
            )
        if not isinstance(message, dict) or any(message.get(name) is None for name in BLOCKS):
            text = "The incorrect structure of a message inside MESSAGES parameter."
            raise RefusalError("ERROR_ARGUMENT", text, argument="")


def _check_provider(call: MethodCall) -> None:
    connector, _ = read_place(call)
    if call.company.switches.connector_provider_missing:
        raise RefusalError("IMCONNECTOR_NO_CORRECT_PROVIDER", "Could not find a suitable provider for the connector")
    if connector not in call.company.connectors and connector not in BUILT_IN:
        raise RefusalError("IMCONNECTOR_NOT_SPECIFIED_CORRECT_CONNECTOR", "The connector is not specified correctly")


def _check_line(call: MethodCall) -> None:
    if not call.company.connections.get(read_place(call), LineConnection()).works:
        raise RefusalError("NOT_ACTIVE_LINE", "The line with this ID is inactive or does not exist")


def _process_each(call: MethodCall, act: Callable[[dict[str, Any]], dict[str, Any]]) -> dict[str, Any]:
    """The answer of a call with several messages, which is a success whatever became of them."""
    results = []
    for message in _read_messages(call):
        try:
            results.append(act(message) | {"SUCCESS": True})
        except MessageRejectedError as rejected:
            results.append({"SUCCESS": False, "ERRORS": [str(rejected)]})
    return {"SUCCESS": True, "DATA": {"RESULT": results}}


def _describe_message(client: Client, message: dict[str, Any]) -> dict[str, Any]:
    """A message as the answer repeats it: the portal's own id for the user, and a date that is lost."""
    content = {name: value for name, value in message["message"].items() if name != "disable_crm"}
    if "date" in content:
        content["date"] = {}
    chat = {name: value for name, value in message["chat"].items() if name != "url"}
    if message["chat"].get("url"):
        chat["description"] = f"Link to the original post: {message['chat']['url']}"
    extra = {name: "Y" for name, (part, flag) in EXTRA.items() if message[part].get(flag) == "Y"}
    return {"user": str(client.id), "message": content, "chat": chat} | ({"extra": extra} if extra else {})


@METHODS.method("imconnector.send.messages", any_case=True)
def send_messages(call: MethodCall) -> Any:
    """Bring messages of clients into their dialogs, one after the other."""
    require_application(call)
    require_params(call, "CONNECTOR", "LINE", "MESSAGES")
    _check_structure(call)
    _check_provider(call)
    _check_line(call)

    def receive(message: dict[str, Any]) -> dict[str, Any]:
        client, written = receive_message(call.company, *read_place(call), message)
        shown = _describe_message(client, message)
        if written and written.session_id:
            shown["session"] = {"ID": str(written.session_id), "CHAT_ID": str(written.chat_id)}
        return shown

    return _process_each(call, receive)


@METHODS.method("imconnector.update.messages", any_case=True)
def update_messages(call: MethodCall) -> Any:
    """Change what clients wrote."""
    return _change_known_messages(call, edit_message)


@METHODS.method("imconnector.delete.messages", any_case=True)
def delete_messages(call: MethodCall) -> Any:
    """Take back what clients wrote."""
    return _change_known_messages(call, delete_message)


def _change_known_messages(call: MethodCall, act: Action) -> dict[str, Any]:
    require_application(call)
    require_params(call, "CONNECTOR", "LINE", "MESSAGES")
    _read_messages(call)
    _check_provider(call)
    _check_line(call)
    return _process_each(
        call, lambda message: _describe_message(act(call.company, *read_place(call), message), message)
    )


@METHODS.method("imconnector.send.status.delivery", any_case=True)
def send_status_delivery(call: MethodCall) -> Any:
    """Note that messages to clients have arrived; the first note on a message gives it the channel's ids."""
    require_application(call)
    require_params(call, "CONNECTOR", "LINE", "MESSAGES")
    _check_provider(call)
    for status in _read_messages(call):
        _note_delivery(call.company, status if isinstance(status, dict) else {})
    return {"SUCCESS": True, "DATA": []}


def _note_delivery(company: Company, status: dict[str, Any]) -> None:
    inside, outside = (part if isinstance(part := status.get(name), dict) else {} for name in ("im", "message"))
    message = company.messages.get(php.to_integer(inside.get("message_id")))
    chat = company.chats.get(message.chat_id) if message else None
    if message is None or chat is None or chat.entity_type != "LINES":
        return
    chat.client_read = max(chat.client_read, message.id)
    company.tell(HappeningKind.CLIENT_READ, chat, message_id=message.id)
    if message.sending:
        message.sending = False
        message.external_ids = [php.to_text(number) for number in php.list_values(outside.get("id"))]


@METHODS.method("imconnector.send.status.reading", any_case=True)
def send_status_reading(call: MethodCall) -> Any:
    """Change nothing, and answer as if the reading had been noted."""
    require_application(call)
    require_params(call, "CONNECTOR", "LINE", "MESSAGES")
    _read_messages(call)
    _check_provider(call)
    return {"SUCCESS": True, "DATA": []}


@METHODS.method("imconnector.chat.name.set", any_case=True)
def chat_name_set(call: MethodCall) -> Any:
    """Rename the chat of a group, or of one client; an unknown client changes nothing and is no mistake."""
    require_application(call)
    connector, line_id = read_place(call)
    known = call.company.connectors.get(connector)
    for name in ("CONNECTOR", "LINE", "CHAT_ID", "NAME", *(() if known and known.chat_group else ("USER_ID",))):
        if not call.params.is_filled(name):
            raise make_missing_argument_error(name)
    _check_provider(call)
    _check_line(call)
    client = call.company.outsiders.get((connector, call.params.read_text("USER_ID")), 0)
    if client or (known and known.chat_group):
        chat = call.company.find_chat_by_code(
            make_user_code(call.company, connector, line_id, {"id": call.params.read_text("CHAT_ID")}, client)
        )
        if chat is None:
            raise RefusalError("CHAT_RENAMING_FAILED", "Chat renaming failed")
        chat.name = call.params.read_text("NAME")
    return {"SUCCESS": True, "DATA": {"RESULT": {}}}
