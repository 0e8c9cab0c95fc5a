"""What whoever runs the server over HTTP needs: probes, metrics, lines of the log and spans."""

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
from server.http.middleware.access_log import AccessLog
from server.telemetry import tracing
from server.telemetry.logs import CallLog
from server.telemetry.metrics import CONTENT_TYPE, Metrics
from server.telemetry.observer import CallObserver, Observers

HEALTH, READINESS, METRICS = "/healthz", "/readyz", "/metrics"
SHORTEST_TOKEN = 16


class Operations:
    """One for a process: every portal, the routes and the middleware count into the same metrics.

    `metrics_token` is what has to be shown for the metrics; without one they are not served. That somebody calls from
    this machine would not do: behind a proxy on the same machine everybody does.
    """

    def __init__(self, metrics_token: str | None = None, environment: Mapping[str, str] = os.environ) -> None:
        if metrics_token is not None and len(metrics_token) < SHORTEST_TOKEN:
            raise SettingsError(f"the metrics token should have at least {SHORTEST_TOKEN} characters")
        self._token = metrics_token
        self._metrics = Metrics()
        self._exports_spans = tracing.set_up(environment)

    def connect(self, settings: Settings) -> Connection:
        """A connection to the portal of these settings whose calls are counted, logged and traced.

        Raises:
            SettingsError: The settings cannot work.
        """
        return Connection(settings, observer=self.make_observer(name_portal(settings)))

    def make_observer(self, portal: str) -> CallObserver:
        """An observer that counts, logs and traces what happens with one portal, under this name."""
        spans = [tracing.SpanObserver(portal)] if self._exports_spans else []
        return Observers(self._metrics.for_portal(portal), CallLog(portal), *spans)

    def count_sessions(self, count: Callable[[], int]) -> None:
        """Show how many sessions of the older protocol revisions are open."""
        self._metrics.sessions.set_function(count)

    def wrap(self, app: ASGIApp, *, paths: Collection[str], is_ready: Callable[[], bool]) -> ASGIApp:
        """The application with probes and metrics, and an id, a line and a count for each request.

        `paths` are the application's own; `is_ready` says whether it takes calls. The probes are in front of everything
        that turns requests away: who probes knows no token and may name any host.
        """
        routes = self._make_routes(is_ready)
        probes, probe_paths = Starlette(routes=routes), frozenset(route.path for route in routes)

        async def dispatch(scope: Scope, receive: Receive, send: Send) -> None:
            is_probe = scope["type"] == "http" and scope["path"] in probe_paths
            await (probes if is_probe else app)(scope, receive, send)

        return AccessLog(dispatch, self._metrics, paths=paths, quiet=probe_paths)

    def _make_routes(self, is_ready: Callable[[], bool]) -> list[Route]:

        async def health(_: Request) -> Response:
            """The process lives."""
            return JSONResponse({"status": "ok"})

        async def readiness(_: Request) -> Response:
            """Calls can be taken.

            The portals are not asked: a probe would use up their limits, and one portal that is down would take the
            server away from those who work with the others. Whose portal is down is told so by each call.
            """
            return JSONResponse({"status": "ready"}) if is_ready() else JSONResponse({"status": "not ready"}, 503)

        probes = [Route(HEALTH, health), Route(READINESS, readiness)]
        return probes if self._token is None else [*probes, Route(METRICS, self._answer_metrics)]

    async def _answer_metrics(self, request: Request) -> Response:
        given = request.headers.get("authorization", "").encode()
        if not secrets.compare_digest(given, f"Bearer {self._token}".encode()):
            return Response("The metrics token is needed.\n", 401, {"WWW-Authenticate": "Bearer"})
        return Response(self._metrics.render(), media_type=CONTENT_TYPE)


def name_portal(settings: Settings) -> str:
    """The name of a portal in metrics and lines of the log: never its address."""
    return "sandbox" if settings.sandbox else settings.profile or "default"
