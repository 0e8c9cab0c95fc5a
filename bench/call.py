"""What a tool call adds to the request that it makes, beside an empty server's tool call and two clients' requests."""

import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack

import anyio
import httpx
from mcp import Client, StdioServerParameters

from bench import empty
from bench.figures import percentile
from bench.peers import installed, official
from bench.served import EMPTY, OURS, of_portal, over_stdio, portal, served, team
from bench.table import Row, Table

METHOD, TOOL = "imopenlines.revision.get", "revision_get"
WARM_UP = 10
BARE, PEER = "bare httpx request", "b24pysdk request"
Ask = Callable[[], Awaitable[None]]


def measure(*, short: bool) -> Table:
    """All ways to ask in turn, so that what disturbs one disturbs the others too."""
    calls = 30 if short else 500
    return Table(
        "2. A call",
        f"`{TOOL}` beside the request that it makes, by a pooled httpx client and by b24pysdk, and beside an empty "
        f"server's tool call with the same client; {calls} of each, in turn.",
        ("what", "p50 ms", "p99 ms", "added at p50", "added at p99", "own at p50"),
        tuple(rows(anyio.run(_measure, calls))),
        ("Added: less the bare request. Own: added less the empty server's call, so what is neither SDK nor request.",),
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
    for way in ("stdio", "HTTP"):
        least, ours = at[f"empty server, {way}"], at[f"tool call, {way}"]
        yield f"empty server, {way}", *least, None, None, None
        yield f"tool call, {way}", *ours, ours[0] - half, ours[1] - most, ours[0] - half - least[0]


async def _measure(calls: int) -> dict[str, list[float]]:
    async with AsyncExitStack() as stack:
        here = stack.enter_context(portal())
        asking = {BARE: await _bare(stack, here.webhook)}
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
        return await _in_turn(asking, calls)


async def _in_turn(asking: dict[str, Ask], calls: int) -> dict[str, list[float]]:
    taken: dict[str, list[float]] = {name: [] for name in asking}
    for _ in range(WARM_UP + calls):
        for name, ask in asking.items():
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
