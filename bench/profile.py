"""Where the time of a team's server goes under load: `python -m bench.profile` writes bench/profile.txt.

The server runs with the standard library's profiler, so it is a few times slower; shares are what counts.
`python -m bench.profile FILE WORD ...` is that server: it is profiled from a signal to its end.
"""

import cProfile
import os
import pstats
import signal
import sys
import sysconfig
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import anyio

import openchannels_mcp  # noqa: F401  (puts our folders first on sys.path)
from bench.served import ROOT, portal, team
from bench.throughput import Server, load

REPORT = Path(__file__).with_name("profile.txt")
CLIENTS, SECONDS, MOST = 32, 8, 40
EVENT_LOOP = ("asyncio.", "<", "selectors")
"""Functions that hold all others, and what is written in C."""
LEAST = 0.01
"""Share of the time that a package has to have to be named."""
LIBRARIES = tuple(f"{sysconfig.get_path(name)}/" for name in ("purelib", "platlib", "stdlib"))
Function = tuple[str, int, str]
"""File, line and name; `~` for the file of what is written in C."""


class Spent(NamedTuple):
    """What one function took: seconds in itself, seconds with all that it calls, own seconds by caller."""

    calls: int
    own: float
    whole: float
    by_caller: dict[Function, float]


def main() -> None:
    """Load, and write down what was seen."""
    with TemporaryDirectory() as folder, portal() as here:
        file = f"{folder}/server.prof"
        with team(here.webhook, (sys.executable, "-m", "bench.profile", file)) as there:
            server = Server("openchannels-mcp", there, "dialog_get", '"chat_id":{},')
            anyio.run(load, server, CLIENTS, 1)
            os.kill(there.pid, signal.SIGUSR1)
            seen = anyio.run(load, server, CLIENTS, SECONDS)
        found = {function: _spent(*counts) for function, counts in vars(pstats.Stats(file))["stats"].items()}
    REPORT.write_text("\n".join(report(found, len(seen.took))) + "\n", encoding="utf-8")
    print(f"{REPORT.relative_to(ROOT)} is written")


def profiled(file: str) -> None:
    """The program with the words after the file's name; what it did is written when it ends."""
    from server.cli.main import main as program  # noqa: PLC0415  (only here)

    profiler = cProfile.Profile()
    signal.signal(signal.SIGUSR1, lambda *_: profiler.enable())
    del sys.argv[1]
    try:
        program()
    finally:
        profiler.disable()
        profiler.dump_stats(file)


def report(found: dict[Function, Spent], calls: int) -> Iterator[str]:
    """Own time by package, then the functions with the most time."""
    busy = {function: spent for function, spent in found.items() if "select.epoll" not in function[2]}
    total = sum(spent.own for spent in busy.values())
    yield f"Server over HTTP, {CLIENTS} clients, dialog_get, about {calls} calls, under cProfile; waiting is left out."
    yield f"\n{'own time by package':40} share"
    for package, seconds in packages(busy):
        if seconds >= total * LEAST:
            yield f"{package:40} {seconds / total:6.1%}"
    called = {function: spent for function, spent in busy.items() if not name(function).startswith(EVENT_LOOP)}
    for title, functions, place in (("own time", busy, "own"), ("with all that is called", called, "whole")):
        yield f"\n{title:72} {'share':>6} {'calls':>9}"
        for function in sorted(functions, key=lambda one: -getattr(functions[one], place))[:MOST]:
            spent = functions[function]
            yield f"{name(function):72} {getattr(spent, place) / total:6.1%} {spent.calls:>9,}"


def packages(found: dict[Function, Spent]) -> list[tuple[str, float]]:
    """Own seconds, the most first; those of a function written in C belong to whoever calls it."""
    seconds: defaultdict[str, float] = defaultdict(float)
    for function, spent in found.items():
        for owner, own in (spent.by_caller if function[0] == "~" else {function: spent.own}).items():
            seconds[_package(owner)] += own
    return sorted(seconds.items(), key=lambda one: -one[1])


def _spent(_: int, calls: int, own: float, whole: float, callers: dict[Function, tuple[float, ...]]) -> Spent:
    return Spent(calls, own, whole, {caller: counts[2] for caller, counts in callers.items()})


def name(function: Function) -> str:
    """Module and function, without a path of this machine."""
    file, line, called = function
    if file == "~":
        return called[:72]
    return f"{_module(file)}:{line} {called}"[:72]


def _module(file: str) -> str:
    for folder in (f"{ROOT}/", *LIBRARIES):
        if file.startswith(folder) and "site-packages" not in file.removeprefix(folder):
            return file.removeprefix(folder).removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    return Path(file).stem if "/" in file else file.removeprefix("<frozen ").removesuffix(">")


def _package(function: Function) -> str:
    module = _module(function[0]) if function[0] != "~" else "C"
    top = module.partition(".")[0]
    return f"{top} (ours)" if (ROOT / top).is_dir() else top


if __name__ == "__main__":
    if len(sys.argv) > 1:
        profiled(sys.argv[1])
    else:
        main()
