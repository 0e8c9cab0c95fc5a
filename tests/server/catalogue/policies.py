"""Policies, what each lets through said a second time and more simply, and a portal that keeps what it was asked."""

import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from pydantic import SecretStr

from server.caller import Caller
from server.catalogue.documentation import Documentation
from server.config.guard_settings import GuardSettings
from server.config.settings import Settings
from server.connection import Connection
from server.policy import Policy
from tests.assistant import EVERYTHING
from tools import TOOLSETS
from tools.effect import EVERY_EFFECT
from tools.registry import methods
from tools.tool import Tool

REST = {method.rest: method for method in methods().values()}
CHANGING = {rest for rest, method in REST.items() if not method.reads()}
CHANGES = {name: tool for name, tool in EVERYTHING.items() if not tool.reads()}
CHAT = {"id": 5, "name": "Emma Wilson - Sales", "owner": 1, "role": "owner", "entity_id": "livechat|3|9|101"}
CHAT["entity_data_1"] = "N|NONE|0|N|N|321|1773223732|0|0|0"
NEEDED_ARGUMENTS: dict[str, dict[str, Any]] = {
    "docs_search": {"query": "transfer"},
    "docs_read": {"uri": "openchannels://docs/index"},
    "approval_status": {"approval_id": "abcdefgh"},
    "wait_for_update": {"seconds": 1},
}


class Recorder(httpx.AsyncBaseTransport):
    """A portal that knows one chat and says true to everything else; it keeps the names of what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        method = request.url.path.removeprefix("/rest/1/token/")
        body = json.loads(request.content)
        return httpx.Response(200, json={"result": self._result(method, body)})

    def _result(self, method: str, body: Mapping[str, Any]) -> Any:
        if method == "batch":
            return {"result": {key: self._result(call.partition("?")[0], {}) for key, call in body["cmd"].items()}}
        self.asked.append(method)
        return CHAT if method == "imopenlines.dialog.get" else True

    def since(self, place: int) -> list[str]:
        """What was asked after so many questions."""
        return self.asked[place:]


Story = Callable[[Caller, Recorder], Awaitable[None]]


def with_policy(folder: Path, story: Story, **settings: Any) -> None:
    """Run a story in this process under the policy that these settings draw."""

    async def run() -> None:
        recorder = Recorder()
        given = {"toolsets": ",".join(TOOLSETS), "confirm": "none", "state_folder": folder, **settings}
        read = Settings(webhook_url=SecretStr("https://portal.example/rest/1/token/"), plan="self-hosted", **given)
        async with Connection(read, transport=recorder) as connection:
            await story(
                Caller(
                    "tests",
                    Policy.from_settings(read),
                    connection,
                    Documentation(folder),
                    GuardSettings.from_settings(read),
                ),
                recorder,
            )

    anyio.run(run)


def arguments_of(tool: type[Tool]) -> dict[str, Any]:
    """A call that the portal would get."""
    return dict(NEEDED_ARGUMENTS.get(tool.tool(), getattr(tool, "example", {})))


Allows = Callable[[type[Tool]], bool]


def effects_of(tool: type[Tool]) -> set[str]:
    return set(tool.effects.names)


def _none_of(*effects: str) -> Allows:
    return lambda tool: not effects_of(tool) & set(effects)


def _policies() -> Iterator[tuple[str, dict[str, Any], Allows]]:
    yield "everything", {}, lambda _: True
    yield "read only", {"read_only": True}, lambda tool: effects_of(tool) == {"read"}
    for effect in EVERY_EFFECT.names:
        yield f"allow {effect}", {"allow": effect}, lambda tool, effect=effect: effects_of(tool) == {effect}  # type: ignore[misc]
        yield f"deny {effect}", {"deny": effect}, _none_of(effect)
    yield "allow read and write", {"allow": "read,write"}, lambda tool: effects_of(tool) <= {"read", "write"}
    for toolset in TOOLSETS:
        yield f"only {toolset}", {"toolsets": toolset}, lambda tool, own=toolset: tool.toolset() in {own, None}  # type: ignore[misc]
        yield f"deny {toolset}", {"deny": toolset}, lambda tool, own=toolset: tool.toolset() != own  # type: ignore[misc]
    yield "allow operators", {"allow": "operators"}, lambda tool: tool.toolset() == "operators"
    yield "allow one", {"allow": "operator_answer"}, lambda tool: tool.tool() == "operator_answer"
    yield "deny one", {"deny": "operator_answer"}, lambda tool: tool.tool() != "operator_answer"
    yield (
        "allow a toolset but not what ends something",
        {"allow": "operators", "deny": "destructive"},
        lambda tool: tool.toolset() == "operators" and "destructive" not in effects_of(tool),
    )
    yield (
        "read only beats allow",
        {"allow": "operator_answer,read", "read_only": True},
        lambda tool: effects_of(tool) == {"read"},
    )
    for effect in ("write", "customer", "takeover", "destructive"):
        yield f"confirm {effect}", {"confirm": effect}, _none_of(effect)
    yield "clients of line 2", {"customer_lines": "2"}, _none_of("customer")
    yield "no client in an hour", {"customer_per_hour": 0}, _none_of("customer")
    yield "nothing destroyed in an hour", {"destructive_per_hour": 0}, _none_of("destructive")


POLICIES = list(_policies())
each_policy = pytest.mark.parametrize(
    ("settings", "made"), [policy[1:] for policy in POLICIES], ids=[name for name, _, _ in POLICIES]
)
