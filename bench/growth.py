"""How the inbox, the history of a dialog and the search grow with what there is."""

import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import anyio
import httpx
from mcp import Client

from bench.figures import median, ratio
from bench.served import OURS, Served, of_portal, over_stdio, portal
from bench.size import length
from bench.table import Row, Table
from reference.mirror.clean import CleanPage
from reference.mirror.store import database_path, write_database

SIZES, SIZES_SHORT = (10, 100, 1_000, 10_000), (10, 100)
TIMES = 3
CHAT = 201
WORDS = tuple(
    f"{first}{last}" for first in ("har", "fer", "sai", "mas", "kee", "rud") for last in ("bour", "ry", "lor")
)


@dataclass(frozen=True)
class Cost:
    """What one question took."""

    seconds: float
    requests: int
    bytes: int


def measure(*, short: bool) -> Table:
    """Each of them at each size, at a portal of its own."""
    sizes = SIZES_SHORT if short else SIZES
    rows = [row for name, grown in GROWING.items() for row in _rows(name, grown, sizes)]
    return Table(
        "7. Growth",
        "One warm tool call over stdio where there is ten times more each time, beside the size before: 10 times the "
        f"time is linear, 100 times quadratic. Median of {TIMES}, portal included; bytes of text.",
        ("what", "size", "median ms", "times before", "HTTP requests", "bytes", "bytes, times before"),
        tuple(rows),
    )


def _rows(name: str, grown: Callable[[int], Cost], sizes: tuple[int, ...]) -> Iterator[Row]:
    costs = [grown(size) for size in sizes]
    yield name, sizes[0], costs[0].seconds * 1e3, None, costs[0].requests, costs[0].bytes, None
    for size, (before, now) in zip(sizes[1:], pairwise(costs), strict=True):
        dearer, longer = ratio(now.seconds, before.seconds), ratio(now.bytes, before.bytes)
        yield name, size, now.seconds * 1e3, dearer, now.requests, now.bytes, longer


def inbox(dialogs: int) -> Cost:
    """So many dialogs more, of which six in a hundred wait."""
    with portal() as here:
        here.control("crowd", {"dialogs": dialogs})
        return asked(here, "inbox", {})


def history(messages: int) -> Cost:
    """So many messages more in one session."""
    with portal() as here:
        _talk(here, messages)
        return asked(here, "session_history_get", {"chat_id": CHAT})


def dialog(messages: int) -> Cost:
    """The same, asked for as a briefing."""
    with portal() as here:
        _talk(here, messages)
        return asked(here, "dialog", {"dialog": str(CHAT)})


def docs_search(pages: int) -> Cost:
    """A copy of made-up official documentation beside our pages."""
    with TemporaryDirectory() as folder, portal() as here:
        made = [*made_up(pages)]
        meta = {"source": "made up", "etag": "", "digest": "", "revision": "", "dated": "2026-01-01", "synced": ""}
        write_database(database_path(Path(folder), "en"), made, ["2026-01-01"] * pages, {}, meta)
        return asked(here, "docs_search", {"query": "ferry sailor harbour"}, OPENCHANNELS_DOCS_FOLDER=folder)


GROWING: Mapping[str, Callable[[int], Cost]] = {
    "inbox, dialogs": inbox,
    "session_history_get, messages": history,
    "dialog, messages": dialog,
    "docs_search, official pages": docs_search,
}


def asked(here: Served, tool: str, arguments: dict[str, Any], **settings: str) -> Cost:
    """A tool call through a server of its own."""
    with ExitStack() as stack:
        command = stack.enter_context(over_stdio(OURS, **of_portal(here.webhook), **settings))
        return anyio.run(_asked, command, here, tool, arguments)


async def _asked(command: Any, here: Served, tool: str, arguments: dict[str, Any]) -> Cost:
    taken = []
    async with Client(command) as client:
        reply = await client.call_tool(tool, arguments)
        before = here.control("limits")["requests"]
        for _ in range(TIMES):
            started = time.perf_counter()
            reply = await client.call_tool(tool, arguments)
            taken.append(time.perf_counter() - started)
        requests = here.control("limits")["requests"] - before
    return Cost(median(taken), requests // TIMES, length(reply))


def _talk(here: Served, messages: int) -> None:
    with httpx.Client(base_url=here.address) as http:
        for number in range(messages):
            said = {"chat_id": CHAT, "text": f"Message {number} of somebody who writes a lot."}
            http.post("/_sandbox/client-message", json=said).raise_for_status()


def made_up(pages: int) -> Iterator[CleanPage]:
    """Pages of a hundred words; each word stands in a constant share of them."""
    chosen = random.Random(1)  # noqa: S311  (the same pages every time)
    for number in range(pages):
        text = " ".join(chosen.choices([*WORDS, *(f"word{n}" for n in range(200))], k=100))
        title = f"{chosen.choice(WORDS).title()} {number} ship.page{number}.get"
        yield CleanPage(f"ships/page-{number}", title, text[:80], f"# {title}\n\n{text}\n\n## More\n\n{text[::-1]}\n")
