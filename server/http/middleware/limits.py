"""The requests that are active for each credential: counted, bounded, and ended when their time or right is over."""

import math
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum

import anyio
from starlette.types import Message, Receive, Send

from server.config.http_settings import LimitSettings
from server.http.auth.authenticator import Principal
from server.http.errors import RequestRefusedError

GRACE = 2.0
"""Seconds that a request which was ended has left to clean up."""
SOON = 1.0
"""Seconds after which a place may be free again."""


class RequestKind(Enum):
    """How long a request lasts and how it ends; the values are words for refusals."""

    CALL = "requests under way"
    LISTEN_STREAM = "open streams"
    """Ends with a last message when the server stops."""
    SESSION_STREAM = "standing streams"
    """Carries nothing that somebody waits for, so the server may cut it when it stops."""

    @property
    def is_stream(self) -> bool:
        """Whether it is as long as the client wants."""
        return self is not RequestKind.CALL


class ActiveRequest:
    """One request, or one open stream of events.

    It ends as if its client had left, which everything inside knows how to clean up after; what does not hear of that
    is cancelled `GRACE` seconds later. `deadline` is a time of the event loop's clock; `send_seconds` is how long the
    client may take for each part of the answer.
    """

    def __init__(self, key: str, kind: RequestKind, deadline: float, send_seconds: float) -> None:
        self.key = key
        self.kind = kind
        self.has_been_ended = False
        """Whether it was ended before it came to an end by itself."""
        self.is_unread = False
        """Whether its client did not take a part of the answer in time; no more is sent then."""
        self.scope = anyio.CancelScope(deadline=deadline + GRACE)
        self._deadline = deadline
        self._send_seconds = send_seconds
        self._waiting: anyio.CancelScope | None = None

    def end(self) -> None:
        """End it now."""
        self.has_been_ended = True
        self.scope.deadline = anyio.current_time() + GRACE
        if self._waiting is not None:
            self._waiting.cancel()

    def wrap_receive(self, receive: Receive) -> Receive:
        """A `receive` that says that the client has left as soon as the request is ended."""

        async def receive_until_end() -> Message:
            with anyio.CancelScope(deadline=self._deadline) as self._waiting:
                if not self.has_been_ended:
                    return await receive()
            self.has_been_ended = True
            return {"type": "http.disconnect"}

        return receive_until_end

    def wrap_send(self, send: Send) -> Send:
        """A `send` that ends the request when the client does not take what waits for it."""

        async def send_in_time(message: Message) -> None:
            if self.is_unread:
                return
            with anyio.move_on_after(self._send_seconds) as patience:
                await send(message)
            if patience.cancelled_caught:
                self.is_unread = True
                self.end()

        return send_in_time


@dataclass
class Allowance:
    """Requests that a credential has left, at some time; they come back at a steady rate."""

    left: float
    at: float


class RequestLimiter:
    """Lets requests in within the limits, and ends them."""

    def __init__(self, limits: LimitSettings) -> None:
        self._limits = limits
        self._active: set[ActiveRequest] = set()
        self._counts: Counter[tuple[bool, str | None]] = Counter()
        self._allowances: dict[str, Allowance] = {}
        self._stopping = False

    @property
    def is_stopping(self) -> bool:
        """Whether nothing new is let in."""
        return self._stopping

    def count_against_rate(self, principal: Principal) -> None:
        """Count one request against the rate of its credential (`limits.rate` a second, `limits.burst` at once).

        Raises:
            RequestRefusedError: 429; the credential has no request left.
        """
        limits, now = self._limits, anyio.current_time()
        allowance = self._allowances.setdefault(principal.key, Allowance(limits.burst, now))
        allowance.left = min(limits.burst, allowance.left + (now - allowance.at) * limits.rate)
        allowance.at = now
        if allowance.left < 1:
            seconds = (1 - allowance.left) / limits.rate
            text = f"This token may send {limits.rate:g} requests a second; try again later"
            raise RequestRefusedError.with_retry_after(429, "too_many_requests", text, seconds)
        allowance.left -= 1

    @contextmanager
    def track(self, principal: Principal, kind: RequestKind) -> Iterator[ActiveRequest]:
        """Count a request among the active ones while the context is open, and cancel it after its deadline.

        Raises:
            RequestRefusedError: 429 or 503; the credential or all together have too many, or the server is stopping.
        """
        self._check(principal, kind)
        active = ActiveRequest(principal.key, kind, self._deadline(principal, kind), self._limits.send)
        self._count(active, 1)
        self._active.add(active)
        try:
            with active.scope:
                yield active
            active.has_been_ended = active.has_been_ended or active.scope.cancelled_caught
        finally:
            self._active.discard(active)
            self._count(active, -1)

    def end(self, key: str) -> None:
        """End every active request of a credential."""
        self._end(active for active in self._active if active.key == key)

    def stop(self) -> None:
        """Let nothing new in and cut the streams of sessions; what is being answered goes on."""
        self._stopping = True
        self._end(active for active in self._active if active.kind is RequestKind.SESSION_STREAM)

    def forget_idle(self) -> None:
        """Forget the rates of credentials that have sent nothing for so long that their whole burst has come back."""
        full = self._limits.burst / self._limits.rate
        now = anyio.current_time()
        self._allowances = {key: kept for key, kept in self._allowances.items() if now - kept.at < full}

    def _check(self, principal: Principal, kind: RequestKind) -> None:
        if self._stopping:
            raise RequestRefusedError.with_retry_after(503, "unavailable", "The server is about to stop", SOON)
        limits = self._limits
        total, each = (limits.requests, limits.requests_per_token)
        if kind.is_stream:
            total, each = (limits.streams, limits.streams_per_token)
        if self._counts[kind.is_stream, principal.key] >= each:
            raise RequestRefusedError.with_retry_after(
                429, "too_many_requests", f"This token has {each} {kind.value}; end some first", SOON
            )
        if self._counts[kind.is_stream, None] >= total:
            raise RequestRefusedError.with_retry_after(
                503, "unavailable", f"The server has {total} {kind.value}; try again later", SOON
            )

    def _deadline(self, principal: Principal, kind: RequestKind) -> float:
        """A stream lasts as long as its credential, everything else as long as an answer may take."""
        if not kind.is_stream:
            return anyio.current_time() + self._limits.answer
        return math.inf if principal.expires is None else anyio.current_time() + principal.expires - time.time()

    def _count(self, active: ActiveRequest, number: int) -> None:
        for whose in (None, active.key):
            self._counts[active.kind.is_stream, whose] += number
            if not self._counts[active.kind.is_stream, whose]:
                del self._counts[active.kind.is_stream, whose]

    def _end(self, requests: Iterable[ActiveRequest]) -> None:
        for active in list(requests):
            active.end()
