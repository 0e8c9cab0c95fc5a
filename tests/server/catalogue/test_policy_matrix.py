"""Every tool, under every policy, by every way of calling it: what reaches the portal is what the policy allows."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from click.testing import CliRunner
from mcp import Client
from mcp.types import CallToolResult

from server.app import create_server
from server.caller import Caller
from server.catalogue.gateway import CallMethod
from server.cli.main import cli
from tests.assistant import EVERYTHING, PLAIN_ENVIRONMENT
from tests.callers import answer
from tests.recording import Recording, recording_portal
from tests.server.catalogue.policies import (
    CHANGES,
    CHANGING,
    POLICIES,
    REST,
    Allows,
    Recorder,
    arguments_of,
    each_policy,
    effects_of,
    with_policy,
)
from tests.spawning import LONG
from tools.effect import Effect
from tools.method import Method
from tools.registry import methods
from tools.tool import Tool
from workflows.core.composite import Composite

LOOKED_AT = {
    "imopenlines.dialog.get",
    "imopenlines.session.history.get",
    "imopenlines.config.get",
    "imopenlines.config.list.get",
    "imopenlines.crm.chat.get",
    "imopenlines.crm.chat.getLastId",
    "imopenlines.v2.Session.list",
    "imopenlines.v2.Session.Stat.get",
    "imopenlines.v2.Operator.list",
    "im.recent.list",
    "im.dialog.messages.get",
    "imconnector.status",
    "event.get",
    "event.offline.list",
    "events",
    "feature.get",
    "imbot.v2.Bot.get",
    "imbot.v2.Chat.get",
    "user.get",
    "profile",
    "scope",
}
"""What may be asked before a call is stopped, to know whom it would reach and what it would do."""


LISTENING = {"im.v2.Event.subscribe", "im.v2.Event.get"}
"""Keeps the log of the user's own messenger, unless the server only reads: tests/server/events/test_sources.py."""


def wrong(tool: type[Tool], asked: list[str], reply: CallToolResult, *, made: bool) -> str:
    """What is wrong with the requests of one call; empty if nothing is."""
    changes = [rest for rest in asked if rest in CHANGING]
    if not made:
        looked = set(asked) <= LOOKED_AT or issubclass(tool, Composite)
        return "" if not changes and looked and reply.is_error else f"{asked}, though not allowed"
    if issubclass(tool, Method):
        return "" if asked == [tool.rest] or set(asked) - LOOKED_AT == {tool.rest} else f"{asked}, not {tool.rest}"
    unsaid = [rest for rest in changes if rest not in LISTENING and effects_of(REST[rest]) - effects_of(tool)]
    return f"{unsaid}, which its effects do not tell of" if unsaid else ""


PORTION = 1 if LONG else 3
"""Every tool under every policy is a long campaign; the short one tries every third, with each policy another third."""


def portion(number: int) -> dict[str, type[Tool]]:
    """The tools of one portion, by name."""
    return {name: tool for place, (name, tool) in enumerate(EVERYTHING.items()) if (place + number) % PORTION == 0}


@each_policy
def test_only_what_a_policy_allows_reaches_the_portal(tmp_path: Path, settings: dict[str, Any], made: Allows) -> None:
    problems: list[str] = []
    number = [policy[1] for policy in POLICIES].index(settings)

    async def directly(caller: Caller, recorder: Recorder) -> None:
        for name, tool in portion(number).items():
            place = len(recorder.asked)
            reply = await answer(caller, name, arguments_of(tool))
            if found := wrong(tool, recorder.since(place), reply, made=made(tool)):
                problems.append(f"{name}: {found}")
        place = len(recorder.asked)
        for name, tool in portion(number + 1).items():
            if name in CHANGES:
                await answer(caller, name, {**arguments_of(tool), "dry_run": True})
        problems.extend(f"a draft sent {rest}" for rest in recorder.since(place) if rest in CHANGING)

    async def by_the_gateway(caller: Caller, recorder: Recorder) -> None:
        for name, tool in portion(number + 2).items():
            place = len(recorder.asked)
            called = getattr(tool, "rest", name)
            reply = await answer(caller, "call_method", {"name": called, "arguments": arguments_of(tool)})
            if found := wrong(tool, recorder.since(place), reply, made=made(tool)):
                problems.append(f"call_method {called}: {found}")

    with_policy(tmp_path / "tools", directly, **settings)
    with_policy(tmp_path / "gateway", by_the_gateway, mode="gateway", **settings)
    assert problems == []


@pytest.mark.parametrize("way", range(3))
def test_in_any_three_policies_every_tool_is_called_in_each_way(way: int) -> None:
    assert {name for number in range(3) for name in portion(number + way)} == set(EVERYTHING)


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
def test_a_client_is_shown_what_it_may_call(tmp_path: Path, settings: dict[str, Any], made: Allows) -> None:
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
    return [method for rest, body in portal.requests for method in _list_methods(rest, body)]


def _list_methods(rest: str, body: Any) -> list[str]:
    """The methods that one request calls."""
    return [command.partition("?")[0] for command in body["cmd"].values()] if rest == "batch" else [rest]


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
