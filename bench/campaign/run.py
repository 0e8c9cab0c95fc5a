"""One campaign: a source hears what goes on at a portal that fails in every way, by a process that is killed."""

import random
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench.campaign.law import Findings, examine
from bench.campaign.life import LINE, Life
from bench.campaign.listening import FASTER, Hearing, listening, prove
from sandbox.seed.seed import ADMIN_WEBHOOK_PATH, APPLICATION_PATH
from server.events.feed.store import Feed
from server.events.sources.wire import OPEN_CHANNELS

TIMEOUT = 120
QUIET, LONG_QUIET = 1.0, 10.0
"""Seconds without an event after which nothing more is expected; longer than any pause of a source, accelerated."""
ALL = 10_000_000
ANSWERED_BADLY = (
    {"kind": "status", "status": 503, "rate": 0.03},
    {"kind": "drop_after", "rate": 0.02},
    {"kind": "drop_before", "rate": 0.02},
    {"kind": "query_limit", "rate": 0.02},
)
DELIVERED_BADLY = (
    {"kind": "lost", "rate": 0.1},
    {"kind": "doubled", "rate": 0.1},
    {"kind": "reordered", "rate": 0.1},
    {"kind": "late", "rate": 0.05, "seconds": 0.3},
)
BOT_TOKEN = "a-long-random-token-of-the-campaign"  # noqa: S105  nothing but the sandbox knows it


@dataclass(frozen=True)
class Plan:
    """What a campaign does."""

    source: str
    events: int
    dialogs: int
    kills: int
    keeps: bool = True
    """Whether the portal's plan has the feature of the offline queue."""
    faster: float = FASTER


def run(address: str, folder: Path, plan: Plan) -> Findings:
    """Run a campaign against a sandbox as it is seeded, which is left with its faults cleared."""
    with Life(address) as life:
        hearing = prepare(life, address, folder, plan)
        with listening(hearing) as listener:
            wait_until(lambda: hearing.feed.read_position(hearing.source) is not None, TIMEOUT)
            life.add_dialogs(plan.dialogs)
            _strike(life)
            for share in _share(plan.events - plan.dialogs, plan.kills + 1):
                life.go_on(share)
                if plan.kills:
                    listener.kill()
                    life.go_on(5)
                    listener.start()
            life.control("faults/clear", {})
            return _wait(life, hearing.feed)


def _share(events: int, parts: int) -> list[int]:
    """Parts of random size."""
    chosen = random.Random(events)  # noqa: S311  (the same each time)
    marks = sorted(chosen.randrange(events) for _ in range(parts - 1))
    return [end - start for start, end in zip([0, *marks], [*marks, events], strict=True)]


def _strike(life: Life) -> None:
    life.control("faults", {"rules": ANSWERED_BADLY, "seed": 7})
    life.control("events/faults", {"rules": DELIVERED_BADLY, "seed": 7})
    life.control("logs/faults", {"rules": DELIVERED_BADLY, "seed": 7})


def prepare(life: Life, address: str, folder: Path, plan: Plan) -> Hearing:
    """Set the portal up for a source, and say how to hear it."""
    life.control("limits", {"plan": "none"})
    life.control("switches", {"plan": {"offline_extended": plan.keeps}})
    application, webhook = f"{address}{APPLICATION_PATH}", f"{address}{ADMIN_WEBHOOK_PATH}"
    match plan.source:
        case "offline":
            return Hearing("offline", application, folder, faster=plan.faster)
        case "application":
            hearing = Hearing("application", application, folder, port=_choose_port(), faster=plan.faster)
            prove(hearing)
            for event in OPEN_CHANNELS:
                handler = f"http://127.0.0.1:{hearing.port}/events/default"
                life.call("event.bind", {"event": event, "handler": handler}, application=True)
            return hearing
        case "bot":
            return Hearing("bot", webhook, folder, bot_id=_add_bot(life), bot_token=BOT_TOKEN, faster=plan.faster)
    return Hearing("polling", webhook, folder, faster=plan.faster)


def _add_bot(life: Life) -> int:
    fields = {"code": "campaign", "botToken": BOT_TOKEN, "isSupportOpenline": True, "properties": {"name": "Bot"}}
    number: int = life.call("imbot.v2.Bot.register", {"fields": fields})["bot"]["id"]
    line = {"WELCOME_BOT_ENABLE": "Y", "WELCOME_BOT_ID": number, "WELCOME_BOT_LEFT": "close"}
    life.call("imopenlines.config.update", {"CONFIG_ID": LINE, "PARAMS": line})
    return number


def _choose_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


def _wait(life: Life, feed: Feed) -> Findings:
    """What was found once nothing is missing, or nothing more has come for long."""
    grown, since = -1, time.monotonic()

    def is_quiet(seconds: float) -> bool:
        nonlocal grown, since
        newest = feed.get_bounds()[1]
        if newest != grown:
            grown, since = newest, time.monotonic()
        return time.monotonic() - since > seconds

    wait_until(lambda: is_quiet(QUIET), TIMEOUT)
    found = examine(life, feed.read(limit=ALL))
    if found.missing:
        wait_until(lambda: is_quiet(LONG_QUIET), TIMEOUT)
    return examine(life, feed.read(limit=ALL))


def wait_until(look: Callable[[], bool], seconds: float) -> None:
    """Look again until it is true.

    Raises:
        TimeoutError: It has not come within so many seconds.
    """
    end = time.monotonic() + seconds
    while not look():
        if time.monotonic() > end:
            raise TimeoutError(f"nothing came within {seconds} seconds")
        time.sleep(0.05)
