"""Error codes of connectors."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from sandbox.seed import seed
from tests.tools.provocations.provocation import Provocation, by, call, hold, raw, state

PLACE = {"connector": seed.CONNECTOR, "line": 1}
SAID = {"user": {"id": "u42", "name": "Emma"}, "message": {"id": "m1", "text": "Hello"}, "chat": {"id": "c123"}}
SENT = {"im": {"message_id": 1001}, "message": {"id": ["m2"]}}
CONNECTOR_CALLS: dict[str, dict[str, Any]] = {
    "list": {},
    "register": {
        "id": "my_chat",
        "name": "My chat",
        "icon": {"data_image": "data:image/svg+xml,"},
        "placement_handler": "https://app.example.com/settings",
    },
    "unregister": {"id": "my_chat"},
    "activate": {**PLACE, "active": True},
    "status": PLACE,
    "connector.data.set": {**PLACE, "data": {"name": "Support"}},
    "send.messages": {**PLACE, "messages": [SAID]},
    "update.messages": {**PLACE, "messages": [SAID]},
    "delete.messages": {**PLACE, "messages": [{**SAID, "message": {"id": "m1"}}]},
    "send.status.delivery": {**PLACE, "messages": [SENT]},
    "send.status.reading": {**PLACE, "messages": [SENT]},
    "chat.name.set": {**PLACE, "chat_id": "c123", "name": "Order 48213", "user_id": "u42"},
}
"""Arguments that are right for every method of connectors."""
CHANNEL_CALLS = (
    "send.messages",
    "update.messages",
    "delete.messages",
    "send.status.delivery",
    "send.status.reading",
    "chat.name.set",
)


def provoke_connectors() -> Iterator[Provocation]:
    for name, arguments in CONNECTOR_CALLS.items():
        refused = call(f"imconnector.{name}", "WRONG_AUTH_TYPE", **arguments)
        yield replace(refused, switches=hold("WRONG_AUTH_TYPE", 403)) if name == "list" else refused
    yield call("imconnector.list", "ERROR_CORE")
    yield from map(_as_application, _of_applications())


def _as_application(provocation: Provocation) -> Provocation:
    return by(seed.APPLICATION_PATH, provocation)


def _of_applications() -> Iterator[Provocation]:
    register = CONNECTOR_CALLS["register"]
    yield state({"anonymous": True}, "imconnector.list", "ACCESS_DENIED")
    body = {"ID": "my_chat", "NAME": "My chat", "ICON": {"DATA_IMAGE": "data:image/svg+xml,"}}
    yield raw("imconnector.register", "APPLICATION_REGISTRATION_ERROR_POINT", ID="my.chat")
    for missing, code in (("ID", "CONNECTOR_ID_REQUIRED"), ("NAME", "NAME_REQUIRED"), ("ICON", "ICON_REQUIRED")):
        yield raw("imconnector.register", code, **{key: value for key, value in body.items() if key != missing})
    yield raw("imconnector.register", "NO_PLACEMENT_HANDLER", **body)
    yield state({"connector_storage_fails": True}, "imconnector.register", "APPLICATION_REGISTRATION_ERROR", **register)
    yield state(
        {"connector_storage_fails": True}, "imconnector.unregister", "APPLICATION_UNREGISTRATION_ERROR", id="my_chat"
    )
    for code in ("NO_APPLICATION_ID", "GENERAL_CONNECTOR_REGISTRATION_ERROR"):
        yield state(hold(code, 200), "imconnector.register", code, **register)
    yield state(hold("NO_APPLICATION_ID", 200), "imconnector.unregister", "NO_APPLICATION_ID", id="my_chat")
    for name in ("activate", "status", "connector.data.set", *CHANNEL_CALLS):
        yield raw(f"imconnector.{name}", "ERROR_ARGUMENT")
    for name in CHANNEL_CALLS:
        method, arguments = f"imconnector.{name}", CONNECTOR_CALLS[name]
        unknown = {**arguments, "connector": "nobodys_chat"}
        yield state({"connector_provider_missing": True}, method, "IMCONNECTOR_NO_CORRECT_PROVIDER", **arguments)
        yield call(method, "IMCONNECTOR_NOT_SPECIFIED_CORRECT_CONNECTOR", **unknown)
        if not name.startswith("send.status."):
            yield call(method, "NOT_ACTIVE_LINE", **{**arguments, "line": 2})
    command = "IMCONNECTOR_NOT_SPECIFIED_CORRECT_COMMAND"
    yield state(hold(command, 400), "imconnector.send.messages", command, **CONNECTOR_CALLS["send.messages"])
    forum = {**CONNECTOR_CALLS["chat.name.set"], "connector": seed.GROUP_CONNECTOR}
    yield call("imconnector.chat.name.set", "CHAT_RENAMING_FAILED", **forum)
