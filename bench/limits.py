"""Many reads at once under a portal's standard limit, beside the libraries that users would take instead."""

import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import product

from bench.peers import CLIENTS, OURS, THREADS, installed
from bench.served import ROOT, portal
from bench.table import Row, Table

READS, READS_SHORT = (50, 200, 500), (50,)
PATIENCE = 90
"""Seconds that a client has."""
BURST = 50
"""Requests that the portal lets in at once; clients that send one for each read wait with more of them."""


def measure(*, short: bool) -> Table:
    """Those that need the processor one after the other, those that wait for the limit side by side."""
    wanted = [(reads, client) for reads, client in product(READS_SHORT if short else READS, CLIENTS)]
    waiting = [one for one in wanted if one[0] > BURST and one[1] in {"fast_bitrix24", "b24pysdk"}]
    rows = {one: row(*one) for one in wanted if one not in waiting}
    with ThreadPoolExecutor(max(1, len(waiting))) as pool:
        rows |= zip(waiting, pool.map(lambda one: row(*one), waiting), strict=True)
    return Table(
        "4. Under the portal's limit",
        "Reads asked for at once of a portal that enforces 50 requests, then 2 a second (503 beyond), by this server's "
        "portal client and by two libraries, one call a read and all in one list.",
        ("client", "reads", "came", "failed", "seconds", "HTTP requests", "503s"),
        tuple(rows[one] for one in wanted),
        (
            f"A client has {PATIENCE} s; one that is not done by then shows how many reads it had by then.",
            f"b24pysdk, which is synchronous, reads in {THREADS} threads and over plain http, by a patch.",
            "Runs that mostly wait for the limit (one call a read, more than 50) were made side by side.",
        ),
    )


def row(reads: int, client: str) -> Row:
    """One client at a portal of its own, whose bucket is empty."""
    if not installed(client):
        return client, reads, None, None, "not installed", None, None
    with portal("standard") as here:
        said, ended = run([sys.executable, "-m", "bench.peers", client, here.webhook, str(reads)])
        limits = here.control("limits")
    came, failed = said.count("+"), said.count("-")
    seconds = re.search(r"^\d+\.\d+$", said, re.MULTILINE)
    if ended and not seconds and client == OURS:
        raise RuntimeError(f"this server's client ended after {came} of {reads} reads")
    taken = float(seconds[0]) if seconds else "crashed" if ended else f"not done in {PATIENCE}"
    return client, reads, came, failed, taken, limits["requests"], limits["query_limit_exceeded"]


def run(command: list[str]) -> tuple[str, bool]:
    """What a command printed, and whether it ended in time."""
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            return process.communicate(timeout=PATIENCE)[0], True
        except subprocess.TimeoutExpired:
            process.kill()
            return process.communicate()[0], False
