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


class Pending:
    """Requests that have been read and not been answered."""

    def __init__(self) -> None:
        self._ids: set[str] = set()
        self._none = anyio.Event()
        self._none.set()

    async def answered(self) -> None:
        """Wait until there are none."""
        while self._ids:
            await self._none.wait()

    def read(self, item: SessionMessage | Exception) -> None:
        """A client said something."""
        match item:
            case SessionMessage(message=JSONRPCRequest(id=number)):
                self._ids.add(str(number))
                self._none = anyio.Event()
            case SessionMessage(message=JSONRPCNotification(method=method, params=params)) if method == CANCELLED:
                self._forget((params or {}).get("requestId"))

    def written(self, item: SessionMessage) -> None:
        """The server said something."""
        if isinstance(item.message, JSONRPCResponse | JSONRPCError):
            self._forget(item.message.id)

    def _forget(self, number: Any) -> None:
        self._ids.discard(str(number))
        if not self._ids:
            self._none.set()


class Incoming:
    """What a client says, until it is told to be the end."""

    def __init__(self, inner: Any, pending: Pending) -> None:
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
        """Nothing more is heard."""
        self._ended = True
        if self._waiting is not None:
            self._waiting.cancel()

    async def receive(self) -> SessionMessage | Exception:
        """The next message; EndOfStream at the end."""
        with anyio.CancelScope() as self._waiting:
            if not self._ended:
                item: SessionMessage | Exception = await self._inner.receive()
                self._pending.read(item)
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


class Outgoing:
    """What the server says."""

    def __init__(self, inner: Any, pending: Pending) -> None:
        self._inner = inner
        self._pending = pending

    async def send(self, item: SessionMessage, /) -> None:
        """Pass one message on; it is given once it has been taken."""
        try:
            await self._inner.send(item)
        finally:
            self._pending.written(item)

    async def aclose(self) -> None:
        """Close what is underneath; what has been said still arrives."""
        await self._inner.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()


class Drain:
    """Watches connections, and ends each of them when it is told to and nothing on it waits for an answer."""

    def __init__(self) -> None:
        self._started = anyio.Event()

    def start(self) -> None:
        """From now on connections end."""
        self._started.set()

    @asynccontextmanager
    async def watched(self, incoming: Any, outgoing: Any) -> AsyncIterator[tuple[Incoming, Outgoing]]:
        """The two directions of a connection, to be used in place of those given."""
        pending = Pending()
        heard = Incoming(incoming, pending)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._end, heard, pending)
            yield heard, Outgoing(outgoing, pending)
            tasks.cancel_scope.cancel()

    async def _end(self, heard: Incoming, pending: Pending) -> None:
        await self._started.wait()
        await pending.answered()
        heard.end()
