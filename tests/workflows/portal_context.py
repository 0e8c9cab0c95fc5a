"""A context for tools of several calls at an embedded portal in this process, some of whose answers can be replaced."""

import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import anyio
import httpx

from portal.client import Portal
from portal.webhook import Webhook
from sandbox.app import create_app
from sandbox.seed.seed import ADMIN_WEBHOOK_PATH
from sandbox.state.company import Company
from server.catalogue.registry import every_tool
from tools.fence import remove_marks_in
from workflows.core.composite import Composite
from workflows.core.context import Context

Answer = Callable[[dict[str, Any]], Any]


@dataclass
class EmbeddedPortal:
    """The embedded portal, and a context that works with it."""

    company: Company
    context: Context
    replaced_calls: list[str] = field(default_factory=list)
    """Methods that were answered in place of the portal."""
    requests: list[str] = field(default_factory=list)
    """Requests over HTTP, by the last part of their address: a batch is one."""


class ReplacedAnswers(httpx.AsyncBaseTransport):
    """Answers some methods in place of the portal, which does not know them."""

    def __init__(
        self,
        portal: httpx.AsyncBaseTransport,
        answers: Mapping[str, Answer],
        replaced_calls: list[str],
        requests: list[str],
    ) -> None:
        self._portal = portal
        self._answers = answers
        self._replaced_calls = replaced_calls
        self._requests = requests

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """One request."""
        method = request.url.path.rpartition("/")[2]
        self._requests.append(method)
        if method not in self._answers:
            return await self._portal.handle_async_request(request)
        self._replaced_calls.append(method)
        return httpx.Response(200, json={"result": self._answers[method](json.loads(request.content))})


@asynccontextmanager
async def open_portal(webhook: str = ADMIN_WEBHOOK_PATH, **answers: Answer) -> AsyncIterator[EmbeddedPortal]:
    """A fresh company, as the user of a webhook sees it; `user_get=...` answers the method user.get in its place."""
    app, replaced_calls, requests = create_app(), list[str](), list[str]()
    by_method = {name.replace("_", "."): answer for name, answer in answers.items()}
    transport = ReplacedAnswers(httpx.ASGITransport(app), by_method, replaced_calls, requests)
    async with Portal(Webhook.parse(f"http://127.0.0.1{webhook}"), plan=None, transport=transport) as portal:
        yield EmbeddedPortal(app.state.company, Context(portal, every_tool()), replaced_calls, requests)


def run_tool(tool: type[Composite], prepare: Callable[[Company], None] | None = None, **arguments: Any) -> Any:
    """The structured result and the text of one call at a fresh portal."""

    async def call() -> tuple[dict[str, Any], str]:
        async with open_portal() as fresh:
            if prepare:
                prepare(fresh.company)
            question = tool.from_tool(arguments)
            result = await question.run(fresh.context)
            return remove_marks_in(question.structured(result)), question.text(result)

    return anyio.run(call)
