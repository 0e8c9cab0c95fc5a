"""When calls leave, to the moment, and what a refusal or a silence of the portal means for them."""

import asyncio
import json
import selectors
from collections.abc import Callable, Coroutine
from typing import Any

import anyio
import httpx
import pytest
from anyio.abc import TaskGroup

from portal.bucket import LeakyBucket, Plan
from portal.errors import AnswerLostError, LimitedError, NotReachableError, PortalError, RefusedError
from portal.observer import Observer, PortalRequest
from portal.operating import OperatingTime
from portal.scheduler import PendingCall, Scheduler
from portal.webhook import Webhook
from portal.wire import Wire

WEBHOOK = Webhook.parse("https://p.bitrix24.com/rest/1/a1b2c3d4/")
READ, WRITE = "imopenlines.session.history.get", "imopenlines.operator.answer"
PLAN = Plan(capacity=50, leak=2)
ROOM = 48
"""Requests after which the next one has to wait for half a second."""
Arrived = list[tuple[float, int]]
"""When each request came, in seconds since the start, and how many calls it carried."""
Calls = list[PendingCall]
LASTS = 10.0
"""Seconds after which the portal answers; nobody waits for them, as the clock jumps."""
LONGEST = 600.0
"""Seconds, on the same clock, that a test may take before it has failed."""
START = 1024.0


class JumpingSelector(selectors.DefaultSelector):
    """Never waits: the clock jumps to the time that its loop would have waited for."""

    now = START
    idle = 0
    MOST_IDLE = 10_000

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """What is ready now."""
        assert timeout is not None, "everybody waits, and nothing is going to happen"
        self.idle = 0 if timeout > 0 else self.idle + 1
        assert self.idle < self.MOST_IDLE, "somebody is busy for ever, without waiting for anything"
        self.now += max(0.0, timeout)
        return super().select(0)


class JumpingLoop(asyncio.SelectorEventLoop):
    """An event loop in which seconds pass only when everybody waits for them, and take no time."""

    def __init__(self) -> None:
        self._clock = JumpingSelector()
        super().__init__(self._clock)

    def time(self) -> float:
        """Seconds of the clock that jumps."""
        return self._clock.now


class Rig(Observer):
    """A scheduler before a portal that answers every request in the same way, after a while."""

    def __init__(self, tasks: TaskGroup, respond: Callable[[int], httpx.Response], level: int) -> None:
        self.arrived: Arrived = []
        self.ended: list[PortalRequest] = []
        self.bucket = LeakyBucket(PLAN, anyio.current_time)
        for _ in range(level):
            self.bucket.take()
        self._respond = respond
        wire = Wire(WEBHOOK, seconds=60, transport=httpx.MockTransport(self._answer), user_agent="tests")
        self.scheduler = Scheduler(wire, self.bucket, OperatingTime(), tasks, seconds=60, observer=self)

    def on_request_end(self, request: PortalRequest) -> None:
        self.ended.append(request)

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        calls = len(json.loads(request.content).get("cmd", "1"))
        self.arrived.append((now(), calls))
        await anyio.sleep(LASTS)
        return self._respond(calls)

    def submit(self, method: str = READ, count: int = 1, within: float = 60, *, share: bool = False) -> Calls:
        """So many calls that come now, have to leave within so many seconds, and perhaps had rather be in a batch."""
        send_by = anyio.current_time() + within
        calls = [PendingCall(method, {}, send_by, batchable=method != WRITE) for _ in range(count)]
        for call in calls:
            call.prefer_batch = call.prefer_batch or share
            self.scheduler.submit(call)
        return calls


def now() -> float:
    """Seconds since the start of the test."""
    return anyio.current_time() - START


def accept(calls: int) -> httpx.Response:
    """A result for each call."""
    if calls == 1:
        return httpx.Response(200, json={"result": 1})
    keys = [f"c{number}" for number in range(calls)]
    return httpx.Response(200, json={"result": {"result": dict.fromkeys(keys, 1), "result_error": []}})


