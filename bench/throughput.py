"""A team's server under load: clients that check that every answer is their own, and sessions that do nothing."""

import asyncio
import json
import re
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import anyio
import httpx

from bench.figures import median, percentile, ratio
from bench.served import EMPTY, Served, memory, portal, served, team, worked
from bench.table import Row, Table

CLIENTS, CLIENTS_SHORT = (1, 32, 200), (1, 32)
CHATS = range(201, 220)
"""Each client asks for a dialog of its own, as far as there are enough."""
REVISION = "2026-07-28"
META = {
    "io.modelcontextprotocol/protocolVersion": REVISION,
    "io.modelcontextprotocol/clientCapabilities": {},
    "io.modelcontextprotocol/clientInfo": {"name": "bench", "version": "1"},
}
ACCEPT = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}
OLDER = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "idle", "version": "1"}}


@dataclass
class Load:
    """What so many clients saw."""

    seconds: float
    took: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Server:
    """Who is asked, and what for."""

    name: str
    at: Served
    tool: str
    says: str
    """What stands in an answer, with the number of the chat in place of `{}`."""


def measure(*, short: bool) -> Table:
    """This server and an empty one in turn."""
    with ExitStack() as stack:
        here = stack.enter_context(portal())
        ours = Server("openchannels-mcp", stack.enter_context(team(here.webhook)), "dialog_get", "Chat {} ")
        least = Server("empty server", stack.enter_context(served(*EMPTY, "--http")), "empty", '"id":{}')
        rows = [
            row(server, clients, 1 if short else 6)
            for clients in (CLIENTS_SHORT if short else CLIENTS)
            for server in (least, ours)
        ]
        idle = anyio.run(idle_sessions, ours.at, 100 if short else 1000)
    return Table(
        "3. Throughput",
        "Tool calls over HTTP: `dialog_get` at a portal without limit, beside an empty server's fixed answer.",
        ("server", "clients", "calls/s", "p50 ms", "p99 ms", "wrong", "CPU ms/call", "MiB before", "after"),
        tuple(rows),
        (
            "Clients, server and portal share this machine's cores. CPU: the server's own processor time a call.",
            "Wrong: failed, or another caller's answer. bench/profile.txt shows where the server's time goes.",
            idle,
        ),
    )


def row(server: Server, clients: int, seconds: float) -> Row:
    """One load."""
    anyio.run(load, server, clients, 0.5)
    held, worked_before = memory(server.at.pid), worked(server.at.pid)
    seen: Load = anyio.run(load, server, clients, seconds)
    worked_after = worked(server.at.pid)
    if len(seen.wrong) == len(seen.took):
        raise RuntimeError(f"no answer of {server.name} was right, so that nothing was measured: {seen.wrong[:1]}")
    used = None if worked_before is None or worked_after is None else (worked_after - worked_before) * 1e3
    return (
        server.name,
        clients,
        len(seen.took) / seen.seconds,
        median(seen.took) * 1e3,
        percentile(seen.took, 99) * 1e3,
        len(seen.wrong),
        ratio(used, len(seen.took)),
        held,
        memory(server.at.pid),
    )


async def load(server: Server, clients: int, seconds: float) -> Load:
    """All clients at once, each with one question at a time."""
    started = time.perf_counter()
    seen = Load(seconds)
    async with anyio.create_task_group() as tasks:
        for number in range(clients):
            tasks.start_soon(_client, server, CHATS[number % len(CHATS)], started + seconds, seen)
    seen.seconds = time.perf_counter() - started
    return seen


async def _client(server: Server, chat: int, until: float, seen: Load) -> None:
    """A connection that is kept; written by hand, because a library would take more time than the server."""
    host, _, port = server.at.address.removeprefix("http://").partition(":")
    question = _request(server, chat)
    reader, writer = await asyncio.open_connection(host, int(port))
    while (started := time.perf_counter()) < until:
        writer.write(question)
        status, answer = await _answer(reader)
        seen.took.append(time.perf_counter() - started)
        own = server.says.format(chat) in answer and f'"id":{chat}' in answer
        if b" 200 " not in status or '"isError":true' in answer or not own:
            seen.wrong.append(answer)
    writer.close()


def _request(server: Server, chat: int) -> bytes:
    params = {"_meta": META, "name": server.tool, "arguments": {"chat_id": chat}}
    body = json.dumps(_message(chat, "tools/call", params)).encode()
    headers = {
        **ACCEPT,
        "Host": server.at.address.removeprefix("http://"),
        "Content-Length": str(len(body)),
        "MCP-Protocol-Version": REVISION,
        "Mcp-Method": "tools/call",
        "Mcp-Name": server.tool,
    }
    lines = [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join(["POST /mcp HTTP/1.1", *lines, "", ""]).encode() + body


async def _answer(reader: asyncio.StreamReader) -> tuple[bytes, str]:
    """Status line and body; a body of unknown length ends with an empty chunk."""
    head = await reader.readuntil(b"\r\n\r\n")
    known = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
    body = await (reader.readexactly(int(known[1])) if known else reader.readuntil(b"\r\n0\r\n\r\n"))
    return head.partition(b"\r\n")[0], body.decode()


async def idle_sessions(server: Served, sessions: int) -> str:
    """What sessions of an older revision hold that do nothing."""
    before = memory(server.pid)
    opened = 0
    async with httpx.AsyncClient(base_url=server.address, headers=ACCEPT, timeout=60) as http:
        for _ in range(sessions):
            answer = await http.post("/mcp", json=_message(1, "initialize", OLDER))
            opened += "mcp-session-id" in answer.headers
    after = memory(server.pid)
    grown = f"{before:.0f} to {after:.0f} MiB" if before and after else "memory is not known on this system"
    return f"{opened} of {sessions} idle sessions: {grown}."


def _message(number: int, method: str, params: Mapping[str, Any]) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
