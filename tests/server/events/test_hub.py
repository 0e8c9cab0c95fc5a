"""Who listens: sources run while somebody does, one process reads what others would lose, failures are told."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
import pytest
from anyio.abc import TaskGroup

from portal.errors import NotReachableError
from server.events.feed.store import Feed
from server.events.hub import ELSEWHERE, PAUSES, EventHub
from server.events.sources.source import Abilities, SourceParts
from server.events.subscribers import EventNotices, Subscriber
from server.storage.database import State
from tests.server.events.telling import make_message, run
from tests.waiting import wait_until_async
from workflows.core.context import Context


@pytest.fixture(autouse=True)
def _nothing_is_fresh_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.events.sources.pacing.FRESH", 0)


class OwnSource:
    """A source that does what a test says, and counts how often it looked."""

    name = "own"
    exclusive = True
    abilities = Abilities("all", "nothing", "nothing is lost")

    def __init__(self, failures: int = 0) -> None:
        self.rounds = 0
        self.starts = 0
        self.failures = failures
        self.pending: list[Any] = []

    async def run(self, parts: SourceParts) -> None:
        """A round, then a pause, again and again."""
        self.starts += 1
        while True:
            if self.failures:
                self.failures -= 1
                raise NotReachableError("nobody is there")
            self.rounds += 1
            events, self.pending = self.pending, []
            await anyio.to_thread.run_sync(parts.feed.append, events)
            await parts.pacer.pause(30)


class Listening:
    """A hub with its source, and the tasks that it starts."""

    def __init__(self, folder: Path, tasks: TaskGroup, source: OwnSource, slept: list[float]) -> None:
        self.source = source
        self.tasks = tasks

        async def sleep(seconds: float) -> None:
            slept.append(seconds)
            await anyio.sleep(0 if seconds in PAUSES else seconds)

        feed = Feed(State.in_folder(folder), "portal")
        self.hub = EventHub(feed, [source], _open_nothing, self.start, key="portal", folder=folder, sleep=sleep)

    @property
    def state(self) -> Any:
        """How the source is doing."""
        return self.hub.states[0]

    def start(self, work: Callable[[], Awaitable[None]]) -> None:
        """Run work beside the story."""

        async def run() -> None:
            await work()

        self.tasks.start_soon(run)

    async def wait_for_rounds(self, number: int) -> None:
        """Until the source has looked so often."""
        await wait_until_async(lambda: _told(self.source.rounds >= number))


async def _told(value: object) -> object:
    return value


async def _open_nothing() -> Context:
    raise AssertionError("no portal is needed here")


@asynccontextmanager
async def open_hub(
    folder: Path, source: OwnSource | None = None, slept: list[float] | None = None
) -> AsyncIterator[Listening]:
    async with anyio.create_task_group() as tasks:
        yield Listening(folder, tasks, source or OwnSource(), [] if slept is None else slept)
        tasks.cancel_scope.cancel()


def test_a_source_runs_while_anybody_listens_and_not_otherwise(tmp_path: Path) -> None:
    async def story() -> None:
        async with open_hub(tmp_path) as one:
            await anyio.lowlevel.checkpoint()
            assert one.source.starts == 0
            async with one.hub.listen():
                async with one.hub.listen():
                    await one.wait_for_rounds(1)
                await one.hub.refresh(5)
                assert one.source.starts == 1
                assert one.state.running
            await wait_until_async(lambda: _told(not one.state.running))
            rounds = one.source.rounds
            assert one.source.rounds == rounds
            async with one.hub.listen():
                await one.wait_for_rounds(rounds + 1)
            assert one.source.starts == 2

    run(story)


def test_whoever_listens_again_at_once_is_not_kept_out_by_himself(tmp_path: Path) -> None:
    async def story() -> None:
        async with open_hub(tmp_path) as one:
            for number in range(1, 4):
                async with one.hub.listen():
                    with anyio.fail_after(2):
                        await one.wait_for_rounds(number)
                    assert one.state.trouble == ""

    run(story)


def test_whoever_wants_to_know_now_waits_for_a_new_round(tmp_path: Path) -> None:
    async def story() -> None:
        async with open_hub(tmp_path) as one, one.hub.listen():
            await one.wait_for_rounds(1)
            await anyio.lowlevel.checkpoint()
            one.source.pending.append(make_message())
            assert await one.hub.refresh(5)
            assert len(one.hub.feed.read()) == 1

    run(story)


def test_whoever_waits_is_woken_by_what_another_process_wrote(tmp_path: Path) -> None:
    async def story() -> None:
        async with open_hub(tmp_path) as one, one.hub.listen():
            number = await one.hub.get_newest()
            Feed(State.in_folder(tmp_path), "portal").append([make_message()])
            with anyio.fail_after(10):
                await one.hub.wait(number)

    run(story)


def test_one_process_runs_an_exclusive_source_and_the_next_takes_it_over(tmp_path: Path) -> None:
    async def story() -> None:
        async with open_hub(tmp_path) as first, open_hub(tmp_path) as second, second.hub.listen():
            await second.wait_for_rounds(1)
            async with first.hub.listen():
                await second.hub.refresh(5)
                await wait_until_async(lambda: _told(first.state.trouble == ELSEWHERE))
                assert first.source.rounds == 0
                with anyio.fail_after(5):
                    assert await first.hub.refresh(30), "nobody waits for what another process does"
                second.source.pending.append(make_message())
                await second.hub.refresh(5)
                with anyio.fail_after(10):
                    await first.hub.wait(0)

    run(story)


def test_a_source_that_fails_is_run_again_after_longer_and_longer_pauses_and_says_why(tmp_path: Path) -> None:
    slept: list[float] = []

    async def story() -> None:
        async with open_hub(tmp_path, OwnSource(failures=6), slept) as one, one.hub.listen():
            await one.wait_for_rounds(1)
            await wait_until_async(lambda: _told(not one.state.trouble))
            assert slept[:6] == [*PAUSES, PAUSES[-1], PAUSES[-1]]
            one.source.failures = 1
            with anyio.fail_after(10):
                await one.hub.refresh(10)
            await one.wait_for_rounds(2)
            assert slept.count(PAUSES[0]) == 2, "after a good round the pauses begin anew"

    run(story)


def test_whoever_wants_to_know_now_does_not_wait_for_what_is_broken(tmp_path: Path) -> None:
    async def story() -> None:
        async with open_hub(tmp_path, OwnSource(failures=10_000)) as one, one.hub.listen():
            with anyio.fail_after(5):
                await one.hub.refresh(60)
                await one.hub.refresh(60)
            assert "nobody is there" in one.state.trouble

    run(story)


def test_a_fault_of_ours_in_a_source_ends_nothing_else(tmp_path: Path) -> None:
    class Faulty(OwnSource):
        async def run(self, parts: SourceParts) -> None:
            self.starts += 1
            if self.starts == 1:
                raise KeyError("a fault")
            await super().run(parts)

    async def story() -> None:
        async with open_hub(tmp_path, Faulty()) as one, one.hub.listen():
            await one.wait_for_rounds(1)

    run(story)


def test_a_lease_listens_until_its_time_is_over_and_is_lengthened(tmp_path: Path) -> None:
    async def story() -> None:
        async with open_hub(tmp_path) as one:
            one.hub.keep_listening(0.1)
            one.hub.keep_listening(60)
            await one.wait_for_rounds(1)
            with anyio.move_on_after(0.3):
                await one.hub.wait(1)
            assert one.state.running
            one.hub.keep_listening(0.05)
            await wait_until_async(lambda: _told(not one.state.running))
            one.hub.keep_listening(60)
            await one.wait_for_rounds(2)

    run(story)


@pytest.mark.parametrize("number", [1, 100])
def test_a_hundred_subscribers_cost_no_more_than_one(number: int, tmp_path: Path) -> None:
    async def story() -> None:
        async with open_hub(tmp_path) as one, anyio.create_task_group() as tasks:
            notices, heard = EventNotices(one.hub, one.start), [0] * number
            ready = anyio.Semaphore(0)

            async def subscribe(place: int) -> None:
                async def note(_: str) -> None:
                    heard[place] += 1

                subscriber = Subscriber(note, lambda uri: uri)
                subscriber.add("openchannels://events")
                async with notices.serve(subscriber):
                    ready.release()
                    await anyio.sleep_forever()

            for place in range(number):
                tasks.start_soon(subscribe, place)
            for _ in range(number):
                await ready.acquire()
            await one.hub.refresh(5)
            one.source.pending.append(make_message())
            await one.hub.refresh(5)
            await wait_until_async(lambda: _told(all(heard)))
            assert heard == [1] * number
            assert one.source.starts == 1
            assert one.source.rounds <= 3  # a busy machine may take one more, however many there are
            tasks.cancel_scope.cancel()

    run(story)


def test_a_subscriber_that_does_not_read_holds_up_nobody(tmp_path: Path) -> None:
    async def story() -> None:
        async with open_hub(tmp_path) as one:
            notices, heard = EventNotices(one.hub, one.start), anyio.Event()

            async def hang(_: str) -> None:
                await anyio.sleep_forever()

            async def note(_: str) -> None:
                heard.set()

            slow, quick = Subscriber(hang, lambda uri: uri), Subscriber(note, lambda uri: uri)
            slow.add("openchannels://events")
            quick.add("openchannels://events")
            async with notices.serve(slow), notices.serve(quick):
                one.hub.feed.append([make_message()])
                with anyio.fail_after(10):
                    await heard.wait()

    run(story)
