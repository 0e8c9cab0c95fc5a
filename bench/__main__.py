"""`python -m bench [--short] [TABLE ...]` measures and prints; a whole run writes bench/RESULTS.md and results.json."""

import argparse
import sys
import traceback
from collections.abc import Sequence
from importlib import import_module

from bench.results import Results
from bench.table import Table

TABLES = ("startup", "call", "throughput", "limits", "size", "search", "growth")
"""Modules with a function `measure`."""
BESIDES = ("events", "stories", "clients", "answers", "tokens")
"""More of them, only where they are asked for."""


def measure(name: str, *, short: bool) -> Table:
    """One table."""
    table: Table = import_module(f"bench.{name}").measure(short=short)
    return table


def run(names: Sequence[str], *, short: bool) -> int:
    """Print the tables; 1 if one of them could not be made."""
    results, failed = Results(), []
    for name in names:
        try:
            table = measure(name, short=short)
        except Exception:  # noqa: BLE001  (the other tables can still be made)
            traceback.print_exc()
            failed.append(name)
            continue
        results.add(name, table)
        print(f"\n{table.text()}", flush=True)
    if failed:
        print(f"\nNot measured: {', '.join(failed)}", file=sys.stderr)
    elif not short and set(TABLES) <= set(names):
        results.write()
    return 1 if failed else 0


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("tables", nargs="*", metavar="TABLE", help=", ".join((*TABLES, *BESIDES)))
    parser.add_argument("--short", action="store_true", help="small counts; nothing is written")
    options = parser.parse_args()
    if unknown := set(options.tables) - {*TABLES, *BESIDES}:
        parser.error(f"there is no table {', '.join(sorted(unknown))}; there are {', '.join((*TABLES, *BESIDES))}")
    sys.exit(run(options.tables or TABLES, short=options.short))


if __name__ == "__main__":
    main()
