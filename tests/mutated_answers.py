"""Tool calls at the embedded portal whose answers are changed on their way: at the transport, batches included."""

import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from copy import deepcopy
from typing import Any
from urllib.parse import parse_qsl

import anyio
import httpx
from mcp.types import CallToolResult
from pydantic import SecretStr

from sandbox.app import create_app
from sandbox.seed import seed
from sandbox.state.company import Company
from server.caller import Caller
from server.config.settings import Settings
from server.connection import Connection
from server.policy import Policy
from tests.callers import answer, caller
from tests.workflows.tool_calls import skip_pause
from tools import TOOLSETS

Mutate = Callable[[str, Any, Mapping[str, Any]], Any]
"""Takes a method, its result and its parameters; gives the result that arrives, or raises one of the two below."""


class RefusedMethodError(Exception):
    """The portal answers with an error in place of the result."""

    def __init__(self, code: str, status: int = 400) -> None:
        super().__init__(code)
        self.code, self.status = code, status


class WholeAnswerError(Exception):
    """This arrives in place of the HTTP answer; in a batch it takes the others with it."""

    def __init__(self, status: int, body: bytes = b"<html>") -> None:
        super().__init__(status)
        self.answer = httpx.Response(status, content=body)


class MutatedAnswers(httpx.AsyncBaseTransport):
    """The embedded portal of `company`, each of whose results passes through `mutate`, which may be exchanged.

    A result may be changed in place: every answer is a fresh one. In a batch the parameters are those of the command's
    query, flat: `{"PARAMS[limit]": "200"}`.
    """

    def __init__(self, mutate: Mutate, company: Company | None = None) -> None:
        self.mutate = mutate
        self.company = company or seed.create_seeded_company()
        self._portal = httpx.ASGITransport(create_app(self.company))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """One request; what is fetched from an address of a file comes as it is."""
        if request.method == "GET":
            return await self._portal.handle_async_request(request)
        method, body = request.url.path.rpartition("/")[2], json.loads(request.content)
        reply = await self._portal.handle_async_request(request)
        content = json.loads(await reply.aread())
        try:
            if method == "batch" and isinstance(content.get("result"), dict):
                self._mutate_batch(body["cmd"], content["result"])
            elif "result" in content:
                content["result"] = self.mutate(method, content["result"], body)
        except RefusedMethodError as refusal:
            return httpx.Response(refusal.status, json={"error": refusal.code, "error_description": ""})
        except WholeAnswerError as whole:
            return whole.answer
        return httpx.Response(reply.status_code, content=json.dumps(content))

    def _mutate_batch(self, commands: Mapping[str, str], batch: dict[str, Any]) -> None:
        results, errors = batch["result"], dict(batch.get("result_error") or {})
        for key, command in commands.items():
            if isinstance(results, dict) and key in results:
                name, _, query = command.partition("?")
                try:
                    results[key] = self.mutate(name, deepcopy(results[key]), dict(parse_qsl(query)))
                except RefusedMethodError as refusal:
                    del results[key]
                    errors[key] = {"error": refusal.code, "error_description": ""}
        batch["result_error"] = errors


@asynccontextmanager
async def open_mutated(
    mutate: Mutate, webhook: str = seed.ADMIN_WEBHOOK_PATH, company: Company | None = None
) -> AsyncIterator[tuple[Caller, MutatedAnswers]]:
    """A caller of every tool in this process, and the portal's answers, whose `mutate` may be exchanged between calls.

    What is kept between calls (names, presence, the current user) is kept as long as this is open.
    """
    portal = MutatedAnswers(mutate, company)
    settings = Settings(webhook_url=SecretStr(f"http://127.0.0.1{webhook}"), plan="self-hosted")
    async with Connection(settings, transport=portal, sleep=skip_pause) as connection:
        yield caller(Policy(frozenset(TOOLSETS)), connection), portal


def call_mutated(
    tool: str, arguments: Mapping[str, Any], mutate: Mutate, *, webhook: str = seed.ADMIN_WEBHOOK_PATH
) -> CallToolResult:
    """What one call is answered by a fresh portal whose answers are changed."""

    async def call() -> CallToolResult:
        async with open_mutated(mutate, webhook) as (anybody, _):
            return await answer(anybody, tool, arguments)

    return anyio.run(call)
