"""The place of one employee in a company of its own: tool calls as an assistant makes them, and what they did."""

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import anyio
import httpx
from mcp.types import CallToolResult
from pydantic import SecretStr

from sandbox.app import create_app
from sandbox.seed import seed
from sandbox.state.company import Company
from sandbox.state.faults import FaultKind, FaultRule
from sandbox.state.records import Chat, Message, Session
from server.caller import Caller
from server.catalogue.documentation import Documentation
from server.config.guard_settings import GuardSettings
from server.config.settings import Settings
from server.connection import Connection
from server.policy import Policy
from server.protocol.elicitation import Nobody, Person
from tests.assistant import text_of
from tests.callers import answer_person
from tools import TOOLSETS

ANYTHING = Policy(frozenset(TOOLSETS))
LARGEST_REPLY = 600
"""Bytes of text that an action may answer with."""


async def skip_pause(_: float) -> None:
    """No pause before another attempt."""


class _RecordingTransport(httpx.AsyncBaseTransport):
    def __init__(self, portal: httpx.AsyncBaseTransport, sent: list[str]) -> None:
        self._portal = portal
        self._sent = sent

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self._sent.append(request.url.path.rpartition("/")[2].removeprefix("imopenlines."))
        return await self._portal.handle_async_request(request)


@cache
def _make_settings(webhook: str) -> Settings:
    return Settings(webhook_url=SecretStr(f"http://127.0.0.1{webhook}"))


class ToolCaller:
    """Changes to `company` before a call are what the call meets."""

    def __init__(
        self, webhook: str = seed.ADMIN_WEBHOOK_PATH, policy: Policy = ANYTHING, company: Company | None = None
    ) -> None:
        self.company = company or seed.create_seeded_company()
        self.sent: list[str] = []
        """Requests over HTTP of the last call, by method; a batch is one."""
        self._webhook = webhook
        self._policy = policy
        self._app = create_app(self.company)
        self._transport = _RecordingTransport(httpx.ASGITransport(self._app), self.sent)

    def call(self, tool: str, /, *, person: Person = Nobody(), **arguments: Any) -> CallToolResult:  # noqa: B008
        """What one call is answered."""
        return self.call_all((tool, arguments), person=person)[-1]

    def call_ok(self, tool: str, /, **arguments: Any) -> tuple[str, dict[str, Any]]:
        """Text and data of a call that has to work."""
        reply = self.call(tool, **arguments)
        assert not reply.is_error, text_of(reply)
        assert len(text_of(reply).encode()) < LARGEST_REPLY
        return text_of(reply), reply.structured_content or {}

    def call_refused(self, tool: str, /, **arguments: Any) -> tuple[str, dict[str, Any]]:
        """Text and data of a call that has to fail; it always names its page."""
        reply = self.call(tool, **arguments)
        assert reply.is_error, text_of(reply)
        assert len(text_of(reply).encode()) < LARGEST_REPLY
        error = (reply.structured_content or {})["error"]
        assert error["page"] == f"openchannels://docs/tools/{tool}"
        return text_of(reply), error

    def call_all(
        self,
        *steps: tuple[str, dict[str, Any]],
        person: Person = Nobody(),  # noqa: B008  (it holds nothing)
    ) -> list[CallToolResult]:
        """What a few calls in a row are answered."""

        async def run() -> list[CallToolResult]:
            with TemporaryDirectory() as folder:
                async with self._open_caller(folder) as caller:
                    return [await self._take(caller, tool, given, person) for tool, given in steps]

        return anyio.run(run)

    def call_each(
        self, calls: Iterable[tuple[str, dict[str, Any]]], build: Callable[[], Company]
    ) -> list[tuple[CallToolResult, Company]]:
        """What each call is answered by a company that `build` makes for it, and that company afterwards."""
        answers = []  # no result of `run`: asyncio writes that out, companies included, where it gives SIGINT back

        async def run() -> None:
            with TemporaryDirectory() as folder:
                for tool, given in calls:
                    self.company = self._app.state.company = build()
                    async with self._open_caller(folder) as caller:
                        answers.append((await self._take(caller, tool, given, Nobody()), self.company))

        anyio.run(run)
        return answers

    @asynccontextmanager
    async def _open_caller(self, folder: str) -> AsyncIterator[Caller]:
        """A portal of its own each time: the limit on requests is never near."""
        async with Connection(_make_settings(self._webhook), transport=self._transport, sleep=skip_pause) as connection:
            yield Caller("tests", self._policy, connection, Documentation(Path(folder)), GuardSettings(Path(folder)))

    async def _take(self, caller: Caller, tool: str, given: dict[str, Any], person: Person) -> CallToolResult:
        self.sent.clear()
        reply = await answer_person(caller, tool, given, person)
        assert isinstance(reply, CallToolResult)
        return reply

    def lose_answers(self, method: str, *, executed: bool, after: int = 0, times: int | None = 1) -> None:
        """Answers of a method do not come; those before them do. None: not one more."""
        fine = [FaultRule(FaultKind.DELAY, (method,), count=after, executed=True)] if after else []
        self.company.faults.set_rules([*fine, FaultRule(FaultKind.HTML, (method,), count=times, executed=executed)], 0)

    def lock_chat(self, chat: int) -> None:
        """The portal is busy with a chat: it answers true and does nothing."""
        self.company.switches.locked_chats.add(chat)

    def chat(self, number: int) -> Chat:
        """A chat as it is."""
        return self.company.chats[number]

    def session(self, number: int) -> Session:
        """A session as it is."""
        return self.company.sessions[number]

    def messages(self, chat: int) -> list[Message]:
        """All of a chat."""
        return self.company.list_messages(chat)
