"""Every tool, under every policy, by every way of calling it: what reaches the portal is what the policy allows."""

import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from click.testing import CliRunner
from mcp import Client
from mcp.types import CallToolResult
from pydantic import SecretStr

from server.app import create_server
from server.caller import Caller
from server.catalogue.gateway import CallMethod
from server.catalogue.library import Library
from server.cli.main import cli
from server.config.guard_settings import GuardSettings
from server.config.settings import Settings
from server.connection import Connection
from server.policy import Policy
from tests.assistant import EVERYTHING, PLAIN_ENVIRONMENT
from tests.callers import answer
from tests.recording import Recording, recording_portal
from tools import TOOLSETS
from tools.effect import EVERY_EFFECT, Effect
from tools.method import Method
from tools.registry import methods
from tools.tool import Tool
from workflows.core.composite import Composite

REST = {method.rest: method for method in methods().values()}
CHANGING = {rest for rest, method in REST.items() if not method.reads()}
CHANGES = {name: tool for name, tool in EVERYTHING.items() if not tool.reads()}
CHAT = {"id": 5, "name": "Emma Wilson - Sales", "owner": 1, "role": "owner", "entity_id": "livechat|3|9|101"}
CHAT["entity_data_1"] = "N|NONE|0|N|N|321|1773223732|0|0|0"
NEEDED_ARGUMENTS: dict[str, dict[str, Any]] = {
    "docs_search": {"query": "transfer"},
    "docs_read": {"uri": "openchannels://docs/index"},
    "approval_status": {"approval_id": "abcdefgh"},
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
                    "tests", Policy.from_settings(read), connection, Library(folder), GuardSettings.from_settings(read)
                ),
                recorder,
            )

    anyio.run(run)


def arguments_of(tool: type[Tool]) -> dict[str, Any]:
    """A call that the portal would get."""
    return dict(NEEDED_ARGUMENTS.get(tool.tool(), getattr(tool, "example", {})))


# What each policy lets through, said a second time and more simply.

Made = Callable[[type[Tool]], bool]


def _effects(tool: type[Tool]) -> set[str]:
    return set(tool.effects.names)


def _none_of(*effects: str) -> Made:
    return lambda tool: not _effects(tool) & set(effects)


