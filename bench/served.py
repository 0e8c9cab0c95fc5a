"""The processes that are measured: the embedded portal, servers over HTTP and over stdio, and what they use."""

import json
import os
import re
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mcp import StdioServerParameters

from sandbox.seed.seed import ADMIN_WEBHOOK_PATH

ROOT = Path(__file__).resolve().parent.parent
OURS = (sys.executable, "-m", "openchannels_mcp")
EMPTY = (sys.executable, "-m", "bench.empty")
INITIALIZE = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "bench", "version": "1"}},
}
SECONDS_TO_STOP = 10
TEAM_LIMITS = {
    "SESSIONS": "2000",
    "SESSIONS_PER_TOKEN": "2000",
    "REQUESTS": "512",
    "REQUESTS_PER_TOKEN": "512",
    "RATE": "100000",
    "BURST": "100000",
}
"""So wide that they stop nobody here."""


@dataclass(frozen=True)
class Served:
    """A process that listens on this machine."""

    pid: int
    address: str

    @property
    def webhook(self) -> str:
        """Of the embedded portal."""
        return f"{self.address}{ADMIN_WEBHOOK_PATH}"

    def control(self, what: str, body: Any = None) -> Any:
        """See something of the embedded portal, or with a body do something to it."""
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(f"{self.address}/_sandbox/{what}", data)  # noqa: S310
        with urllib.request.urlopen(request) as answer:  # noqa: S310
            return json.load(answer)


@contextmanager
def served(*command: str, **settings: str) -> Iterator[Served]:
    """A command that says on which address it listens."""
    with (
        environment(**settings) as env,
        subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process,
    ):
        assert process.stdout
        said = process.stdout.readline()
        found = re.search(rb"http://[\w.:]+", said)
        if found is None:
            process.kill()
            raise RuntimeError(f"{command} does not serve: {said.decode()}{process.stdout.read().decode()}")
        drain = subprocess.Popen(["cat"], stdin=process.stdout, stdout=subprocess.DEVNULL)
        try:
            yield Served(process.pid, found[0].decode())
        finally:
            stop(process)
            drain.wait()


def stop(process: subprocess.Popen[Any]) -> None:
    """Gently, so that it can write down what it has to."""
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(SECONDS_TO_STOP)
    process.kill()


@contextmanager
def portal(plan: str = "none") -> Iterator[Served]:
    """The embedded portal with the limit on requests of a plan."""
    with served(*OURS, "sandbox", "--port", "0") as here:
        here.control("limits", {"plan": plan})
        yield here


@contextmanager
def team(webhook: str, program: tuple[str, ...] = OURS) -> Iterator[Served]:
    """A team's server that lets anybody in."""
    limits = {f"OPENCHANNELS_HTTP_LIMITS__{name}": value for name, value in TEAM_LIMITS.items()}
    with served(*program, "serve", "--port", "0", **of_portal(webhook), **limits) as here:
        yield here


def of_portal(webhook: str) -> dict[str, str]:
    """Settings of a server that may ask a portal as often as it can."""
    return {"OPENCHANNELS_WEBHOOK_URL": webhook, "OPENCHANNELS_PLAN": "self-hosted", "OPENCHANNELS_TOOLSETS": "all"}


@contextmanager
def environment(**settings: str) -> Iterator[dict[str, str]]:
    """These settings and none of whoever measures; a folder for state that is deleted afterwards.

    What Python compiles is kept, as it is where a program is installed.
    """
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        own = {
            "OPENCHANNELS_SETTINGS_FILE": "",
            "OPENCHANNELS_STATE_FOLDER": folder,
            "OPENCHANNELS_DOCS_FOLDER": folder,
            "OPENCHANNELS_HTTP_TOKENS_FILE": f"{folder}/access.json",
        }
        left_out = ("OPENCHANNELS_", "PYTHONDONTWRITEBYTECODE")
        plain = {name: value for name, value in os.environ.items() if not name.startswith(left_out)}
        yield {**plain, **own, **settings}


@contextmanager
def over_stdio(command: tuple[str, ...], **settings: str) -> Iterator[StdioServerParameters]:
    """How a client starts a server of its own."""
    with environment(**settings) as env:
        yield StdioServerParameters(command=command[0], args=list(command[1:]), env=env, cwd=str(ROOT))


def memory(pid: int) -> float | None:
    """Resident MiB; nothing where the system does not tell."""
    with suppress(OSError):
        pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
    return None


def worked(pid: int) -> float | None:
    """Seconds of processor time so far; nothing where the system does not tell."""
    with suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return None
