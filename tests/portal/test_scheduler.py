"""How many requests many calls become, and in which order they leave."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import parse_qs

import anyio
import httpx
import pytest

from portal.bucket import PLANS, Plan
from portal.client import Portal
from portal.errors import LimitedError, OutcomeUnknownError, PortalError, RefusedError
from portal.webhook import Webhook
from tests.pauses import skip_pause

WEBHOOK = Webhook.parse("https://p.bitrix24.com/rest/1/a1b2c3d4/")
READ = "imopenlines.session.history.get"
WRITE = "imopenlines.operator.answer"


class EchoPortal:
    """Answers each call with its own ID; keeps the sizes of the requests."""

    def __init__(self, *, fail: Callable[[str], str | None] = lambda _: None) -> None:
        self.sizes: list[int] = []
        self.methods: list[str] = []
        self._fail = fail

    async def answer(self, request: httpx.Request) -> httpx.Response:
        method, params = request.url.path.rpartition("/")[2], json.loads(request.content)
        await anyio.lowlevel.checkpoint()
        self.methods.append(method)
        if method != "batch":
            self.sizes.append(1)
            if code := self._fail(str(params["ID"])):
                return httpx.Response(400, json={"error": code, "error_description": ""})
            return httpx.Response(200, json={"result": str(params["ID"])})
        self.sizes.append(len(params["cmd"]))
        ids = {key: parse_qs(command.partition("?")[2])["ID"][0] for key, command in params["cmd"].items()}
        errors = {key: {"error": code} for key, value in ids.items() if (code := self._fail(value))}
        results = {key: value for key, value in ids.items() if key not in errors}
        return httpx.Response(200, json={"result": {"result": results, "result_error": errors, "result_time": []}})


def _call_many(
    portal: EchoPortal, count: int, *, repeatable: bool = True, plan: Plan | None = PLANS["standard"], gap: bool = False
) -> dict[int, Any]:
    """So many calls at once; what each got."""
    got: dict[int, Any] = {}

    async def run() -> None:
        transport = httpx.MockTransport(portal.answer)
        async with Portal(WEBHOOK, transport=transport, plan=plan) as client, anyio.create_task_group() as tasks:
            for number in range(count):
                tasks.start_soon(one, client, number)
                if gap:
                    await anyio.lowlevel.checkpoint()

    async def one(client: Portal, number: int) -> None:
        method = READ if repeatable else WRITE
        try:
            got[number] = await client.call(method, {"ID": number}, repeatable=repeatable)
        except PortalError as error:
            got[number] = error

    anyio.run(run)
    return got


def test_a_single_call_travels_alone() -> None:
    portal = EchoPortal()

    assert _call_many(portal, 1) == {0: "0"}
    assert portal.sizes == [1]


def test_a_few_calls_go_side_by_side() -> None:
    portal = EchoPortal()
    _call_many(portal, 5)

    assert portal.sizes == [1] * 5


@pytest.mark.parametrize(("calls", "sizes"), [(8, [1] * 8), (9, [9]), (50, [50]), (51, [50, 1])])
def test_more_than_eight_calls_share_requests_of_at_most_fifty(calls: int, sizes: list[int]) -> None:
    portal = EchoPortal()
    _call_many(portal, calls)

    assert portal.sizes == sizes


def _sizes_of_two_reads(*, prefer_batch: bool) -> list[int]:
    portal = EchoPortal()

    async def run() -> None:
        transport = httpx.MockTransport(portal.answer)
        async with Portal(WEBHOOK, transport=transport) as client, anyio.create_task_group() as tasks:
            for number in range(2):
                call = partial(client.call, READ, {"ID": number}, repeatable=True, prefer_batch=prefer_batch)
                tasks.start_soon(call)

    anyio.run(run)
    return portal.sizes


def test_two_calls_share_a_request_where_they_had_rather_be_in_a_batch() -> None:
    assert _sizes_of_two_reads(prefer_batch=True) == [2]
    assert _sizes_of_two_reads(prefer_batch=False) == [1, 1]


@pytest.mark.parametrize(("writes", "sizes"), [(5, [1] * 5), (30, [5])])
def test_few_calls_share_a_request_once_the_bucket_is_no_longer_low(writes: int, sizes: list[int]) -> None:
    portal = EchoPortal()

    async def run() -> None:
        transport = httpx.MockTransport(portal.answer)
        async with Portal(WEBHOOK, transport=transport) as client:
            for number in range(writes):
                await client.call(WRITE, {"ID": number}, repeatable=False)
            async with anyio.create_task_group() as tasks:
                for number in range(5):
                    tasks.start_soon(partial(client.call, READ, {"ID": number}, repeatable=True))

    anyio.run(run)
    assert portal.sizes[writes:] == sizes


def test_a_single_call_does_not_wait_for_others_though_the_bucket_is_fuller() -> None:
    portal = EchoPortal()
    pauses: list[float] = []

    async def run() -> None:
        transport = httpx.MockTransport(portal.answer)
        async with Portal(WEBHOOK, transport=transport, plan=Plan(capacity=50, leak=0.01)) as client:
            for number in range(30):
                await client.call(WRITE, {"ID": number}, repeatable=False)
            before = anyio.current_time()
            assert await client.call(READ, {"ID": 99}, repeatable=True) == "99"
            pauses.append(anyio.current_time() - before)

    anyio.run(run)
    assert pauses[0] < 5, "a call that gathers would wait for a minute"


def test_five_hundred_calls_at_once_are_ten_requests_and_each_gets_its_own_answer() -> None:
    portal = EchoPortal()

    assert _call_many(portal, 500) == {number: str(number) for number in range(500)}
    assert portal.sizes == [50] * 10


def test_five_hundred_calls_that_trickle_in_are_at_most_thirty_requests() -> None:
    portal = EchoPortal()

    assert len(_call_many(portal, 500, gap=True)) == 500
    assert len(portal.sizes) <= 30


def test_an_error_in_a_batch_reaches_only_its_own_caller() -> None:
    portal = EchoPortal(fail=lambda value: "ACCESS_ERROR" if value == "7" else None)
    got = _call_many(portal, 20)

    assert isinstance(got[7], RefusedError)
    assert got[7].code == "ACCESS_ERROR"
    assert all(got[number] == str(number) for number in range(20) if number != 7)


def test_calls_that_change_something_never_share_a_request() -> None:
    portal = EchoPortal()
    _call_many(portal, 20, repeatable=False)

    assert portal.methods == [WRITE] * 20


def test_calls_leave_in_the_order_in_which_they_came() -> None:
    seen: list[str] = []
    portal = EchoPortal(fail=seen.append)
    _call_many(portal, 30, repeatable=False)

    assert seen == [str(number) for number in range(30)]


def test_a_call_that_finds_no_room_before_its_deadline_was_not_sent() -> None:
    portal = EchoPortal()

    async def run() -> None:
        transport = httpx.MockTransport(portal.answer)
        tight = Plan(capacity=2, leak=0.01)
        async with Portal(WEBHOOK, transport=transport, plan=tight, seconds=0.05) as client:
            await client.call(WRITE, {"ID": 1}, repeatable=False)
            with pytest.raises(LimitedError, match="left no room in time"):
                await client.call(WRITE, {"ID": 2}, repeatable=False)

    anyio.run(run)
    assert portal.sizes == [1]


def test_a_cancelled_call_that_has_not_left_never_leaves() -> None:
    portal = EchoPortal()

    async def run() -> None:
        transport = httpx.MockTransport(portal.answer)
        tight = Plan(capacity=1.05, leak=20)
        async with Portal(WEBHOOK, transport=transport, plan=tight) as client:
            await client.call(WRITE, {"ID": 1}, repeatable=False)
            with anyio.move_on_after(0):
                await client.call(WRITE, {"ID": 2}, repeatable=False)
            assert await client.call(WRITE, {"ID": 3}, repeatable=False) == "3"

    anyio.run(run)
    assert portal.sizes == [1, 1]


def test_a_write_without_an_answer_before_the_deadline_has_an_unknown_outcome() -> None:
    async def never(_: httpx.Request) -> httpx.Response:
        await anyio.sleep_forever()
        raise AssertionError

    async def run() -> None:
        async with Portal(WEBHOOK, transport=httpx.MockTransport(never), seconds=0.05) as client:
            with pytest.raises(OutcomeUnknownError):
                await client.call(WRITE, {"ID": 1}, repeatable=False)

    anyio.run(run)


def test_a_waiting_call_reports_what_it_waits_for() -> None:
    reports: list[tuple[float, str]] = []

    async def report(seconds: float, reason: str) -> None:
        reports.append((seconds, reason))

    answers = iter(
        [httpx.Response(503, json={"error": "QUERY_LIMIT_EXCEEDED"}), httpx.Response(200, json={"result": 1})]
    )

    async def run() -> None:
        transport = httpx.MockTransport(lambda _: next(answers))
        async with Portal(WEBHOOK, transport=transport, plan=None, sleep=skip_pause) as client:
            assert await client.call(READ, {"ID": 1}, repeatable=True, report=report) == 1

    anyio.run(run)
    assert len(reports) == 1
    assert "before the next attempt" in reports[0][1]
