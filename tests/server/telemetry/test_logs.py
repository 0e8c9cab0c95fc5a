"""Lines about requests and calls: what they tell, and what they never tell."""

import io
import json
import logging
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from functools import partial
from typing import Any

import anyio
import httpx
import pytest
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from server.telemetry import logs
from tests.logging_state import restored_logging
from tests.server.telemetry.instrumented_app import (
    SECRET,
    WEBHOOK,
    WORDS,
    InstrumentedApp,
    Portal,
    serve_instrumented_app,
)

Story = Callable[[InstrumentedApp], Awaitable[Any]]


@pytest.fixture
def stderr() -> Iterator[io.StringIO]:
    """What is logged while everything is, as JSON."""
    stream = io.StringIO()
    with restored_logging():
        logs.set_up("json", "debug", stream)
        yield stream


def _play(portal: Portal, story: Story, **more: Any) -> None:
    async def run() -> None:
        async with serve_instrumented_app(portal, **more) as served:
            await story(served)

    anyio.run(run)


def _read_lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def _answer(_: httpx.Request) -> httpx.Response:
    return httpx.Response(200, json={"result": {"id": 5}})


def test_a_call_and_its_request_are_one_line_each_with_the_id_that_the_client_got(stderr: io.StringIO) -> None:
    answers: list[httpx.Response] = []

    async def story(served: InstrumentedApp) -> None:
        answers.append(await served.call("dialog_get", {"chat_id": 201}))

    _play(_answer, story)

    call, request = _read_lines(stderr)
    assert call.pop("seconds") > 0
    assert call.pop("time") <= request.pop("time")
    assert call == {
        "level": "info",
        "logger": "openchannels.call",
        "message": "tool call",
        "request_id": answers[0].headers["x-request-id"],
        "caller": "anna",
        "portal": "shop",
        "tool": "dialog_get",
        "outcome": "ok",
        "portal_requests": 1,
    }
    assert request.pop("seconds") > 0
    assert request == {
        "level": "info",
        "logger": "openchannels.http",
        "message": "http request",
        "request_id": call["request_id"],
        "method": "POST",
        "route": "/mcp",
        "status": 200,
        "client": "127.0.0.1",
    }


