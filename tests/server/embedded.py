"""The embedded portal in this process, servers that work with it, and what they keep in one folder."""

import json
import subprocess
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import anyio
import httpx
from pydantic import SecretStr

from sandbox.app import create_app
from sandbox.seed import seed
from server.approvals.store import Approval, ApprovalStore
from server.audit.log import AuditLog
from server.caller import Caller
from server.catalogue.documentation import Documentation
from server.config.guard_settings import GuardSettings
from server.config.settings import Settings
from server.connection import Connection
from server.policy import Policy
from server.storage.database import State
from tests.assistant import PLAIN_ENVIRONMENT, ROOT
from tests.callers import answer
from tests.spawning import command
from tests.waiting import wait_until_async

SPAM = "imopenlines.operator.spam"
SAY = "imopenlines.bot.session.message.send"
CHAT, OTHER = 203, 201
"""On line 1 and on line 2."""


class EmbeddedPortal(httpx.AsyncBaseTransport):
    """A portal that keeps what it was asked, and everything around it: settings, callers, approvals, the log."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.sent: list[str] = []
        self.company = seed.create_seeded_company()
        self._app = httpx.ASGITransport(create_app(self.company))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        method = request.url.path.rpartition("/")[2]
        commands = json.loads(request.content).get("cmd", {}) if method == "batch" else {"": method}
        self.sent += [command.partition("?")[0] for command in commands.values()]
        return await self._app.handle_async_request(request)

    async def request(self, method: str, body: dict[str, Any]) -> None:
        """What somebody else in the company does."""
        async with httpx.AsyncClient(transport=self._app, base_url="http://127.0.0.1") as client:
            answered = await client.post(f"{seed.ADMIN_WEBHOOK_PATH}{method}", json=body)
        assert answered.status_code == httpx.codes.OK, answered.text

    def make_settings(self, **given: Any) -> Settings:
        webhook = SecretStr(f"http://127.0.0.1{seed.ADMIN_WEBHOOK_PATH}")
        chosen = {"toolsets": "all", "confirm": "none", "plan": "self-hosted", **given}
        return Settings(webhook_url=webhook, state_folder=self.folder, **chosen)

    def make_caller(self, connection: Connection, **given: Any) -> Caller:
        settings = self.make_settings(**given)
        return Caller(
            "stdio",
            Policy.from_settings(settings),
            connection,
            Documentation(self.folder),
            GuardSettings.from_settings(settings),
        )

    def run(self, story: Callable[[Caller], Awaitable[None]], **given: Any) -> None:
        """A story of one server."""

        async def run() -> None:
            async with Connection(self.make_settings(**given), transport=self) as connection:
                await story(self.make_caller(connection, **given))

        anyio.run(run)

    @property
    def approvals(self) -> ApprovalStore:
        return ApprovalStore(State(self.folder / "state.sqlite"))

    @property
    def log(self) -> AuditLog:
        return AuditLog(self.folder / "audit.jsonl")

    def read_events(self) -> list[str]:
        return [str(entry["event"]) for entry in self.log.entries()]

    def find_pending(self) -> Approval:
        (one,) = [one for one in self.approvals.list_all() if one.stage == "pending"]
        return one

    def approve(self) -> str:
        waiting = self.find_pending()
        self.approvals.settle(waiting.id, approve=True, by="anna")
        return waiting.id

    def run_command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """A command for the person who answers for the calls."""
        return run_command(self.folder, *words)


def run_command(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """A command for whoever keeps the state in this folder."""
    environment = {**PLAIN_ENVIRONMENT, "OPENCHANNELS_STATE_FOLDER": str(folder)}
    return subprocess.run(
        command(*words), cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60
    )


async def wait_for_stage(caller: Caller, approval_id: str) -> str:
    """The stage that a call came to, once the server has looked after it."""

    async def look() -> str:
        reply = await answer(caller, "approval_status", {"approval_id": approval_id})
        stage = str((reply.structured_content or {})["stage"])
        return "" if stage in {"approved", "running"} else stage

    return await wait_until_async(look)


def make_message(text: str = "Hello", chat_id: int = CHAT) -> dict[str, Any]:
    return {"chat_id": chat_id, "name": "DEFAULT", "message": text}
