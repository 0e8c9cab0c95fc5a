"""Exact figures after a known set of calls."""

import json
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import anyio
import httpx
import pytest

from tests.server.telemetry.instrumented_app import METRICS_TOKEN, InstrumentedApp, Portal, serve_instrumented_app

ANSWER = {"result": {"id": 5}}
SEND = {"chat_id": 201}
LOST = httpx.ReadError("the connection broke")


def _script(*answers: Any) -> Portal:
    """A portal that gives these answers one after the other, and then its last one for ever."""
    left: Iterator[Any] = iter(answers)
    last = answers[-1]

    def answer(_: httpx.Request) -> httpx.Response:
        said = next(left, last)
        if isinstance(said, Exception):
            raise said
        return httpx.Response(said.get("status", 200), json=said)

    return answer


def _make_refusal(code: str, status: int = 400) -> dict[str, Any]:
    return {"status": status, "error": code, "error_description": "words of the portal"}


def _measure(
    portal: Portal, story: Callable[[InstrumentedApp], Awaitable[Any]], *, read_only: bool = False
) -> dict[str, float]:
    """The figures when the story is over."""

    async def run() -> dict[str, float]:
        async with serve_instrumented_app(portal, read_only=read_only) as served:
            await story(served)
            return await served.read_metrics()

    return anyio.run(run)


def _select(figures: dict[str, float], name: str) -> dict[str, float]:
    """Samples of one name that are not zero, by their labels."""
    return {sample.removeprefix(name): value for sample, value in figures.items() if sample.startswith(name) and value}


def _calls(*asked: tuple[str, dict[str, Any]]) -> Callable[[InstrumentedApp], Awaitable[None]]:
    async def story(served: InstrumentedApp) -> None:
        for tool, arguments in asked:
            await served.call(tool, arguments)

    return story


READ, CHANGE = ("dialog_get", {"chat_id": 201}), ("operator_answer", {"chat_id": 201})


def test_every_way_in_which_a_call_ends_is_counted_by_tool_and_outcome() -> None:
    portal = _script(
        ANSWER,
        ANSWER,
        _make_refusal("ACCESS_DENIED"),
        _make_refusal("NEVER_HEARD_OF"),
        _make_refusal(""),
        LOST,
        {"result": False},
    )
    others: list[tuple[str, dict[str, Any]]] = [
        ("dialog_get", {"chat_id": "two hundred"}),
        ("invented_by_a_client", {}),
        ("also_invented", {}),
        ("broken", {"message": "?"}),
    ]
    figures = _measure(portal, _calls(*[READ] * 5, CHANGE, CHANGE, *others))

    assert _select(figures, "openchannels_calls_total") == {
        '{outcome="ok",portal="shop",tool="dialog_get"}': 2,
        '{outcome="refused",portal="shop",tool="dialog_get"}': 3,
        '{outcome="outcome_unknown",portal="shop",tool="operator_answer"}': 1,
        '{outcome="nothing_done",portal="shop",tool="operator_answer"}': 1,
        '{outcome="arguments_refused",portal="shop",tool="dialog_get"}': 1,
        '{outcome="unknown_tool",portal="shop",tool="unknown"}': 2,
        '{outcome="fault",portal="shop",tool="broken"}': 1,
    }
    assert _select(figures, "openchannels_call_codes_total") == {
        '{code="ACCESS_DENIED",portal="shop"}': 1,
        '{code="other",portal="shop"}': 1,
        '{code="empty",portal="shop"}': 1,
    }
    assert _select(figures, "openchannels_portal_requests_total") == {
        '{outcome="ok",portal="shop"}': 3,
        '{outcome="refused",portal="shop"}': 3,
        '{outcome="answer_lost",portal="shop"}': 1,
    }
    assert figures['openchannels_call_seconds_count{portal="shop",tool="dialog_get"}'] == 6
    assert figures['openchannels_portal_request_seconds_count{portal="shop"}'] == 7
    assert figures['openchannels_calls_running{portal="shop"}'] == 0


