"""What is under way for whom: counted, bounded, and ended when its time or its right is over."""

import math
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum

import anyio
from starlette.types import Message, Receive

from server.config.http_settings import Limits
from server.http.auth.authenticator import Guest
from server.http.errors import RequestRefusedError

GRACE = 2.0
SOON = 1.0
"""Seconds after which a place may be free again."""


class Kind(Enum):
    """What a visit is, by how long it lasts and how it ends."""

    REQUEST = "requests under way"
    LISTENING = "open streams"
    """Ends with a last word when it is told to."""
    STANDING = "standing streams"
    """Carries nothing that somebody waits for, so it may be cut."""

    @property
    def lasts(self) -> bool:
        """Whether it is as long as the client wants."""
        return self is not Kind.REQUEST


class Visit:
    """One request, or one open stream of events.

    It ends as if its client had left, which everything inside knows how to clean up after; what does not hear of that
    is cancelled a little later.
    """

    def __init__(self, key: str, kind: Kind, deadline: float) -> None:
        self.key = key
        self.kind = kind
        self.over = False
        """Whether it was ended before it came to an end by itself."""
        self.scope = anyio.CancelScope(deadline=deadline + GRACE)
        self._deadline = deadline
        self._waiting: anyio.CancelScope | None = None

    def end(self) -> None:
        """End it now."""
        self.over = True
        self.scope.deadline = anyio.current_time() + GRACE
        if self._waiting is not None:
            self._waiting.cancel()

    def heard(self, receive: Receive) -> Receive:
        """What its client says, until it is over."""

        async def heard() -> Message:
            with anyio.CancelScope(deadline=self._deadline) as self._waiting:
                if not self.over:
                    return await receive()
            self.over = True
            return {"type": "http.disconnect"}

        return heard


@dataclass
class Allowance:
    """Requests that a credential has left, at some time; they come back at a steady rate."""

    left: float
    at: float


class Traffic:
    """Lets visits in within the limits, and ends them."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._visits: set[Visit] = set()
        self._counts: Counter[tuple[bool, str | None]] = Counter()
        self._allowances: dict[str, Allowance] = {}
        self._stopping = False

    @property
    def stopping(self) -> bool:
        """Whether nothing new is let in."""
        return self._stopping

    def spend(self, guest: Guest) -> None:
        """Count a request against the rate of its credential; RequestRefusedError beyond it."""
        limits, now = self._limits, anyio.current_time()
        allowance = self._allowances.setdefault(guest.key, Allowance(limits.burst, now))
        allowance.left = min(limits.burst, allowance.left + (now - allowance.at) * limits.rate)
        allowance.at = now
        if allowance.left < 1:
            seconds = (1 - allowance.left) / limits.rate
            text = f"This token may send {limits.rate:g} requests a second; try again later"
            raise RequestRefusedError.for_now(429, "too_many_requests", text, seconds)
        allowance.left -= 1

    @contextmanager
    def visit(self, guest: Guest, kind: Kind) -> Iterator[Visit]:
        """While it is under way; RequestRefusedError if there are too many, or the server is about to stop."""
        self._check(guest, kind)
        visit = Visit(guest.key, kind, self._deadline(guest, kind))
        self._count(visit, 1)
        self._visits.add(visit)
        try:
            with visit.scope:
                yield visit
            visit.over = visit.over or visit.scope.cancelled_caught
        finally:
            self._visits.discard(visit)
            self._count(visit, -1)

    def end(self, key: str) -> None:
        """End everything that is under way for a credential."""
        self._end(visit for visit in self._visits if visit.key == key)

    def stop(self) -> None:
        """Let nothing new in, and end what only stands; what is being answered goes on."""
        self._stopping = True
        self._end(visit for visit in self._visits if visit.kind is Kind.STANDING)

    def forget_idle(self) -> None:
        """Forget the rates of those who have used nothing for so long that all has come back."""
        full = self._limits.burst / self._limits.rate
        now = anyio.current_time()
        self._allowances = {key: kept for key, kept in self._allowances.items() if now - kept.at < full}

    def _check(self, guest: Guest, kind: Kind) -> None:
        if self._stopping:
            raise RequestRefusedError.for_now(503, "unavailable", "The server is about to stop", SOON)
        limits = self._limits
        total, each = (limits.requests, limits.requests_per_token)
        if kind.lasts:
            total, each = (limits.streams, limits.streams_per_token)
        if self._counts[kind.lasts, guest.key] >= each:
            raise RequestRefusedError.for_now(
                429, "too_many_requests", f"This token has {each} {kind.value}; end some first", SOON
            )
        if self._counts[kind.lasts, None] >= total:
            raise RequestRefusedError.for_now(
                503, "unavailable", f"The server has {total} {kind.value}; try again later", SOON
            )

    def _deadline(self, guest: Guest, kind: Kind) -> float:
        """A stream lasts as long as its credential, everything else as long as an answer may take."""
        if not kind.lasts:
            return anyio.current_time() + self._limits.answer
        return math.inf if guest.expires is None else anyio.current_time() + guest.expires - time.time()

    def _count(self, visit: Visit, number: int) -> None:
        for whose in (None, visit.key):
            self._counts[visit.kind.lasts, whose] += number
            if not self._counts[visit.kind.lasts, whose]:
                del self._counts[visit.kind.lasts, whose]

    def _end(self, visits: Iterable[Visit]) -> None:
        for visit in list(visits):
            visit.end()
