"""`python -m tests.server.events.campaign SOURCE EVENTS DIALOGS KILLS` prints what came of one campaign."""

import json
import sys
import time
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.served import serve_sandbox
from tests.server.events.campaign.campaign import Plan, run


def main() -> None:
    """The command line; a source with `-` behind it has a portal whose plan lacks the feature of the offline queue."""
    source, events, dialogs, kills = sys.argv[1:5]
    plan = Plan(source.rstrip("-"), int(events), int(dialogs), int(kills), keeps=not source.endswith("-"))
    with serve_sandbox() as sandbox, TemporaryDirectory() as folder:
        began = time.monotonic()
        found = asdict(run(sandbox.address, Path(folder), plan))
    delays = found.pop("delays")
    marks = {f"delay_{share}": delays[int((len(delays) - 1) * share)] for share in (0.5, 0.99, 1)}
    found["faults"] = [len(found["faults"]), *found["faults"][:20]]
    found["missing"] = [len(found["missing"]), *found["missing"][:20]]
    sys.stdout.write(json.dumps({**found, **marks, "took": time.monotonic() - began}, indent=1) + "\n")


if __name__ == "__main__":
    main()
