"""How often search over the pages has the right one first, among three and among five, and how long it takes.

`python -m bench.search [--queries FILE] [--failures]` asks the questions of a file of JSON lines, each with `q`,
`answers` (ids of the pages that answer it) and `kind`, and prints recall by kind, the time of a search, and the seconds
that the first one takes to read all pages. With --failures it shows what came where the right page was not the first.
"""

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docs.errors import givers
from docs.pages import pages
from docs.search.search import search
from tools.errors import CORE

QUERIES = Path(__file__).resolve().parent.parent.parent / "shared" / "eval" / "docs_dev.jsonl"
PLACES = (1, 3, 5)
OFFICIAL_GUIDES = {"limits", "errors", "auth-webhook", "auth-oauth", "batch", "events-subscribe", "events-offline"}
"""Guides to subjects of which the official documentation has one page; their ids are their names."""
ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Outcome:
    """One question and what came."""

    kind: str
    question: str
    answers: frozenset[str]
    found: tuple[str, ...]
    """Names of pages, the best first."""

    def right_within(self, places: int) -> bool:
        """Whether a right page is among the first ones."""
        return any(self.answers & ids(name) for name in self.found[:places])


def ids(name: str) -> set[str]:
    """Under which ids of answers a page counts."""
    folder, _, rest = name.rpartition("/")
    if folder == "guides":
        return {rest if rest in OFFICIAL_GUIDES else f"guides:{rest}"}
    if folder == "sections":
        return {f"sections:{rest}"}
    if folder == "errors":
        own = [method.rest for method in givers(rest)]
        return {*(own if len(own) == 1 else ()), *(("errors",) if rest in CORE or not own else ())}
    return {name}


def outcomes(queries: Path) -> Iterator[Outcome]:
    """Every question of the file, asked."""
    for line in queries.read_text(encoding="utf-8").splitlines():
        query: dict[str, Any] = json.loads(line)
        hits = search(query["q"], limit=max(PLACES))
        found = tuple(pages()[hit.uri].name for hit in hits)
        yield Outcome(query["kind"], query["q"], frozenset(query["answers"]), found)


def recall(asked: Sequence[Outcome]) -> str:
    """The shares of questions whose page is among the first ones."""
    shares = (statistics.fmean(one.right_within(places) for one in asked) for places in PLACES)
    return "   ".join(f"@{places} {share:6.1%}" for places, share in zip(PLACES, shares, strict=True))


def seconds(work: Callable[[], object]) -> float:
    """How long something takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def main(queries: Path, *, failures: bool) -> None:
    """Print recall, times and, if wanted, failures."""
    if not queries.exists():
        sys.exit(f"There are no questions to ask: {queries} does not exist. Name another file with --queries.")
    first = seconds(lambda: search("close a dialog"))
    asked = list(outcomes(queries))
    for kind in sorted({one.kind for one in asked}):
        of_kind = [one for one in asked if one.kind == kind]
        print(f"{kind:12} {len(of_kind):4}   {recall(of_kind)}")
    print(f"{'all':12} {len(asked):4}   {recall(asked)}")
    times = [seconds(lambda one=one: search(one.question)) for _ in range(ROUNDS) for one in asked]  # type: ignore[misc]
    p95 = statistics.quantiles(times, n=20)[18]
    print(f"a search     p50 {statistics.median(times) * 1000:.2f} ms   p95 {p95 * 1000:.2f} ms")
    print(f"first search, which reads {len(pages())} pages: {first:.2f} s")
    for one in asked if failures else ():
        if not one.right_within(1):
            print(f"\n{one.question}\n  wanted {', '.join(sorted(one.answers))}\n  came   {', '.join(one.found)}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Recall and time of search over the pages.")
    parser.add_argument("--queries", type=Path, default=QUERIES)
    parser.add_argument("--failures", action="store_true")
    options = parser.parse_args()
    main(options.queries, failures=options.failures)