def refuse(status: int, code: str) -> Callable[[int], httpx.Response]:
    """The same error for every request."""
    return lambda _: httpx.Response(status, json={"error": code, "error_description": "No"})


def _play(
    story: Callable[[Rig], Coroutine[Any, Any, None]], respond: Callable[[int], httpx.Response] = accept, level: int = 0
) -> Rig:
    """What a story leaves behind that begins with so many requests in the bucket."""
    rigs: list[Rig] = []

    async def run() -> None:
        with anyio.fail_after(LONGEST):
            async with anyio.create_task_group() as tasks:
                rigs.append(Rig(tasks, respond, level))
                tasks.start_soon(rigs[0].scheduler.run)
                await story(rigs[0])
                tasks.cancel_scope.cancel()

    anyio.run(run, backend_options={"loop_factory": JumpingLoop})
    return rigs[0]


async def _end(calls: Calls) -> None:
    for call in calls:
        await call.done.wait()


def test_calls_that_find_no_room_are_told_so_each_when_its_own_time_is_over() -> None:
    async def story(rig: Rig) -> None:
        (later,), (sooner,) = rig.submit(WRITE, within=1), rig.submit(READ, within=0.5)
        for call, seconds, room in ((sooner, 0.5, 3.0), (later, 1.0, 2.0)):
            await call.done.wait()
            assert now() == pytest.approx(seconds, abs=0.01)
            assert isinstance(call.error, LimitedError)
            assert call.error.code == "QUERY_LIMIT_EXCEEDED"
            assert call.error.seconds == pytest.approx(room, abs=0.01)
            assert (call.sent_at, call.request_size) == (None, 0)

    assert _play(story, level=ROOM + 5).arrived == []


@pytest.mark.parametrize(("within", "arrived"), [(0.5, [(0.5, 1)]), (0.49, [])])
def test_a_call_may_leave_at_the_very_moment_by_which_it_has_to(within: float, arrived: Arrived) -> None:
    async def story(rig: Rig) -> None:
        await _end(rig.submit(within=within))

    assert _play(story, level=ROOM).arrived == arrived


def test_an_abandoned_call_makes_room_at_once_and_is_neither_sent_nor_told() -> None:
    async def story(rig: Rig) -> None:
        (abandoned,) = rig.submit(WRITE)
        await anyio.sleep(0.125)
        rig.scheduler.abandon(abandoned)
        await anyio.sleep(0.125)
        assert rig.scheduler.seconds_until_room() == 0.5 - 0.25
        await _end(rig.submit(WRITE))
        assert not abandoned.done.is_set()

    assert _play(story, level=ROOM).arrived == [(0.5, 1)]


@pytest.mark.parametrize(
    ("writes", "reads", "requests"), [(0, 0, 1), (3, 0, 4), (0, 1, 2), (0, 50, 2), (0, 51, 3), (3, 51, 6)]
)
def test_a_call_waits_for_all_requests_before_it_and_for_its_own(writes: int, reads: int, requests: int) -> None:
    async def story(rig: Rig) -> None:
        rig.submit(WRITE, writes)
        rig.submit(READ, reads)
        assert rig.scheduler.seconds_until_room() == requests / 2

    _play(story, level=ROOM)


@pytest.mark.parametrize(("level", "limited"), [(ROOM - 1, False), (ROOM, True)])
def test_a_call_is_limited_if_there_is_no_room_when_it_comes(level: int, limited: bool) -> None:
    async def story(rig: Rig) -> None:
        (call,) = rig.submit(WRITE)
        assert call.limited is limited

    _play(story, level=level)


def test_a_call_that_comes_after_the_end_is_told_so_and_was_not_limited() -> None:
    async def story(rig: Rig) -> None:
        rig.scheduler.close()
        (call,) = rig.submit(WRITE)
        await call.done.wait()
        assert isinstance(call.error, NotReachableError)
        assert not call.limited

    assert _play(story, level=ROOM).arrived == []


