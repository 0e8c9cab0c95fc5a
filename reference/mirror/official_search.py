"""Which official pages answer a question best, asked of the database of one language."""

import re
import sqlite3
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from reference.mirror.languages import Language
from reference.mirror.page_names import find_names, make_typed_keys
from reference.mirror.prose import extract_prose, strip_links
from reference.mirror.store import unpack
from reference.search.excerpt import make_excerpt
from reference.search.hit import OfficialHit
from reference.search.page_text import read_sections
from reference.search.stored_tables import StoredTables
from reference.search.vocabulary import Term, read_terms, read_tokens
from reference.search.weights import OFFICIAL_EVENT, OFFICIAL_TEXT, OFFICIAL_WORDS, OUTDATED, SHORT_NAME, WHOLE_NAME
from reference.search.word_index import WordIndex
from reference.search.words import stem_words

LONGEST_QUERY = 1000
"""Characters of a question that are read."""
_MOST_TERMS = 24
_SHORT = 3
_EVENTS = "~notify"
_BETWEEN = re.compile(r"(?<=\w)[_-](?=\w)")
"""What stands for a dot in the names of tools and of pages."""
_OUTDATED = re.compile(r"(?:^|/)(?:outdated|deprecated)(?:/|$)")


def search_pages(connection: sqlite3.Connection, language: Language, query: str, limit: int) -> list[OfficialHit]:
    """The best pages, the best first; none where no page has a word or a name of the question.

    Raises: sqlite3.Error where the database is damaged.
    """
    asked = query[:LONGEST_QUERY]
    wanted = _read_terms(asked)
    index = WordIndex(StoredTables(connection, OFFICIAL_WORDS), OFFICIAL_WORDS)
    scores = index.score(wanted)
    for page, worth in _find_named(connection, asked).items():
        scores[page] = scores.get(page, 0.0) + worth
    of_events = any(_EVENTS in term.groups for term in read_terms(asked))
    for page, path, title in _read_rows(connection, "id, path, title", scores):
        scores[page] *= _choose_share(path, title, of_events=of_events)
    best = sorted(scores, key=lambda page: -scores[page])[:limit]
    weights = {token: index.weigh(term) for term in wanted for token in term.tokens()}
    rows = {row[0]: row[1:] for row in _read_rows(connection, "id, path, title, summary, text", best)}
    return [_make_hit(language, rows[page], scores[page], weights) for page in best]


def find_paths(connection: sqlite3.Connection, name: str) -> list[str]:
    """The pages whose title has this name of a method or event, newer ones first.

    A name has dots, for which underscores or hyphens may stand, or it begins with `on`.

    Raises: sqlite3.Error where the database is damaged.
    """
    typed = name if "." in name else _BETWEEN.sub(".", name)
    if not find_names(typed):
        return []
    keys = sorted(make_typed_keys(typed))
    marks = ", ".join("?" * len(keys))
    found = connection.execute(
        f"SELECT DISTINCT path FROM names JOIN pages ON pages.id = page WHERE NOT alias AND name IN ({marks})",  # noqa: S608
        keys,
    )
    return sorted((path for (path,) in found), key=lambda path: (bool(_OUTDATED.search(path)), len(path), path))


def _choose_share(path: str, title: str, *, of_events: bool) -> float:
    """How much counts on a page: what is new goes before what is old, and methods before all that was not asked for."""
    name = next(iter(find_names(title)), "")
    kind = OFFICIAL_TEXT if not name else OFFICIAL_EVENT if "." not in name and not of_events else 1.0
    return kind * (OUTDATED if _OUTDATED.search(path) else 1.0)


def _read_terms(query: str) -> Sequence[Term]:
    """What a question asks for, each word once; words that say nothing only where there is nothing else."""
    every = list(read_terms(query, general=True)) or [Term(stem, ()) for stem in stem_words(query)]
    return list(dict.fromkeys(every))[:_MOST_TERMS]


def _find_named(connection: sqlite3.Connection, query: str) -> dict[int, float]:
    """Page -> what it gets because the question names what it describes."""
    named: dict[int, float] = {}
    for name in make_typed_keys(query):
        for page, alias in connection.execute("SELECT page, alias FROM names WHERE name = ?", (name,)):
            named[page] = max(named.get(page, 0.0), SHORT_NAME if alias else WHOLE_NAME)
    return named


def _read_rows(connection: sqlite3.Connection, columns: str, pages: Collection[int]) -> list[tuple[Any, ...]]:
    marks = ", ".join("?" * len(pages))
    return connection.execute(f"SELECT {columns} FROM pages WHERE id IN ({marks})", list(pages)).fetchall()  # noqa: S608


def _make_hit(
    language: Language, row: tuple[str, str, str, bytes], score: float, weights: Mapping[str, float]
) -> OfficialHit:
    path, title, summary, packed = row
    text = strip_links(extract_prose(unpack(packed))).replace("<br>", " ").replace("**", "")
    heading, place = make_excerpt(list(read_sections(text, _make_token_reader(weights))), weights)
    return OfficialHit(
        uri=language.mirrored(path),
        path=path,
        lang=language.code,
        title=title,
        summary=summary,
        heading=heading or title,
        excerpt=place or summary,
        address=language.online(path),
        score=round(score, 4),
    )


def _make_token_reader(weights: Mapping[str, float]) -> Callable[[str], frozenset[str]]:
    """A reader of the words of a line; it skips lines where no word begins as a wanted one, as they cannot match."""
    beginnings = {re.escape(token[: max(_SHORT, len(token) - 1)]) for token in weights}
    found = re.compile(rf"(?<![^\W_])(?:{'|'.join(sorted(beginnings)) or '(?!)'})", re.IGNORECASE)
    return lambda line: read_tokens(line, general=True) if found.search(line) else frozenset()
