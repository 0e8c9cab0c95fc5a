"""The application that serves a team: from the gate through the entrance to the transports."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal
from urllib.parse import urlsplit

import anyio
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from server.config.http_settings import ServerSettings
from server.http.auth import resource_metadata
from server.http.auth.authenticator import Access
from server.http.errors import Refusals
from server.http.middleware.authentication import Entrance
from server.http.middleware.body_limit import Bodies
from server.http.middleware.host_check import Gate
from server.http.middleware.limits import Traffic
from server.http.operations import Operations
from server.http.portals import Portals
from server.http.transport.routes import SsePair, StreamableHttp, team_server
from server.http.transport.subscriptions import Audience

logger = logging.getLogger(__name__)

Transport = Literal["http", "sse", "all"]
LOOK_EVERY = 1.0
"""Seconds between looks at the tokens' file for streams that nobody else ends."""
READABLE = ["Mcp-Session-Id", "WWW-Authenticate", "Retry-After", "X-Request-Id"]
"""Headers of answers that web pages of allowed origins may see."""


class Team:
    """Everything that the requests of a team share."""

    def __init__(
        self,
        settings: ServerSettings,
        portals: Portals,
        access: Access,
        operations: Operations,
        transport: Transport = "http",
    ) -> None:
        self._settings = settings
        self._portals = portals
        self._access = access
        self._traffic = Traffic(settings.limits)
        self.audience = Audience()
        """Whoever finds that a page changed tells it here."""
        self._open = StreamableHttp(
            team_server(self.audience, sessions=not settings.stateless),
            self.audience,
            settings.limits,
            stateless=settings.stateless,
        )
        self._pair = SsePair(team_server(self.audience, sessions=True), settings.limits)
        self._transport = transport
        routes = [*self._transports(), *self._metadata()]
        inner = Starlette(routes=routes, middleware=self._layers(), lifespan=self._lifespan)
        inner.router.redirect_slashes = False
        paths = [route.path for route in routes if isinstance(route, Route | Mount)]
        operations.count_sessions(lambda: self.audience.count)
        self.app = operations.around(inner, paths=paths, ready=lambda: not self._traffic.stopping)

    def stop(self) -> None:
        """Take nothing new; streams end at once, what is being answered is answered."""
        self._traffic.stop()
        self.audience.close()
        self._pair.stop()

    def _transports(self) -> list[BaseRoute]:
        streamable = self._open.routes() if self._transport in {"http", "all"} else []
        return streamable + (self._pair.routes() if self._transport in {"sse", "all"} else [])

    def _layers(self) -> list[Middleware]:
        settings = self._settings
        hosts = [*settings.allowed_hosts, *self._own_name()]
        origins = [*settings.allowed_origins, *settings.cors_origins]
        cors = Middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=["GET", "POST", "DELETE"],
            allow_headers=["*"],
            expose_headers=READABLE,
        )
        return [
            Middleware(Refusals),
            Middleware(Gate, hosts, origins),
            *([cors] if settings.cors_origins else []),
            Middleware(Refusals),
            Middleware(Entrance, self._access, self._traffic),
            Middleware(Bodies, settings.limits.body),
        ]

    def _own_name(self) -> list[str]:
        resource = self._settings.oauth.resource if self._settings.oauth else ""
        return [name] if (name := urlsplit(resource).hostname) else []

    def _metadata(self) -> list[BaseRoute]:
        """What tells clients where to get access tokens, at the resource's own address and at the plain one."""
        if (settings := self._settings.oauth) is None:
            return []

        async def tell(_: Request) -> Response:
            return JSONResponse(resource_metadata.metadata(settings))

        paths = {resource_metadata.PATH, urlsplit(resource_metadata.metadata_address(settings.resource)).path}
        return [Route(path, tell, methods=["GET"]) for path in sorted(paths)]

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        async with self._portals, self._open.running(), anyio.create_task_group() as tasks:
            tasks.start_soon(self._watch)
            yield
            tasks.cancel_scope.cancel()

    async def _watch(self) -> None:
        while True:
            await anyio.sleep(LOOK_EVERY)
            try:
                await self._look()
            except Exception:
                logger.exception("Looking for changed tokens failed; it goes on")

    async def _look(self) -> None:
        """End what may not go on, and tell those who have other tools."""
        self._access.refresh()
        self._traffic.forget_idle()
        changes = self._access.take_changes()
        for key in changes.gone:
            await self._end(key)
        for key in changes.altered:
            await self.audience.tools_changed(key)

    async def _end(self, key: str) -> None:
        """Nothing goes on for a credential that is out: no request, no stream, no session."""
        self._traffic.end(key)
        for session in self.audience.sessions(key):
            if session.id is not None:
                await self._open.end(session)
