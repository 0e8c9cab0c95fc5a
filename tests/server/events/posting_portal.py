"""An application of a served sandbox, a server that its portal posts to, and the events that come of it."""

import json
import re
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import anyio

from portal.application import Application
from portal.oauth import sign_in
from portal.tokens import TokenFile
from sandbox.seed.seed import ADMIN_WEBHOOK_PATH, APPLICATION_ID, APPLICATION_SECRET
from server.events.feed.event import FeedEvent
from server.events.feed.store import Feed
from server.storage.database import State
from tests.assistant import PLAIN_ENVIRONMENT, ROOT
from tests.served import ServedSandbox, allow, kill_after_timeout
from tests.spawning import command
from tests.waiting import wait_until

TIMEOUT = 30


@dataclass(frozen=True)
class User:
    """One who uses a sandbox: its settings as variables, and the feed that programs with them write."""

    sandbox: ServedSandbox
    environment: dict[str, str]
    key: str

    @property
    def feed(self) -> Feed:
        """The feed of this user, as every process with the same state folder reads it."""
        return Feed(State.in_folder(Path(self.environment["OPENCHANNELS_STATE_FOLDER"])), self.key)

    def run(self, *words: str, **more: str) -> "Ended":
        """Run a command of the program to its end."""
        ended = subprocess.run(
            command(*words),
            cwd=ROOT,
            env={**PLAIN_ENVIRONMENT, **self.environment, **more},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return Ended(ended.returncode, ended.stdout, ended.stderr)

    def wait_for_texts(self, *texts: str, seconds: float = TIMEOUT) -> list[FeedEvent]:
        """The events of the feed, once each of these texts is in one of them."""

        def look() -> list[FeedEvent]:
            found = self.feed.read(limit=100_000)
            return found if set(texts) <= {noted.event.text for noted in found} else []

        return wait_until(look, seconds)


@dataclass(frozen=True)
class Ended:
    """What a command left."""

    status: int
    output: str
    errors: str


def use_webhook(sandbox: ServedSandbox, folder: Path, path: str = ADMIN_WEBHOOK_PATH) -> User:
    """One who has a webhook."""
    environment = {
        "OPENCHANNELS_WEBHOOK_URL": f"{sandbox.address}{path}",
        "OPENCHANNELS_STATE_FOLDER": str(folder / "state"),
    }
    return User(sandbox, environment, f"{sandbox.address} user {path.split('/')[2]}")


def use_application(sandbox: ServedSandbox, folder: Path, *, signed_in: bool = True, events: str = "auto") -> User:
    """One who has the portal's application."""
    tokens = folder / "tokens.json"
    if signed_in:
        code = parse_qs(urlsplit(allow(f"{sandbox.address}/oauth/authorize/?client_id={APPLICATION_ID}")).query)["code"]
        application = Application(sandbox.address, APPLICATION_ID, APPLICATION_SECRET, sandbox.address)
        anyio.run(sign_in, application, TokenFile(tokens), code[0])
    environment = {
        "OPENCHANNELS_PORTAL": sandbox.address,
        "OPENCHANNELS_CLIENT_ID": APPLICATION_ID,
        "OPENCHANNELS_CLIENT_SECRET": APPLICATION_SECRET,
        "OPENCHANNELS_OAUTH_SERVER": sandbox.address,
        "OPENCHANNELS_TOKEN_FILE": str(tokens),
        "OPENCHANNELS_STATE_FOLDER": str(folder / "state"),
        "OPENCHANNELS_EVENTS": events,
        "OPENCHANNELS_TOOLSETS": "default",
        "OPENCHANNELS_HTTP_TOKENS_FILE": str(folder / "access.json"),
    }
    return User(sandbox, environment, f"{sandbox.address} application {APPLICATION_ID}")


@dataclass
class RunningServer:
    """`openchannels-mcp serve` in a process of its own."""

    address: str
    process: "subprocess.Popen[str]"

    def post(
        self, body: bytes, path: str = "/events/default", kind: str = "application/x-www-form-urlencoded"
    ) -> tuple[int, str]:
        """Status and text of the answer to a post."""
        request = urllib.request.Request(f"{self.address}{path}", body, {"Content-Type": kind})  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, refused.read().decode()

    def kill(self) -> None:
        """End it as `kill -9` does."""
        self.process.kill()
        self.process.wait(TIMEOUT)


@contextmanager
def serve_for(user: User, *options: str, port: int = 0) -> Iterator[RunningServer]:
    """A server with the settings of a user; port 0 takes a free one."""
    words = command("serve", "--port", str(port), *options)
    environment = {**PLAIN_ENVIRONMENT, **user.environment}
    with subprocess.Popen(words, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        with kill_after_timeout(process):
            line = process.stderr.readline()
        announced = re.search(r"http://[\w.:]+", line)
        assert announced, line
        Thread(target=process.stderr.read, daemon=True).start()  # a pipe that is full would stop the server
        try:
            yield RunningServer(announced[0], process)
        finally:
            process.kill()
            process.wait(TIMEOUT)


def read_json_lines(text: str) -> list[dict[str, object]]:
    """The objects of a text with one on each line."""
    return [json.loads(line) for line in text.splitlines()]


class Watch:
    """`openchannels-mcp watch --json` in a process of its own, which hears the events of a user."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        self.lines: list[str] = []
        self.notes: list[str] = []
        for stream, kept in ((process.stdout, self.lines), (process.stderr, self.notes)):
            assert stream
            Thread(target=_keep_lines, args=(stream, kept), daemon=True).start()

    def wait_for(self, words: str, seconds: float = TIMEOUT) -> str:
        """The first line that was printed with these words."""
        return wait_until(lambda: next((line for line in list(self.lines) if words in line), ""), seconds)

    def wait_for_note(self, words: str, seconds: float = TIMEOUT) -> str:
        """The first line on standard error with these words."""
        return wait_until(lambda: next((line for line in list(self.notes) if words in line), ""), seconds)

    def kill(self) -> None:
        """End it as `kill -9` does."""
        self.process.kill()
        self.process.wait(TIMEOUT)


def _keep_lines(stream: Iterable[str], kept: list[str]) -> None:
    for line in stream:
        kept.append(line)  # noqa: PERF402  (they come one by one)


@contextmanager
def watch(user: User, *options: str, until: str = "Hearing events by") -> Iterator[Watch]:
    """A program that watches for a user, from the moment at which it says these words; at once where there are none."""
    words = command("watch", *(options or ("--json",)))
    environment = {**PLAIN_ENVIRONMENT, **user.environment}
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(words, cwd=ROOT, env=environment, **streams) as process:  # type: ignore[call-overload]
        watching = Watch(process)
        try:
            if until:
                watching.wait_for_note(until)
            yield watching
        finally:
            process.kill()
            process.wait(TIMEOUT)
