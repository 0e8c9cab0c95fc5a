"""What is counted and timed, as Prometheus reads it; no label holds a host, a secret or a client's words."""

from collections.abc import Callable
from functools import cache, partial

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)

from openchannels_mcp import VERSION
from portal.errors import LimitedError, PortalError
from portal.observer import Attempt, PortalRequest
from server.telemetry.observer import CallEnded, CallObserver, label_outcome

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 45)
SIZES = (2, 5, 10, 20, 30, 40, 50)
OTHER = "other"


class Metrics:
    """One set of metrics for a process, whatever portals it works with."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        counter = partial(Counter, namespace="openchannels", registry=self._registry)
        gauge = partial(Gauge, namespace="openchannels", registry=self._registry)
        histogram = partial(Histogram, namespace="openchannels", registry=self._registry)
        gauge("build_info", "1, for this version.", ["version"]).labels(VERSION).set(1)

        self.calls = counter("calls", "Tool calls that ended.", ["portal", "tool", "outcome"])
        self.call_seconds = histogram(
            "call_seconds", "From a tool call to its answer.", ["portal", "tool"], buckets=SECONDS
        )
        self.running = gauge("calls_running", "Tool calls on their way.", ["portal"])
        self.codes = counter("call_codes", "Tool calls that failed with a code of the portal.", ["portal", "code"])

        self.requests = counter("portal_requests", "Requests to the portal.", ["portal", "outcome"])
        self.request_seconds = histogram(
            "portal_request_seconds", "From a request's leaving to its answer.", ["portal"], buckets=SECONDS
        )
        self.batches = histogram("portal_batch_calls", "Calls in each batch.", ["portal"], buckets=SIZES)
        self.waits = histogram(
            "portal_limit_wait_seconds", "Waits for the portal's limits.", ["portal"], buckets=SECONDS
        )
        self.retries = counter("portal_retries", "Calls sent again, by what had happened.", ["portal", "reason"])
        self.fullness = gauge("portal_bucket_fullness", "The portal's bucket of requests: 0 to 1, full.", ["portal"])

        self._answered = counter("http_requests", "HTTP requests that ended.", ["route", "method", "status"])
        self._open = gauge("http_requests_open", "HTTP requests not yet ended, event streams among them.", ["route"])
        self.sessions = gauge("http_sessions", "Open sessions of the older protocol revisions.")

    def for_portal(self, portal: str) -> "PortalMetrics":
        """An observer that counts what happens with one portal; `portal` is the name of its profile."""
        return PortalMetrics(self, portal)

    def http_started(self, route: str) -> None:
        """An HTTP request came in."""
        self._open.labels(route).inc()

    def http_ended(self, route: str, method: str, status: int | None) -> None:
        """It was answered, or given up before it had a status."""
        self._open.labels(route).dec()
        self._answered.labels(route, method, "none" if status is None else str(status)).inc()

    def render(self) -> bytes:
        """All metrics in Prometheus's text format."""
        return generate_latest(self._registry)


class PortalMetrics(CallObserver):
    """Counts for one portal."""

    def __init__(self, metrics: Metrics, portal: str) -> None:
        self._metrics = metrics
        self._portal = portal
        self._running = metrics.running.labels(portal)
        self._request_seconds = metrics.request_seconds.labels(portal)
        self._batches = metrics.batches.labels(portal)
        self._waits = metrics.waits.labels(portal)

    def call_started(self) -> None:
        """Count it among those on their way."""
        self._running.inc()

    def call_ended(self, ended: CallEnded) -> None:
        """Count it by tool and outcome, and by code if the portal gave one that is known."""
        self._running.dec()
        self._metrics.calls.labels(self._portal, ended.tool, ended.outcome).inc()
        self._metrics.call_seconds.labels(self._portal, ended.tool).observe(ended.seconds)
        if ended.code is not None:
            code = ended.code if ended.code in _list_known_codes() else OTHER
            self._metrics.codes.labels(self._portal, code or "empty").inc()

    def on_open(self, fullness: Callable[[], float]) -> None:
        """Read the bucket whenever the metrics are asked for."""
        self._metrics.fullness.labels(self._portal).set_function(fullness)

    def on_request_end(self, request: PortalRequest) -> None:
        """Count it, and its calls if it was a batch."""
        self._metrics.requests.labels(self._portal, label_outcome(request.error)).inc()
        self._request_seconds.observe(request.seconds)
        if request.calls > 1:
            self._batches.observe(request.calls)

    def on_attempt_end(self, attempt: Attempt) -> None:
        """Count how long the limit on requests held it back."""
        if attempt.limited:
            self._waits.observe(attempt.waited)

    def on_pause(self, error: PortalError, seconds: float) -> None:
        """Count the repetition; after a refusal for a limit, the pause is a wait for that limit."""
        self._metrics.retries.labels(self._portal, label_outcome(error)).inc()
        if isinstance(error, LimitedError):
            self._waits.observe(seconds)


@cache
def _list_known_codes() -> frozenset[str]:
    from tools.error_advice import CORE
    from tools.registry import methods

    return frozenset(CORE).union(*(method.errors for method in methods().values()))
