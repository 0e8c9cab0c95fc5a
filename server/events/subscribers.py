"""Who wants to hear that something happened, and the one reader of the feed for all of them.

Subscribers hear of addresses, not of events: what happened there they read themselves, as far as they may. Over which
transport somebody hears is not known here. A second server on the same feed tells its own subscribers.
"""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

import anyio
from anyio import to_thread

from server.events.addresses import list_touched
from server.storage.errors import StorageError

if TYPE_CHECKING:
    from server.events.hub import EventHub

logger = logging.getLogger(__name__)

PAUSE = 1.0
"""Seconds between two notices of one address."""
Start = Callable[[Callable[[], Awaitable[None]]], None]


class Subscriber:
    """One stream or session, and the addresses that it wants to hear of.

    `send` tells it of an address; `find_subject` gives the address as events are told of it for one as the client wrote
    it, and None once it may not hear of it any more.
    """

    def __init__(self, send: Callable[[str], Awaitable[None]], find_subject: Callable[[str], str | None]) -> None:
        self._send = send
        self._find_subject = find_subject
        self._wanted: dict[str, str] = {}
        self._pending: dict[str, None] = {}
        self._changed = anyio.Event()

    @property
    def wanted(self) -> list[str]:
        """The addresses as the client wrote them."""
        return list(self._wanted)

    def add(self, uri: str) -> bool:
        """Want to hear of an address; False where nothing is ever told of it to this one."""
        subject = self._find_subject(uri)
        if subject is not None:
            self._wanted[uri] = subject
        return subject is not None

    def remove(self, uri: str) -> None:
        """Want to hear no more of an address."""
        self._wanted.pop(uri, None)
        self._pending.pop(uri, None)

    def note(self, touched: Collection[str]) -> None:
        """Note that something happened; addresses that wait to be told already are told once."""
        self._pending.update((uri, None) for uri, subject in self._wanted.items() if subject in touched)
        if self._pending:
            self._changed.set()

    async def run(self) -> None:
        """Tell of what happened, one after the other, until cancelled."""
        while True:
            await self._changed.wait()
            self._changed = anyio.Event()
            while self._pending:
                uri = next(iter(self._pending))
                del self._pending[uri]
                if self._find_subject(uri) is not None:
                    await self._send(uri)


class EventNotices:
    """Reads the feed of one portal while anybody subscribes, and asks the portal no more for a hundred than for one."""

    def __init__(self, hub: "EventHub", start: Start, sleep: Callable[[float], Awaitable[None]] = anyio.sleep) -> None:
        self._hub = hub
        self._start = start
        self._sleep = sleep
        self._subscribers: set[Subscriber] = set()
        self._reading: anyio.CancelScope | None = None
        self._beginning = anyio.Lock()

    @asynccontextmanager
    async def serve(self, subscriber: Subscriber) -> AsyncIterator[None]:
        """Tell a subscriber what happens from now on, as long as the context is open.

        Raises:
            StorageError: The feed cannot be read.
        """
        async with self._beginning:
            if self._reading is None:
                number = await self._hub.get_newest()
                self._reading = anyio.CancelScope()
                self._start(partial(_run_in, self._reading, partial(self._read, number)))
            self._subscribers.add(subscriber)
        scope = anyio.CancelScope()
        self._start(partial(_run_in, scope, subscriber.run))
        try:
            yield
        finally:
            scope.cancel()
            self._subscribers.discard(subscriber)
            if not self._subscribers and self._reading is not None:
                self._reading.cancel()
                self._reading = None

    async def _read(self, number: int) -> None:
        """Pause after each notice, so that much that happens at once is told once, and what came meanwhile after it."""
        async with self._hub.listen():
            while True:
                await self._hub.wait(number)
                try:
                    number = await self._tell(number)
                except StorageError:
                    logger.warning("The feed of events cannot be read; it is tried again")
                except Exception:
                    logger.exception("Telling of events failed; it goes on")
                await self._sleep(PAUSE)

    async def _tell(self, number: int) -> int:
        """Tell of all that came after a number; the number of the last of it."""
        touched: set[str] = set()
        while events := await to_thread.run_sync(self._hub.feed.read, number):
            number = events[-1].number
            touched.update(address for noted in events for address in list_touched(noted.event))
        for subscriber in self._subscribers:
            subscriber.note(touched)
        return number


async def _run_in(scope: anyio.CancelScope, work: Callable[[], Awaitable[None]]) -> None:
    """A fault of one subscriber ends neither the others nor the connection to the portal."""
    with scope:
        try:
            await work()
        except Exception:
            logger.exception("Telling one subscriber failed; it is told nothing more")
