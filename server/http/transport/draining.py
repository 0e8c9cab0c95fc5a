"""The end of a connection that carries answers of many requests: not before they are all given."""

import contextvars
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any, Self

import anyio
from mcp.shared.message import SessionMessage
from mcp.types import JSONRPCError, JSONRPCNotification, JSONRPCRequest, JSONRPCResponse

CANCELLED = "notifications/cancelled"


class PendingRequests:
    """The requests of one connection that have been read and not been answered."""

    def __init__(self) -> None:
        self._ids: set[str] = set()
        self._none = anyio.Event()
        self._none.set()

    async def wait_until_none(self) -> None:
        """Wait until every request is answered."""
        while self._ids:
            await self._none.wait()

    def note_received(self, item: SessionMessage | Exception) -> None:
        """Note a message of the client: a request waits for its answer, a cancelled one for nothing."""
        match item:
            case SessionMessage(message=JSONRPCRequest(id=number)):
                self._ids.add(str(number))
                self._none = anyio.Event()
            case SessionMessage(message=JSONRPCNotification(method=method, params=params)) if method == CANCELLED:
                self._forget((params or {}).get("requestId"))

    def note_sent(self, item: SessionMessage) -> None:
        """Note a message of the server: an answer ends the wait for it."""
        if isinstance(item.message, JSONRPCResponse | JSONRPCError):
            self._forget(item.message.id)

    def _forget(self, number: Any) -> None:
        self._ids.discard(str(number))
        if not self._ids:
            self._none.set()


class IncomingStream:
    """What a client says, until it is ended from here."""

    def __init__(self, inner: Any, pending: PendingRequests) -> None:
        self._inner = inner
        self._pending = pending
        self._waiting: anyio.CancelScope | None = None
        self._ended = False

    @property
    def last_context(self) -> contextvars.Context | None:
        """Where the last message was received, for whoever handles it."""
        context: contextvars.Context | None = self._inner.last_context
        return context

    def end(self) -> None:
        """Hear nothing more: who reads next gets the end of the stream."""
        self._ended = True
        if self._waiting is not None:
            self._waiting.cancel()

    async def receive(self) -> SessionMessage | Exception:
        """The next message.

        Raises:
            anyio.EndOfStream: There is none any more.
        """
        with anyio.CancelScope() as self._waiting:
            if not self._ended:
                item: SessionMessage | Exception = await self._inner.receive()
                self._pending.note_received(item)
                return item
        raise anyio.EndOfStream

    async def aclose(self) -> None:
        """Close what is underneath."""
        await self._inner.aclose()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> SessionMessage | Exception:
        try:
            return await self.receive()
        except anyio.EndOfStream:
            raise StopAsyncIteration from None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()


class OutgoingStream:
    """What the server says."""

    def __init__(self, inner: Any, pending: PendingRequests) -> None:
        self._inner = inner
        self._pending = pending

    async def send(self, item: SessionMessage, /) -> None:
        """Pass one message on; it is given once it has been taken."""
        try:
            await self._inner.send(item)
        finally:
            self._pending.note_sent(item)

    async def aclose(self) -> None:
        """Close what is underneath; what has been said still arrives."""
        await self._inner.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()


class ConnectionDrainer:
    """Watches connections; once started, it ends each of them when nothing on it waits for an answer."""

    def __init__(self) -> None:
        self._started = anyio.Event()

    def start(self) -> None:
        """End every connection from now on, as soon as that is possible."""
        self._started.set()

    @asynccontextmanager
    async def watch(self, incoming: Any, outgoing: Any) -> AsyncIterator[tuple[IncomingStream, OutgoingStream]]:
        """The two directions of a connection, to be used in place of those given."""
        pending = PendingRequests()
        wrapped = IncomingStream(incoming, pending)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._end, wrapped, pending)
            yield wrapped, OutgoingStream(outgoing, pending)
            tasks.cancel_scope.cancel()

    async def _end(self, incoming: IncomingStream, pending: PendingRequests) -> None:
        await self._started.wait()
        await pending.wait_until_none()
        incoming.end()
