"""One employee's calls in a company of its own."""

from collections.abc import Collection
from typing import Any

import anyio
import httpx
from pydantic import SecretStr

from sandbox.app import create_app
from sandbox.seed import seed
from server.config.settings import Settings
from server.connection import Connection
from server.policy import Policy
from tests.callers import answer, caller
from tools import TOOLSETS

Step = tuple[str, dict[str, Any]]


class Employee:
    """Calls tools as the owner of a webhook; the embedded portal is nobody else's."""

    def __init__(self, webhook: str, toolsets: Collection[str] = TOOLSETS) -> None:
        self._webhook = webhook
        self._toolsets = frozenset(toolsets)
        self.company = seed.create_seeded_company()
        self._transport = httpx.ASGITransport(create_app(self.company))

    def replies(self, *steps: Step) -> list[Any]:
        """What a few calls in a row are answered."""

        async def run() -> list[Any]:
            url = SecretStr(f"http://127.0.0.1{self._webhook}")
            async with Connection(Settings(webhook_url=url), transport=self._transport) as connection:
                anybody = caller(Policy(self._toolsets), connection)
                return [await answer(anybody, name, arguments) for name, arguments in steps]

        return anyio.run(run)

    def say(self, name: str, /, **arguments: Any) -> Any:
        """What one call is answered."""
        (reply,) = self.replies((name, arguments))
        return reply
