"""Spans for OpenTelemetry: what the SDK's span of a tool call lacks, and one inside it for each attempt at the portal.

The SDK opens a span for each message (`tools/call NAME`), by the trace context in the message's `_meta`. Nothing here
opens another for the same thing.
"""

import logging
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from opentelemetry import context, propagate, trace

from openchannels_mcp import VERSION
from portal.errors import PortalError
from portal.observer import Attempt
from server.telemetry.observer import OK, CallEnded, CallObserver, label_outcome

logger = logging.getLogger(__name__)

ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
SERVICE = "openchannels-mcp"
TRACE_HEADERS = frozenset({b"traceparent", b"tracestate", b"baggage"})
A_SECOND = 1_000_000_000


class SpanObserver(CallObserver):
    """Completes the spans of calls to one portal; `portal` is the name of its profile."""

    def __init__(self, portal: str) -> None:
        self._portal = portal
        self._tracer = trace.get_tracer(SERVICE, VERSION)

    def on_attempt_end(self, attempt: Attempt) -> None:
        """A span from when the call was ready to leave to its answer."""
        end = time.time_ns()
        left = end - int(attempt.seconds * A_SECOND)
        span = self._tracer.start_span(
            f"portal {attempt.method}",
            kind=trace.SpanKind.CLIENT,
            start_time=left - int(attempt.waited * A_SECOND),
            attributes={
                "openchannels.portal": self._portal,
                "openchannels.rest_method": attempt.method,
                "openchannels.attempt": attempt.number,
                "openchannels.calls_in_request": attempt.calls,
                "openchannels.status_class": _find_status_class(attempt.error),
            },
        )
        if attempt.calls:
            span.add_event("left", timestamp=left)
        if attempt.error is not None:
            span.set_attribute("error.type", label_outcome(attempt.error))
            span.set_status(trace.StatusCode.ERROR)
        span.end(end)

    def call_ended(self, ended: CallEnded) -> None:
        """What became of the call, on the span that is open for it."""
        span = trace.get_current_span()
        span.set_attributes(
            {
                "openchannels.portal": self._portal,
                "openchannels.tool": ended.tool,
                "openchannels.caller": ended.caller,
                "openchannels.outcome": ended.outcome,
                "openchannels.portal_requests": ended.requests,
            }
        )
        if ended.outcome != OK:
            span.set_attribute("error.type", ended.outcome)


def _find_status_class(error: BaseException | None) -> str:
    if error is None:
        return "2xx"
    status = error.status if isinstance(error, PortalError) else None
    return f"{status // 100}xx" if status else "none"


@contextmanager
def continue_trace(headers: Iterable[tuple[bytes, bytes]]) -> Iterator[None]:
    """Spans that begin here belong to the trace that an HTTP request names, if it names one."""
    named = {name.decode(): value.decode("latin-1") for name, value in headers if name in TRACE_HEADERS}
    if not named:
        yield
        return
    token = context.attach(propagate.extract(named))
    try:
        yield
    finally:
        context.detach(token)


def set_up(environment: Mapping[str, str]) -> bool:
    """Export spans if the environment names a collector; whether that is so, and possible.

    The variables are those of the OpenTelemetry specification (`OTEL_EXPORTER_OTLP_ENDPOINT` and others).
    """
    if not _is_wanted(environment):
        return False
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        logger.warning(
            "OpenTelemetry has a collector in the environment, but no spans are sent: that needs the extra "
            "`telemetry` (pip install 'bitrix24-openchannels-mcp[telemetry]')"
        )
        return False
    name = {} if "OTEL_SERVICE_NAME" in environment else {"service.name": SERVICE}
    provider = TracerProvider(resource=Resource.create({**name, "service.version": VERSION}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    return True


def _is_wanted(environment: Mapping[str, str]) -> bool:
    off = environment.get("OTEL_SDK_DISABLED", "").lower() == "true"
    off = off or environment.get("OTEL_TRACES_EXPORTER", "otlp") != "otlp"
    return not off and any(environment.get(name) for name in ENDPOINTS)
