"""The protocol's two ways over HTTP: streamable HTTP for all revisions, and the older pair of stream and post box."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from mcp.server import NotificationOptions, Server
from mcp.server.models import InitializationOptions
from mcp.server.sse import SseServerTransport
from mcp.server.streamable_http import MCP_SESSION_ID_HEADER
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.shared.inbound import MCP_PROTOCOL_VERSION_HEADER
from mcp.types.version import MODERN_PROTOCOL_VERSIONS
from starlette.datastructures import Headers
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import Message, Receive, Scope, Send

from server.app import create_server
from server.config.http_settings import Limits
from server.http.errors import RequestRefusedError
from server.http.middleware.authentication import GUEST, MCP_PATHS, SSE_PATH, guest_of
from server.http.transport.draining import Drain
from server.http.transport.subscriptions import Audience, Session

MESSAGES_PATH = "/messages/"


class TellingServer(Server[Any]):
    """A server that says at the handshake that it tells of changes."""

    def create_initialization_options(
        self,
        notification_options: NotificationOptions | None = None,
        experimental_capabilities: dict[str, dict[str, Any]] | None = None,
        extensions: dict[str, dict[str, Any]] | None = None,
    ) -> InitializationOptions:
        """What a client is told of the server."""
        told = notification_options or NotificationOptions(tools_changed=True, resources_changed=True)
        return super().create_initialization_options(told, experimental_capabilities, extensions)


def team_server(audience: Audience, *, sessions: bool) -> Server[Any]:
    """The MCP server that asks each request whose it is; without sessions older clients cannot be told of changes."""
    handlers: dict[str, Any] = {"on_subscriptions_listen": audience.listen}
    if sessions:
        handlers |= {"on_subscribe_resource": audience.subscribe, "on_unsubscribe_resource": audience.unsubscribe}
    kind = TellingServer if sessions else Server
    server = create_server(lambda context: guest_of(context.request).caller, kind, **handlers)
    server.middleware.append(audience.attend)
    return server


class StreamableHttp:
    """One endpoint for all revisions; the older ones have sessions unless the server is stateless."""

    def __init__(self, server: Server[Any], audience: Audience, limits: Limits, *, stateless: bool) -> None:
        self._audience = audience
        self._limits = limits
        self._stateless = stateless
        self._manager = StreamableHTTPSessionManager(
            server,
            stateless=stateless,
            max_request_body_size=limits.body,
            session_idle_timeout=limits.session_idle,
            max_sessions=limits.sessions,
        )

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Sessions live as long as this."""
        async with self._manager.run():
            yield

    def routes(self) -> list[BaseRoute]:
        """Where it is found."""
        return [Route(path, self) for path in MCP_PATHS]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if not self._stateless and _opens_session(scope):
            self._check_sessions(scope)
        await self._manager.handle_request(scope, receive, send)

    def _check_sessions(self, scope: Scope) -> None:
        most = self._limits.sessions_per_token
        if len(self._audience.sessions(scope[GUEST].key)) >= most:
            raise RequestRefusedError.for_now(
                429, "too_many_requests", f"This token has {most} sessions; end some first", 1
            )

    async def end(self, session: Session) -> None:
        """End a session, as if its client had."""
        headers = [(MCP_SESSION_ID_HEADER.encode(), (session.id or "").encode())]
        scope = {"type": "http", "method": "DELETE", "path": MCP_PATHS[0], "query_string": b"", "headers": headers}
        await self._manager.handle_request({**scope, "user": session.guest.user}, _nothing, _nowhere)


class SsePair:
    """The transport of 2024-11-05: a stream that carries all answers, and a post box for requests."""

    def __init__(self, server: Server[Any], limits: Limits) -> None:
        self._server = server
        self._transport = SseServerTransport(MESSAGES_PATH, max_request_body_size=limits.body)
        self._drain = Drain()

    def routes(self) -> list[BaseRoute]:
        """Where it is found."""
        return [
            Route(SSE_PATH, self, methods=["GET"]),
            Mount(MESSAGES_PATH, app=self._transport.handle_post_message),
        ]

    def stop(self) -> None:
        """Streams end as soon as what runs on them is answered."""
        self._drain.start()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One stream, from its beginning to its end."""
        server = self._server
        async with (
            self._transport.connect_sse(scope, receive, send) as streams,
            self._drain.watched(*streams) as (incoming, outgoing),
        ):
            await server.run(incoming, outgoing, server.create_initialization_options())


def _opens_session(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    modern = headers.get(MCP_PROTOCOL_VERSION_HEADER) in MODERN_PROTOCOL_VERSIONS
    return scope["method"] == "POST" and not modern and MCP_SESSION_ID_HEADER not in headers


async def _nothing() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}


async def _nowhere(_: Message) -> None:
    pass
