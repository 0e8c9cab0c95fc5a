"""The local copy of the official documentation as the rest of the program sees it: search, pages, and its state."""

import re
import sqlite3
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from reference.mirror import query as asked
from reference.mirror.excerpt import passage
from reference.mirror.fit import fit
from reference.mirror.index import WEIGHTS
from reference.mirror.languages import LANGUAGES
from reference.mirror.store import NoMirrorError, check, database, reading, unpack

State = Literal["ready", "absent", "outdated", "damaged"]
MOST_HITS = 100
_NAMED = 1000.0
"""What the page of a method that the question names is worth, whatever else is found."""
_ALIASED = 500.0
"""What it is worth where the question leaves the scope of the name out."""
_CANDIDATES = 200
"""So many more pages than are asked for are looked at for how well they fit."""
_OLD = re.compile(r"(?:^|/)(?:outdated|deprecated)(?:/|$)")
_OLD_IS_WORTH = 0.7
_RANK = f"bm25(words, {', '.join(map(str, WEIGHTS.values()))})"


@dataclass(frozen=True, slots=True)
class OfficialHit:
    """A page that was found, and where in it."""

    path: str
    """Without extension, as in its address."""
    lang: str
    title: str
    summary: str
    """One line of what the page is about."""
    heading: str
    """Of the section that fits best; the page's own title where that is the beginning."""
    excerpt: str
    """One line of that section."""
    address: str
    """On the public site."""
    score: float
    """More is better; comparable within one answer only."""

    @property
    def uri(self) -> str:
        """Address of the mirrored page."""
        return LANGUAGES[self.lang].mirrored(self.path)


@dataclass(frozen=True, slots=True)
class OfficialPage:
    """A mirrored page."""

    path: str
    lang: str
    title: str
    summary: str
    text: str
    """In Markdown, complete with what the page includes."""
    dated: str
    """Day of the state that was mirrored, ISO 8601."""
    address: str
    """On the public site."""

    @property
    def uri(self) -> str:
        """Address of the mirrored page."""
        return LANGUAGES[self.lang].mirrored(self.path)


@dataclass(frozen=True, slots=True)
class MirrorState:
    """What there is of one language."""

    lang: str
    state: State
    message: str
    """In words, with what to do where it is not ready."""
    pages: int = 0
    dated: str = ""
    synced: str = ""
    """Moment of the sync, ISO 8601."""
    source: str = ""


class Mirror:
    """Both languages in a folder; each call opens its database anew and so sees what the last sync brought."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def search(self, query: str, limit: int = 10, lang: str | None = None) -> list[OfficialHit]:
        """The best pages for a question; none where there is no mirror.

        The language is that of the question's alphabet unless given; the other one is searched where that is missing.
        """
        for code in sorted(LANGUAGES, key=lambda code: code != (lang or asked.language_of(query))):
            if lang in {None, code}:
                with suppress(NoMirrorError), reading(database(self._folder, code)) as connection:
                    return _search(connection, code, query, max(0, min(limit, MOST_HITS)))
        return []

    def page(self, lang: str, path: str) -> OfficialPage | None:
        """A page by its path, with or without an extension; None where there is none, or no mirror."""
        wanted = path.strip("/").removesuffix(".md").removesuffix(".html")
        if lang not in LANGUAGES:
            return None
        try:
            with reading(database(self._folder, lang)) as connection:
                row = connection.execute(
                    "SELECT path, title, summary, text, dated FROM pages WHERE path IN (?, ?) ORDER BY path LIMIT 1",
                    (wanted, f"{wanted}/index".lstrip("/")),
                ).fetchone()
                return _page(lang, row) if row else None
        except NoMirrorError:
            return None

    def originals(self, lang: str) -> dict[str, str]:
        """The files about what is ours as they are written, by their path; NoMirrorError where there is no mirror."""
        with reading(database(self._folder, lang)) as connection:
            return {file: unpack(text) for file, text in connection.execute("SELECT file, text FROM originals")}

    def states(self) -> list[MirrorState]:
        """What there is of each language."""
        return [self._state(code) for code in LANGUAGES]

    def _state(self, lang: str) -> MirrorState:
        try:
            with reading(database(self._folder, lang)) as connection:
                meta = dict(connection.execute("SELECT name, value FROM meta"))
                pages = int(connection.execute("SELECT count(*) FROM pages").fetchone()[0])
                check(connection)
                words = f"{pages:,} pages, as of {meta['dated']}, synced {meta['synced'][:10]}"
                return MirrorState(lang, "ready", words, pages, meta["dated"], meta["synced"], meta["source"])
        except NoMirrorError as reason:
            return MirrorState(lang, reason.state, str(reason))


def _page(lang: str, row: tuple[str, str, str, bytes, str]) -> OfficialPage:
    path, title, summary, text, dated = row
    return OfficialPage(path, lang, title, summary, unpack(text), dated, LANGUAGES[lang].online(path))


def _search(connection: sqlite3.Connection, lang: str, query: str, limit: int) -> list[OfficialHit]:
    words, named = _by_words(connection, query, limit), _by_name(connection, query)
    meant = asked.meanings(query[: asked.LONGEST_QUERY])
    worth = {
        number: (words.get(number, 0.0) * fit(meant, title) + named.get(number, 0.0)) * _of_its_age(path)
        for number, path, title in _rows(connection, "id, path, title", words.keys() | named.keys())
    }
    best = sorted(worth, key=lambda number: -worth[number])[:limit]
    rows = {row[0]: row[1:] for row in _rows(connection, "id, path, title, summary, text", best)}
    return [_hit(lang, rows[number], worth[number], query) for number in best]


def _of_its_age(path: str) -> float:
    return _OLD_IS_WORTH if _OLD.search(path) else 1.0


def _rows(connection: sqlite3.Connection, columns: str, pages: Collection[int]) -> list[tuple[Any, ...]]:
    marks = ", ".join("?" * len(pages))
    return connection.execute(f"SELECT {columns} FROM pages WHERE id IN ({marks})", list(pages)).fetchall()  # noqa: S608


def _by_words(connection: sqlite3.Connection, query: str, limit: int) -> dict[int, float]:
    """Page -> what the words that it shares with the question are worth."""
    expression = asked.expression(query)
    if not expression:
        return {}
    rows = connection.execute(
        f"SELECT rowid, {_RANK} AS rank FROM words WHERE words MATCH ? ORDER BY rank LIMIT ?",  # noqa: S608  (ours)
        (expression, limit + _CANDIDATES),
    )
    return {number: -rank for number, rank in rows}


def _by_name(connection: sqlite3.Connection, query: str) -> dict[int, float]:
    """Page -> far more, where the question names what it describes."""
    named: dict[int, float] = {}
    for name in asked.names(query):
        for page, alias in connection.execute("SELECT page, alias FROM names WHERE name = ?", (name,)):
            named[page] = max(named.get(page, 0.0), _ALIASED if alias else _NAMED)
    return named


def _hit(lang: str, row: tuple[str, str, str, bytes], score: float, query: str) -> OfficialHit:
    path, title, summary, text = row
    place = passage(unpack(text), query, asked.terms(query))
    address = LANGUAGES[lang].online(path)
    return OfficialHit(path, lang, title, summary, place.heading or title, place.text or summary, address, score)
