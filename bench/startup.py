"""From spawning the process to the answer to `initialize`, and the memory that it holds at that moment."""

import json
import subprocess
import time
from collections.abc import Mapping

from bench.figures import median, ratio
from bench.served import EMPTY, INITIALIZE, OURS, ROOT, environment, memory
from bench.table import Row, Table

COMMANDS = {"empty server": EMPTY, "configured webhook": OURS, "--sandbox": (*OURS, "--sandbox")}
WEBHOOK = {"OPENCHANNELS_WEBHOOK_URL": "https://portal.example/rest/1/none/"}


def measure(*, short: bool) -> Table:
    """All of them in turn, after one warm-up of each."""
    runs = 3 if short else 15
    taken: dict[str, list[tuple[float, float | None]]] = {name: [] for name in COMMANDS}
    for _ in range(runs + 1):
        for name, command in COMMANDS.items():
            settings = {} if "--sandbox" in command else WEBHOOK
            with environment(**settings) as env:
                taken[name].append(start(command, env))
    seconds = {name: median([one[0] for one in starts[1:]]) for name, starts in taken.items()}
    held = {name: _median_of([one[1] for one in starts[1:]]) for name, starts in taken.items()}
    return Table(
        "1. Start-up",
        f"Process spawn to the answer to `initialize` over stdio, beside an empty server on the same SDK; {runs} runs.",
        ("server", "median ms", "times empty", "resident MiB", "times empty's MiB"),
        tuple(_row(name, seconds, held) for name in COMMANDS),
    )


def start(command: tuple[str, ...], env: Mapping[str, str]) -> tuple[float, float | None]:
    """Seconds and MiB of one start."""
    started = time.perf_counter()
    with subprocess.Popen(
        command, cwd=ROOT, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(json.dumps(INITIALIZE) + "\n")
        process.stdin.flush()
        answer = json.loads(process.stdout.readline())
        taken, held = time.perf_counter() - started, memory(process.pid)
        process.stdin.close()
    if "result" not in answer:
        raise RuntimeError(f"no answer to initialize: {answer}")
    return taken, held


def _median_of(held: list[float | None]) -> float | None:
    known = [one for one in held if one is not None]
    return median(known) if known else None


def _row(name: str, seconds: Mapping[str, float], held: Mapping[str, float | None]) -> Row:
    empty = "empty server"
    return name, seconds[name] * 1e3, ratio(seconds[name], seconds[empty]), held[name], ratio(held[name], held[empty])
