"""Claude Code channels: a line pushed into a session that was started to take it, when clients write.

A research preview of one client, which no revision of the protocol has: the server has the experimental capability
`claude/channel`, and sends `notifications/claude/channel` with `content` and `meta`, a map of texts. Source: the page
"Channels reference" of Claude Code's documentation.
"""

import logging
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import anyio
from anyio import BrokenResourceError, ClosedResourceError, to_thread
from mcp.server import ServerRequestContext
from mcp.server.context import CallNext, HandlerResult
from mcp.shared.message import SessionMessage
from mcp.types import JSONRPCNotification

from server.caller import Caller
from server.events.feed.event import EventFilter, EventKind, FeedEvent
from server.protocol.results import make_text
from server.storage.errors import StorageError
from workflows.core.formatting import join_limited

if TYPE_CHECKING:
    from server.events.hub import EventHub

logger = logging.getLogger(__name__)

METHOD = "notifications/claude/channel"
TOOL = "updates"
"""What tells the rest; nothing is pushed to whoever may not use it."""
BETWEEN_LOOKS = 0.1
PAUSE = 10.0
"""Seconds between two pushes: each wakes a session up."""
MOST_LINES = 5
"""Lines that are named."""
WRITTEN = EventFilter(frozenset({EventKind.MESSAGE_FROM_CLIENT}))


class Channel:
    """Pushes to the one client of a server over standard input and output, once that has introduced itself.

    What clients wrote goes with it only if `shows_text`: into a session nobody's words belong unasked.
    """

    def __init__(
        self,
        caller: Caller,
        send: Callable[[SessionMessage], Awaitable[None]],
        *,
        shows_text: bool,
        introductions: Collection[str],
    ) -> None:
        self._caller = caller
        self._send = send
        self._shows_text = shows_text
        self._introductions = introductions
        self._is_ready = anyio.Event()

    async def note_message(self, ctx: ServerRequestContext[Any], call_next: CallNext) -> HandlerResult:
        """Note that the client has introduced itself. Middleware of the SDK's server."""
        if ctx.method not in self._introductions:
            self._is_ready.set()
        return await call_next(ctx)

    async def run(self) -> None:
        """Push until cancelled."""
        await self._is_ready.wait()
        if TOOL not in self._caller.policy.tools:
            return
        hub = self._caller.connection.events
        async with hub.listen():
            number: int | None = None
            while True:
                try:
                    number = await self._tell(hub, number)
                except StorageError:
                    logger.warning("The feed of events cannot be read; it is tried again")
                except Exception:
                    logger.exception("Telling the session of messages failed; it goes on")
                await anyio.sleep(BETWEEN_LOOKS)

    async def _tell(self, hub: "EventHub", after: int | None) -> int:
        """Wait for what comes after a number, and push what clients wrote of it; the number of the last of it."""
        if after is None:
            return await hub.get_newest()
        await hub.wait(after)
        events = await to_thread.run_sync(hub.feed.read, after)
        if written := [noted for noted in events if WRITTEN.wants(noted.event)]:
            await self._push(written, after)
            await anyio.sleep(PAUSE)
        return events[-1].number if events else await hub.get_newest()

    async def _push(self, written: list[FeedEvent], after: int) -> None:
        content = describe_messages(written)
        if self._shows_text:
            reply = await self._caller.calls.read(TOOL, {"kinds": "clients", "since": after})
            content = f"{content}\n{make_text(reply, self._caller.policy.answer_form)}"
        meta = {"messages": str(len(written)), "cursor": str(written[-1].number)}
        notice = JSONRPCNotification(jsonrpc="2.0", method=METHOD, params={"content": content, "meta": meta})
        with suppress(BrokenResourceError, ClosedResourceError):
            await self._send(SessionMessage(notice))


def describe_messages(written: Collection[FeedEvent]) -> str:
    """How many messages there are and where, in numbers alone."""
    dialogs = {noted.event.chat_id for noted in written}
    lines = sorted({noted.event.line_id for noted in written} - {0})
    messages = "1 new message from a client" if len(written) == 1 else f"{len(written)} new messages from clients"
    place = "1 dialog" if len(dialogs) == 1 else f"{len(dialogs)} dialogs"
    named = join_limited(map(str, lines), MOST_LINES)
    where = f" of {'line' if len(lines) == 1 else 'lines'} {named}" if lines else ""
    return f"{messages} in {place}{where}: call {TOOL}"
