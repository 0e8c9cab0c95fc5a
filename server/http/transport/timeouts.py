"""HTTP/1.1 with patience that ends: for requests that do not arrive, answers that are not taken, and crowds."""

import asyncio
from collections.abc import Callable
from typing import Any, ClassVar

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from server.config.http_settings import Limits

FULL = (
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nConnection: close\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\nContent-Length: 43\r\n\r\n"
    b"The server has no room for more connections"
)
UNFINISHED = (h11.IDLE, h11.SEND_BODY)
"""A client in these states owes us the rest of a request."""


class Timer:
    """Something that is to happen unless it is stopped; it starts once, however often it is told to."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._handle: asyncio.TimerHandle | None = None

    def start(self, seconds: float, act: Callable[[], object]) -> None:
        """From now, unless it has been running."""
        if self._handle is None:
            self._handle = self._loop.call_later(seconds, act)

    def stop(self) -> None:
        """It does not happen."""
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None


class PatientProtocol(H11Protocol):
    """One connection; uvicorn itself ends only those that are silent after an answer."""

    limits: ClassVar[Limits]

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self._request_due = Timer(self.loop)
        self._answer_due = Timer(self.loop)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Turn it away if there are too many; otherwise a request has to come."""
        super().connection_made(transport)
        if len(self.connections) > self.limits.connections:
            transport.write(FULL)
            self._close()
        else:
            self._await_request()

    def data_received(self, data: bytes) -> None:
        """A request has all its time from its first byte to its last, however it is cut into pieces."""
        super().data_received(data)
        if self.conn.their_state in UNFINISHED:
            self._await_request()
            return
        self._request_due.stop()
        # Requests sent ahead wait in memory, and while answers go out more of them come in than are answered.
        if len(self.conn.trailing_data[0]) > self.limits.headers:
            self.transport.abort()

    def pause_writing(self) -> None:
        """The client does not take what waits for it."""
        super().pause_writing()
        self._answer_due.start(self.limits.send, self.transport.abort)

    def resume_writing(self) -> None:
        """It has taken most of it."""
        super().resume_writing()
        self._answer_due.stop()

    def connection_lost(self, exc: Exception | None) -> None:
        """No more waiting for anything."""
        self._request_due.stop()
        self._answer_due.stop()
        super().connection_lost(exc)

    def timeout_keep_alive_handler(self) -> None:
        """No further request came."""
        super().timeout_keep_alive_handler()
        self._close()

    def _await_request(self) -> None:
        if not self.transport.is_closing():
            self._request_due.start(self.limits.receive, self._give_up)

    def _give_up(self) -> None:
        """Say why, unless an answer has begun already."""
        answering = self.cycle is not None and self.cycle.response_started and not self.cycle.response_complete
        if self.conn.our_state in {h11.IDLE, h11.SEND_RESPONSE} and not answering:
            headers = [("Connection", "close"), ("Content-Length", "0")]
            response = h11.Response(status_code=408, headers=headers, reason=b"Request Timeout")
            self.transport.write(self.conn.send(response) + self.conn.send(h11.EndOfMessage()))
        self._close()

    def _close(self) -> None:
        """What is written may still be taken, for a while."""
        self.transport.close()
        self._answer_due.start(self.limits.send, self.transport.abort)


def patient_protocol(limits: Limits) -> type[PatientProtocol]:
    """The protocol with these limits, in the form in which uvicorn takes one."""
    return type("LimitedProtocol", (PatientProtocol,), {"limits": limits})
