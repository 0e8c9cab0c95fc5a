"""Events over each source with faults on every side, and the hearing process killed again and again.

At the end every message is in the feed once, and in order in its dialog. In the long form (`LONG_TESTS=1`) there are
10,000 of 500 dialogs. The figures are printed (`pytest -s`): how many deliveries were lost, how late messages came.
"""

import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Protocol

import pytest

from sandbox.seed.seed import ADMIN_WEBHOOK_PATH
from tests.served import ServedSandbox
from tests.server.events.posting_portal import User, serve_for, use_application, use_webhook, watch
from tests.spawning import LONG
from tests.waiting import wait_until

MESSAGES, DIALOGS, KILLS = (10_000, 500, 25) if LONG else (200, 12, 1)
SECONDS = 900 if LONG else 60
"""In which everything has to be in the feed after the last message."""
BOT_TOKEN = "a-long-random-token-of-our-own"
FAULTS = [
    {"kind": "status", "status": 503, "rate": 0.05},
    {"kind": "drop_after", "rate": 0.03},
    {"kind": "truncate", "rate": 0.02},
]
"""Of calls: the portal is busy, answers are lost, and cut off."""
EVENT_FAULTS = [{"kind": kind, "rate": 0.05, "seconds": 0.2} for kind in ("lost", "late", "doubled", "reordered")]


class Hearing(Protocol):
    """The process that hears."""

    def kill(self) -> None:
        """End it as `kill -9` does."""


Start = Callable[[], AbstractContextManager[Hearing]]


def _poll(sandbox: ServedSandbox, folder: Path) -> tuple[User, Start]:
    user = use_webhook(sandbox, folder)
    return user, lambda: watch(user)


def _fetch_offline(sandbox: ServedSandbox, folder: Path) -> tuple[User, Start]:
    user = use_application(sandbox, folder, events="offline")
    return user, lambda: watch(user)


def _fetch_as_bot(sandbox: ServedSandbox, folder: Path) -> tuple[User, Start]:
    fields = {"code": "acme", "botToken": BOT_TOKEN, "isSupportOpenline": True, "properties": {"name": "Acme"}}
    _, answer = sandbox.post(f"{ADMIN_WEBHOOK_PATH}imbot.v2.Bot.register", {"fields": fields})
    bot = answer["result"]["bot"]["id"]
    line = {"WELCOME_BOT_ENABLE": "Y", "WELCOME_BOT_ID": bot, "WELCOME_BOT_LEFT": "queue"}
    sandbox.post(f"{ADMIN_WEBHOOK_PATH}imopenlines.config.update", {"CONFIG_ID": 1, "PARAMS": line})
    user = use_webhook(sandbox, folder)
    user.environment.update(OPENCHANNELS_EVENTS="bot", OPENCHANNELS_BOT_ID=str(bot), OPENCHANNELS_BOT_TOKEN=BOT_TOKEN)
    return user, lambda: watch(user)


def _take_posts(sandbox: ServedSandbox, folder: Path) -> tuple[User, Start]:
    user = use_application(sandbox, folder)
    with serve_for(user) as server:
        assert user.run("events", "bind", "--address", server.address).status == 0
        wait_until(lambda: user.feed.read_position("application"), SECONDS)
        port = int(server.address.rpartition(":")[2])

    @contextmanager
    def start() -> Iterator[Hearing]:
        with serve_for(user, port=port) as server:
            yield server

    return user, start


SOURCES = {"polling": _poll, "offline": _fetch_offline, "bot": _fetch_as_bot, "application": _take_posts}


class Campaign:
    """Clients that write, and what was written where and when."""

    def __init__(self, sandbox: ServedSandbox, seed: int) -> None:
        self.dice = random.Random(seed)  # noqa: S311  it has to be repeatable
        self.written: dict[int, list[str]] = defaultdict(list)
        self.at: dict[str, float] = {}
        self._sandbox = sandbox
        self._chats: list[int] = []

    def open_dialogs(self) -> None:
        """Each dialog begins with a message of its own."""
        for number in range(DIALOGS):
            words = {"line_id": 1, "name": f"Client {number}", "text": f"opened {number}"}
            self._chats.append(self._sandbox.control("client-message", words)["chat_id"])

    def write(self, count: int) -> None:
        """So many messages in dialogs by chance."""
        for _ in range(count):
            chat_id = self.dice.choice(self._chats)
            text = f"message {len(self.at)}"
            self.at[text] = time.time()
            self._sandbox.control("client-message", {"chat_id": chat_id, "text": text})
            self.written[chat_id].append(text)


def _read_noted(user: User) -> dict[int, list[str]]:
    noted: dict[int, list[str]] = defaultdict(list)
    for one in user.feed.read(limit=1_000_000):
        if one.event.kind == "message_from_client" and one.event.text.startswith("message "):
            noted[one.event.chat_id].append(one.event.text)
    return noted


def _find_lateness(user: User, campaign: Campaign) -> dict[str, float]:
    """Seconds from each message to its event."""
    noted = {one.event.text: one.noted for one in user.feed.read(limit=1_000_000)}
    return {text: noted[text] - at for text, at in campaign.at.items()}


def _describe_figures(source: str, user: User, campaign: Campaign) -> str:
    late = sorted(_find_lateness(user, campaign).values())
    states: Any = Counter(one["state"] for one in user.sandbox.look("events/deliveries")["deliveries"])
    middle, most = late[len(late) // 2], late[-1]
    return (
        f"{source}: {len(late)} messages, {middle:.1f} s in the middle, {most:.1f} s at most; deliveries {dict(states)}"
    )


@pytest.mark.parametrize("source", SOURCES)
def test_every_message_is_noted_once_and_in_order(sandbox: ServedSandbox, tmp_path: Path, source: str) -> None:
    user, start = SOURCES[source](sandbox, tmp_path)
    user.environment["OPENCHANNELS_TIMEOUT"] = "5"
    campaign = Campaign(sandbox, seed=16)
    with start():
        campaign.open_dialogs()
    sandbox.control("faults", {"rules": FAULTS, "seed": 16})
    sandbox.control("events/faults", {"rules": EVENT_FAULTS, "seed": 16})
    share = MESSAGES // (KILLS + 1)
    for _ in range(KILLS):
        with start() as hearing:
            campaign.write(share)
            wait_until(lambda: _read_noted(user), SECONDS)
            hearing.kill()
        campaign.write(share // 10)
    with start():
        campaign.write(MESSAGES - len(campaign.at))
        sandbox.control("faults/clear")
        sandbox.control("events/faults/clear")
    with start():
        wait_until(lambda: sum(map(len, _read_noted(user).values())) >= MESSAGES, SECONDS)

    assert _read_noted(user) == campaign.written
    print(_describe_figures(source, user, campaign))  # noqa: T201
