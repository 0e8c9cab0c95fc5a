"""`python -m tests.sweep [TOOL...]`: every call of these tools, or of all, with all mutations.

It fails if something is not borne.
"""

import logging
import os
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor

import anyio

from tests.sweep.calls import CALLS, ReadingCall
from tests.sweep.sweep import Sweep, sweep


def sweep_whole(call: ReadingCall) -> Sweep:
    """One call with all its mutations."""
    logging.disable()
    return anyio.run(sweep, [call])


def main(tools: Sequence[str]) -> int:
    """Print the table; 1 if something is not borne."""
    whole = Sweep()
    chosen = [call for call in CALLS if not tools or call.tool in tools]
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for part in pool.map(sweep_whole, chosen):
            whole.add(part)
    sys.stdout.write("\n".join((*whole.describe(), "")))
    return 1 if whole.findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
