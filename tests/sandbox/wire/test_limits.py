from typing import Any

import pytest

from sandbox.seed.seed import ADMIN_WEBHOOK_PATH, APPLICATION_ID, NO_SCOPE_WEBHOOK_PATH, SUPERVISOR_WEBHOOK_PATH
from sandbox.state.limits import PortalLimits
from tests.sandbox.client import SandboxClient

METHOD = "imopenlines.revision.get"
NOON = 1_800_000_000


class ManualTimer:
    def __init__(self, now: float = 0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def pace(portal: SandboxClient) -> ManualTimer:
    portal.company.limits = PortalLimits(pace := ManualTimer(), ManualTimer(NOON))
    return pace


@pytest.fixture
def wall(portal: SandboxClient) -> ManualTimer:
    portal.company.limits = PortalLimits(ManualTimer(), wall := ManualTimer(NOON))
    return wall


def read_limits(portal: SandboxClient) -> Any:
    return portal.send("GET", "/_sandbox/limits").json()


def list_statuses(portal: SandboxClient, calls: int) -> list[int]:
    return [portal.post(METHOD).status_code for _ in range(calls)]


def read_operating(portal: SandboxClient, method: str = METHOD, **path: str) -> Any:
    time = portal.post(method, **path).json()["time"]
    return time["operating"], time["operating_reset_at"]


def test_without_a_plan_nothing_is_limited(portal: SandboxClient) -> None:
    assert list_statuses(portal, 60) == [200] * 60
    assert read_limits(portal) == {
        "plan": "none",
        "capacity": None,
        "level": 0,
        "requests": 60,
        "query_limit_exceeded": 0,
        "operating_limit": None,
        "operating_cost": {},
        "operating": [],
        "operation_time_limit": 0,
    }


@pytest.mark.parametrize(("plan", "capacity", "leak"), [("standard", 50, 2), ("enterprise", 250, 5)])
def test_a_full_bucket_refuses_until_it_has_leaked(
    portal: SandboxClient, pace: ManualTimer, plan: str, capacity: int, leak: int
) -> None:
    assert portal.control("limits", {"plan": plan})["capacity"] == capacity
    assert list_statuses(portal, capacity + 1) == [200] * capacity + [503]
    pace.now += 1
    assert list_statuses(portal, leak + 1) == [200] * leak + [503]
    seen = read_limits(portal)
    assert (seen["level"], seen["requests"], seen["query_limit_exceeded"]) == (capacity, capacity + leak, 2)
    pace.now += 1000
    assert read_limits(portal)["level"] == 0


def test_a_request_beyond_the_rate_is_neither_looked_at_nor_executed(portal: SandboxClient, pace: ManualTimer) -> None:
    portal.control("limits", {"plan": "standard"})
    list_statuses(portal, 50)
    for path in (ADMIN_WEBHOOK_PATH, "/rest/1/wrong/"):
        assert portal.expect_refusal("no.such", path=path) == (503, "QUERY_LIMIT_EXCEEDED")
    last = portal.company.requests[-1]
    assert (last.outcome, last.executed) == ("QUERY_LIMIT_EXCEEDED", False)
    assert read_limits(portal)["level"] == 50
    pace.now += 0.5
    assert portal.call(METHOD)


@pytest.mark.usefixtures("pace")
def test_a_refused_call_counts_as_a_request(portal: SandboxClient) -> None:
    portal.control("limits", {"plan": "standard"})
    assert portal.expect_refusal("no.such") == (404, "ERROR_METHOD_NOT_FOUND")
    assert read_limits(portal)["level"] == 1


@pytest.mark.usefixtures("pace")
def test_a_batch_is_one_request(portal: SandboxClient) -> None:
    portal.control("limits", {"plan": "standard"})
    portal.call("batch", {"cmd": ["profile"] * 50})
    assert (read_limits(portal)["level"], read_limits(portal)["requests"]) == (1, 1)


@pytest.mark.usefixtures("pace")
def test_a_request_over_the_rate_is_not_struck_by_a_fault(portal: SandboxClient) -> None:
    portal.control("limits", {"plan": "standard"})
    list_statuses(portal, 50)
    portal.control("faults", {"rules": [{"kind": "html"}]})
    assert portal.expect_refusal(METHOD) == (503, "QUERY_LIMIT_EXCEEDED")
    assert portal.send("GET", "/_sandbox/faults").json()["rules"][0]["struck"] == 0


def test_a_method_is_blocked_once_its_time_is_spent(portal: SandboxClient, wall: ManualTimer) -> None:
    portal.control("limits", {"operating_limit": 10, "operating_cost": {METHOD: 5}})
    assert list_statuses(portal, 3) == [200, 200, 429]
    assert portal.expect_refusal(METHOD) == (429, "OPERATION_TIME_LIMIT")
    assert portal.call("profile"), "other methods have time of their own"
    assert portal.call(METHOD, path=SUPERVISOR_WEBHOOK_PATH), "so have other callers"
    assert read_limits(portal)["operation_time_limit"] == 2
    assert not portal.company.requests[3].executed
    wall.now += 9 * 60
    assert list_statuses(portal, 1) == [429]
    wall.now += 60
    assert list_statuses(portal, 1) == [200]


def test_answers_tell_the_time_spent_and_when_it_is_forgiven(portal: SandboxClient, wall: ManualTimer) -> None:
    portal.control("limits", {"plan": "standard", "operating_cost": {METHOD.upper(): 1.25}})
    assert read_limits(portal)["operating_limit"] == 480
    start = NOON // 60 * 60
    assert read_operating(portal) == (1.25, start + 600)
    wall.now += 120
    assert read_operating(portal) == (2.5, start + 600)
    wall.now = start + 600
    assert read_operating(portal) == (2.5, start + 120 + 600)
    assert read_operating(portal, "server.time") == (0.004, wall.now + 600)


def test_without_a_limit_the_timing_stays_as_it_was(portal: SandboxClient) -> None:
    operating, reset_at = read_operating(portal)
    assert (operating, reset_at) == (0, 1773651601 + 600)


@pytest.mark.usefixtures("wall")
def test_calls_within_a_batch_count_one_by_one(portal: SandboxClient) -> None:
    portal.control("limits", {"operating_limit": 10, "operating_cost": {METHOD: 6, "batch": 100}})
    answer = portal.post("batch", {"cmd": {"a": METHOD, "b": METHOD, "c": METHOD}}).json()
    operating = {key: time["operating"] for key, time in answer["result"]["result_time"].items()}
    assert operating == {"a": 6, "b": 12}
    assert answer["result"]["result_error"]["c"]["error"] == "OPERATION_TIME_LIMIT"
    assert answer["time"]["operating"] == 0
    assert portal.call("batch", {"cmd": {"a": "profile"}}), "the batch itself has no operating time"


@pytest.mark.usefixtures("wall")
def test_a_call_of_another_scope_spends_no_time(portal: SandboxClient) -> None:
    portal.control("limits", {"operating_limit": 10})
    portal.post(METHOD, path=NO_SCOPE_WEBHOOK_PATH)
    assert read_limits(portal)["operating"] == []


def test_an_application_is_one_caller_whatever_its_token(portal: SandboxClient, wall: ManualTimer) -> None:
    portal.control("limits", {"operating_cost": {"profile": 2}})
    portal.send("GET", "/rest/profile?auth=sandbox-application-token")
    portal.post("profile")
    seen = read_limits(portal)
    callers = [(spent["caller"], spent["seconds"], spent["reset_at"]) for spent in seen["operating"]]
    assert callers[0] == (APPLICATION_ID, 2, wall.now + 600)
    assert callers[1][0].startswith("webhook 1 ")
    assert "sandbox-admin-token" not in str(seen)


@pytest.mark.usefixtures("pace")
def test_new_limits_forget_what_was_counted(portal: SandboxClient) -> None:
    portal.control("limits", {"plan": "standard"})
    list_statuses(portal, 51)
    seen = portal.control("limits", {"plan": "standard"})
    assert (seen["level"], seen["requests"], seen["query_limit_exceeded"]) == (0, 0, 0)


def test_a_reset_takes_the_limits_away_and_keeps_the_timers(portal: SandboxClient, pace: ManualTimer) -> None:
    portal.control("limits", {"plan": "standard"})
    portal.control("reset")
    assert read_limits(portal)["plan"] == "none"
    assert portal.company.limits.pace is pace


@pytest.mark.parametrize(
    "body",
    [
        {"plan": "gold"},
        {"plan": ["none"]},
        {"speed": 1},
        {"operating_limit": -1},
        {"operating_limit": True},
        {"operating_cost": []},
        {"operating_cost": {METHOD: "5"}},
    ],
)
def test_limits_that_make_no_sense_are_refused_in_words(portal: SandboxClient, body: Any) -> None:
    answer = portal.send("POST", "/_sandbox/limits", json=body)
    assert answer.status_code == 400
    assert answer.json()["error"]
    assert read_limits(portal)["plan"] == "none"
