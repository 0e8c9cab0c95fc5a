"""The embedded portal in this process, for tools of several calls, and what may be put in its way."""

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
from tools.untrusted import escape_invisible_in
from workflows.core.composite import Composite
from workflows.core.context import Context

Answer = Callable[[dict[str, Any]], Any]


@dataclass
class Room:
    """The embedded portal, and a context that works with it."""

    company: Company
    context: Context
    asked: list[str] = field(default_factory=list)
    """Methods that were answered in place of the portal."""
    sent: list[str] = field(default_factory=list)
    """Requests over HTTP, by the last part of their address: a batch is one."""


class InPlace(httpx.AsyncBaseTransport):
    """Answers some methods in place of the portal, which does not know them."""

    def __init__(
        self, portal: httpx.AsyncBaseTransport, answers: Mapping[str, Answer], asked: list[str], sent: list[str]
    ) -> None:
        self._portal = portal
        self._answers = answers
        self._asked = asked
        self._sent = sent

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """One request."""
        method = request.url.path.rpartition("/")[2]
        self._sent.append(method)
        if method not in self._answers:
            return await self._portal.handle_async_request(request)
        self._asked.append(method)
        return httpx.Response(200, json={"result": self._answers[method](json.loads(request.content))})


@asynccontextmanager
async def room(webhook: str = ADMIN_WEBHOOK_PATH, **answers: Answer) -> AsyncIterator[Room]:
    """A fresh one for the user of a webhook; `user_get=...` answers user.get."""
    app, asked, sent = create_app(), list[str](), list[str]()
    by_method = {name.replace("_", "."): answer for name, answer in answers.items()}
    transport = InPlace(httpx.ASGITransport(app), by_method, asked, sent)
    async with Portal(Webhook.parse(f"http://127.0.0.1{webhook}"), plan=None, transport=transport) as portal:
        yield Room(app.state.company, Context(portal, every_tool()), asked, sent)


def answered(tool: type[Composite], prepare: Callable[[Company], None] | None = None, **arguments: Any) -> Any:
    """The structured result and the text of one call at a fresh portal."""

    async def call() -> tuple[dict[str, Any], str]:
        async with room() as fresh:
            if prepare:
                prepare(fresh.company)
            asked = tool.from_tool(arguments)
            result = await asked.run(fresh.context)
            return escape_invisible_in(asked.structured(result)), asked.text(result)

    return anyio.run(call)
