"""What hearing costs the portal: requests are counted where they arrive, and hours pass at once."""

from contextlib import AsyncExitStack
from pathlib import Path

import anyio
import anyio.lowlevel
import pytest

from sandbox.seed.seed import ADMIN_WEBHOOK_PATH, APPLICATION_PATH
from server.events.sources.offline import OfflineSource
from server.events.sources.polling import PollingSource
from server.events.sources.source import EventSource
from tests.served import ServedSandbox
from tests.server.events.hearing import hear

HOUR = 3600.0


class Hour:
    """A pause takes no time; after an hour of pauses the rest never ends."""

    def __init__(self) -> None:
        self.passed = 0.0
        self.over = anyio.Event()

    async def sleep(self, seconds: float) -> None:
        """Let so many seconds pass."""
        self.passed += seconds
        if self.passed >= HOUR:
            self.over.set()
            await anyio.sleep_forever()
        await anyio.lowlevel.checkpoint()


async def _spend_an_hour(sandbox: ServedSandbox, path: str, source: EventSource, folder: Path, listeners: int) -> int:
    """The requests that a quiet hour takes, the start among them."""
    sandbox.control("requests/clear")
    hour = Hour()
    async with hear(f"{sandbox.address}{path}", source, folder, sleep=hour.sleep) as hub, AsyncExitStack() as others:
        for _ in range(listeners - 1):
            await others.enter_async_context(hub.listen())
        with anyio.fail_after(60):
            await hour.over.wait()
        return len([one for one in sandbox.look("requests")["requests"] if not one.get("in_batch")])


@pytest.mark.parametrize("listeners", [1, 100])
def test_a_quiet_hour_of_polling_takes_at_most_150_requests_whoever_listens(
    sandbox: ServedSandbox, tmp_path: Path, listeners: int
) -> None:
    async def spend() -> int:
        return await _spend_an_hour(sandbox, ADMIN_WEBHOOK_PATH, PollingSource(), tmp_path, listeners)

    assert 60 <= anyio.run(spend) <= 150


def test_nothing_is_asked_while_nobody_listens(sandbox: ServedSandbox, tmp_path: Path) -> None:
    async def spend() -> int:
        async with hear(f"{sandbox.address}{APPLICATION_PATH}", OfflineSource(), tmp_path):
            pass
        sandbox.control("requests/clear")
        await anyio.sleep(0.3)
        return len(sandbox.look("requests")["requests"])

    assert anyio.run(spend) == 0
