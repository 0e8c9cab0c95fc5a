"""The program as it is run for a team: `openchannels-mcp serve`, with what it writes on stderr."""

import json
import re
import subprocess
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Condition, Thread
from typing import Any, TypeVar

import httpx

from server.http.auth.token_file import TeamTokenFile
from tests import spawning
from tests.assistant import PLAIN_ENVIRONMENT, ROOT
from tests.server.http.team_server import HOST, TeamServer
from tests.server.telemetry.instrumented_app import METRICS_TOKEN

Found = TypeVar("Found")


class Spawned(TeamServer):
    """A server in a process of its own."""

    def __init__(self, port: int, tokens_file: Path) -> None:  # there is no application to reach into
        self.port = port
        self.address = f"http://{HOST}:{port}"
        self.file = TeamTokenFile(tokens_file)
        self.http = httpx.Client(base_url=self.address, timeout=30)


class ServerProcess:
    """The server, and what it wrote so far."""

    def __init__(self) -> None:
        self.server: Spawned
        self.status: int | None = None
        self._lines: list[str] = []
        self._told = Condition()
        self._ended = False

    def read(self, stderr: Iterable[str]) -> None:
        """Keep every line until the last."""
        for line in stderr:
            with self._told:
                self._lines.append(line)
                self._told.notify_all()
        with self._told:
            self._ended = True
            self._told.notify_all()

    @property
    def text(self) -> str:
        """All of it."""
        return "".join(self._lines)

    def wait_for_address(self) -> re.Match[str]:
        """Where it listens, once it says so."""
        found = self._wait_for(lambda: re.search(r"Serving on http://[\w.]+:(\d+)", self.text))
        assert found, self.text
        return found

    def find_lines(self, message: str, **facts: str) -> list[dict[str, Any]]:
        """Its lines of one kind that say this; there is at least one, or will be in a moment."""
        return self._wait_for(lambda: self._lines_with({"message": message, **facts}))

    def _lines_with(self, facts: dict[str, str]) -> list[dict[str, Any]]:
        every: list[dict[str, Any]] = [json.loads(line) for line in self._lines]
        return [line for line in every if facts.items() <= line.items()]

    def _wait_for(self, found: Callable[[], Found]) -> Found:
        with self._told:
            self._told.wait_for(lambda: found() or self._ended, timeout=30)
            return found()


@contextmanager
def run_server_process(folder: Path, *options: str, **environment: str) -> Iterator[ServerProcess]:
    """Serve on a free port with the tokens' file of this folder, until told to stop."""
    given = {
        **PLAIN_ENVIRONMENT,
        "OPENCHANNELS_HTTP_TOKENS_FILE": str(folder / "access.json"),
        "OPENCHANNELS_HTTP_METRICS_TOKEN": METRICS_TOKEN,
        **environment,
    }
    command = spawning.command("serve", "--port", "0", *options)
    with subprocess.Popen(command, cwd=ROOT, env=given, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        running = ServerProcess()
        reader = Thread(target=running.read, args=(process.stderr,))
        reader.start()
        try:
            running.server = Spawned(int(running.wait_for_address()[1]), folder / "access.json")
            with running.server.http:
                yield running
            process.terminate()
            running.status = process.wait(timeout=30)
        finally:
            process.kill()
            reader.join()