@pytest.mark.parametrize(
    ("level", "reads", "arrived"),
    [
        (0, 2, [(0, 1), (0, 1)]),
        (24, 2, [(0.25, 2)]),
        (44, 2, [(0.45, 2)]),
        (24, 49, [(0.25, 49)]),
        (24, 50, [(0, 50)]),
        (14, 2, [(0, 1), (0.16, 1)]),
    ],
    ids=["low", "half full", "fuller", "nearly a batch", "a full batch", "only just low"],
)
def test_reads_gather_the_longer_the_fuller_the_bucket_is(level: int, reads: int, arrived: Arrived) -> None:
    async def story(rig: Rig) -> None:
        rig.submit(WRITE)
        await _end(rig.submit(READ, reads))

    seen = [(round(seconds, 6), calls) for seconds, calls in _play(story, level=level).arrived]
    assert seen == [(0, 1), *arrived]


@pytest.mark.parametrize(("preferring", "arrived"), [(0, [(0, 1)] * 3), (1, [(0, 3)]), (2, [(0, 3)])])
def test_few_calls_share_a_request_if_any_of_them_had_rather(preferring: int, arrived: Arrived) -> None:
    async def story(rig: Rig) -> None:
        calls = rig.submit(READ, 3)
        for call in calls[:preferring]:
            call.prefer_batch = True
        await _end(calls)

    assert _play(story).arrived == arrived


def test_a_call_joins_another_that_came_a_step_before_it_at_the_same_moment() -> None:
    async def story(rig: Rig) -> None:
        await anyio.sleep(1)
        first = rig.submit(share=True)
        await anyio.lowlevel.checkpoint()
        await _end(first + rig.submit(share=True))

    assert _play(story).arrived == [(1, 2)]


@pytest.mark.parametrize("calls", [1, 2])
def test_a_request_is_told_once_with_its_calls_and_how_long_it_took(calls: int) -> None:
    async def story(rig: Rig) -> None:
        await anyio.sleep(1)
        await _end(rig.submit(READ, calls, share=True))

    assert _play(story).ended == [PortalRequest(calls, LASTS, None)]


@pytest.mark.parametrize(
    ("status", "code", "fills"),
    [
        (503, "QUERY_LIMIT_EXCEEDED", True),
        (503, "OVERLOAD_LIMIT", False),
        (429, "OPERATION_TIME_LIMIT", False),
        (400, "NO", False),
        (500, "NO", False),
    ],
)
def test_the_limit_on_requests_alone_fills_the_bucket(status: int, code: str, fills: bool) -> None:
    async def story(rig: Rig) -> None:
        await _end(rig.submit(WRITE))
        assert rig.bucket.fullness() == (1 if fills else 0)

    assert [request.error and request.error.code for request in _play(story, refuse(status, code)).ended] == [code]


@pytest.mark.parametrize(
    ("calls", "status", "code", "kind"),
    [
        (1, 400, "NO", RefusedError),
        (2, 400, "NO", AnswerLostError),
        (3, 400, "NO", AnswerLostError),
        (2, 503, "QUERY_LIMIT_EXCEEDED", LimitedError),
    ],
)
def test_a_batch_that_is_refused_as_a_whole_tells_nothing_about_its_calls(
    calls: int, status: int, code: str, kind: type[PortalError]
) -> None:
    async def story(rig: Rig) -> None:
        waiting = rig.submit(READ, calls, share=True)
        await _end(waiting)
        assert [type(call.error) for call in waiting] == [kind] * calls

    assert _play(story, refuse(status, code)).arrived == [(0, calls)]


def test_a_call_does_not_show_its_token() -> None:
    call = PendingCall(READ, {}, START, batchable=True, token="secret-of-a-test")

    assert "secret-of-a-test" not in repr(call)
