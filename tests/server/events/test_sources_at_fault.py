"""Every source while its portal fails in every way and the hearing process is killed; `bench events` is longer."""

from dataclasses import replace
from pathlib import Path
from statistics import median

import pytest

from bench.campaign.run import Plan, run
from bench.events import SHORT, SOURCES, count_requests, measure_delays
from tests.served import ServedSandbox

QUIET_HOUR = 150
"""Requests that an hour in which nothing happens may cost a portal."""
PLANS = {name: Plan(plan.source, *SHORT, keeps=plan.keeps) for name, plan in SOURCES.items()}
POLLING = PLANS["polling, webhook"]


@pytest.mark.parametrize("name", PLANS)
def test_every_message_is_heard_once_in_order_and_every_session_too(
    sandbox: ServedSandbox, tmp_path: Path, name: str
) -> None:
    found = run(sandbox.address, tmp_path, PLANS[name])
    if name == "bot, fetch mode":
        # No list has the dialogs of a bot: a row that its log loses, which no portal is known to do, is lost.
        assert [fault for fault in found.faults if not fault.startswith("session ")] == []
        assert len(found.missing) + found.unseen_sessions <= found.lost
    else:
        assert found.faults == []
        assert found.missing == []
        assert found.unseen_sessions == 0
    assert found.messages > PLANS[name].events // 2
    if name == "offline queue":
        assert found.edits[0] == found.edits[1] > 0, "the queue keeps them until they are in the feed"
        assert found.deletions[0] == found.deletions[1] > 0


def test_a_quiet_hour_costs_few_requests_however_many_listen_in_however_many_processes(
    sandbox: ServedSandbox, tmp_path: Path
) -> None:
    alone = count_requests(sandbox.address, tmp_path / "one", POLLING, 3600)
    assert 60 < alone <= QUIET_HOUR
    many = count_requests(sandbox.address, tmp_path / "two", POLLING, 3600, listeners=100, processes=2)
    assert many <= alone + 1


def test_what_is_posted_is_heard_within_a_second(sandbox: ServedSandbox, tmp_path: Path) -> None:
    plan = replace(PLANS["application, posted to"], faster=1)
    assert median(measure_delays(sandbox.address, tmp_path, plan, 2)) < 1


def test_what_is_asked_for_is_heard_within_an_interval_and_a_second(sandbox: ServedSandbox, tmp_path: Path) -> None:
    longest = 30
    assert median(measure_delays(sandbox.address, tmp_path, POLLING, 2)) < longest + 1
