"""A team's server under load: many clients at once, each of which checks that every answer is its own; idle sessions.

`python -m bench.load [CLIENTS [SECONDS [SESSIONS]]]` serves the embedded portal and a team's server in processes of
their own, prints calls a second, median and 99th percentile, and the server's memory every ten seconds, then with idle
sessions.
"""

import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import anyio
import httpx

ROOT = Path(__file__).resolve().parent.parent
REVISION = "2026-07-28"
META = {
    "io.modelcontextprotocol/protocolVersion": REVISION,
    "io.modelcontextprotocol/clientCapabilities": {},
    "io.modelcontextprotocol/clientInfo": {"name": "load", "version": "1"},
}
HEADERS = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}
CHATS = range(201, 220)
LIMITS = {
    "SESSIONS": "2000",
    "SESSIONS_PER_TOKEN": "2000",
    "REQUESTS": "512",
    "REQUESTS_PER_TOKEN": "512",
    "RATE": "100000",
    "BURST": "100000",
}


@contextmanager
def served(*words: str, **environment: str) -> Iterator[tuple[int, str]]:
    """Process id and address of a command that says on which it listens."""
    env = {**os.environ, **environment}
    command = [sys.executable, "-m", "openchannels_mcp", *words]
    with subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        assert process.stdout
        found = re.search(rb"http://[\w.:]+", process.stdout.readline())
        assert found
        drain = subprocess.Popen(["cat"], stdin=process.stdout, stdout=subprocess.DEVNULL)
        try:
            yield process.pid, found[0].decode()
        finally:
            process.kill()
            drain.wait()


def memory(process: int) -> float:
    """Resident memory in MiB."""
    pages = int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def asked(chat_id: int) -> dict[str, Any]:
    """A tool call of the newest revision."""
    params = {"_meta": META, "name": "dialog_get", "arguments": {"chat_id": chat_id}}
    return {"jsonrpc": "2.0", "id": chat_id, "method": "tools/call", "params": params}


async def client(http: httpx.AsyncClient, number: int, until: float, took: list[float], wrong: list[str]) -> None:
    """One client that asks for its own dialog again and again."""
    chat_id = CHATS[number % len(CHATS)]
    headers = {"MCP-Protocol-Version": REVISION, "Mcp-Method": "tools/call", "Mcp-Name": "dialog_get"}
    while time.monotonic() < until:
        started = time.perf_counter()
        answer = await http.post("/mcp", json=asked(chat_id), headers=headers)
        took.append(time.perf_counter() - started)
        own = f'"chat_id":{chat_id},' in answer.text and f'"id":{chat_id}' in answer.text
        if answer.status_code != 200 or '"isError":true' in answer.text or not own:  # noqa: PLR2004
            wrong.append(f"{answer.status_code} {answer.text[:120]}")


async def load(address: str, process: int, clients: int, seconds: float) -> None:
    """All clients at once."""
    took: list[float] = []
    wrong: list[str] = []
    until = time.monotonic() + seconds
    limits = httpx.Limits(max_connections=clients, max_keepalive_connections=clients)
    async with (
        httpx.AsyncClient(base_url=address, headers=HEADERS, limits=limits, timeout=60) as http,
        anyio.create_task_group() as tasks,
    ):
        for number in range(clients):
            tasks.start_soon(client, http, number, until, took, wrong)
        while time.monotonic() < until:
            await anyio.sleep(min(10.0, max(0.1, until - time.monotonic())))
            print(f"  {len(took):>7} calls, {memory(process):6.1f} MiB")
    half, most = statistics.median(took) * 1e3, statistics.quantiles(took, n=100)[-1] * 1e3
    print(
        f"{clients} clients, {seconds:.0f} s: {len(took) / seconds:.0f} calls/s, p50 {half:.0f} ms, p99 {most:.0f} ms, "
        f"{len(wrong)} wrong or failed"
    )
    for what in wrong[:3]:
        print(f"  {what}")


async def idle(address: str, process: int, sessions: int) -> None:
    """Sessions of an older revision that do nothing."""
    client_info = {"name": "idle", "version": "1"}
    params = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": client_info}
    first = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params}
    before = memory(process)
    opened = 0
    async with httpx.AsyncClient(base_url=address, headers=HEADERS, timeout=60) as http:
        for _ in range(sessions):
            answer = await http.post("/mcp", json=first)
            opened += "mcp-session-id" in answer.headers
    print(f"{opened} of {sessions} idle sessions: {before:.1f} -> {memory(process):.1f} MiB")


def main() -> None:
    """Both, one after the other."""
    clients, seconds, sessions = (int(word) for word in [*sys.argv[1:], *["200", "60", "1000"][len(sys.argv) - 1 :]])
    with tempfile.TemporaryDirectory() as folder, served("sandbox", "--port", "0") as (_, portal):
        environment = {
            "OPENCHANNELS_WEBHOOK_URL": f"{portal}/rest/1/sandbox-admin-token/",
            "OPENCHANNELS_PLAN": "self-hosted",
            "OPENCHANNELS_STATE_FOLDER": folder,
            "OPENCHANNELS_HTTP_TOKENS_FILE": f"{folder}/access.json",
            **{f"OPENCHANNELS_HTTP_LIMITS__{name}": value for name, value in LIMITS.items()},
        }
        with served("serve", "--port", "0", **environment) as (process, address):
            anyio.run(load, address, process, clients, seconds)
            anyio.run(idle, address, process, sessions)


if __name__ == "__main__":
    main()
