"""`python -m tests.server.events.campaign SOURCE EVENTS DIALOGS KILLS [FASTER]` runs one campaign and prints what came of it."""

import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.served import serve_sandbox
from tests.server.events.campaign.campaign import Plan, run


def main() -> None:
    """The command line."""
    source, events, dialogs, kills = sys.argv[1:5]
    faster = float(sys.argv[5]) if len(sys.argv) > 5 else 100
    keeps = not source.endswith("-")
    with serve_sandbox() as sandbox, TemporaryDirectory() as folder:
        began = time.monotonic()
        plan = Plan(source.rstrip("-"), int(events), int(dialogs), int(kills), keeps=keeps, faster=faster)
        found = run(sandbox.address, Path(folder), plan)
        print("seconds", time.monotonic() - began)
        print("messages", found.messages, "missing", len(found.missing), found.missing[:10])
        print("faults", len(found.faults), *found.faults[:12], sep="\n  ")
        print("sessions", found.sessions, "unseen", found.unseen_sessions, "edits", found.edits, "del", found.deletions)
        d = found.delays
        print("delays p50 p99 max", d[len(d) // 2], d[int(len(d) * 0.99)], d[-1])


if __name__ == "__main__":
    main()
