"""Who hears of changes: streams that listen, and sessions of the older protocol revisions."""

from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from typing import Any

import anyio
from mcp import types
from mcp.server import ServerRequestContext
from mcp.server.context import CallNext, HandlerResult
from mcp.server.session import ServerSession
from mcp.server.subscriptions import (
    InMemorySubscriptionBus,
    ListenHandler,
    ResourcesListChanged,
    ResourceUpdated,
    ServerEvent,
    ToolsListChanged,
)
from mcp.shared.exceptions import MCPError
from mcp.types.version import MODERN_PROTOCOL_VERSIONS

from server.http.auth.authenticator import Guest
from server.http.middleware.authentication import guest_of
from tools.fence import quote_marked

Context = ServerRequestContext[Any]


@dataclass(eq=False)
class Session:
    """One client of an older revision, from its first message to its end."""

    guest: Guest
    id: str | None
    """None where the connection itself is the session."""
    client: ServerSession
    ready: Callable[[], bool]
    """Whether it may be told anything yet."""
    resources: set[str] = field(default_factory=set)


class Room:
    """The listening streams of one credential: what is said in it is heard by nobody else."""

    def __init__(self) -> None:
        self.bus = InMemorySubscriptionBus()
        self.handler = ListenHandler(self.bus)
        self.streams = 0


class Audience:
    """Tells each client of what it asked to hear."""

    def __init__(self) -> None:
        self._rooms: dict[str, Room] = {}
        self._sessions: dict[object, Session] = {}

    @property
    def count(self) -> int:
        """How many sessions there are."""
        return len(self._sessions)

    def sessions(self, key: str) -> list[Session]:
        """The sessions that a credential has."""
        return [session for session in self._sessions.values() if session.guest.key == key]

    async def attend(self, ctx: Context, call_next: CallNext) -> HandlerResult:
        """Note a client's session by its first message; the session's own end takes it out again."""
        connection = _connection(ctx)
        legacy = ctx.protocol_version not in MODERN_PROTOCOL_VERSIONS and connection.has_standalone_channel
        if legacy and connection not in self._sessions:
            guest, ready = guest_of(ctx.request), connection.initialized.is_set
            self._sessions[connection] = Session(guest, connection.session_id, ctx.session, ready)
            stack: AsyncExitStack = connection.exit_stack
            stack.callback(self._sessions.pop, connection, None)
        return await call_next(ctx)

    async def listen(
        self, context: Context, params: types.SubscriptionsListenRequestParams
    ) -> types.SubscriptionsListenResult:
        """Serve one stream of events, of the newer revisions."""
        key = guest_of(context.request).key
        room = self._rooms.setdefault(key, Room())
        room.streams += 1
        try:
            return await room.handler(context, params)
        finally:
            room.streams -= 1
            if not room.streams and self._rooms.get(key) is room:
                del self._rooms[key]

    async def subscribe(self, context: Context, params: types.SubscribeRequestParams) -> types.EmptyResult:
        """Tell this session when a page changes."""
        from server.catalogue.library import PageNotFoundError, find_page

        try:
            find_page(str(params.uri))
        except PageNotFoundError as error:
            raise MCPError(types.INVALID_PARAMS, quote_marked(str(error)), {"uri": str(params.uri)[:200]}) from None
        if session := self._sessions.get(_connection(context)):
            session.resources.add(str(params.uri))
        return types.EmptyResult()

    async def unsubscribe(self, context: Context, params: types.UnsubscribeRequestParams) -> types.EmptyResult:
        """Tell it no more."""
        if session := self._sessions.get(_connection(context)):
            session.resources.discard(str(params.uri))
        return types.EmptyResult()

    async def tools_changed(self, key: str) -> None:
        """A credential has other tools than before."""
        if room := self._rooms.get(key):
            await room.bus.publish(ToolsListChanged())
        for session in self.sessions(key):
            if session.ready():
                await _tell(session.client.send_tool_list_changed)

    async def resources_changed(self) -> None:
        """There are other pages than before."""
        await self._publish(ResourcesListChanged())
        for session in list(self._sessions.values()):
            if session.ready():
                await _tell(session.client.send_resource_list_changed)

    async def resource_updated(self, uri: str) -> None:
        """A page says something else than before."""
        await self._publish(ResourceUpdated(uri=uri))
        for session in list(self._sessions.values()):
            if session.ready() and uri in session.resources:
                await _tell(session.client.send_resource_updated, uri)

    def close(self) -> None:
        """Streams say their last word and end."""
        for room in list(self._rooms.values()):
            room.handler.close()

    async def _publish(self, event: ServerEvent) -> None:
        for room in list(self._rooms.values()):
            await room.bus.publish(event)


async def _tell(send: Callable[..., Any], *what: str) -> None:
    """Whoever has just left, or does not read, is not waited for."""
    with suppress(anyio.BrokenResourceError, anyio.ClosedResourceError), anyio.move_on_after(1):
        await send(*what)


def _connection(context: Context) -> Any:
    """What lives as long as the session; the SDK means handlers to clean up there, and has no public way to it yet."""
    return context.session._connection  # noqa: SLF001
