"""From spawning the process to the answer to `initialize`, beside an empty server on the same SDK.

`python -m bench.startup [RUNS]` prints medians in milliseconds and their ratio.
"""

import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
EMPTY = """
import anyio
from mcp.server import Server
from mcp.server.stdio import stdio_server

async def main():
    server = Server("empty", version="1")
    async with stdio_server() as (incoming, outgoing):
        await server.run(incoming, outgoing, server.create_initialization_options())

anyio.run(main)
"""
COMMANDS = {
    "empty server": [sys.executable, "-c", EMPTY],
    "openchannels-mcp": [sys.executable, "-m", "openchannels_mcp", "--sandbox"],
}
INITIALIZE = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": {"name": "bench", "version": "1"},
    },
}


def seconds_to_initialize(command: list[str]) -> float:
    """One start, measured."""
    started = time.perf_counter()
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(json.dumps(INITIALIZE) + "\n")
        process.stdin.flush()
        answer = json.loads(process.stdout.readline())
        taken = time.perf_counter() - started
        process.stdin.close()
    if "result" not in answer:
        raise RuntimeError(f"no answer to initialize: {answer}")
    return taken


def main(runs: int) -> None:
    """Measure both in turn, after one warm-up of each."""
    for command in COMMANDS.values():
        seconds_to_initialize(command)
    taken: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(runs):
        for name, command in COMMANDS.items():
            taken[name].append(seconds_to_initialize(command))
    medians = {name: statistics.median(values) for name, values in taken.items()}
    for name, median in medians.items():
        print(f"{name:18} {median * 1000:7.0f} ms")
    empty, ours = medians.values()
    print(f"{'ratio':18} {ours / empty:7.2f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
