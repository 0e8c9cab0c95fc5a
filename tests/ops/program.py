"""The program as it is run for a team: `openchannels-mcp serve`, with what it writes on stderr."""

import json
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any

from server.http.settings import ServerSettings
from tests.assistant import PLAIN_ENVIRONMENT, ROOT
from tests.http.team import TeamServer
from tests.ops.house import METRICS_TOKEN


class Program:
    """The server, and what it wrote so far."""

    def __init__(self) -> None:
        self.server: TeamServer
        self.status: int | None = None
        self.port = 0
        self.announced = Event()
        self._lines: list[str] = []

    def read(self, stderr: Iterable[str]) -> None:
        """Keep every line until the last."""
        for line in stderr:
            self._lines.append(line)
            if not self.port and (found := re.search(r"Serving on http://[\w.]+:(\d+)", line)):
                self.port = int(found[1])
                self.announced.set()
        self.announced.set()

    @property
    def text(self) -> str:
        """All of it."""
        return "".join(self._lines)

    def lines(self, message: str) -> list[dict[str, Any]]:
        """Its lines of one kind."""
        every: list[dict[str, Any]] = [json.loads(line) for line in self._lines]
        return [line for line in every if line["message"] == message]


@contextmanager
def program(folder: Path, *options: str, **environment: str) -> Iterator[Program]:
    """Serve on a free port with the tokens' file of this folder, until told to stop."""
    given = {
        **PLAIN_ENVIRONMENT,
        "OPENCHANNELS_HTTP_TOKENS_FILE": str(folder / "access.json"),
        "OPENCHANNELS_HTTP_METRICS_TOKEN": METRICS_TOKEN,
        **environment,
    }
    command = [sys.executable, "-m", "openchannels_mcp", "serve", "--port", "0", *options]
    with subprocess.Popen(command, cwd=ROOT, env=given, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        running = Program()
        reader = Thread(target=running.read, args=(process.stderr,))
        reader.start()
        try:
            running.announced.wait()
            assert running.port, running.text
            running.server = TeamServer(running.port, ServerSettings(tokens_file=folder / "access.json"))
            yield running
            process.terminate()
            running.status = process.wait(timeout=30)
        finally:
            process.kill()
            reader.join()
