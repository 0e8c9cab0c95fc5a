"""What a portal's client tells whoever watches it."""

from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

import anyio
import httpx
import pytest

from portal.bucket import Plan
from portal.client import Portal
from portal.errors import (
    AnswerLostError,
    LimitedError,
    OutcomeUnknownError,
    PortalError,
    PortalFaultError,
    RefusedError,
)
from portal.observer import Attempt, Observer, PortalRequest
from portal.webhook import Webhook
from tests.pauses import skip_pause

WEBHOOK = Webhook.parse("https://p.bitrix24.com/rest/1/a1b2c3d4/")
READ, WRITE = "imopenlines.dialog.get", "imopenlines.operator.answer"
Story = Callable[[Portal], Coroutine[Any, Any, None]]
TOO_MANY = {"error": "QUERY_LIMIT_EXCEEDED", "error_description": "Too many requests"}


class Diary(Observer):
    """Keeps everything it is told."""

    def __init__(self) -> None:
        self.requests: list[PortalRequest] = []
        self.attempts: list[Attempt] = []
        self.pauses: list[tuple[PortalError, float]] = []
        self.fullness: list[float] = []
        self.fullness_when_pausing: list[float] = []
        self._fullness: Callable[[], float] = float

    def on_open(self, fullness: Callable[[], float]) -> None:
        self._fullness = fullness

    def on_request_end(self, request: PortalRequest) -> None:
        self.requests.append(request)
        self.fullness.append(self._fullness())

    def on_attempt_end(self, attempt: Attempt) -> None:
        self.attempts.append(attempt)

    def on_pause(self, error: PortalError, seconds: float) -> None:
        self.pauses.append((error, seconds))
        self.fullness_when_pausing.append(self._fullness())


def _observe(story: Story, *answers: Any, plan: Plan | None = None, seconds: float = 60) -> Diary:
    """What was told of a story; the last answer is given again and again."""
    diary, left = Diary(), list(answers)

    async def answer(_: httpx.Request) -> httpx.Response:
        said = left.pop(0) if len(left) > 1 else left[0]
        if said is None:
            await anyio.sleep_forever()
        return httpx.Response(503 if said is TOO_MANY else 200, json=said)

    async def run() -> None:
        transport = httpx.MockTransport(answer)
        async with Portal(
            WEBHOOK, seconds=seconds, plan=plan, transport=transport, sleep=skip_pause, observer=diary
        ) as portal:
            await story(portal)

    anyio.run(run)
    return diary


def _one(method: str) -> Story:
    async def story(portal: Portal) -> None:
        await portal.call(method, {"ID": 1}, repeatable=method == READ)

    return story


def _many(count: int, method: str = READ) -> Story:
    async def story(portal: Portal) -> None:
        async with anyio.create_task_group() as tasks:
            for _ in range(count):
                tasks.start_soon(_one(method), portal)

    return story


def test_a_call_is_one_request_and_one_attempt() -> None:
    diary = _observe(_one(READ), {"result": 1})

    assert [(request.calls, request.error) for request in diary.requests] == [(1, None)]
    (attempt,) = diary.attempts
    assert (attempt.method, attempt.number, attempt.calls, attempt.error) == (READ, 1, 1, None)
    assert not attempt.limited
    assert diary.pauses == []


def test_what_is_sent_again_is_told_with_its_reason_and_pause() -> None:
    diary = _observe(_one(WRITE), TOO_MANY, {"result": 1})

    assert [type(request.error) for request in diary.requests] == [LimitedError, type(None)]
    assert [(attempt.number, type(attempt.error)) for attempt in diary.attempts] == [(1, LimitedError), (2, type(None))]
    ((reason, seconds),) = diary.pauses
    assert reason.code == "QUERY_LIMIT_EXCEEDED"
    assert 0.25 <= seconds <= 0.5


def test_a_batch_is_one_request_and_an_attempt_for_each_of_its_calls() -> None:
    results = {f"c{number}": number for number in range(50)}
    diary = _observe(_many(50), {"result": {"result": results, "result_error": [], "result_time": []}})

    assert [request.calls for request in diary.requests] == [50]
    assert [attempt.calls for attempt in diary.attempts] == [50] * 50


def test_calls_that_the_limit_holds_back_say_so_and_for_how_long() -> None:
    diary = _observe(_many(4, WRITE), {"result": 1}, plan=Plan(capacity=2.1, leak=100))

    assert [attempt.limited for attempt in diary.attempts] == [False, False, True, True]
    held = [attempt.waited for attempt in diary.attempts if attempt.limited]
    assert all(0.001 < seconds < 1 for seconds in held)
    assert max(diary.fullness) > 0.8


ALMOST_FULL, ALMOST_EMPTY = 0.9, 0.1


def test_a_refusal_by_the_limit_on_requests_means_that_the_bucket_is_full() -> None:
    async def refused(portal: Portal) -> None:
        with anyio.move_on_after(0.05):
            await portal.call(WRITE, {}, repeatable=False)

    diary = _observe(refused, TOO_MANY, {"result": 1}, plan=Plan(capacity=50, leak=0.5))

    assert diary.fullness_when_pausing[0] > ALMOST_FULL
    assert len(diary.requests) == 1


@pytest.mark.parametrize("code", ["OPERATION_TIME_LIMIT", "OVERLOAD_LIMIT"])
def test_a_refusal_for_another_reason_tells_nothing_about_the_bucket(code: str) -> None:
    async def refused(portal: Portal) -> None:
        with pytest.raises(LimitedError):
            await portal.call(WRITE, {}, repeatable=False)
        await portal.call(WRITE, {}, repeatable=False)

    diary = _observe(refused, {"error": code}, {"result": 1}, plan=Plan(capacity=50, leak=0.5))

    assert len(diary.fullness) == 2
    assert max(diary.fullness) < ALMOST_EMPTY


def test_an_answer_that_never_comes_is_told_as_lost() -> None:
    async def unlucky(portal: Portal) -> None:
        with pytest.raises(OutcomeUnknownError):
            await portal.call(WRITE, {}, repeatable=False)

    diary = _observe(unlucky, None, seconds=0.05)

    assert [type(attempt.error) for attempt in diary.attempts] == [AnswerLostError]


def test_a_call_whose_caller_has_gone_is_told_too() -> None:
    async def impatient(portal: Portal) -> None:
        with anyio.move_on_after(0.01):
            await portal.call(READ, {}, repeatable=True)

    (attempt,) = _observe(impatient, None).attempts
    assert attempt.error is not None
    assert not isinstance(attempt.error, PortalError)


def test_a_call_that_never_left_travelled_in_no_request() -> None:
    async def impatient(portal: Portal) -> None:
        await portal.call(WRITE, {}, repeatable=False)
        with anyio.move_on_after(0.01):
            await portal.call(WRITE, {}, repeatable=False)

    sent, kept = _observe(impatient, {"result": 1}, plan=Plan(capacity=1.05, leak=0.01)).attempts
    assert (sent.calls, kept.calls) == (1, 0)
    assert kept.limited


def test_a_download_is_told_as_a_request() -> None:
    async def story(portal: Portal) -> None:
        for address in (f"{WEBHOOK.origin}/rest/1/***/download/", "https://elsewhere.example/"):
            with suppress(PortalError):
                await portal.download(address, most_bytes=1000)

    told = _observe(story, {"error": "ACCESS_DENIED", "error_description": ""})

    assert [(request.calls, type(request.error)) for request in told.requests] == [
        (1, RefusedError),
        (1, PortalFaultError),
    ]
    assert told.attempts == []
