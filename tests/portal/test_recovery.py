"""Which calls ask again after a fault: two at a time, and the others when it is known what became of them."""

from collections.abc import Callable
from contextlib import ExitStack

import anyio
import pytest

from portal.errors import AnswerLostError, AuthRefusedError, BlockedError, LimitedError, PortalError, RefusedError
from portal.recovery import Recovery

FAULT = AnswerLostError("HTTP 502", status=502)
LATER = 20.0
"""Seconds that a story may take before it has failed."""


class Calls:
    """Calls that failed, by name, and what the recovery told each."""

    def __init__(self) -> None:
        self.recovery = Recovery()
        self.told: dict[str, bool] = {}
        self._following: dict[str, ExitStack] = {}

    async def fail(
        self, name: str, error: PortalError = FAULT, seconds: float = LATER, sent_at: float | None = None
    ) -> None:
        """Wait for the turn."""
        self._following.setdefault(name, ExitStack()).enter_context(self.recovery.follow(name))
        latest = anyio.current_time() + seconds
        self.told[name] = await self.recovery.wait_for_turn(name, error, latest, sent_at)

    def end(self, name: str, error: BaseException | None = None) -> None:
        """The call raises the error, or has a result."""
        self._following[name].__exit__(type(error) if error else None, error, None)


def _play(story: Callable[[Calls], None], *, error: PortalError = FAULT, expected: dict[str, bool]) -> None:
    """The story of `first`, `second` and `third`, all of which failed; what each was told in the end."""

    async def run() -> dict[str, bool]:
        calls = Calls()
        with anyio.move_on_after(LATER):
            async with anyio.create_task_group() as tasks:
                for name in ("first", "second", "third"):
                    tasks.start_soon(calls.fail, name, error)
                for _ in range(5):
                    await anyio.lowlevel.checkpoint()
                story(calls)
                for _ in range(5):
                    await anyio.lowlevel.checkpoint()
                tasks.cancel_scope.cancel()
        return calls.told

    assert anyio.run(run) == expected


TWO = {"first": True, "second": True}


def test_two_ask_and_the_third_waits() -> None:
    _play(lambda _: None, expected=TWO)


def test_one_asks_where_a_front_end_limits() -> None:
    _play(lambda _: None, error=LimitedError(status=429), expected={"first": True})


def test_calls_that_the_portal_itself_refused_do_not_wait() -> None:
    _play(lambda _: None, error=LimitedError(code="QUERY_LIMIT_EXCEEDED"), expected={**TWO, "third": True})


@pytest.mark.parametrize("answer", [None, RefusedError(code="X"), AuthRefusedError(), LimitedError(code="X")])
def test_the_third_goes_when_the_portal_has_spoken(answer: PortalError | None) -> None:
    _play(lambda calls: calls.recovery.note_answer(answer), expected={**TWO, "third": True})


@pytest.mark.parametrize("answer", [FAULT, BlockedError(), LimitedError()])
def test_the_third_waits_on_when_something_else_has_spoken(answer: PortalError) -> None:
    _play(lambda calls: calls.recovery.note_answer(answer), expected=TWO)


def test_the_third_waits_on_when_one_has_given_up() -> None:
    _play(lambda calls: calls.end("first", FAULT), expected=TWO)


def test_the_third_gives_up_when_both_have() -> None:
    def story(calls: Calls) -> None:
        calls.end("first", FAULT)
        calls.end("second", FAULT)

    _play(story, expected={**TWO, "third": False})


def test_the_third_takes_the_place_of_one_that_was_cancelled() -> None:
    _play(lambda calls: calls.end("second", KeyboardInterrupt()), expected={**TWO, "third": True})


@pytest.mark.parametrize("is_up", [True, False])
def test_after_the_end_of_a_fault_two_may_ask_at_the_next_one(is_up: bool) -> None:
    async def run() -> dict[str, bool]:
        calls = Calls()
        with anyio.fail_after(LATER):
            await calls.fail("first")
            await calls.fail("second")
            if is_up:
                calls.recovery.note_answer(None)
            else:
                calls.end("first", FAULT)
                calls.end("second", FAULT)
            for name in ("third", "fourth"):
                await calls.fail(name)
            await calls.fail("fifth", seconds=0.01)
        return calls.told

    assert anyio.run(run) == {**TWO, "third": True, "fourth": True, "fifth": False}


def test_one_that_asks_may_ask_again() -> None:
    async def run() -> None:
        recovery = Recovery()
        with anyio.fail_after(LATER):
            for name in ("first", "second", "first", "second"):
                assert await recovery.wait_for_turn(name, FAULT, anyio.current_time() + LATER, None)

    anyio.run(run)


def test_a_request_that_left_before_the_others_gave_up_tells_nothing_new() -> None:
    async def run() -> dict[str, bool]:
        calls = Calls()
        with anyio.fail_after(LATER):
            left = anyio.current_time() - 1
            await calls.fail("first", sent_at=left)
            await calls.fail("second", sent_at=left)
            calls.end("first", FAULT)
            calls.end("second", FAULT)
            await calls.fail("third", sent_at=left)
            await calls.fail("fourth", sent_at=anyio.current_time() + 1)
        return calls.told

    assert anyio.run(run) == {**TWO, "third": False, "fourth": True}
