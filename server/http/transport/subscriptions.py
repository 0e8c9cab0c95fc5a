"""The sessions of the older protocol revisions, and who hears of changed lists of tools."""

from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import anyio
from mcp.server import ServerRequestContext
from mcp.server.context import CallNext, HandlerResult
from mcp.server.session import ServerSession
from mcp.types.version import MODERN_PROTOCOL_VERSIONS

from server.caller import Caller
from server.http.auth.authenticator import Principal
from server.http.errors import RequestRefusedError
from server.http.middleware.authentication import get_principal
from server.subscriptions import Subscriptions, get_connection

Context = ServerRequestContext[Any]
OPENING = "openchannels.opening"
"""Where the scope of a request that may open a session has its `Opening`."""


@dataclass(eq=False)
class Opening:
    """A request that may open a session of the credential with this key."""

    key: str


@dataclass(eq=False)
class LegacySession:
    """One client of an older revision, from its first message to its end."""

    principal: Principal
    id: str | None
    """None where the connection itself is the session."""
    client: ServerSession
    is_ready: Callable[[], bool]
    """Whether it may be told anything yet."""


class TeamSubscriptions(Subscriptions):
    """Tells the clients of each credential what changes for it."""

    def __init__(self) -> None:
        super().__init__(get_caller, changes_tools=True)
        self._legacy: dict[object, LegacySession] = {}
        self._openings: set[Opening] = set()

    @property
    def count(self) -> int:
        """How many sessions there are."""
        return len(self._legacy)

    def list_sessions(self, key: str) -> list[LegacySession]:
        """The sessions of the credential with this key."""
        return [session for session in self._legacy.values() if session.principal.key == key]

    @contextmanager
    def open_session(self, key: str, most: int) -> Iterator[Opening]:
        """Count a session from the moment that a request may open it, so that many at once are not more than `most`.

        Raises:
            RequestRefusedError: 429; the credential has too many sessions for another one.
        """
        if len(self.list_sessions(key)) + sum(opening.key == key for opening in self._openings) >= most:
            raise RequestRefusedError.with_retry_after(
                429, "too_many_requests", f"This token has {most} sessions; end some first", 1
            )
        self._openings.add(opening := Opening(key))
        try:
            yield opening
        finally:
            self._openings.discard(opening)

    async def note_session(self, ctx: Context, call_next: CallNext) -> HandlerResult:
        """Note a client's session by its first message; the session's own end takes it out again.

        Middleware of the SDK's server.
        """
        connection = get_connection(ctx)
        is_legacy = ctx.protocol_version not in MODERN_PROTOCOL_VERSIONS and connection.has_standalone_channel
        if is_legacy and connection not in self._legacy:
            principal, is_ready = get_principal(ctx.request), connection.initialized.is_set
            self._openings.discard(getattr(ctx.request, "scope", {}).get(OPENING))
            self._legacy[connection] = LegacySession(principal, connection.session_id, ctx.session, is_ready)
            stack: AsyncExitStack = connection.exit_stack
            stack.callback(self._legacy.pop, connection, None)
        return await call_next(ctx)

    async def publish_tools_changed(self, credential: str) -> None:
        """Tell every stream and session of a credential that it has other tools than before."""
        await super().publish_tools_changed(credential)
        for session in self.list_sessions(credential):
            if session.is_ready():
                await _send_tools_changed(session.client)


def get_caller(context: Context) -> Caller:
    """Who sent a request."""
    return get_principal(context.request).caller


async def _send_tools_changed(client: ServerSession) -> None:
    """Whoever has just left, or does not read, is not waited for."""
    with suppress(anyio.BrokenResourceError, anyio.ClosedResourceError), anyio.move_on_after(1):
        await client.send_tool_list_changed()
