"""Who hears of changed lists of tools: streams that listen, and sessions of the older protocol revisions."""

from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from typing import Any

import anyio
from mcp import types
from mcp.server import ServerRequestContext
from mcp.server.context import CallNext, HandlerResult
from mcp.server.session import ServerSession
from mcp.server.subscriptions import InMemorySubscriptionBus, ListenHandler, ToolsListChanged
from mcp.types.version import MODERN_PROTOCOL_VERSIONS

from server.http.auth.authenticator import Principal
from server.http.middleware.authentication import get_principal

Context = ServerRequestContext[Any]


@dataclass(eq=False)
class LegacySession:
    """One client of an older revision, from its first message to its end."""

    principal: Principal
    id: str | None
    """None where the connection itself is the session."""
    client: ServerSession
    is_ready: Callable[[], bool]
    """Whether it may be told anything yet."""


class CredentialStreams:
    """The listening streams of one credential: what is published here is heard by nobody else."""

    def __init__(self) -> None:
        self.bus = InMemorySubscriptionBus()
        self.handler = ListenHandler(self.bus)
        self.count = 0


class Subscriptions:
    """Tells the clients of a credential when its list of tools changes; no other notice is sent to anybody."""

    def __init__(self) -> None:
        self._streams: dict[str, CredentialStreams] = {}
        self._sessions: dict[object, LegacySession] = {}

    @property
    def count(self) -> int:
        """How many sessions there are."""
        return len(self._sessions)

    def list_sessions(self, key: str) -> list[LegacySession]:
        """The sessions of the credential with this key."""
        return [session for session in self._sessions.values() if session.principal.key == key]

    async def note_session(self, ctx: Context, call_next: CallNext) -> HandlerResult:
        """Note a client's session by its first message; the session's own end takes it out again.

        Middleware of the SDK's server.
        """
        connection = _get_connection(ctx)
        is_legacy = ctx.protocol_version not in MODERN_PROTOCOL_VERSIONS and connection.has_standalone_channel
        if is_legacy and connection not in self._sessions:
            principal, is_ready = get_principal(ctx.request), connection.initialized.is_set
            self._sessions[connection] = LegacySession(principal, connection.session_id, ctx.session, is_ready)
            stack: AsyncExitStack = connection.exit_stack
            stack.callback(self._sessions.pop, connection, None)
        return await call_next(ctx)

    async def listen(
        self, context: Context, params: types.SubscriptionsListenRequestParams
    ) -> types.SubscriptionsListenResult:
        """Serve one stream of events of the newer revisions; it acknowledges only what is ever sent."""
        key = get_principal(context.request).key
        streams = self._streams.setdefault(key, CredentialStreams())
        sent = types.SubscriptionFilter(tools_list_changed=params.notifications.tools_list_changed)
        streams.count += 1
        try:
            return await streams.handler(context, params.model_copy(update={"notifications": sent}))
        finally:
            streams.count -= 1
            if not streams.count and self._streams.get(key) is streams:
                del self._streams[key]

    async def publish_tools_changed(self, key: str) -> None:
        """Tell every stream and session of a credential that it has other tools than before."""
        if streams := self._streams.get(key):
            await streams.bus.publish(ToolsListChanged())
        for session in self.list_sessions(key):
            if session.is_ready():
                await _send_tools_changed(session.client)

    def close(self) -> None:
        """Let every stream send its last message and end."""
        for streams in list(self._streams.values()):
            streams.handler.close()


async def _send_tools_changed(client: ServerSession) -> None:
    """Whoever has just left, or does not read, is not waited for."""
    with suppress(anyio.BrokenResourceError, anyio.ClosedResourceError), anyio.move_on_after(1):
        await client.send_tool_list_changed()


def _get_connection(context: Context) -> Any:
    """What lives as long as the session; the SDK means handlers to clean up there, and has no public way to it yet."""
    return context.session._connection  # noqa: SLF001
