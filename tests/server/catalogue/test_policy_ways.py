"""Further ways of calling, held to the same policies: steps of a tool, approvals settled elsewhere, tokens."""

from pathlib import Path
from typing import Any

import pytest

from server.approvals.store import ApprovalStore
from server.caller import Caller
from server.config.settings import Settings
from server.policy import Policy
from server.storage.database import State
from tests.assistant import EVERYTHING
from tests.callers import answer
from tests.recording import recording_portal
from tests.server.catalogue.policies import (
    CHANGES,
    CHANGING,
    POLICIES,
    REST,
    Allows,
    Recorder,
    arguments_of,
    each_policy,
    with_policy,
)
from tests.server.embedded import EmbeddedPortal
from tests.server.http.team_server import serve_team, write_profiles
from tools.effect import EVERY_EFFECT
from tools.method import Method

ACTIONS: tuple[tuple[str, dict[str, Any], set[str]], ...] = (
    ("reply", {"dialog": 203, "message": "Hello"}, {"operator_answer", "im_message_add"}),
    ("reply", {"dialog": 204, "message": "Hello", "take_over": True}, {"session_intercept", "im_message_add"}),
    ("hand_over", {"dialog": 204, "to": "Olga", "note": "An invoice"}, {"im_message_add", "operator_transfer"}),
    ("close_dialog", {"dialog": 204}, {"operator_another_finish"}),
    ("close_dialog", {"dialog": 203, "as_spam": True}, {"operator_spam"}),
)
"""Calls of tools of several steps, each on a company as it begins, and the steps that change something."""


def steps_of(embedded: EmbeddedPortal, tool: str, arguments: dict[str, Any], **settings: Any) -> set[str]:
    """The changing steps that one call took, by the tools that they are."""
    embedded.sent.clear()

    async def story(caller: Caller) -> None:
        if settings.get("mode") == "gateway":
            await answer(caller, "call_method", {"name": tool, "arguments": arguments})
        else:
            await answer(caller, tool, arguments)

    embedded.run(story, **settings)
    return {REST[rest].tool() for rest in embedded.sent if rest in CHANGING}


@each_policy
def test_a_policy_holds_for_each_step_of_a_tool(tmp_path: Path, settings: dict[str, Any], made: Allows) -> None:
    """Called by name and behind the gateway by turns."""
    denied = set(settings.get("deny", "").split(","))
    for number, (tool, arguments, steps) in enumerate(ACTIONS):
        forbidden = {step for step in steps if {step, EVERYTHING[step].toolset()} & denied}
        mode = ("tools", "gateway")[number % 2]
        taken = steps_of(EmbeddedPortal(tmp_path / str(number)), tool, arguments, **{**settings, "mode": mode})
        assert taken == (steps if made(EVERYTHING[tool]) and not forbidden else set()), tool


APPROVED: tuple[tuple[str, dict[str, Any], bool], ...] = (
    ("approved", {}, True),
    ("denied", {}, False),
    ("approved", {"deny": "write,customer,takeover,destructive"}, False),
    ("approved", {"read_only": True}, False),
    ("approved", {"customer_per_hour": 0, "destructive_per_hour": 0}, True),
)
"""What a person decided, what the server that comes next is allowed, and whether it makes the calls."""


