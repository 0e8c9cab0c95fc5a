"""Many reads under the portal's standard limit, beside the libraries that users would take instead.

`python -m bench.limits [READS]` serves the embedded portal with its limit on requests switched on, and prints for each
client: seconds, requests let in, requests refused for rate (503), reads that failed. Clients that are not installed
are named (the dependency group `bench`).
"""

import asyncio
import contextlib
import io
import json
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import anyio

from portal.client import Portal
from portal.webhook import Webhook

ROOT = Path(__file__).resolve().parent.parent
METHOD = "imopenlines.session.history.get"
SESSIONS = range(301, 311)


def ours(webhook: str, count: int) -> int:
    """This server's portal client."""

    async def run() -> int:
        failed = 0

        async def one(portal: Portal, session: int) -> None:
            nonlocal failed
            try:
                await portal.call(METHOD, {"SESSION_ID": session}, repeatable=True)
            except Exception:  # noqa: BLE001  (a failed read is a figure here)
                failed += 1

        async with Portal(Webhook.parse(webhook)) as portal, anyio.create_task_group() as tasks:
            for number in range(count):
                tasks.start_soon(one, portal, SESSIONS[number % len(SESSIONS)])
        return failed

    return anyio.run(run)


def fast_bitrix24(webhook: str, count: int) -> int:
    """The asynchronous library, one call a read as its users write it."""
    from fast_bitrix24 import BitrixAsync  # noqa: PLC0415

    async def run() -> int:
        client = BitrixAsync(webhook, verbose=False)
        calls = [client.call(METHOD, {"SESSION_ID": SESSIONS[n % len(SESSIONS)]}, raw=True) for n in range(count)]
        answers = await asyncio.gather(*calls, return_exceptions=True)
        return sum(not isinstance(answer, dict) or "error" in answer for answer in answers)

    return asyncio.run(run())


def b24pysdk(webhook: str, count: int) -> int:
    """The official library, which is synchronous: eight threads. It knows https only, so it is given plain http."""
    from b24pysdk import BitrixWebhook  # noqa: PLC0415

    parts = urlsplit(webhook)
    caller: Any = import_module("b24pysdk.api.callers.call_method")._MethodCaller  # noqa: SLF001
    caller._base_url = property(lambda self: f"http://{self._domain}/rest")  # noqa: SLF001
    client = BitrixWebhook(domain=f"{parts.hostname}:{parts.port}", webhook_token="/".join(parts.path.split("/")[2:4]))

    def one(number: int) -> bool:
        try:
            client.call_method(METHOD, {"SESSION_ID": SESSIONS[number % len(SESSIONS)]})
        except Exception:  # noqa: BLE001
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        return sum(not done for done in pool.map(one, range(count)))


def _control(address: str, what: str, body: Any = None) -> Any:
    data = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(f"{address}/_sandbox/{what}", data, {"Content-Type": "application/json"})  # noqa: S310
    with urllib.request.urlopen(request) as answer:  # noqa: S310
        return json.load(answer)


def measure(client: Callable[[str, int], int], count: int) -> dict[str, Any]:
    """One client against a portal whose bucket is empty."""
    command = [sys.executable, "-m", "openchannels_mcp", "sandbox", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        webhook = re.search(r"=(http\S+)", process.stdout.readline())
        assert webhook
        address = webhook[1].partition("/rest/")[0]
        _control(address, "limits", {"plan": "standard"})
        try:
            started = time.perf_counter()
            with contextlib.redirect_stderr(io.StringIO()):
                failed = client(webhook[1], count)
            seconds = time.perf_counter() - started
            limits = _control(address, "limits")
        finally:
            process.terminate()
    refused = limits["query_limit_exceeded"]
    return {"seconds": seconds, "requests": limits["requests"], "refused": refused, "failed": failed}


def main(count: int) -> None:
    """Measure each client in turn."""
    print(f"{count} reads, standard plan{'':8} seconds  let in    refused  failed")
    for client in (ours, fast_bitrix24, b24pysdk):
        try:
            found = measure(client, count)
        except ImportError as error:
            print(f"{client.__name__:28} not measured: {error.name} is not installed")
            continue
        name = "openchannels-mcp" if client is ours else client.__name__
        print(f"{name:28} {found['seconds']:8.1f} {found['requests']:9} {found['refused']:8} {found['failed']:7}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
