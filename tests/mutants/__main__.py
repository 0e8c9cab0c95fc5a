"""`python -m tests.mutants [MODULE...]`: what survives, and how many were killed; fails below the goal."""

import os
import sys
import time

from tests.mutants.accepted import ACCEPTED
from tests.mutants.targets import TARGETS
from tests.mutants.trial import Outcome, try_module

GOAL = 0.9


def main() -> None:
    """Try the named modules, or all."""
    chosen = sys.argv[1:] or list(TARGETS)
    made = killed = 0
    for module in chosen:
        began = time.monotonic()
        outcomes = try_module(module, TARGETS[module], at_once=os.cpu_count() or 1)
        excused = ACCEPTED.get(module, {})
        counted = [one for one in outcomes if one.mutation.key not in excused]
        survivors = [one for one in counted if not one.killed]
        made, killed = made + len(counted), killed + len(counted) - len(survivors)
        share, took = f"{len(counted) - len(survivors)} of {len(counted)} killed", time.monotonic() - began
        tell(f"{module}: {share}, {len(outcomes) - len(counted)} accepted, {took:.0f} s")
        for one in survivors:
            tell(f"    {_told(module, one)}")
        for key in excused.keys() - {one.mutation.key for one in outcomes if not one.killed}:
            tell(f"    accepted, but killed or gone: {key}")
    tell(f"{killed} of {made} killed: {killed / made:.1%}")
    sys.exit(killed < GOAL * made)


def tell(line: str) -> None:
    """One line of the report, at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _told(module: str, survivor: Outcome) -> str:
    seen = f"{survivor.tests} tests came by" if survivor.tests else "no test came by"
    return f"{module}:{survivor.mutation.lines.start} {survivor.mutation.key}   ({seen})"


if __name__ == "__main__":
    main()
