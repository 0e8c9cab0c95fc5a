"""What observers are told of tool calls, and what they can not do to them."""

from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import httpx
import pytest

from portal.observer import Attempt, PortalRequest
from server.caller import Caller
from server.config.settings import Settings
from server.connection import Connection
from server.policy import Policy
from server.telemetry.observer import CallEnded, CallObserver, Observers
from tests.callers import answer as answer_call
from tests.callers import caller
from tests.server.telemetry.instrumented_app import SECRET, WEBHOOK
from tools import TOOLSETS


class Diary(CallObserver):
    """Keeps what became of calls."""

    def __init__(self) -> None:
        self.started = 0
        self.ended: list[CallEnded] = []

    def call_started(self) -> None:
        self.started += 1

    def call_ended(self, ended: CallEnded) -> None:
        self.ended.append(ended)


class Faulty(CallObserver):
    """Fails whatever it is told."""

    def on_open(self, fullness: Callable[[], float]) -> None:
        raise RuntimeError(fullness)

    def on_request_end(self, request: PortalRequest) -> None:
        raise RuntimeError(request)

    def on_attempt_end(self, attempt: Attempt) -> None:
        raise RuntimeError(attempt)

    def call_started(self) -> None:
        raise RuntimeError

    def call_ended(self, ended: CallEnded) -> None:
        raise RuntimeError(ended)


def _watch(story: Callable[[Caller], Awaitable[Any]], answer: Any, *more: CallObserver) -> Diary:
    """What was told of a story at a portal that always answers the same."""
    diary = Diary()

    async def portal(_: httpx.Request) -> httpx.Response:
        if answer is None:
            await anyio.sleep_forever()
        return httpx.Response(200, json={"result": answer})

    async def run() -> None:
        settings = Settings(webhook_url=WEBHOOK, plan="self-hosted", timeout=5)
        transport = httpx.MockTransport(portal)
        async with Connection(settings, observer=Observers(*more, diary), transport=transport) as connection:
            await story(caller(Policy(frozenset(TOOLSETS)), connection, "anna"))

    anyio.run(run)
    return diary


def test_an_observer_that_fails_disturbs_neither_the_call_nor_the_others(caplog: pytest.LogCaptureFixture) -> None:
    async def story(anna: Caller) -> None:
        reply = await answer_call(anna, "operator_answer", {"chat_id": 201})
        assert not reply.is_error

    diary = _watch(story, True, Faulty())

    assert [(ended.tool, ended.outcome, ended.requests) for ended in diary.ended] == [("operator_answer", "ok", 1)]
    assert caplog.text.count("Faulty failed; the call goes on") == 5
    assert SECRET not in caplog.text


def test_a_call_that_its_client_gives_up_is_told_as_cancelled() -> None:
    async def story(anna: Caller) -> None:
        with anyio.move_on_after(0.01):
            await answer_call(anna, "dialog_get", {"chat_id": 201})

    diary = _watch(story, None)

    assert diary.started == 1
    assert [(ended.outcome, ended.requests) for ended in diary.ended] == [("cancelled", 1)]


def test_a_tool_of_several_requests_counts_them_all_and_calls_side_by_side_only_their_own() -> None:
    async def story(anna: Caller) -> None:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(answer_call, anna, "portal_check", {})
            for number in range(3):
                tasks.start_soon(answer_call, anna, "dialog_get", {"chat_id": number + 1})

    diary = _watch(story, {"ID": "1", "id": 1})

    requests = {(ended.tool, ended.requests) for ended in diary.ended}
    assert requests == {("portal_check", 7), ("dialog_get", 1)}
    assert {ended.caller for ended in diary.ended} == {"anna"}
