"""How many calls of an effect an hour may see, alone."""

from server.approvals.hourly_limit import HourlyLimit
from server.storage.database import State
from tests.server.approvals.calls import Clock

HOUR = 3600.0


def test_a_limit_lets_so_many_calls_through_in_any_hour(state: State, clock: Clock) -> None:
    hourly = HourlyLimit(state, {"customer": 2}, clock)
    assert hourly.spend("shop", ("customer",)) is None
    clock.time += 600
    assert hourly.spend("shop", ("customer", "takeover")) is None
    assert hourly.spend("shop", ("customer",)) == ("customer", HOUR - 600)
    assert hourly.spend("other", ("customer",)) is None
    assert hourly.spend("shop", ("takeover",)) is None
    clock.time += HOUR - 600.5
    assert hourly.spend("shop", ("customer",)) == ("customer", 0.5)
    clock.time += 0.5
    assert hourly.spend("shop", ("customer",)) is None


def test_a_call_refused_by_one_limit_counts_against_no_other(state: State, clock: Clock) -> None:
    hourly = HourlyLimit(state, {"customer": 5, "destructive": 0}, clock)
    assert hourly.spend("shop", ("customer", "destructive")) == ("destructive", HOUR)
    assert all(hourly.spend("shop", ("customer",)) is None for _ in range(5))
    assert hourly.spend("shop", ("customer",)) is not None


def test_a_limit_holds_after_a_restart(state: State, clock: Clock) -> None:
    assert HourlyLimit(state, {"customer": 1}, clock).spend("shop", ("customer",)) is None
    assert HourlyLimit(State(state.path), {"customer": 1}, clock).spend("shop", ("customer",)) is not None
