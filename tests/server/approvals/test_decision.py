"""Deciding of a changing call, alone: limits, lines, and whether a person has to agree."""

from pathlib import Path
from typing import Any

import pytest

from server.approvals.decision import ChangeRules
from server.approvals.errors import CallStoppedError
from server.approvals.hourly_limit import HourlyLimit
from server.policy import Policy
from server.storage.database import State
from tests.server.approvals.calls import FINISH, MESSAGE, PORTAL, SKIP, Clock, show
from tools import TOOLSETS
from tools.effect import NO_EFFECT, Effect
from tools.tool import Tool


def make_rules(folder: Path, clock: Clock | None = None, **bounds: Any) -> ChangeRules:
    policy = Policy(frozenset(TOOLSETS), **bounds)
    limit = HourlyLimit(State(folder / "state.sqlite"), dict(policy.per_hour), clock or Clock())
    return ChangeRules(policy, limit, PORTAL)


@pytest.mark.parametrize(
    ("call", "bounds", "needed"),
    [
        (MESSAGE, {}, False),
        (MESSAGE, {"taint": True}, True),
        (MESSAGE, {"customer_lines": frozenset({1})}, True),
        (MESSAGE, {"confirm": Effect.CUSTOMER}, True),
        (MESSAGE, {"confirm": Effect.DESTRUCTIVE}, False),
        (SKIP, {"taint": True}, False),
        (SKIP, {"customer_lines": frozenset({1})}, False),
        (SKIP, {"confirm": Effect.TAKEOVER}, True),
        (FINISH, {"confirm": Effect.DESTRUCTIVE}, True),
    ],
)
def test_the_state_is_looked_at_only_where_something_depends_on_it(
    tmp_path: Path, call: Tool, bounds: dict[str, Any], needed: bool
) -> None:
    assert make_rules(tmp_path, **bounds).needs_preview(call) is needed


@pytest.mark.parametrize(("read", "asked"), [(frozenset(), False), ({203}, False), ({201}, True), ({201, 203}, True)])
def test_only_words_of_another_client_make_a_message_need_a_person(
    tmp_path: Path, read: frozenset[int], asked: bool
) -> None:
    rules = make_rules(tmp_path, taint=True)
    rules.note_chats_read(frozenset(read))
    assert rules.needs_person(MESSAGE, show(MESSAGE)) is asked
    assert rules.needs_person(SKIP, show(SKIP)) is False


@pytest.mark.parametrize(("effects", "asked"), [(NO_EFFECT, False), (Effect.CUSTOMER, True), (Effect.TAKEOVER, False)])
def test_the_effects_that_are_confirmed_need_a_person(tmp_path: Path, effects: Effect, asked: bool) -> None:
    rules = make_rules(tmp_path, confirm=effects)
    assert rules.needs_person(MESSAGE, show(MESSAGE)) is asked


@pytest.mark.parametrize("line_id", [2, None])
def test_a_client_of_another_line_or_of_none_that_is_known_gets_nothing(tmp_path: Path, line_id: int | None) -> None:
    rules = make_rules(tmp_path, customer_lines=frozenset({1, 3}))
    rules.check_line(MESSAGE, show(MESSAGE, line_id=3))
    rules.check_line(SKIP, show(SKIP, line_id=line_id))
    with pytest.raises(CallStoppedError, match="only lines 1, 3 may be written to") as stopped:
        rules.check_line(MESSAGE, show(MESSAGE, line_id=line_id))
    assert (stopped.value.event, stopped.value.failure.outcome) == ("refused", "policy_refused")


def test_where_no_line_is_chosen_no_client_gets_anything(tmp_path: Path) -> None:
    rules = make_rules(tmp_path, customer_lines=frozenset())
    with pytest.raises(CallStoppedError, match="only lines none may be written to"):
        rules.check_line(MESSAGE, show(MESSAGE))


def test_looking_at_the_limit_counts_nothing_and_it_is_looked_at_before_anything_is_asked(tmp_path: Path) -> None:
    clock = Clock()
    rules = make_rules(tmp_path, clock, per_hour=(("customer", 2),))
    for _ in range(5):
        rules.check_hourly_limit(MESSAGE)
    rules.count(MESSAGE)
    rules.check_hourly_limit(MESSAGE)
    rules.count(MESSAGE)
    for look in (rules.check_hourly_limit, rules.count):
        with pytest.raises(CallStoppedError, match="2 customer calls an hour are allowed here") as stopped:
            look(MESSAGE)
        assert (stopped.value.event, stopped.value.failure.outcome) == ("refused", "policy_refused")
    rules.count(SKIP)
    clock.time += 3600
    rules.check_hourly_limit(MESSAGE)