def _policies() -> Iterator[tuple[str, dict[str, Any], Made]]:
    yield "everything", {}, lambda _: True
    yield "read only", {"read_only": True}, lambda tool: _effects(tool) == {"read"}
    for effect in EVERY_EFFECT.names:
        yield f"allow {effect}", {"allow": effect}, lambda tool, effect=effect: _effects(tool) == {effect}  # type: ignore[misc]
        yield f"deny {effect}", {"deny": effect}, _none_of(effect)
    yield "allow read and write", {"allow": "read,write"}, lambda tool: _effects(tool) <= {"read", "write"}
    for toolset in TOOLSETS:
        yield f"only {toolset}", {"toolsets": toolset}, lambda tool, own=toolset: tool.toolset() in {own, None}  # type: ignore[misc]
        yield f"deny {toolset}", {"deny": toolset}, lambda tool, own=toolset: tool.toolset() != own  # type: ignore[misc]
    yield "allow operators", {"allow": "operators"}, lambda tool: tool.toolset() == "operators"
    yield "allow one", {"allow": "operator_answer"}, lambda tool: tool.tool() == "operator_answer"
    yield "deny one", {"deny": "operator_answer"}, lambda tool: tool.tool() != "operator_answer"
    yield (
        "allow a toolset but not what ends something",
        {"allow": "operators", "deny": "destructive"},
        lambda tool: tool.toolset() == "operators" and "destructive" not in _effects(tool),
    )
    yield (
        "read only beats allow",
        {"allow": "operator_answer,read", "read_only": True},
        lambda tool: _effects(tool) == {"read"},
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
LOOKED_AT = {"imopenlines.dialog.get", "profile", "scope"}
"""What may be asked before a call is stopped, to know whom it would reach."""


def wrong(tool: type[Tool], asked: list[str], reply: CallToolResult, *, made: bool) -> str:
    """What is wrong with the requests of one call; empty if nothing is."""
    changes = [rest for rest in asked if rest in CHANGING]
    if not made:
        looked = set(asked) <= LOOKED_AT or issubclass(tool, Composite)
        return "" if not changes and looked and reply.is_error else f"{asked}, though not allowed"
    if issubclass(tool, Method):
        return "" if asked == [tool.rest] or set(asked) - LOOKED_AT == {tool.rest} else f"{asked}, not {tool.rest}"
    unsaid = [rest for rest in changes if _effects(REST[rest]) - _effects(tool)]
    return f"{unsaid}, which its effects do not tell of" if unsaid else ""


@each_policy
def test_only_what_a_policy_allows_reaches_the_portal(tmp_path: Path, settings: dict[str, Any], made: Made) -> None:
    problems: list[str] = []

    async def directly(caller: Caller, recorder: Recorder) -> None:
        for name, tool in EVERYTHING.items():
            place = len(recorder.asked)
            reply = await answer(caller, name, arguments_of(tool))
            if found := wrong(tool, recorder.since(place), reply, made=made(tool)):
                problems.append(f"{name}: {found}")
        place = len(recorder.asked)
        for name, tool in CHANGES.items():
            await answer(caller, name, {**arguments_of(tool), "dry_run": True})
        problems.extend(f"a draft sent {rest}" for rest in recorder.since(place) if rest in CHANGING)

    async def by_the_gateway(caller: Caller, recorder: Recorder) -> None:
        for name, tool in EVERYTHING.items():
            place = len(recorder.asked)
            called = getattr(tool, "rest", name)
            reply = await answer(caller, "call_method", {"name": called, "arguments": arguments_of(tool)})
            if found := wrong(tool, recorder.since(place), reply, made=made(tool)):
                problems.append(f"call_method {called}: {found}")

    with_policy(tmp_path / "tools", directly, **settings)
    with_policy(tmp_path / "gateway", by_the_gateway, mode="gateway", **settings)
    assert problems == []


def test_the_policies_tell_every_effect_and_toolset_apart() -> None:
    """A policy that lets everything or nothing through would prove nothing."""
    passing = {name: {tool for tool in EVERYTHING.values() if made(tool)} for name, _, made in POLICIES}
    assert [name for name, tools in passing.items() if not 0 < len(tools) < len(EVERYTHING)] == ["everything"]


DISGUISES: tuple[Callable[[type[Tool]], str], ...] = (
    lambda tool: tool.tool().upper(),
    lambda tool: tool.tool().title(),
    lambda tool: f" {tool.tool()} ",
    lambda tool: f"{tool.tool()}\n",
    lambda tool: f"{tool.tool()}\u200b",
    lambda tool: tool.tool().replace("_", "-"),
    lambda tool: f"dialog_get {tool.tool()}",
    lambda tool: f"openchannels__{tool.tool()}",
    lambda tool: getattr(tool, "rest", tool.tool().replace("_", ".")),
    lambda tool: getattr(tool, "rest", tool.tool()).upper(),
)


@pytest.mark.parametrize("mode", ["tools", "gateway"])
@pytest.mark.parametrize("read_only", [True, False])
def test_no_disguise_brings_a_change_about(tmp_path: Path, mode: str, read_only: bool) -> None:
    """Odd names, arguments that do not exist, tools behind the gateway by their own names."""

    async def story(caller: Caller, recorder: Recorder) -> None:
        for name, tool in CHANGES.items():
            for disguise in DISGUISES:
                reply = await answer(caller, disguise(tool), arguments_of(tool))
                assert reply.is_error
            for arguments in ({**arguments_of(tool), "force": True}, {**arguments_of(tool), "dry_run": "no"}):
                assert (await answer(caller, name, arguments)).is_error
            if mode == "gateway":
                assert (await answer(caller, name, arguments_of(tool))).is_error
            inner = {"name": name, "arguments": arguments_of(tool)}
            for outer in ({"name": "call_method", "arguments": inner}, {**inner, "force": True}):
                assert (await answer(caller, "call_method", outer)).is_error
        assert [rest for rest in recorder.asked if rest in CHANGING] == []

    with_policy(tmp_path, story, mode=mode, read_only=read_only)


@pytest.mark.parametrize("mode", ["tools", "gateway"])
@pytest.mark.parametrize("settings", [{"read_only": True}, {"deny": "customer"}, {"confirm": "destructive"}])
def test_calls_at_once_are_held_to_the_policy_too(tmp_path: Path, mode: str, settings: dict[str, Any]) -> None:
    """Through the protocol's own handlers, all tools side by side and each three times."""
    forbidden = {"read_only": set(CHANGES), "deny": _with(Effect.CUSTOMER), "confirm": _with(Effect.DESTRUCTIVE)}
    expected = sorted(rest for rest in 3 * [*CHANGING] if REST[rest].tool() not in forbidden[next(iter(settings))])

    async def story(caller: Caller, recorder: Recorder) -> None:
        async with Client(create_server(lambda _: caller)) as client, anyio.create_task_group() as tasks:
            for name, tool in 3 * [(name, tool) for name, tool in methods().items() if name in CHANGES]:
                given = {"name": name, "arguments": arguments_of(tool)}
                called = CallMethod.tool() if mode == "gateway" else name
                tasks.start_soon(client.call_tool, called, given if mode == "gateway" else arguments_of(tool))
        assert sorted(rest for rest in recorder.asked if rest in CHANGING) == expected

    with_policy(tmp_path, story, mode=mode, **settings)


def _with(effect: Effect) -> set[str]:
    return {name for name, tool in CHANGES.items() if effect in tool.effects}


SHOWN_ALL_THE_SAME = {"confirm", "customer_lines", "customer_per_hour", "destructive_per_hour"}


@each_policy
def test_a_client_is_shown_what_it_may_call(tmp_path: Path, settings: dict[str, Any], made: Made) -> None:
    async def story(caller: Caller, _: Recorder) -> None:
        shown = {tool.name for tool in caller.definitions}
        assert shown == {name for name, tool in EVERYTHING.items() if made(tool) or SHOWN_ALL_THE_SAME & set(settings)}

    with_policy(tmp_path, story, **settings)


# From the terminal: one tool for each effect.

SAMPLES = {
    "read": "dialog_get",
    "write": "session_mode_silent",
    "customer": "crm_message_add",
    "takeover": "operator_answer",
    "destructive": "operator_spam",
}


@pytest.fixture(scope="module")
def portal() -> Iterator[Recording]:
    with recording_portal() as recording:
        recording.result = True
        yield recording


def by_hand(portal: Recording, folder: Path, effect: str, *options: str) -> list[str]:
    """What a call from the terminal sends."""
    tool = EVERYTHING[SAMPLES[effect]]
    words = [f"{name}={_word(value)}" for name, value in arguments_of(tool).items()]
    environment = {
        **PLAIN_ENVIRONMENT,
        "OPENCHANNELS_WEBHOOK_URL": portal.webhook,
        "OPENCHANNELS_STATE_FOLDER": str(folder),
    }
    portal.requests.clear()
    ended = CliRunner().invoke(cli, ["call", *options, tool.tool(), *words], env=environment)
    assert ended.exit_code in {0, 1}, ended.output
    return [rest for rest, _ in portal.requests]


def _word(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


@pytest.mark.parametrize("effect", SAMPLES)
def test_the_command_line_is_held_to_the_policy_too(portal: Recording, tmp_path: Path, effect: str) -> None:
    rest = REST_OF[SAMPLES[effect]]
    assert by_hand(portal, tmp_path, effect) == [rest]
    assert by_hand(portal, tmp_path, effect, "--mode", "gateway") == []
    for options in (
        ("--deny", effect),
        ("--deny", SAMPLES[effect]),
        ("--allow", "revision_get"),
        ("--toolsets", "channels"),
        *([("--read-only",)] if effect != "read" else []),
    ):
        assert by_hand(portal, tmp_path, effect, *options) == [], options
    for options in (
        *([("--confirm", effect)] if effect != "read" else []),
        *([(f"--{effect}-per-hour", "0")] if effect in {"customer", "destructive"} else []),
        *([("--customer-lines", "2")] if effect == "customer" else []),
    ):
        assert set(by_hand(portal, tmp_path, effect, *options)) <= LOOKED_AT, options


REST_OF = {method.tool(): rest for rest, method in REST.items()}
