"""Sources in this process that hear a served portal, and ask at once when a test wants to know."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import anyio

from portal.client import Portal
from portal.webhook import Webhook
from server.events.feed.store import Feed
from server.events.hub import EventHub
from server.events.sources.source import EventSource
from server.storage.database import State
from tests.waiting import wait_until_async
from workflows.core.context import Context

TIMEOUT = 30


@asynccontextmanager
async def hear(
    address: str,
    source: EventSource,
    folder: Path,
    *,
    sleep: Callable[[float], Awaitable[None]] = anyio.sleep,
    seconds: float = 5,
) -> AsyncIterator[EventHub]:
    """A hub that hears by one source, from the moment at which it misses nothing.

    `address` is that of a portal with the path of a webhook; a call may take so many `seconds`.
    """
    async with Portal(Webhook.parse(address), seconds=seconds, plan=None) as portal, anyio.create_task_group() as tasks:

        async def open_context() -> Context:
            return Context(portal, {})

        feed = Feed(State.in_folder(folder), "portal")

        def start(work: Callable[[], Awaitable[None]]) -> None:
            tasks.start_soon(work)  # type: ignore[arg-type]

        hub = EventHub(feed, [source], open_context, start, key="portal", folder=folder, sleep=sleep)

        async def has_begun() -> bool:
            return hub.states[0].pacer.has_begun

        async with hub.listen():
            await wait_until_async(has_begun, TIMEOUT)
            yield hub
        tasks.cancel_scope.cancel()


async def wait_for_texts(hub: EventHub, *texts: str) -> list[str]:
    """The texts of all messages in the order in which they were noted, once these are among them."""

    async def look() -> list[str]:
        assert await hub.refresh(TIMEOUT), hub.states[0].trouble
        events = [noted.event for noted in hub.feed.read(limit=100_000)]
        found = [event.text for event in events if event.kind.startswith("message_from") and event.text]
        return [*found, ""] if set(texts) <= set(found) else []

    return (await wait_until_async(look, TIMEOUT))[:-1]


async def wait_for_trouble(hub: EventHub, trouble: str) -> None:
    """Wait until the source says this of itself, and have it ask meanwhile."""

    async def look() -> bool:
        await hub.refresh(TIMEOUT)
        return hub.states[0].trouble == trouble

    await wait_until_async(look, TIMEOUT)
