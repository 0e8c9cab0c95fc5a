"""Standard input and output as a pair of streams of messages, on which no message of a client goes unanswered."""

import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, BinaryIO

import anyio
from mcp.server.stdio import stdio_server
from mcp.shared.message import SessionMessage

from server.protocol.messages import MessageError, read_line


class ReadableLines:
    """Lines that the SDK reads as messages. What is none is answered here; the SDK would pass over it in silence."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = anyio.wrap_file(source)
        self._outgoing: Any = None
        self._is_open = anyio.Event()

    def open(self, outgoing: Any) -> None:
        """Begin to read; answers go to this stream."""
        self._outgoing = outgoing
        self._is_open.set()

    async def __aiter__(self) -> AsyncIterator[str]:
        await self._is_open.wait()
        async for line in self._source:
            for message in read_line(line):
                if isinstance(message, MessageError):
                    await self._answer(message)
                else:
                    yield message.decode()

    async def _answer(self, error: MessageError) -> None:
        with suppress(anyio.BrokenResourceError, anyio.ClosedResourceError):
            await self._outgoing.send(SessionMessage(error.make_answer()))


@asynccontextmanager
async def connect_stdio() -> AsyncIterator[tuple[Any, Any]]:
    """What the client says, and where it is answered."""
    lines: Any = ReadableLines(take_stdin())
    async with stdio_server(stdin=lines) as (incoming, outgoing):
        lines.open(outgoing)
        yield incoming, outgoing


def take_stdin() -> BinaryIO:
    """Standard input for the protocol alone: whatever else runs in this process finds it empty."""
    if sys.platform == "win32":
        return sys.stdin.buffer
    private = os.dup(0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    # A thread may still wait for a line at the end, so that the number must not be given to anything else.
    return os.fdopen(private, "rb", closefd=False)
