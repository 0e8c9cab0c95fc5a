"""A chat bot of a webhook: registering it, putting it on a line, calling methods with its token."""

from typing import Any

from tests.sandbox.client import SandboxClient

TOKEN = "a-long-random-token-of-our-own"
REGISTER, EVENTS, SEND = "imbot.v2.Bot.register", "imbot.v2.Event.get", "imbot.v2.Chat.Message.send"


def make_fields(**more: Any) -> dict[str, Any]:
    """What a bot is registered with; None leaves a field out."""
    usual = {"code": "acme", "botToken": TOKEN, "isSupportOpenline": True, "properties": {"name": "Acme helper"}}
    return {name: value for name, value in (usual | more).items() if value is not None}


def register(portal: SandboxClient, **more: Any) -> int:
    number: int = portal.call(REGISTER, {"fields": make_fields(**more)})["bot"]["id"]
    return number


def put_on_line(portal: SandboxClient, bot: int, line: int = 1, **settings: Any) -> None:
    wanted = {"WELCOME_BOT_ENABLE": "Y", "WELCOME_BOT_ID": bot, "WELCOME_BOT_LEFT": "queue", **settings}
    assert portal.call("imopenlines.config.update", {"CONFIG_ID": line, "PARAMS": wanted}) is True


def call_as_bot(portal: SandboxClient, method: str, bot: int, **params: Any) -> Any:
    return portal.call(method, {"botId": bot, "botToken": TOKEN, **params})


def refuse_bot(portal: SandboxClient, method: str, bot: int, **params: Any) -> tuple[int, str]:
    return portal.expect_refusal(method, {"botId": bot, "botToken": TOKEN, **params})
