"""What a tool call adds to the request that it makes, beside the same request from a bare pooled client.

`python -m bench.call [CALLS]` serves the embedded portal and prints medians in milliseconds: the bare request, the same
through this server over stdio, and the difference, which includes the client's and the SDK's own work.
"""

import statistics
import subprocess
import sys
import time
from pathlib import Path

import anyio
import httpx
from mcp import Client, StdioServerParameters

ROOT = Path(__file__).resolve().parent.parent
METHOD, TOOL = "imopenlines.revision.get", "revision_get"


async def measure(webhook: str, calls: int) -> dict[str, list[float]]:
    """Seconds of each, in turn."""
    environment = {"OPENCHANNELS_WEBHOOK_URL": webhook, "OPENCHANNELS_PLAN": "self-hosted"}
    command = StdioServerParameters(
        command=sys.executable, args=["-m", "openchannels_mcp"], env=environment, cwd=str(ROOT)
    )
    taken: dict[str, list[float]] = {"bare request": [], "tool call over stdio": []}
    async with httpx.AsyncClient(base_url=webhook) as bare, Client(command, mode="legacy") as client:
        await client.list_tools()
        for counted in [False] * 10 + [True] * calls:
            started = time.perf_counter()
            (await bare.post(METHOD, content=b"{}", headers={"Content-Type": "application/json"})).raise_for_status()
            between = time.perf_counter()
            reply = await client.call_tool(TOOL, {})
            ended = time.perf_counter()
            if reply.is_error:
                raise RuntimeError(reply)
            if counted:
                taken["bare request"].append(between - started)
                taken["tool call over stdio"].append(ended - between)
    return taken


def main(calls: int) -> None:
    """Print medians and the 99th percentiles."""
    command = [sys.executable, "-m", "openchannels_mcp", "sandbox", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        webhook = process.stdout.readline().partition("=")[2].strip()
        try:
            taken = anyio.run(measure, webhook, calls)
        finally:
            process.terminate()
    for name, values in taken.items():
        p99 = statistics.quantiles(values, n=100)[98]
        print(f"{name:22} p50 {statistics.median(values) * 1000:6.2f} ms   p99 {p99 * 1000:6.2f} ms")
    bare, ours = (statistics.median(values) for values in taken.values())
    print(f"{'added at p50':22}     {(ours - bare) * 1000:6.2f} ms")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 300)
