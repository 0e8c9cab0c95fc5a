"""Who listens to a portal's events: sources run while somebody does, and everybody hears of what the feed gets."""

import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
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
    since: float = 0.0
    """Unix seconds from which it has been running without a break."""
    trouble: str = ""
    """What people should know; empty where all is well."""
    is_blocked: bool = False
    """Whether nothing can be heard now: it failed, or another process has it."""
    blocked: anyio.Event = field(default_factory=anyio.Event)
    """Set when it comes to that, and made anew then."""
    failures: int = 0
    """Since a round went well."""

    def block(self, why: str) -> None:
        """Note that nothing can be heard, and wake whoever waits for the source."""
        self.trouble, self.is_blocked = why, True
        self.blocked.set()
        self.blocked = anyio.Event()

    def fail(self, why: str) -> None:
        """Note that it was ended by a failure; that holds until a round has gone well."""
        self.failures += 1
        self.block(why)

    def begin(self) -> None:
        """Note that it runs."""
        self.running, self.since = True, time.time()
        if not self.failures:
            self.trouble, self.is_blocked = "", False

    def note_round(self) -> None:
        """Note that a round has gone well."""
        if self.is_blocked:
            self.trouble, self.is_blocked, self.failures = "", False, 0

    def report(self, trouble: str) -> None:
        """Note what people should know, though events are heard."""
        self.trouble = trouble


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
        for state in self.states:
            state.pacer.on_round = state.note_round
        self.follower = Follower(feed, open_context)
        self._open_context = open_context
        self._start = start
        self._key = key
        self._folder = folder
        self._sleep = sleep
        self._alone = anyio.Lock()
        self._listeners = 0
        self._running: anyio.CancelScope | None = None
        self._changed = anyio.Event()
        self._newest = 0
        self._keeping: anyio.CancelScope | None = None

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

    def keep_listening(self, seconds: float) -> None:
        """Listen for so many seconds after the last time this was called, for those who ask now and again."""
        until = anyio.current_time() + seconds
        if self._keeping is not None and not self._keeping.cancel_called:
            self._keeping.deadline = until
        else:
            self._keeping = anyio.CancelScope(deadline=until)
            self._start(partial(self._listen_in, self._keeping))

    async def _listen_in(self, scope: anyio.CancelScope) -> None:
        async with self.listen():
            with scope:
                await anyio.sleep_forever()

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
                    if not state.is_blocked and (not state.trouble or state.pacer.has_begun):
                        tasks.start_soon(_refresh_source, state)
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
        """One at a time: what ran for earlier listeners may still hold what only one may have."""
        with scope:
            async with self._alone, anyio.create_task_group() as tasks:
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
        while True:
            try:
                return await self._run_source(state)
            except PortalError as error:
                state.fail(": ".join(filter(None, (error.happened, error.description))))
            except (StorageError, SettingsError, OSError) as error:
                state.fail(str(error))
            except Exception:
                logger.exception("The source of events %s failed; it is started again", state.source.name)
                state.fail("it failed inside this server, which is in its log")
            finally:
                state.running = False
            await self._sleep(PAUSES[min(state.failures, len(PAUSES)) - 1])

    async def _run_source(self, state: SourceState) -> None:
        parts = SourceParts(self.feed, self.follower, self._open_context, self._sleep, state.pacer, state.report)
        async with self._hold_lock(state):
            state.begin()
            await state.source.run(parts)

    @asynccontextmanager
    async def _hold_lock(self, state: SourceState) -> AsyncIterator[None]:
        """Only one process reads what is gone once it was read."""
        if not state.source.exclusive:
            yield
            return
        path = make_lock_path(self._folder, self._key, state.source.name)
        while (lock := await to_thread.run_sync(try_lock, path)) is None:
            state.block(ELSEWHERE)
            await anyio.sleep(LOCK_AGAIN)
        try:
            yield
        finally:
            lock.release()


async def _refresh_source(state: SourceState) -> None:
    """Wait for a new round of a source; not where something comes up that keeps it from one."""
    async with anyio.create_task_group() as tasks:

        async def end(wait: Callable[[], Awaitable[object]]) -> None:
            await wait()
            tasks.cancel_scope.cancel()

        tasks.start_soon(end, state.blocked.wait)
        tasks.start_soon(end, state.pacer.refresh)
