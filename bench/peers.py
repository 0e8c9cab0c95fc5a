"""Clients of a portal that users would take instead; `python -m bench.peers CLIENT WEBHOOK READS` is one that reads.

It prints `+` for each read that came, `-` for each that failed, and at the end the seconds of all of them.
"""

import asyncio
import sys
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit

import anyio

OURS = "openchannels-mcp"
METHOD = "imopenlines.session.history.get"
SESSIONS = range(301, 311)
THREADS = 8
Tell = Callable[[bool], None]
Reads = list[dict[str, int]]


def ours(webhook: str, reads: Reads, tell: Tell) -> None:
    """This server's portal client."""
    from portal.client import Portal  # noqa: PLC0415  (peers are measured without it)
    from portal.webhook import Webhook  # noqa: PLC0415

    async def read(portal: Portal, params: dict[str, int]) -> None:
        try:
            await portal.call(METHOD, params, repeatable=True)
        except Exception:  # noqa: BLE001  (a failed read is a figure here)
            tell(False)
        else:
            tell(True)

    async def run() -> None:
        async with Portal(Webhook.parse(webhook)) as portal, anyio.create_task_group() as tasks:
            for params in reads:
                tasks.start_soon(read, portal, params)

    anyio.run(run)


def fast_bitrix24(webhook: str, reads: Reads, tell: Tell) -> None:
    """The asynchronous library, one call a read."""

    async def read(client: Any, params: dict[str, int]) -> None:
        try:
            answer = await client.call(METHOD, params, raw=True)
        except Exception:  # noqa: BLE001
            tell(False)
        else:
            tell(isinstance(answer, dict) and "error" not in answer)

    async def run() -> None:
        client = _fast(webhook)
        await asyncio.gather(*(read(client, params) for params in reads))

    asyncio.run(run())


def fast_bitrix24_list(webhook: str, reads: Reads, tell: Tell) -> None:
    """The same, given all reads as one list, as it wants to be used."""

    async def run() -> None:
        answers = await _fast(webhook).call(METHOD, reads)
        for place in range(len(reads)):
            tell(place < len(answers))

    asyncio.run(run())


def b24pysdk(webhook: str, reads: Reads, tell: Tell) -> None:
    """The official library, which is synchronous: a few threads, one call a read."""
    client = official(webhook)

    def read(params: dict[str, int]) -> None:
        try:
            client.call_method(METHOD, params)
        except Exception:  # noqa: BLE001
            tell(False)
        else:
            tell(True)

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(read, reads))


def b24pysdk_list(webhook: str, reads: Reads, tell: Tell) -> None:
    """The same, given all reads as one list."""
    answers = official(webhook).call_batches([(METHOD, params) for params in reads])["result"]["result"]
    for place in range(len(reads)):
        tell(place < len(answers))


def official(webhook: str) -> Any:
    """A client of b24pysdk. It knows https only, so it is given plain http here."""
    parts = urlsplit(webhook)
    caller: Any = import_module("b24pysdk.api.callers.call_method")._MethodCaller  # noqa: SLF001
    caller._base_url = property(lambda self: f"http://{self._domain}/rest")  # noqa: SLF001
    kind = import_module("b24pysdk").BitrixWebhook
    return kind(domain=f"{parts.hostname}:{parts.port}", webhook_token="/".join(parts.path.split("/")[2:4]))


def _fast(webhook: str) -> Any:
    return import_module("fast_bitrix24").BitrixAsync(webhook, verbose=False)


CLIENTS: Mapping[str, Callable[[str, Reads, Tell], None]] = {
    OURS: ours,
    "fast_bitrix24": fast_bitrix24,
    "fast_bitrix24, one list": fast_bitrix24_list,
    "b24pysdk": b24pysdk,
    "b24pysdk, one list": b24pysdk_list,
}


def installed(client: str) -> bool:
    """Whether it is here to be measured."""
    return client == OURS or find_spec(client.partition(",")[0]) is not None


def main(client: str, webhook: str, reads: int) -> None:
    """Read, and tell what comes."""
    wanted = [{"SESSION_ID": SESSIONS[number % len(SESSIONS)]} for number in range(reads)]
    started = time.perf_counter()
    CLIENTS[client](webhook, wanted, lambda came: print("+" if came else "-", flush=True))
    print(f"{time.perf_counter() - started:.3f}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
