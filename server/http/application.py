"""The application that serves a team: from the checks of hosts and tokens to the transports."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal
from urllib.parse import urlsplit

import anyio
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from server.config.http_settings import ServerSettings
from server.http.auth.authenticator import Authenticator
from server.http.deliveries.endpoint import FOLDER, DeliveryEndpoint
from server.http.deliveries.endpoint import PATH as DELIVERIES
from server.http.deliveries.service import DeliveryService
from server.http.errors import RefusalMiddleware
from server.http.middleware.address_limit import AddressLimit
from server.http.middleware.authentication import AuthenticationMiddleware
from server.http.middleware.body_limit import BodyLimit
from server.http.middleware.host_check import HostCheck
from server.http.middleware.limits import RequestLimiter
from server.http.operations import Operations
from server.http.portals import Portals
from server.http.transport.routes import SseEndpoints, StreamableHttp, create_team_server
from server.http.transport.subscriptions import TeamSubscriptions

logger = logging.getLogger(__name__)

Transport = Literal["http", "sse", "all"]
LOOK_EVERY = 1.0
"""Seconds between looks at the tokens' file for streams that nobody else ends."""
EXPOSED_HEADERS = ["Mcp-Session-Id", "WWW-Authenticate", "Retry-After", "X-Request-Id"]
"""Headers of answers that web pages of allowed origins may see."""


class TeamApplication:
    """Everything that the requests of a team share; `app` is what uvicorn serves."""

    def __init__(
        self,
        settings: ServerSettings,
        portals: Portals,
        authenticator: Authenticator,
        operations: Operations,
        transport: Transport = "http",
    ) -> None:
        self._settings = settings
        self._portals = portals
        self._authenticator = authenticator
        self._limiter = RequestLimiter(settings.limits)
        self._subscriptions = TeamSubscriptions()
        self._streamable_http = StreamableHttp(
            create_team_server(self._subscriptions, sessions=not settings.stateless),
            self._subscriptions,
            settings.limits,
            stateless=settings.stateless,
        )
        self._sse = SseEndpoints(create_team_server(self._subscriptions, sessions=True), settings.limits)
        self._transport = transport
        self._deliveries = DeliveryService(portals.read_settings, portals.open)
        routes = [*self._make_transport_routes(), *self._make_metadata_routes()]
        inner = Starlette(routes=routes, middleware=self._make_middleware(), lifespan=self._lifespan)
        inner.router.redirect_slashes = False
        paths = [route.path for route in routes if isinstance(route, Route | Mount)]
        operations.count_sessions(lambda: self._subscriptions.count)
        app = RefusalMiddleware(AddressLimit(self._put_deliveries_before(inner), settings.limits.per_address))
        self.app = operations.wrap(app, paths=[*paths, DELIVERIES], is_ready=lambda: not self._limiter.is_stopping)

    def stop(self) -> None:
        """Take nothing new; streams end at once, what is being answered is answered."""
        self._limiter.stop()
        self._subscriptions.close()
        self._sse.stop()

    def _make_transport_routes(self) -> list[BaseRoute]:
        streamable = self._streamable_http.make_routes() if self._transport in {"http", "all"} else []
        return streamable + (self._sse.make_routes() if self._transport in {"sse", "all"} else [])

    def _put_deliveries_before(self, inner: ASGIApp) -> ASGIApp:
        """The application behind what portals post, which prove themselves in another way than clients do."""
        endpoint = DeliveryEndpoint(self._deliveries.find_receiver)
        checks = [Middleware(RefusalMiddleware), Middleware(HostCheck, *self._list_names())]
        posts = Starlette(routes=[endpoint.make_route()], middleware=checks)

        async def dispatch(scope: Scope, receive: Receive, send: Send) -> None:
            is_delivery = scope["type"] == "http" and scope["path"].startswith(FOLDER)
            await (posts if is_delivery else inner)(scope, receive, send)

        return dispatch

    def _list_names(self) -> tuple[list[str], list[str]]:
        """Hosts that the server is known by, and origins of web pages that may use it."""
        settings = self._settings
        return [*settings.allowed_hosts, *self._list_own_names()], [*settings.allowed_origins, *settings.cors_origins]

    def _make_middleware(self) -> list[Middleware]:
        settings = self._settings
        cors = Middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=["GET", "POST", "DELETE"],
            allow_headers=["*"],
            expose_headers=EXPOSED_HEADERS,
        )
        return [
            Middleware(RefusalMiddleware),
            Middleware(HostCheck, *self._list_names()),
            *([cors] if settings.cors_origins else []),
            Middleware(RefusalMiddleware),
            Middleware(AuthenticationMiddleware, self._authenticator, self._limiter),
            Middleware(BodyLimit, settings.limits),
        ]

    def _list_own_names(self) -> list[str]:
        resource = self._settings.oauth.resource if self._settings.oauth else ""
        return [name] if (name := urlsplit(resource).hostname) else []

    def _make_metadata_routes(self) -> list[BaseRoute]:
        """What tells clients where to get access tokens; nothing where no issuer is configured."""
        if self._settings.oauth is None:
            return []
        from server.http.auth.resource_metadata import make_metadata_routes

        return [*make_metadata_routes(self._settings.oauth)]

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        async with self._portals, self._streamable_http.run(), anyio.create_task_group() as tasks:
            tasks.start_soon(self._watch_credentials)
            tasks.start_soon(self._deliveries.run, tasks, [None, *self._settings.list_profiles()])
            yield
            tasks.cancel_scope.cancel()

    async def _watch_credentials(self) -> None:
        while True:
            await anyio.sleep(LOOK_EVERY)
            try:
                await self._apply_changes()
            except Exception:
                logger.exception("Looking for changed tokens failed; it goes on")

    async def _apply_changes(self) -> None:
        """End what may not go on, and tell those who have other tools."""
        self._authenticator.refresh()
        self._limiter.forget_idle()
        changes = self._authenticator.take_changes()
        for key in changes.revoked:
            await self._end(key)
        for key in changes.changed:
            if caller := await self._authenticator.find_caller(key):
                self._subscriptions.replace_caller(caller)
            await self._subscriptions.publish_tools_changed(key)

    async def _end(self, key: str) -> None:
        """Nothing goes on for a credential that is out: no request, no stream, no session."""
        self._limiter.end(key)
        for session in self._subscriptions.list_sessions(key):
            if session.id is not None:
                await self._streamable_http.end_session(session)
