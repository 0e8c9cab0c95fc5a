"""When a source that asks again and again asks next: after its pause, or at once when somebody wants to know now."""

from collections.abc import Awaitable, Callable

import anyio

FRESH = 0.5
"""Seconds for which what a round found is still new enough."""


class Pacer:
    """The pauses of one source; whoever wants a fresh answer cuts one short."""

    def __init__(self, sleep: Callable[[float], Awaitable[None]] = anyio.sleep) -> None:
        self._sleep = sleep
        self.on_round: Callable[[], None] = _do_nothing
        """Told at the end of each round."""
        self._rounds = 0
        self._ended_at = float("-inf")
        self._paused: anyio.CancelScope | None = None
        self._again = False
        self._ended = anyio.Event()

    @property
    def has_begun(self) -> bool:
        """Whether a round has ended: from then on nothing that happens is missed."""
        return self._rounds > 0

    async def pause(self, seconds: float) -> None:
        """End a round, and wait until the next one shall begin."""
        self._rounds += 1
        self.on_round()
        self._ended_at = anyio.current_time()
        self._ended.set()
        self._ended = anyio.Event()
        if self._again:
            self._again = False
            return
        with anyio.CancelScope() as self._paused:
            await self._sleep(seconds)
        self._paused = None

    async def refresh(self) -> None:
        """Wait for the end of a round that began after this was called; one that has just ended is fresh enough."""
        if self._paused is not None and anyio.current_time() - self._ended_at < FRESH:
            return
        wanted = self._rounds + 1
        if self._paused is not None:
            self._paused.cancel()
        elif self._rounds:
            self._again, wanted = True, wanted + 1
        while self._rounds < wanted:
            await self._ended.wait()


def _do_nothing() -> None:
    pass
