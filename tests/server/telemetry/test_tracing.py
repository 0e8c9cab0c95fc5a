"""Spans of tool calls, as a collector would get them."""

from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import anyio
import httpx
import pytest
from mcp import Client, types
from mcp.server import Server, ServerRequestContext
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.config.settings import Settings
from server.connection import Connection
from server.policy import Policy
from server.telemetry.observer import Observers
from server.telemetry.tracing import SpanObserver
from tests.callers import answer, caller
from tests.server.telemetry.instrumented_app import SECRET, WEBHOOK, WORDS, Portal, serve_instrumented_app
from tools import TOOLSETS

PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


@pytest.fixture(scope="module")
def collector() -> InMemorySpanExporter:
    """A process has one tracer provider, and for good."""
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    return exporter


@pytest.fixture
def finished_spans(collector: InMemorySpanExporter) -> Iterator[Callable[[], list[ReadableSpan]]]:
    """The spans so far, in the order of their ends."""
    collector.clear()
    yield lambda: list(collector.get_finished_spans())
    collector.clear()


async def _no_pause(_: float) -> None:
    """Time does not pass here."""


def _run_traced(portal: Portal, story: Callable[[Client], Awaitable[Any]]) -> None:
    """A client of a server whose calls are traced."""

    async def run() -> None:
        settings = Settings(webhook_url=WEBHOOK, plan="self-hosted", timeout=5)
        transport = httpx.MockTransport(portal)
        connection = Connection(
            settings, observer=Observers(SpanObserver("shop")), transport=transport, sleep=_no_pause
        )
        anna = caller(Policy(frozenset(TOOLSETS)), connection, "anna")

        async def call_tool(_: ServerRequestContext[Any], asked: types.CallToolRequestParams) -> types.CallToolResult:
            return await answer(anna, asked.name, asked.arguments or {})

        async def list_tools(_: Any, __: Any) -> types.ListToolsResult:
            return types.ListToolsResult(tools=[])

        server = Server("openchannels", on_call_tool=call_tool, on_list_tools=list_tools)
        async with connection, Client(server) as client:
            await story(client)

    anyio.run(run)


def _select_calls(spans: list[ReadableSpan]) -> list[ReadableSpan]:
    return [span for span in spans if span.name.startswith("tools/call") and span.kind is trace.SpanKind.SERVER]


def _select_attempts(spans: list[ReadableSpan]) -> list[ReadableSpan]:
    return [span for span in spans if span.name.startswith("portal ")]


def _read_attributes(span: ReadableSpan) -> dict[str, Any]:
    """Ours."""
    return {name: value for name, value in (span.attributes or {}).items() if name.startswith("openchannels.")}


def test_a_call_is_one_span_and_each_attempt_at_the_portal_one_inside_it(
    finished_spans: Callable[[], list[ReadableSpan]],
) -> None:
    answers = [
        httpx.Response(503, json={"error": "QUERY_LIMIT_EXCEEDED", "error_description": ""}),
        httpx.Response(200, json={"result": True}),
    ]

    async def story(client: Client) -> None:
        await client.call_tool("operator_answer", {"chat_id": 201})

    _run_traced(lambda _: answers.pop(0), story)

    (call,) = _select_calls(finished_spans())
    assert _read_attributes(call) == {
        "openchannels.portal": "shop",
        "openchannels.tool": "operator_answer",
        "openchannels.caller": "anna",
        "openchannels.outcome": "ok",
        "openchannels.portal_requests": 2,
    }
    refused, answered = _select_attempts(finished_spans())
    assert _read_attributes(refused) == {
        "openchannels.portal": "shop",
        "openchannels.rest_method": "imopenlines.operator.answer",
        "openchannels.attempt": 1,
        "openchannels.calls_in_request": 1,
        "openchannels.status_class": "5xx",
    }
    assert _read_attributes(answered)["openchannels.status_class"] == "2xx"
    assert _read_attributes(answered)["openchannels.attempt"] == 2
    assert (refused.status.status_code, answered.status.status_code) == (trace.StatusCode.ERROR, trace.StatusCode.UNSET)
    assert (refused.attributes or {})["error.type"] == "limited"
    assert call.context
    for attempt in (refused, answered):
        assert attempt.parent
        assert attempt.parent.span_id == call.context.span_id
        assert (call.start_time or 0) <= (attempt.start_time or 0) <= (attempt.end_time or 0) <= (call.end_time or 0)


def test_a_failed_call_is_an_error_of_its_kind(finished_spans: Callable[[], list[ReadableSpan]]) -> None:
    async def story(client: Client) -> None:
        await client.call_tool("dialog_get", {"chat_id": "none"})

    _run_traced(lambda _: httpx.Response(200), story)

    (call,) = _select_calls(finished_spans())
    assert call.status.status_code is trace.StatusCode.ERROR
    assert _read_attributes(call)["openchannels.outcome"] == "arguments_refused"
    assert _select_attempts(finished_spans()) == []


def test_a_call_goes_on_with_the_trace_that_its_client_names(finished_spans: Callable[[], list[ReadableSpan]]) -> None:
    async def story(client: Client) -> None:
        with trace.get_tracer("test").start_as_current_span("work of an assistant"):
            await client.call_tool("dialog_get", {"chat_id": 201})

    _run_traced(lambda _: httpx.Response(200, json={"result": {"id": 1}}), story)

    spans = [*_select_calls(finished_spans()), *_select_attempts(finished_spans())]
    (work,) = [span for span in finished_spans() if span.name == "work of an assistant"]
    assert work.context
    assert [span.context.trace_id for span in spans if span.context] == [work.context.trace_id] * 2


def test_a_trace_in_the_headers_of_http_is_gone_on_with_too(finished_spans: Callable[[], list[ReadableSpan]]) -> None:
    async def traced(_: Request) -> Response:
        with trace.get_tracer("test").start_as_current_span("inside"):
            return Response()

    async def run() -> None:
        async with serve_instrumented_app(lambda _: httpx.Response(200), more=(Route("/traced", traced),)) as served:
            await served.http.get("/traced", headers={"traceparent": PARENT})

    anyio.run(run)

    (inside,) = [span for span in finished_spans() if span.name == "inside"]
    assert inside.parent
    assert f"{inside.parent.trace_id:x}" == PARENT.split("-")[1]


def test_spans_hold_no_arguments_no_texts_and_no_secrets(finished_spans: Callable[[], list[ReadableSpan]]) -> None:
    def portal(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("revision.get"):
            raise httpx.ConnectError(f"{WEBHOOK} {WORDS}")
        return httpx.Response(400, json={"error": "ACCESS_DENIED", "error_description": f"{WORDS} {SECRET}"})

    async def story(client: Client) -> None:
        await client.call_tool("revision_get", {})
        await client.call_tool("session_head_vote", {"session_id": 301, "rating": 5, "comment": WORDS})

    _run_traced(portal, story)

    told = "".join(span.to_json() for span in [*_select_calls(finished_spans()), *_select_attempts(finished_spans())])
    assert len(_select_attempts(finished_spans())) == 6
    assert SECRET not in told
    assert "My card" not in told
