"""How often search has the right page first, among three and among five, and how long it takes.

`python -m bench.search [QUERIES]` shows what came where the right page was not the first. A file of queries has JSON
lines with `q`, `answers` (ids of the pages that answer it) and `kind`.
"""

import json
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.figures import median, percentile
from bench.served import ROOT
from bench.table import Row, Table
from reference.mirror.mirror import Mirror
from reference.mirror.sync import sync
from reference.pages.errors import find_givers
from reference.pages.registry import pages
from reference.search.search import search
from reference.search.words import split_words
from tools.error_advice import CORE

QUERIES = ROOT.parent / "shared" / "eval" / "docs_dev.jsonl"
ARCHIVES = ROOT.parent / "shared" / "official-docs"
PLACES = (1, 3, 5)
OFFICIAL_GUIDES = {"limits", "errors", "auth-webhook", "auth-oauth", "batch", "events-subscribe", "events-offline"}
"""Guides to subjects of which the official documentation has one page; their ids are their names."""
ROUNDS = 5
OWN_QUESTIONS = (
    "which method hands an open channel dialog over to another operator or back into the queue of the line",
    "what happens when the request limit is exceeded and how long do I have to wait before the next call",
    "как подписаться на событие нового сообщения в открытой линии и проверить, что запрос пришёл от портала",
    "imopenlines.operator.transfer",
    "OnSessionStart",
)
"""For times, where there are no others."""
FIRST = """
import time, server.app
started = time.perf_counter()
from reference.search.search import search
search("close a dialog")
print(time.perf_counter() - started)
"""
Find = Callable[[str], Sequence[str]]
"""Addresses of pages for a question, the best first."""


@dataclass(frozen=True, slots=True)
class Query:
    """A question with known answers."""

    kind: str
    question: str
    answers: frozenset[str]

    def right_within(self, places: int, found: Sequence[str]) -> bool:
        """Whether a right page is among the first ones; official pages are taken for wrong ones."""
        ours = (pages()[uri].name for uri in found[:places] if uri in pages())
        return any(self.answers & ids(name) for name in ours)


def ids(name: str) -> set[str]:
    """Under which ids of answers a page counts."""
    folder, _, rest = name.rpartition("/")
    if folder == "guides":
        return {rest if rest in OFFICIAL_GUIDES else f"guides:{rest}"}
    if folder == "sections":
        return {f"sections:{rest}"}
    if folder == "errors":
        own = [method.rest for method in find_givers(rest)]
        return {*(own if len(own) == 1 else ()), *(("errors",) if rest in CORE or not own else ())}
    return {name}


def measure(*, short: bool) -> Table:
    """Our pages alone, with the official ones beside them, and the plainest search over our pages."""
    notes = [
        "The questions are those that the search was developed with; on others it finds less.",
        f"First search in a server that has just begun: {first() * 1e3:.0f} ms over {len(pages())} pages.",
    ]
    queries = read(QUERIES)
    if not queries:
        notes.append("**RECALL WAS NOT MEASURED: ../shared/eval/docs_dev.jsonl is not there.**")
    rounds = 1 if short else ROUNDS
    with TemporaryDirectory() as folder, closing(plain()) as database:
        rows = rows_of("this search", queries, _ours(None), rounds)
        rows += rows_of("SQLite FTS5", queries, lambda query: _plainly(database, query), rounds)
        if short or not (ARCHIVES / "en.tar.gz").exists():
            why = "a short run does not make one" if short else "../shared/official-docs is not there"
            notes.append(f"**THE MIRROR WAS NOT MEASURED: {why}.**")
        else:
            notes += _synced(Path(folder))
            rows += rows_of("with the mirror", queries, _ours(Mirror(Path(folder))), rounds)
    return Table(
        "6. Search",
        "Share of questions with known answers whose page is first, among three, among five, by kind of question, and "
        "the time of a search: over our pages, beside SQLite's full-text search over the same pages, and with the "
        "official documentation mirrored (whose pages count as wrong).",
        ("search, kind", "questions", "@1 %", "@3 %", "@5 %", "p50 ms", "p95 ms"),
        tuple(rows),
        tuple(notes),
    )


def rows_of(name: str, queries: Sequence[Query], find: Find, rounds: int) -> list[Row]:
    """Recall by kind, and at the end over all with times."""
    found = {query.question: find(query.question) for query in queries}
    rows: list[Row] = []
    for kind in sorted({query.kind for query in queries}):
        of_kind = [query for query in queries if query.kind == kind]
        rows.append((f"{name}, {kind}", len(of_kind), *_recall(of_kind, found), None, None))
    asked = [query.question for query in queries] or OWN_QUESTIONS
    times = [_seconds(find, question) * 1e3 for _ in range(rounds) for question in asked]
    shares = _recall(queries, found) if queries else (None, None, None)
    return [*rows, (f"{name}, all", len(queries), *shares, median(times), percentile(times, 95))]


def read(file: Path) -> list[Query]:
    """The questions; none where there is no file."""
    if not file.exists():
        return []
    lines: Iterator[dict[str, Any]] = map(json.loads, file.read_text(encoding="utf-8").splitlines())
    return [Query(line["kind"], line["q"], frozenset(line["answers"])) for line in lines]


def first() -> float:
    """Seconds of the first search with all that it imports; median of three processes, of which one may compile."""
    command = [sys.executable, "-c", FIRST]
    return median([float(subprocess.check_output(command, cwd=ROOT, text=True)) for _ in range(3)])


def plain() -> sqlite3.Connection:
    """The same pages in a full-text index as SQLite has it, with English stems."""
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE pages USING fts5(uri UNINDEXED, title, text, tokenize='porter unicode61')")
    rows = [(page.uri, page.title, page.text()) for page in pages().values()]
    database.executemany("INSERT INTO pages VALUES (?, ?, ?)", rows)
    return database


def _plainly(database: sqlite3.Connection, query: str) -> list[str]:
    asked = " OR ".join(f'"{word}"' for word in split_words(query))
    found = database.execute("SELECT uri FROM pages WHERE pages MATCH ? ORDER BY rank LIMIT ?", (asked, max(PLACES)))
    return [uri for (uri,) in found]


def _ours(mirror: Mirror | None) -> Find:
    return lambda query: [hit.uri for hit in search(query, max(PLACES), official=mirror)]


def _synced(folder: Path) -> Iterator[str]:
    for lang in ("en", "ru"):
        started = time.perf_counter()
        done = sync(folder, str(ARCHIVES / f"{lang}.tar.gz"), lang, lambda *_: None)
        taken, size = time.perf_counter() - started, done.database.stat().st_size / 1e6
        yield f"Sync of the official documentation ({lang}): {taken:.1f} s, {done.pages:,} pages, {size:.1f} MB."


def _recall(queries: Sequence[Query], found: dict[str, Sequence[str]]) -> tuple[float, ...]:
    return tuple(
        100 * statistics.fmean(query.right_within(places, found[query.question]) for query in queries)
        for places in PLACES
    )


def _seconds(find: Find, question: str) -> float:
    started = time.perf_counter()
    find(question)
    return time.perf_counter() - started


def main(queries: Path) -> None:
    """Print what came where the right page was not the first."""
    asked = read(queries)
    if not asked:
        sys.exit(f"There are no questions to ask: {queries} does not exist. Name another file.")
    for query in asked:
        found = _ours(None)(query.question)
        if not query.right_within(1, found):
            print(f"{query.question}\n  wanted {', '.join(sorted(query.answers))}\n  came   {', '.join(found)}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else QUERIES)
