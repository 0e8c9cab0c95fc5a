"""A channel that hands its messages to the sandbox through a connector of the application."""

from typing import Any

from sandbox.seed.seed import APPLICATION_PATH, CONNECTOR
from tests.sandbox.client import SandboxClient

EMMA = {"id": "u42", "name": "Emma", "last_name": "Stone", "gender": "female"}
CHAT = {"id": "c123"}


def make_message(number: str, text: str = "Hello", **more: Any) -> dict[str, Any]:
    return {"user": EMMA, "message": {"id": number, "text": text}, "chat": CHAT, **more}


def make_params(connector: str = CONNECTOR, line: Any = 1, **more: Any) -> dict[str, Any]:
    return {"CONNECTOR": connector, "LINE": line, **more}


def call_method(portal: SandboxClient, method: str, *messages: Any, **where: Any) -> list[Any]:
    body = make_params(**where, MESSAGES=list(messages))
    answered = portal.call(f"imconnector.{method}", body, path=APPLICATION_PATH)
    assert answered["SUCCESS"] is True
    found: list[Any] = answered["DATA"]["RESULT"]
    return found


def send_messages(portal: SandboxClient, *messages: Any, **where: Any) -> list[Any]:
    return call_method(portal, "send.messages", *messages, **where)


def expect_refusal(portal: SandboxClient, method: str, body: Any) -> tuple[int, str]:
    return portal.expect_refusal(f"imconnector.{method}", body, path=APPLICATION_PATH)


def confirm_delivery(
    portal: SandboxClient, message_id: int, *outside: str, method: str = "send.status.delivery"
) -> Any:
    status = {"im": {"message_id": message_id}, "message": {"id": list(outside)}}
    return portal.call(f"imconnector.{method}", make_params(MESSAGES=[status]), path=APPLICATION_PATH)
