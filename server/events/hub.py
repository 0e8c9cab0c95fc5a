"""Who listens to a portal's events: sources run while somebody does, and everybody hears of what the feed gets."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path

import anyio
from anyio import to_thread

from portal.errors import PortalError
from portal.private_file import try_lock
from server.config.settings import SettingsError
from server.events.feed.follower import Follower
from server.events.feed.store import Feed
from server.events.sources.pacing import Pacer
from server.events.sources.source import EventSource, SourceParts
from server.storage.errors import StorageError
from workflows.core.context import Context

logger = logging.getLogger(__name__)

LOOK_EVERY = 0.5
"""Seconds between two looks for events that another process wrote down."""
LOCK_AGAIN = 3.0
"""Seconds after which a source that another process runs is tried again."""
PAUSES = (1.0, 5.0, 15.0, 60.0)
"""Seconds before a source that failed is run again; the last one for every further time."""
ELSEWHERE = "another process of this machine hears these events; they come through the common feed"


@dataclass
class SourceState:
    """How a source is doing."""

    source: EventSource
    pacer: Pacer
    running: bool = False
    trouble: str = ""
    """What people should know; empty where all is well."""


def make_lock_path(folder: Path, key: str, source: str) -> Path:
    """The file that whoever runs an exclusive source for a user of a portal holds locked."""
    return folder / f"events-{sha256(f'{key} {source}'.encode()).hexdigest()[:16]}.lock"


def is_running(folder: Path, key: str, source: str) -> bool:
    """Whether any process that shares this state folder runs an exclusive source now."""
    path = make_lock_path(folder, key, source)
    if not path.exists():
        return False
    lock = try_lock(path)
    if lock is not None:
        lock.release()
    return lock is None


class EventHub:
    """The events of one portal as one user of it hears them.

    `start` runs work beside the calls until the connection is closed; `key` names portal and user without a secret.
    """

    def __init__(
        self,
        feed: Feed,
        sources: Sequence[EventSource],
        open_context: Callable[[], Awaitable[Context]],
        start: Callable[[Callable[[], Awaitable[None]]], None],
        *,
        key: str,
        folder: Path,
        sleep: Callable[[float], Awaitable[None]] = anyio.sleep,
    ) -> None:
        self.feed = feed
        self.states = [SourceState(source, Pacer(sleep)) for source in sources]
        self.follower = Follower(feed, open_context)
        self._open_context = open_context
        self._start = start
        self._key = key
        self._folder = folder
        self._sleep = sleep
        self._listeners = 0
        self._running: anyio.CancelScope | None = None
        self._changed = anyio.Event()
        self._newest = 0

    @asynccontextmanager
    async def listen(self) -> AsyncIterator["EventHub"]:
        """Keep the sources running as long as the context is open; nothing is asked while nobody listens."""
        self._listeners += 1
        if self._running is None:
            self._running = anyio.CancelScope()
            self._start(partial(self._run, self._running))
        try:
            yield self
        finally:
            self._listeners -= 1
            if not self._listeners and self._running is not None:
                self._running.cancel()
                self._running = None

    async def get_newest(self) -> int:
        """The number of the newest event of the feed; 0 where there is none."""
        return (await to_thread.run_sync(self.feed.get_bounds))[1]

    async def wait(self, after: int) -> None:
        """Wait until the feed has an event after this number; `listen` has to be open."""
        while self._newest <= after:
            await self._changed.wait()

    async def refresh(self, seconds: float) -> bool:
        """Let every source that asks again and again do so now; False where one was not ready within the seconds.

        `listen` has to be open. A source that does not run, or has not begun for some trouble, is not waited for.
        """
        with anyio.move_on_after(seconds) as waiting:
            async with anyio.create_task_group() as tasks:
                for state in self.states:
                    if not state.trouble or (state.running and state.pacer.has_begun):
                        tasks.start_soon(state.pacer.refresh)
        await self.look()
        return not waiting.cancelled_caught

    async def look(self) -> None:
        """See whether the feed has grown, and wake everybody who waits for it."""
        newest = await self.get_newest()
        if newest > self._newest:
            self._newest = newest
            self._changed.set()
            self._changed = anyio.Event()

    async def _run(self, scope: anyio.CancelScope) -> None:
        with scope:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self._watch_feed)
                for state in self.states:
                    tasks.start_soon(self._keep_running, state)

    async def _watch_feed(self) -> None:
        """Other processes write into the same feed."""
        while True:
            try:
                await self.look()
            except StorageError:
                logger.warning("The feed of events cannot be read; it is tried again")
            await anyio.sleep(LOOK_EVERY)

    async def _keep_running(self, state: SourceState) -> None:
        failures = 0
        while True:
            try:
                return await self._run_source(state)
            except PortalError as error:
                state.trouble = ": ".join(filter(None, (error.happened, error.description)))
            except (StorageError, SettingsError) as error:
                state.trouble = str(error)
            except Exception:
                logger.exception("The source of events %s failed; it is started again", state.source.name)
                state.trouble = "it failed inside this server, which is in its log"
            finally:
                state.running = False
            await self._sleep(PAUSES[min(failures, len(PAUSES) - 1)])
            failures += 1

    async def _run_source(self, state: SourceState) -> None:
        def report(trouble: str) -> None:
            state.trouble = trouble

        parts = SourceParts(self.feed, self.follower, self._open_context, self._sleep, state.pacer, report)
        async with self._hold_lock(state):
            state.running, state.trouble = True, ""
            await state.source.run(parts)

    @asynccontextmanager
    async def _hold_lock(self, state: SourceState) -> AsyncIterator[None]:
        """Only one process reads what is gone once it was read."""
        if not state.source.exclusive:
            yield
            return
        path = make_lock_path(self._folder, self._key, state.source.name)
        while (lock := await to_thread.run_sync(try_lock, path)) is None:
            state.trouble = ELSEWHERE
            await anyio.sleep(LOCK_AGAIN)
        try:
            yield
        finally:
            lock.release()