@pytest.mark.parametrize(("decision", "settings", "made"), APPROVED)
def test_every_changing_tool_waits_for_the_command_line_and_is_made_as_it_was_settled(
    tmp_path: Path, decision: str, settings: dict[str, Any], made: bool
) -> None:
    """Asked of one server, settled, and made by another on the same state, if it may."""
    changes = [name for name, tool in CHANGES.items() if issubclass(tool, Method)]
    approvals = ApprovalStore(State(tmp_path / "state.sqlite"))

    async def asked(caller: Caller, recorder: Recorder) -> None:
        for name in changes:
            reply = await answer(caller, name, arguments_of(EVERYTHING[name]))
            assert (reply.structured_content or {})["error"]["happened"].startswith("Nothing was sent yet")
        assert CHANGING.isdisjoint(recorder.asked)

    async def resumed(caller: Caller, recorder: Recorder) -> None:
        for one in approvals.list_all():
            for _ in range(2):
                await caller.calls.make_approved(one.id)
        limited = {tool for tool, effects in _effects_of(changes) if settings and effects & {"customer", "destructive"}}
        sent = sorted(REST[rest].tool() for rest in recorder.asked if rest in CHANGING)
        assert sent == (sorted(set(changes) - limited) if made else [])

    with_policy(tmp_path, asked, confirm=",".join(EVERY_EFFECT.names))
    waiting = approvals.list_all()
    assert {one.tool for one in waiting} == set(changes)
    for one in waiting:
        approvals.settle(one.id, approve=decision == "approved", by="anna")
    with_policy(tmp_path, resumed, confirm=",".join(EVERY_EFFECT.names), **settings)


def _effects_of(names: list[str]) -> list[tuple[str, set[str]]]:
    return [(name, set(EVERYTHING[name].effects.names)) for name in names]


BOUNDS: dict[str, tuple[dict[str, Any], Allows]] = {
    "read": ({"effects": "read"}, lambda tool: tool.reads()),
    "read and write": ({"effects": "read,write"}, lambda tool: set(tool.effects.names) <= {"read", "write"}),
    "operators": ({"toolsets": ["operators"]}, lambda tool: tool.toolset() in {"operators", None}),
}


@pytest.mark.parametrize("bound", BOUNDS)
def test_every_tool_is_held_to_the_bounds_of_a_token(tmp_path: Path, bound: str) -> None:
    bounds, made = BOUNDS[bound]
    options = {"toolsets": "all", "deny": "operator_skip"}
    with recording_portal() as portal:
        write_profiles(tmp_path, shop=portal)
        settings = tmp_path / "settings.toml"
        with serve_team(tmp_path, "http", {"settings_file": settings, **options}) as team:
            token = team.token("bound", profile="shop", **bounds)
            for name, tool in EVERYTHING.items():
                portal.requests.clear()
                team.call(name, arguments_of(tool), token)
                sent = {rest for rest, _ in portal.requests if rest in CHANGING}
                allowed = made(tool) and name != "operator_skip"
                assert not sent or allowed, name
                assert not allowed or tool.reads() or sent or not issubclass(tool, Method), name


def drawn(settings: dict[str, Any]) -> Policy:
    """The bound that settings draw."""
    return Policy.from_settings(Settings(**{"sandbox": True, "toolsets": "all", "confirm": "none", **settings}))


DRAWN = {name: drawn(settings) for name, settings, _ in POLICIES}


@pytest.mark.parametrize("first", DRAWN)
def test_of_two_bounds_nothing_is_left_but_what_both_leave(first: str) -> None:
    """Whichever is the settings' and whichever the token's."""
    one = DRAWN[first]
    for other in DRAWN.values():
        both = one.narrow(other)
        assert set(both.tools) == set(one.tools) & set(other.tools)
        assert both.confirm == one.confirm | other.confirm
        for bound in (one, other):
            assert bound.customer_lines is None or both.customer_lines is not None
            assert all(dict(both.per_hour)[effect] <= most for effect, most in bound.per_hour)
        for name, tool in CHANGES.items():
            assert (both.explain_denial(tool) is None) == (
                not one.explain_denial(tool) and not other.explain_denial(tool)
            ), name


def test_of_two_bounds_the_closer_number_and_the_lines_of_both_hold() -> None:
    one = drawn({"customer_lines": "1,2", "customer_per_hour": 5, "taint": True})
    other = drawn({"customer_lines": "2,3", "customer_per_hour": 2, "destructive_per_hour": 1, "mode": "gateway"})
    for both in (one.narrow(other), other.narrow(one)):
        assert both.customer_lines == frozenset({2})
        assert dict(both.per_hour) == {"customer": 2, "destructive": 1}
        assert (both.taint, both.mode) == (True, "gateway")
    assert one.narrow(drawn({"customer_lines": "3"})).customer_lines == frozenset()
