"""A small application in which the parts of operations work together: tool calls over HTTP, without the protocol."""

from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from server.config.settings import Settings
from server.connection import Connection
from server.http.operations import Operations
from server.policy import Policy
from tests.callers import answer, caller
from tools import TOOLSETS
from tools.effect import EVERY_EFFECT, Effect
from workflows.core.composite import Composite

SECRET = "a1b2c3d4e5f6g7h8"
WEBHOOK = f"https://p.bitrix24.com/rest/1/{SECRET}/"
METRICS_TOKEN = "metrics-token-0123456789"
WORDS = "My card is 4111 1111 1111 1111"
"""What a client wrote, and nobody else is to read."""

Portal = Callable[[httpx.Request], httpx.Response] | Callable[[httpx.Request], Coroutine[Any, Any, httpx.Response]]


class Broken(Composite):
    """A tool with a mistake in it."""

    title = "Broken"
    effects = Effect.READ
    message: str = ""

    async def run(self, context: Any) -> Any:  # noqa: ARG002
        """Fail, with words that are nobody else's."""
        try:
            known: dict[str, Any] = {}
            return known[self.message]
        except KeyError as error:
            raise RuntimeError(f"no {WEBHOOK} for {self.message}") from error


class Everything(Policy):
    """All tools, and the broken one."""

    @property
    def listed(self) -> Mapping[str, Any]:
        """By name."""
        return {**super().listed, Broken.tool(): Broken}


class InstrumentedApp:
    """What can be done over HTTP, and seen afterwards."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http

    async def call(self, tool: str, arguments: Mapping[str, Any] | None = None, **headers: str) -> httpx.Response:
        """Call a tool."""
        body = {"tool": tool, "arguments": dict(arguments or {})}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.http.post("/mcp", json=body, headers=named)

    async def read_metrics(self) -> dict[str, float]:
        """Each sample of /metrics by its name and labels."""
        answer = await self.http.get("/metrics", headers={"Authorization": f"Bearer {METRICS_TOKEN}"})
        assert answer.status_code == 200
        lines = (line.rpartition(" ") for line in answer.text.splitlines() if not line.startswith("#"))
        return {name: float(value) for name, _, value in lines}


async def _no_pause(_: float) -> None:
    """Time does not pass here."""


@asynccontextmanager
async def serve_instrumented_app(
    portal: Portal,
    *,
    read_only: bool = False,
    more: tuple[Route, ...] = (),
    ready: Callable[[], bool] = lambda: True,
) -> AsyncIterator[InstrumentedApp]:
    """Serve `portal`'s tools to Anna under the profile's name `shop`."""
    operations = Operations(METRICS_TOKEN, {})
    settings = Settings(webhook_url=WEBHOOK, plan="self-hosted", timeout=5)
    connection = Connection(
        settings, observer=operations.make_observer("shop"), transport=httpx.MockTransport(portal), sleep=_no_pause
    )
    effects = Effect.READ if read_only else EVERY_EFFECT
    anna = caller(Everything(frozenset(TOOLSETS), effects), connection, "anna")

    async def call(request: Request) -> Response:
        asked = await request.json()
        reply = await answer(anna, asked["tool"], asked["arguments"])
        return JSONResponse({"failed": reply.is_error})

    inner = Starlette(routes=[Route("/mcp", call, methods=["POST"]), *more])
    app = operations.wrap(inner, paths=["/mcp"], is_ready=ready)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with connection, httpx.AsyncClient(transport=transport, base_url="http://server") as http:
        yield InstrumentedApp(http)
