"""What the sources of events miss, how late they are and how much they ask, against a portal that fails."""

from contextlib import AsyncExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import anyio
import anyio.lowlevel

from bench.campaign.life import Life
from bench.campaign.listening import Hearing, listening, open_hub
from bench.campaign.run import ALL, Plan, prepare, run, wait_until
from bench.figures import percentile
from bench.served import portal
from bench.table import Row, Table

SOURCES = {
    "polling, webhook": Plan("polling", 10_000, 500, 12),
    "offline queue": Plan("offline", 10_000, 500, 12),
    "offline queue, plan without the feature": Plan("offline", 10_000, 500, 12, keeps=False),
    "application, posted to": Plan("application", 10_000, 500, 12),
    "bot, fetch mode": Plan("bot", 10_000, 500, 12),
}
SHORT = 300, 20, 2
HOUR = 3600.0
NOTES = (
    (
        "In the campaign the pauses of sources go by 100 times faster; its seconds are those of the machine, which is "
        "busy with some hundred events a second. What was lost on the way is found by reading."
    ),
    (
        "One message at a time is heard in real time from an application and 10 times faster from the others; its "
        "seconds are those that it would have been."
    ),
)
PATIENCE = 60.0
TIMES, TIMES_SHORT = 20, 5


def measure(*, short: bool) -> Table:
    """Every source at a portal of its own."""
    return Table(
        "8. Events",
        "10,000 events in 500 dialogs over each source while the portal answers 503, loses answers, and loses, "
        "doubles, delays and reorders what it tells, and the hearing process is killed 12 times; then one message at "
        "a time, and an hour of quiet.",
        (
            "source",
            "messages",
            "missing",
            "twice, out of order, wrong",
            "sessions missed",
            "edits lost",
            "deletions lost",
            "lost on the way",
            "median s",
            "worst s",
            "one message, worst s",
            "requests an hour",
        ),
        tuple(_measure_source(name, plan, short=short) for name, plan in SOURCES.items()),
        NOTES,
    )


def _measure_source(name: str, plan: Plan, *, short: bool) -> Row:
    if short:
        plan = Plan(plan.source, *SHORT, keeps=plan.keeps)
    with portal() as here, TemporaryDirectory() as folder:
        found = run(here.address, Path(folder), plan)
    with portal() as here, TemporaryDirectory() as folder:
        requests = count_requests(here.address, Path(folder), plan, HOUR)
    with portal() as here, TemporaryDirectory() as folder:
        single = replace(plan, faster=1.0 if plan.source == "application" else 10.0)
        alone = measure_delays(here.address, Path(folder), single, TIMES_SHORT if short else TIMES)
    return (
        name,
        found.messages,
        len(found.missing),
        len(found.faults),
        found.unseen_sessions,
        found.edits[0] - found.edits[1],
        found.deletions[0] - found.deletions[1],
        found.lost,
        percentile(found.delays, 50),
        max(found.delays),
        max(alone),
        requests,
    )


def count_requests(
    address: str, folder: Path, plan: Plan, seconds: float, *, listeners: int = 1, processes: int = 1
) -> int:
    """HTTP requests that a source makes in so much time in which nothing happens, its beginning included.

    So many hubs share one state folder, as processes do, and so many listen to each.
    """
    with Life(address) as life:
        hearing = prepare(life, address, folder, plan)
        before: int = life.control("limits")["requests"]
        anyio.run(_listen_quietly, hearing, seconds, listeners, processes)
        after: int = life.control("limits")["requests"]
    return after - before


class QuietClock:
    """Lets every task that sleeps go on at once, until it has slept for so many seconds altogether."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._slept: dict[int, float] = {}
        self._over = anyio.Event()

    async def sleep(self, seconds: float) -> None:
        """A pause of a source."""
        task = anyio.get_current_task().id
        self._slept[task] = self._slept.get(task, 0.0) + seconds
        if min(self._slept.values()) >= self._seconds:
            self._over.set()
        await (anyio.lowlevel.checkpoint() if self._slept[task] < self._seconds else anyio.sleep_forever())

    async def wait(self) -> None:
        """Until the time is over for all of them."""
        with anyio.fail_after(PATIENCE):
            await self._over.wait()


async def _listen_quietly(hearing: Hearing, seconds: float, listeners: int, processes: int) -> None:
    clock = QuietClock(seconds)
    async with AsyncExitStack() as opened:
        for _ in range(processes):
            hub = await opened.enter_async_context(open_hub(hearing, clock.sleep))
            for _ in range(listeners):
                await opened.enter_async_context(hub.listen())
        await clock.wait()


def measure_delays(address: str, folder: Path, plan: Plan, times: int) -> list[float]:
    """Seconds from a client's message to the event in the feed, one message at a time, as if nothing went faster."""
    with Life(address) as life:
        hearing = prepare(life, address, folder, plan)
        with listening(hearing):
            wait_until(lambda: hearing.feed.read_position(hearing.source) is not None, PATIENCE)
            life.add_dialogs(1)
            for _ in range(times):
                life.write(life.chats[0])
                wait_until(partial(_is_heard, hearing, max(life.written)), PATIENCE)
            heard = {one.event.message_id: one.noted for one in hearing.feed.read(limit=ALL)}
    return [(heard[number] - at) * plan.faster for number, at in life.written.items()]


def _is_heard(hearing: Hearing, number: int) -> bool:
    return any(one.event.message_id == number for one in hearing.feed.read(limit=ALL))