def test_a_call_out_of_bounds_is_counted_under_its_own_name() -> None:
    figures = _measure(_script(ANSWER), _calls(("operator_answer", SEND)), read_only=True)

    assert _select(figures, "openchannels_calls_total") == {
        '{outcome="policy_refused",portal="shop",tool="operator_answer"}': 1
    }
    assert _select(figures, "openchannels_portal_requests_total") == {}


def test_repetitions_and_waits_for_the_limit_are_counted() -> None:
    too_many = _make_refusal("QUERY_LIMIT_EXCEEDED", 503)
    figures = _measure(_script(too_many, too_many, LOST, ANSWER), _calls(("dialog_get", SEND)))

    assert _select(figures, "openchannels_portal_retries_total") == {
        '{portal="shop",reason="limited"}': 2,
        '{portal="shop",reason="answer_lost"}': 1,
    }
    assert figures['openchannels_portal_limit_wait_seconds_count{portal="shop"}'] == 2
    assert 0.75 <= figures['openchannels_portal_limit_wait_seconds_sum{portal="shop"}'] <= 1.5
    assert _select(figures, "openchannels_calls_total") == {'{outcome="ok",portal="shop",tool="dialog_get"}': 1}


def test_batches_are_counted_with_their_size() -> None:
    sizes: list[int] = []
    all_are_in = anyio.Event()

    async def answer(request: httpx.Request) -> httpx.Response:
        commands = json.loads(request.content).get("cmd")
        sizes.append(len(commands or [0]))
        await all_are_in.wait()
        result = {"result": {key: {"id": 5} for key in commands}} if commands else {"id": 5}
        return httpx.Response(200, json={"result": result})

    async def crowd(served: InstrumentedApp) -> None:
        async with anyio.create_task_group() as tasks:
            for number in range(60):
                tasks.start_soon(served.call, "dialog_get", {"chat_id": number + 1})
            await anyio.wait_all_tasks_blocked()
            all_are_in.set()

    figures = _measure(answer, crowd)

    assert figures['openchannels_calls_total{outcome="ok",portal="shop",tool="dialog_get"}'] == 60
    assert sum(sizes) == 60
    assert max(sizes) > 1
    assert figures['openchannels_portal_requests_total{outcome="ok",portal="shop"}'] == len(sizes)
    batches = [size for size in sizes if size > 1]
    assert figures['openchannels_portal_batch_calls_count{portal="shop"}'] == len(batches)
    assert figures['openchannels_portal_batch_calls_sum{portal="shop"}'] == sum(batches)


def test_http_requests_are_counted_by_route_and_invented_paths_under_one_name() -> None:
    async def story(served: InstrumentedApp) -> None:
        await served.call("dialog_get", SEND)
        await served.http.get("/healthz")
        for path in ("/rest/1/secret/", "/admin", "/.env"):
            await served.http.get(path)
        await served.http.request("INVENTED", "/mcp")

    figures = _measure(_script(ANSWER), story)

    assert _select(figures, "openchannels_http_requests_total") == {
        '{method="POST",route="/mcp",status="200"}': 1,
        '{method="GET",route="/healthz",status="200"}': 1,
        '{method="GET",route="other",status="404"}': 3,
        '{method="other",route="/mcp",status="405"}': 1,
    }
    assert _select(figures, "openchannels_http_requests_open") == {'{route="/metrics"}': 1}


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer wrong-token-0123456789", METRICS_TOKEN, "Bearer ü"])
def test_figures_are_only_for_who_shows_the_token(given: str) -> None:
    async def run() -> httpx.Response:
        async with serve_instrumented_app(_script(ANSWER)) as served:
            return await served.http.get("/metrics", headers={b"Authorization": given.encode()})

    answer = anyio.run(run)
    assert answer.status_code == 401
    assert "openchannels_" not in answer.text
