"""The server against a portal that enforces its limits."""

import time
from collections.abc import Iterator
from functools import partial
from typing import Any

import anyio
import pytest

from sandbox.seed.seed import ADMIN_WEBHOOK_PATH
from tests.assistant import Assistant, assistant, text_of
from tests.served import ServedSandbox, serve_sandbox

STANDARD = {"OPENCHANNELS_PLAN": "standard"}
LEAKED_PER_SECOND = 2
"""Requests that leave the bucket of a standard portal."""
QUIET_SECONDS = 3.0
"""More than five hundred calls take on a machine that does nothing else."""


@pytest.fixture
def sandbox() -> Iterator[ServedSandbox]:
    with serve_sandbox() as sandbox:
        yield sandbox


def _webhook(sandbox: ServedSandbox) -> str:
    return f"{sandbox.address}{ADMIN_WEBHOOK_PATH}"


async def _call_at_once(client: Assistant, count: int) -> list[Any]:
    replies: list[Any] = [None] * count

    async def one(number: int) -> None:
        replies[number] = await client.client.call_tool("session_history_get", {"session_id": 301 + number % 10})

    async with anyio.create_task_group() as tasks:
        for number in range(count):
            tasks.start_soon(one, number)
    return replies


def test_five_hundred_readers_take_at_most_thirty_requests_and_never_hit_the_limit(sandbox: ServedSandbox) -> None:
    sandbox.control("limits", {"plan": "standard"})
    sandbox.control("faults", {"rules": [{"kind": "delay", "seconds": 2, "count": 10}]})  # so that all come at once
    with assistant("--structured", webhook=_webhook(sandbox), **STANDARD) as client:
        started = time.monotonic()
        replies = client.run_async(partial(_call_at_once, client, 500))
        seconds = time.monotonic() - started

    limits = sandbox.look("limits")
    assert [reply.structured_content["session_id"] for reply in replies] == [301 + n % 10 for n in range(500)]
    assert limits["query_limit_exceeded"] == 0
    # While a busy machine is still sending the calls, the bucket leaks, and there is room for as many more requests.
    assert limits["requests"] <= 30 + LEAKED_PER_SECOND * max(0.0, seconds - QUIET_SECONDS)


def test_a_waiting_call_tells_a_client_that_asked_what_it_waits_for(sandbox: ServedSandbox) -> None:
    sandbox.control("faults", {"rules": [{"kind": "query_limit", "count": 2}]})
    heard: list[str] = []

    async def listen(progress: float, total: float | None, message: str | None) -> None:  # noqa: ARG001
        heard.append(message or "")

    with assistant(webhook=_webhook(sandbox)) as client:
        reply = client.run_async(
            partial(client.client.call_tool, "dialog_get", {"chat_id": 201}, progress_callback=listen)
        )

    assert not reply.is_error
    assert any("before the next attempt" in message for message in heard)


def test_a_method_that_used_up_its_time_says_when_it_can_run_and_is_not_sent(sandbox: ServedSandbox) -> None:
    cost = {"imopenlines.dialog.get": 500}
    sandbox.control("limits", {"plan": "none", "operating_limit": 480, "operating_cost": cost})
    with assistant(webhook=_webhook(sandbox)) as client:
        first = client.call("dialog_get", chat_id=201)
        second = client.call("dialog_get", chat_id=201)
        other = client.call("revision_get")

    assert not first.is_error
    assert second.is_error
    assert "Call again in" in text_of(second)
    assert "Portal's code: OPERATION_TIME_LIMIT." in text_of(second)
    assert not other.is_error
    assert sandbox.look("limits")["operation_time_limit"] == 0
