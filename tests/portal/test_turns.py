"""Calls that wait for a place among the requests under way: who leaves first, and who no longer leaves."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise

import anyio
import httpx
import pytest
from anyio.abc import TaskGroup

from portal.client import Portal
from portal.errors import NotReachableError, PortalError
from portal.scheduler import SIDE_BY_SIDE
from portal.webhook import Webhook
from tests.pauses import skip_pause

WEBHOOK = Webhook.parse("https://p.bitrix24.com/rest/1/a1b2c3d4/")
READ, WRITE = "imopenlines.session.history.get", "imopenlines.operator.answer"
LONGEST = 10
"""Seconds that a test may take before it has failed."""


class SlowPortal:
    """Notes the methods of requests as they arrive, and answers none before `answering` is set."""

    def __init__(self) -> None:
        self.arrived: list[str] = []
        self.answering = anyio.Event()

    async def answer(self, request: httpx.Request) -> httpx.Response:
        method, params = request.url.path.rpartition("/")[2], json.loads(request.content)
        self.arrived.append(method)
        await self.answering.wait()
        if method == "batch":
            return httpx.Response(200, json={"result": {"result": dict.fromkeys(params["cmd"], 1), "result_error": []}})
        return httpx.Response(200, json={"result": 1})


@asynccontextmanager
async def _open_portal(slow: SlowPortal, seconds: float = 60.0) -> AsyncIterator[tuple[Portal, TaskGroup]]:
    """A client without a limit on requests, and tasks whose calls have to be answered before the time is over."""
    with anyio.fail_after(LONGEST):
        async with (
            Portal(WEBHOOK, seconds=seconds, plan=None, transport=httpx.MockTransport(slow.answer)) as portal,
            anyio.create_task_group() as tasks,
        ):
            yield portal, tasks


async def _call(portal: Portal, method: str) -> None:
    assert await portal.call(method, {"ID": 1}, repeatable=method == READ) == 1


async def _fail(portal: Portal, method: str, errors: list[PortalError]) -> None:
    with pytest.raises(PortalError) as failed:
        await portal.call(method, {"ID": 1}, repeatable=method == READ)
    errors.append(failed.value)


async def _submit(tasks: TaskGroup, portal: Portal, method: str, count: int) -> None:
    """So many calls, all of which have left or wait when this returns."""
    for _ in range(count):
        tasks.start_soon(_call, portal, method)
    await anyio.wait_all_tasks_blocked()


def test_a_read_that_comes_after_a_hundred_changes_leaves_as_one_of_the_next_two() -> None:
    async def run() -> list[str]:
        slow = SlowPortal()
        async with _open_portal(slow) as (portal, tasks):
            await _submit(tasks, portal, WRITE, 100)
            await _submit(tasks, portal, READ, 1)
            assert slow.arrived == [WRITE] * 8
            slow.answering.set()
        return slow.arrived

    arrived = anyio.run(run)
    assert READ in arrived[SIDE_BY_SIDE : SIDE_BY_SIDE + 2]
    assert arrived.count(WRITE) == 100


def test_a_change_that_comes_after_hundreds_of_reads_leaves_as_one_of_the_next_two() -> None:
    async def run() -> list[str]:
        slow = SlowPortal()
        async with _open_portal(slow) as (portal, tasks):
            await _submit(tasks, portal, WRITE, SIDE_BY_SIDE)
            await _submit(tasks, portal, READ, 500)
            await _submit(tasks, portal, WRITE, 1)
            assert slow.arrived == [WRITE] * SIDE_BY_SIDE
            slow.answering.set()
        return slow.arrived

    arrived = anyio.run(run)
    assert WRITE in arrived[SIDE_BY_SIDE : SIDE_BY_SIDE + 2]
    assert arrived.count("batch") == 10


def test_reads_and_changes_that_wait_leave_in_turn() -> None:
    async def run() -> list[str]:
        slow = SlowPortal()
        async with _open_portal(slow) as (portal, tasks):
            await _submit(tasks, portal, WRITE, SIDE_BY_SIDE)
            await _submit(tasks, portal, READ, 150)
            await _submit(tasks, portal, WRITE, 3)
            slow.answering.set()
        return slow.arrived

    waited = anyio.run(run)[SIDE_BY_SIDE:]
    assert sorted(waited) == ["batch"] * 3 + [WRITE] * 3
    assert all(first != second for first, second in pairwise(waited))


def test_a_change_for_which_no_place_comes_free_in_time_was_not_sent() -> None:
    slow = SlowPortal()
    errors: list[PortalError] = []

    async def run() -> None:
        async with _open_portal(slow, seconds=0.2) as (portal, tasks):
            for _ in range(SIDE_BY_SIDE + 1):
                tasks.start_soon(_fail, portal, WRITE, errors)

    anyio.run(run)
    assert slow.arrived == [WRITE] * SIDE_BY_SIDE
    kinds = sorted(type(error).__name__ for error in errors)
    assert kinds == ["NotReachableError"] + ["OutcomeUnknownError"] * SIDE_BY_SIDE
    (unsent,) = (error for error in errors if isinstance(error, NotReachableError))
    assert unsent.description == "no connection to the portal was free in time"


def test_a_waiting_call_that_is_cancelled_leaves_its_place_to_the_next() -> None:
    async def run() -> list[str]:
        slow = SlowPortal()
        async with _open_portal(slow) as (portal, tasks):
            await _submit(tasks, portal, WRITE, SIDE_BY_SIDE)
            async with anyio.create_task_group() as given_up:
                await _submit(given_up, portal, WRITE, 5)
                given_up.cancel_scope.cancel()
            await _submit(tasks, portal, "imopenlines.operator.skip", 1)
            slow.answering.set()
        return slow.arrived

    assert anyio.run(run) == [*[WRITE] * SIDE_BY_SIDE, "imopenlines.operator.skip"]


def test_a_call_that_still_waits_when_the_client_closes_is_told_so_and_never_sent() -> None:
    slow = SlowPortal()
    errors: list[PortalError] = []

    async def run() -> None:
        transport = httpx.MockTransport(slow.answer)
        with anyio.fail_after(LONGEST):
            async with (
                anyio.create_task_group() as tasks,
                Portal(WEBHOOK, plan=None, transport=transport, sleep=skip_pause) as portal,
            ):
                for _ in range(SIDE_BY_SIDE + 1):
                    tasks.start_soon(_fail, portal, WRITE, errors)
                await anyio.wait_all_tasks_blocked()

    anyio.run(run)
    assert slow.arrived == [WRITE] * SIDE_BY_SIDE
    assert [error.description for error in errors if isinstance(error, NotReachableError)] == [
        "the connection to the portal is closed"
    ]
    assert len(errors) == SIDE_BY_SIDE + 1