def test_a_failed_call_tells_its_outcome_code_and_number_of_requests(stderr: io.StringIO) -> None:
    def portal(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("scope"):
            return httpx.Response(200, json={"result": ["crm"]})
        return httpx.Response(404, json={"error": "ERROR_METHOD_NOT_FOUND", "error_description": WORDS})

    async def story(served: InstrumentedApp) -> None:
        await served.call("dialog_get", {"chat_id": 201})

    _play(portal, story)

    call = _read_lines(stderr)[0]
    assert (call["level"], call["outcome"], call["code"]) == ("warning", "auth_refused", "insufficient_scope")
    assert call["portal_requests"] == 2


@pytest.mark.parametrize("brought", ["a1-b2.c3_d4", "x" * 64])
def test_an_id_that_a_proxy_gave_goes_through(brought: str, stderr: io.StringIO) -> None:
    async def story(served: InstrumentedApp) -> None:
        answer = await served.call("dialog_get", {"chat_id": 201}, X_Request_Id=brought)
        assert answer.headers.get_list("x-request-id") == [brought]

    _play(_answer, story)

    assert {line["request_id"] for line in _read_lines(stderr)} == {brought}


@pytest.mark.parametrize("brought", ["", "x" * 65, 'a"b', "two words", f"rest/1/{SECRET}/"])
def test_an_id_that_is_none_is_replaced(brought: str, stderr: io.StringIO) -> None:
    async def story(served: InstrumentedApp) -> None:
        answer = await served.call("dialog_get", {"chat_id": 201}, X_Request_Id=brought)
        assert answer.headers["x-request-id"] != brought

    _play(_answer, story)

    (identity,) = {line["request_id"] for line in _read_lines(stderr)}
    assert len(identity) == 32


def test_calls_at_the_same_time_keep_their_own_ids(stderr: io.StringIO) -> None:
    async def story(served: InstrumentedApp) -> None:
        async with anyio.create_task_group() as tasks:
            for number in range(20):
                tasks.start_soon(partial(served.call, "revision_get", X_Request_Id=f"id-{number}"))

    _play(_answer, story)

    told = [line["request_id"] for line in _read_lines(stderr)]
    assert sorted(told) == sorted([f"id-{number}" for number in range(20)] * 2)


def test_a_stream_of_events_passes_as_it_comes_and_is_told_when_it_ends(stderr: io.StringIO) -> None:
    so_far: list[int] = []

    async def events() -> AsyncIterator[bytes]:
        for number in range(3):
            yield f"data: {number}\n\n".encode()
            so_far.append(len(_read_lines(stderr)))

    async def stream(_: Request) -> Response:
        return StreamingResponse(events(), media_type="text/event-stream")

    async def story(served: InstrumentedApp) -> None:
        answer = await served.http.get("/events")
        assert answer.text == "data: 0\n\ndata: 1\n\ndata: 2\n\n"

    _play(_answer, story, more=(Route("/events", stream),))

    assert so_far == [0, 0, 0]
    assert [line["status"] for line in _read_lines(stderr)] == [200]


def test_probes_are_told_only_to_who_looks_for_mistakes(stderr: io.StringIO) -> None:
    async def story(served: InstrumentedApp) -> None:
        await served.http.get("/healthz")
        await served.http.get("/readyz")

    _play(_answer, story)

    assert [(line["route"], line["level"]) for line in _read_lines(stderr)] == [
        ("/healthz", "debug"),
        ("/readyz", "debug"),
    ]


def test_a_mistake_of_the_server_is_told_by_its_place_and_kinds_but_not_by_its_words(stderr: io.StringIO) -> None:
    async def story(served: InstrumentedApp) -> None:
        await served.call("broken", {"message": WORDS})

    _play(_answer, story)

    fault, call, _ = _read_lines(stderr)
    assert (fault["level"], call["outcome"]) == ("error", "fault")
    assert fault["request_id"] == call["request_id"]
    assert "instrumented_app.py" in fault["exception"]
    assert fault["exception"].splitlines()[-1] == "RuntimeError"
    assert "KeyError" in fault["exception"]
    _nothing_is_given_away(stderr)


def _nothing_is_given_away(stream: io.StringIO) -> None:
    text = stream.getvalue()
    assert SECRET not in text
    assert "My card" not in text
    assert "words of the portal" not in text


TROUBLE: list[Any] = [
    httpx.ConnectError(f"cannot connect to {WEBHOOK}imopenlines.dialog.get"),
    httpx.ReadError(f"{WEBHOOK} {WORDS}"),
    RuntimeError(f"the library failed at {WEBHOOK} with {WORDS}"),
    ExceptionGroup(WEBHOOK, [ValueError(WORDS), OSError(WEBHOOK)]),
    {"error": "ACCESS_DENIED", "error_description": f"words of the portal {WORDS} {SECRET}"},
    {"error": f"{WORDS} {WEBHOOK}", "error_description": WEBHOOK},
    {"error": "expired_token", "error_description": WEBHOOK},
    {"result": {"id": WORDS, "url": WEBHOOK}},
    {"result": True, "time": WEBHOOK},
    {"nothing": WEBHOOK},
]
"""What a portal may say or do, with secrets and a client's words wherever they can be."""


def test_nothing_that_is_secret_or_somebody_elses_is_ever_told(stderr: io.StringIO) -> None:
    trouble = list(TROUBLE)

    async def broken_route(_: Request) -> Response:
        raise RuntimeError(f"{WEBHOOK} {WORDS}")

    def portal(_: httpx.Request) -> httpx.Response:
        said = trouble[0]
        if isinstance(said, Exception):
            raise said
        return httpx.Response(400 if "error" in said else 200, json=said)

    async def story(served: InstrumentedApp) -> None:
        while trouble:
            for tool in ("dialog_get", "operator_answer"):
                await served.call(tool, {"chat_id": 201})
            await served.call("crm_message_add", {"message": WORDS})
            await served.call("session_head_vote", {"session_id": 301, "rating": 5, "comment": f"{WORDS} {WEBHOOK}"})
            await served.call(f"tool {WEBHOOK} {WORDS}", {WORDS: WEBHOOK})
            await served.http.get(f"/rest/1/{SECRET}/profile?auth={SECRET}")
            trouble.pop(0)
        await served.http.get("/broken")
        sys.excepthook(RuntimeError, RuntimeError(f"{WEBHOOK} {WORDS}"), None)
        for name in ("uvicorn.error", "httpx", "httpcore", "mcp.server", "asyncio", "py.warnings", "opentelemetry"):
            _a_library_talks(logging.getLogger(name))

    _play(portal, story, more=(Route("/broken", broken_route),))

    outcomes = {line.get("outcome") for line in _read_lines(stderr)}
    assert {"ok", "refused", "not_reachable", "portal_fault", "outcome_unknown", "arguments_refused"} <= outcomes
    assert len([line for line in _read_lines(stderr) if line["logger"] == "uvicorn.error"]) == 6
    assert [line["exception"] for line in _read_lines(stderr) if line["level"] == "critical"] == ["RuntimeError"]
    _nothing_is_given_away(stderr)


def _a_library_talks(logger: logging.Logger) -> None:
    """As libraries do, with addresses in their texts; WORDS are in none, because no library knows them to be secret."""
    logger.info("HTTP Request: POST %simopenlines.dialog.get", WEBHOOK)
    logger.warning("retrying %s", WEBHOOK.replace("/", "%2F"))
    logger.warning("proxy https://user:%s@proxy", SECRET)
    logger.warning("headers {'authorization': 'Bearer %s', 'access_token': '%s'}", SECRET, SECRET)
    logger.error("future exception=ConnectError('%s') client_secret=%s", WEBHOOK, SECRET)
    logger.error("Exception in ASGI application", exc_info=httpx.ConnectError(f"{WEBHOOK} {WORDS}"))


def test_a_line_of_text_holds_the_same_facts_and_cannot_be_forged(stderr: io.StringIO) -> None:
    logs.set_up("text", "info", stderr)
    logging.getLogger("server.app").warning("one\n2026-01-01 INFO forged: %s", WEBHOOK)

    async def story(served: InstrumentedApp) -> None:
        await served.call("dialog_get", {"chat_id": 201}, X_Request_Id="abc")

    _play(_answer, story)

    warning, call, request = stderr.getvalue().splitlines()
    assert warning.endswith("WARNING server.app: one 2026-01-01 INFO forged: https://p.bitrix24.com/rest/1/***/")
    assert " INFO openchannels.call: tool call request_id=abc caller=anna portal=shop tool=dialog_get" in call
    assert " INFO openchannels.http: http request request_id=abc method=POST route=/mcp" in request


@pytest.mark.parametrize(("level", "told"), [("info", 2), ("warning", 0), ("error", 0)])
def test_the_level_says_how_much_is_told(level: logs.Level, told: int, stderr: io.StringIO) -> None:
    logs.set_up("json", level, stderr)

    async def story(served: InstrumentedApp) -> None:
        await served.call("dialog_get", {"chat_id": 201})

    _play(_answer, story)

    assert len(_read_lines(stderr)) == told
