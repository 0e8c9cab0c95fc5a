"""What whoever runs the server over HTTP needs: probes, figures, lines and spans."""

import os
import secrets
from collections.abc import Callable, Collection, Mapping

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from server.config.settings import Settings, SettingsError
from server.connection import Connection
from server.http.middleware.access_log import Journal
from server.telemetry import tracing
from server.telemetry.logs import CallLog
from server.telemetry.metrics import CONTENT_TYPE, Metrics
from server.telemetry.observer import CallObserver, Observers

HEALTH, READINESS, METRICS = "/healthz", "/readyz", "/metrics"
SHORTEST_TOKEN = 16


class Operations:
    """One for a process: every portal, the routes and the middleware count into the same figures.

    `metrics_token` is what has to be shown for the figures; without one they are not served. That somebody calls from
    this machine would not do: behind a proxy on the same machine everybody does.
    """

    def __init__(self, metrics_token: str | None = None, environment: Mapping[str, str] = os.environ) -> None:
        if metrics_token is not None and len(metrics_token) < SHORTEST_TOKEN:
            raise SettingsError(f"the metrics token should have at least {SHORTEST_TOKEN} characters")
        self._token = metrics_token
        self._metrics = Metrics()
        self._spans = tracing.set_up(environment)

    def connect(self, settings: Settings) -> Connection:
        """A connection to the portal of these settings whose calls are counted, logged and traced."""
        return Connection(settings, observer=self.observer(portal_name(settings)))

    def observer(self, portal: str) -> CallObserver:
        """Counts, logs and traces what happens with one portal, under this name."""
        spans = [tracing.Spans(portal)] if self._spans else []
        return Observers(self._metrics.of(portal), CallLog(portal), *spans)

    def count_sessions(self, count: Callable[[], int]) -> None:
        """Show how many sessions of the older protocol revisions are open."""
        self._metrics.sessions.set_function(count)

    def around(self, app: ASGIApp, *, paths: Collection[str], ready: Callable[[], bool]) -> ASGIApp:
        """The application with probes and figures, and an id, a line and a count for each request.

        `paths` are the application's own; `ready` says whether it takes calls. The probes are in front of everything
        that turns requests away: who probes knows no token and may name any host.
        """
        routes = self._routes(ready)
        own, ours = Starlette(routes=routes), frozenset(route.path for route in routes)

        async def either(scope: Scope, receive: Receive, send: Send) -> None:
            probed = scope["type"] == "http" and scope["path"] in ours
            await (own if probed else app)(scope, receive, send)

        return Journal(either, self._metrics, paths=paths, quiet=ours)

    def _routes(self, ready: Callable[[], bool]) -> list[Route]:

        async def health(_: Request) -> Response:
            """The process lives."""
            return JSONResponse({"status": "ok"})

        async def readiness(_: Request) -> Response:
            """Calls can be taken.

            The portals are not asked: a probe would use up their limits, and one portal that is down would take the
            server away from those who work with the others. Whose portal is down is told so by each call.
            """
            return JSONResponse({"status": "ready"}) if ready() else JSONResponse({"status": "not ready"}, 503)

        probes = [Route(HEALTH, health), Route(READINESS, readiness)]
        return probes if self._token is None else [*probes, Route(METRICS, self._figures)]

    async def _figures(self, request: Request) -> Response:
        given = request.headers.get("authorization", "").encode()
        if not secrets.compare_digest(given, f"Bearer {self._token}".encode()):
            return Response("The metrics token is needed.\n", 401, {"WWW-Authenticate": "Bearer"})
        return Response(self._metrics.exposed(), media_type=CONTENT_TYPE)


def portal_name(settings: Settings) -> str:
    """By what a portal is known in figures and lines: never its address."""
    return "sandbox" if settings.sandbox else settings.profile or "default"
