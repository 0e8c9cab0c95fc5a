"""What a tool call adds to the request that it makes, beside an empty server's tool call and two clients' requests."""

import json
import random
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from itertools import count
from pathlib import Path
from typing import Any

import anyio
import httpx
from anyio.streams.buffered import BufferedByteReceiveStream
from mcp import Client, StdioServerParameters
from mcp.types import CallToolResult
from pydantic import SecretStr

from bench import empty
from bench.figures import percentile
from bench.peers import installed, official
from bench.served import EMPTY, INITIALIZE, OURS, of_portal, over_stdio, portal, served, team
from bench.table import Row, Table
from server.cli.options import make_caller
from server.config.settings import Settings

METHOD, TOOL = "imopenlines.revision.get", "revision_get"
WARM_UP = 10
BARE, PEER, INSIDE = "bare httpx request", "b24pysdk request", "tool call, no transport"
WAYS = ("stdio", "HTTP", "stdio by hand")
LONGEST_LINE = 2**20
Ask = Callable[[], Awaitable[None]]


def measure(*, short: bool) -> Table:
    """All ways to ask in turn, each time in another order, so that what disturbs one disturbs the others too."""
    calls = 30 if short else 500
    return Table(
        "2. A call",
        f"`{TOOL}` beside the request that it makes, by a pooled httpx client and by b24pysdk, and beside an empty "
        f"server's tool call with the same client; {calls} of each, in turn.",
        ("what", "p50 ms", "p99 ms", "added at p50", "added at p99", "own at p50"),
        tuple(rows(anyio.run(_measure, calls))),
        (
            "Added: less the bare request. Own: added less the empty server's call: neither SDK nor request.",
            "No transport: what answers calls, without the SDK, in the client's process.",
            "By hand: a client that only writes and reads lines, in place of the SDK's.",
        ),
    )


def rows(taken: Mapping[str, Sequence[float]]) -> Iterator[Row]:
    """What each way took, and what it takes more than those that it stands beside; from seconds."""
    at = {name: (percentile(all_of, 50) * 1e3, percentile(all_of, 99) * 1e3) for name, all_of in taken.items()}
    half, most = at[BARE]
    yield BARE, half, most, None, None, None
    if PEER in at:
        yield PEER, *at[PEER], at[PEER][0] - half, at[PEER][1] - most, None
    else:
        yield PEER, "not installed", None, None, None, None
    inside = at[INSIDE]
    yield INSIDE, *inside, inside[0] - half, inside[1] - most, inside[0] - half
    for way in WAYS:
        least, ours = at[f"empty server, {way}"], at[f"tool call, {way}"]
        yield f"empty server, {way}", *least, None, None, None
        yield f"tool call, {way}", *ours, ours[0] - half, ours[1] - most, ours[0] - half - least[0]


async def _measure(calls: int) -> dict[str, list[float]]:
    async with AsyncExitStack() as stack:
        here = stack.enter_context(portal())
        asking = {BARE: await _bare(stack, here.webhook), INSIDE: await _inside(stack, here.webhook)}
        if installed("b24pysdk"):
            asking[PEER] = _peer(here.webhook)
        servers: dict[str, tuple[StdioServerParameters | str, str]] = {
            "empty server, stdio": (stack.enter_context(over_stdio(EMPTY)), empty.TOOL),
            "tool call, stdio": (stack.enter_context(over_stdio(OURS, **of_portal(here.webhook))), TOOL),
            "empty server, HTTP": (f"{stack.enter_context(served(*EMPTY, '--http')).address}/mcp", empty.TOOL),
            "tool call, HTTP": (f"{stack.enter_context(team(here.webhook)).address}/mcp", TOOL),
        }
        for name, (server, tool) in servers.items():
            asking[name] = _tool(await stack.enter_async_context(Client(server)), tool)
        for name in ("empty server, stdio", "tool call, stdio"):
            server, tool = servers[name]
            if isinstance(server, StdioServerParameters):
                asking[f"{name} by hand"] = await _by_hand(stack, server, tool)
        return await _in_turn(asking, calls)


async def _in_turn(asking: dict[str, Ask], calls: int) -> dict[str, list[float]]:
    taken: dict[str, list[float]] = {name: [] for name in asking}
    shuffled = random.Random(1)  # noqa: S311  (nothing is kept secret by it)
    for _ in range(WARM_UP + calls):
        for name, ask in shuffled.sample([*asking.items()], len(asking)):
            started = time.perf_counter()
            await ask()
            taken[name].append(time.perf_counter() - started)
    return {name: all_of[WARM_UP:] for name, all_of in taken.items()}


async def _bare(stack: AsyncExitStack, webhook: str) -> Ask:
    client = await stack.enter_async_context(httpx.AsyncClient(base_url=webhook))
    headers = {"Content-Type": "application/json"}

    async def ask() -> None:
        (await client.post(METHOD, content=b"{}", headers=headers)).raise_for_status().json()

    return ask


async def _inside(stack: AsyncExitStack, webhook: str) -> Ask:
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
    settings = Settings(webhook_url=SecretStr(webhook), plan="self-hosted", state_folder=folder, docs_folder=folder)
    caller = make_caller(settings, "bench")
    await stack.enter_async_context(caller.connection)

    async def ask() -> None:
        reply = await caller.calls.answer(TOOL, {})
        if not isinstance(reply, CallToolResult) or reply.is_error:
            raise RuntimeError(reply)

    return ask


def _peer(webhook: str) -> Ask:
    client = official(webhook)

    async def ask() -> None:
        client.call_method(METHOD, {})

    return ask


def _tool(client: Client, tool: str) -> Ask:
    async def ask() -> None:
        reply = await client.call_tool(tool, {})
        if reply.is_error:
            raise RuntimeError(reply)

    return ask


async def _by_hand(stack: AsyncExitStack, server: StdioServerParameters, tool: str) -> Ask:
    command = [server.command, *server.args]
    process = await stack.enter_async_context(
        await anyio.open_process(command, env=server.env, cwd=server.cwd, stderr=None)
    )
    if process.stdin is None or process.stdout is None:
        raise RuntimeError(command)
    said, heard, numbers = process.stdin, BufferedByteReceiveStream(process.stdout), count(2)

    async def send(**message: Any) -> None:
        await said.send(json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n")

    async def ask() -> None:
        await send(id=next(numbers), method="tools/call", params={"name": tool, "arguments": {}})
        reply = json.loads(await heard.receive_until(b"\n", LONGEST_LINE))
        if "result" not in reply or reply["result"].get("isError"):
            raise RuntimeError(reply)

    await said.send(json.dumps(INITIALIZE).encode() + b"\n")
    await heard.receive_until(b"\n", LONGEST_LINE)
    await send(method="notifications/initialized")
    return ask
