"""The protocol's two ways over HTTP: streamable HTTP for all revisions, and the older pair of stream and post box."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from mcp.server import Server
from mcp.server.sse import SseServerTransport
from mcp.server.streamable_http import MCP_SESSION_ID_HEADER
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.shared.inbound import MCP_PROTOCOL_VERSION_HEADER
from mcp.types.version import MODERN_PROTOCOL_VERSIONS
from starlette.datastructures import Headers
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import Message, Receive, Scope, Send

from server.app import create_server
from server.config.http_settings import LimitSettings
from server.http.middleware.authentication import MCP_PATHS, PRINCIPAL, SSE_PATH
from server.http.transport.accepting import AcceptNegotiation
from server.http.transport.draining import ConnectionDrainer
from server.http.transport.subscriptions import OPENING, LegacySession, TeamSubscriptions, get_caller
from server.protocol.announcing import AnnouncingServer

MESSAGES_PATH = "/messages/"


class SessionTeamServer(AnnouncingServer):
    """Has sessions, in which clients of the older revisions are told of changes too."""

    changes_tools = True


class StatelessTeamServer(SessionTeamServer):
    """The same without sessions."""

    has_sessions = False


def create_team_server(subscriptions: TeamSubscriptions, *, sessions: bool) -> Server[Any]:
    """The MCP server that asks each request whose it is, and that tells clients what changes for them."""
    kind = SessionTeamServer if sessions else StatelessTeamServer
    server = create_server(get_caller, kind, **subscriptions.handlers)
    server.middleware.append(subscriptions.note_session)
    return server


class StreamableHttp:
    """One endpoint for all revisions; the older ones have sessions unless the server is stateless."""

    def __init__(
        self, server: Server[Any], subscriptions: TeamSubscriptions, limits: LimitSettings, *, stateless: bool
    ) -> None:
        self._subscriptions = subscriptions
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
    async def run(self) -> AsyncIterator[None]:
        """Serve sessions as long as the context is open."""
        async with self._manager.run():
            yield

    def make_routes(self) -> list[BaseRoute]:
        """The routes of the endpoint, with and without a slash at the end."""
        return [Route(path, AcceptNegotiation(self)) for path in MCP_PATHS]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request.

        Raises:
            RequestRefusedError: 429; its credential has too many sessions for another one.
        """
        if self._stateless or not _opens_session(scope):
            await self._manager.handle_request(scope, receive, send)
            return
        most = self._limits.sessions_per_token
        with self._subscriptions.open_session(scope[PRINCIPAL].key, most) as opening:
            await self._manager.handle_request({**scope, OPENING: opening}, receive, send)

    async def end_session(self, session: LegacySession) -> None:
        """End a session, as if its client had."""
        headers = [(MCP_SESSION_ID_HEADER.encode(), (session.id or "").encode())]
        scope = {"type": "http", "method": "DELETE", "path": MCP_PATHS[0], "query_string": b"", "headers": headers}
        await self._manager.handle_request({**scope, "user": session.principal.user}, _receive_nothing, _send_nowhere)


class SseEndpoints:
    """The transport of 2024-11-05: a stream that carries all answers, and a post box for requests."""

    def __init__(self, server: Server[Any], limits: LimitSettings) -> None:
        self._server = server
        self._transport = SseServerTransport(MESSAGES_PATH, max_request_body_size=limits.body)
        self._drainer = ConnectionDrainer()

    def make_routes(self) -> list[BaseRoute]:
        """The routes of the stream and of the post box."""
        return [
            Route(SSE_PATH, self, methods=["GET"]),
            Mount(MESSAGES_PATH, app=self._transport.handle_post_message),
        ]

    def stop(self) -> None:
        """Let each stream end as soon as what runs on it is answered."""
        self._drainer.start()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One stream, from its beginning to its end."""
        server = self._server
        async with (
            self._transport.connect_sse(scope, receive, send) as streams,
            self._drainer.watch(*streams) as (incoming, outgoing),
        ):
            await server.run(incoming, outgoing, server.create_initialization_options())


def _opens_session(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    is_modern = headers.get(MCP_PROTOCOL_VERSION_HEADER) in MODERN_PROTOCOL_VERSIONS
    return scope["method"] == "POST" and not is_modern and MCP_SESSION_ID_HEADER not in headers


async def _receive_nothing() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}


async def _send_nowhere(_: Message) -> None:
    pass
