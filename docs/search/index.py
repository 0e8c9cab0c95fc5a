"""The full-text index: SQLite FTS5 in memory, over the phrases that ask for each page and over what stands on it."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from math import log

from docs.search.corpus import Document
from docs.search.vocabulary import Term, terms

_TABLES = {"phrases": "words", "questions": "words", "pages": "headings, body"}
"""A row for each phrase, for all phrases of a page together, for the text of a page."""
_RANKS = {"phrases": "bm25(phrases)", "questions": "bm25(questions)", "pages": "bm25(pages, 3.0, 1.0)"}
_SIDE_BY_SIDE = 1.0
_MOST_TOKENS = 12
_NEAREST = 200
"""Rows that are looked at."""
_SYNONYM = 0.9
"""What a word of the same meaning counts beside the word itself."""
_SPARE = 0.3
"""What a word too many in a phrase counts against it, beside a missing one."""
_BEST, _SECOND, _OTHERS, _TOGETHER, _TEXT = 0.4, 0.06, 0.24, 0.25, 0.06
"""Shares in a score: the nearest phrase, the second, the mean of the three after it, all together, the text."""
_OTHER_PHRASES = 3


@dataclass(frozen=True, slots=True)
class _Phrase:
    document: int
    places: Mapping[str, int]
    """Word or group -> where in the phrase it stands first."""
    weight: float


class Index:
    """All documents, to be asked for words."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self._pages = len(documents)
        self._counts = _counts(documents)
        self._phrases = [
            _Phrase(number, _places(phrase), sum(map(self.weight, set(phrase))))
            for number, document in enumerate(documents)
            for phrase in document.phrases
        ]
        self._connection = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        self._connection.execute("begin")
        self._fill("phrases", ((" ".join(phrase.places),) for phrase in self._phrases))
        self._fill("questions", ((" ".join(token for phrase in document.phrases for token in _tokens(phrase)),) for document in documents))
        self._fill("pages", (_headings_and_body(document) for document in documents))
        self._connection.execute("commit")

    def weight(self, term: Term) -> float:
        """How well a word tells pages apart: the mean of what it and its synonyms do."""
        known = [self._rarity(token) for token in term.tokens() if token in self._counts]
        return sum(known) / len(known) if known else self._rarity(term.stem)

    def scores(self, wanted: Sequence[Term]) -> dict[int, float]:
        """Document -> how well it fits the words, 0 to 1."""
        found = self._by_phrases(wanted)
        for table, share in (("questions", _TOGETHER), ("pages", _TEXT)):
            rows = self._rows(table, wanted)
            best = max((rank for _, rank in rows), default=1.0)
            for document, rank in rows:
                found[document] = found.get(document, 0.0) + share * rank / best
        return found

    def _by_phrases(self, wanted: Sequence[Term]) -> dict[int, float]:
        weighed = [(term, self.weight(term)) for term in wanted]
        near: dict[int, list[float]] = {}
        for row, _ in self._rows("phrases", wanted):
            phrase = self._phrases[row]
            near.setdefault(phrase.document, []).append(self._likeness(weighed, phrase))
        return {document: _together(sorted(values, reverse=True)) for document, values in near.items()}

    def _likeness(self, weighed: Sequence[tuple[Term, float]], phrase: _Phrase) -> float:
        """What is common, by all that is wanted and a part of what the phrase has besides; more for words side by side."""
        common = whole = 0.0
        pairs, before = 0, None
        for term, weight in weighed:
            whole += weight
            token = next((token for token in term.tokens() if token in phrase.places), None)
            if token is not None:
                common += weight if token == term.stem else _SYNONYM * self._rarity(token)
            place = None if token is None else phrase.places[token]
            pairs += before is not None and place == before + 1
            before = place
        likeness = common / (whole + _SPARE * max(0.0, phrase.weight - common))
        return likeness * (1 + _SIDE_BY_SIDE * pairs / max(1, len(weighed) - 1))

    def _rarity(self, token: str) -> float:
        return log(1 + self._pages / self._counts.get(token, 1))

    def _fill(self, table: str, rows: Iterable[tuple[str, ...]]) -> None:
        columns = _TABLES[table]
        self._connection.execute(
            f"create virtual table {table} using fts5({columns}, content = '', tokenize = \"ascii tokenchars '~'\")"
        )
        marks = ", ".join("?" * len(columns.split(",")))
        self._connection.executemany(
            f"insert into {table}(rowid, {columns}) values (?, {marks})",  # noqa: S608  (all of it ours)
            ((number, *row) for number, row in enumerate(rows)),
        )

    def _rows(self, table: str, wanted: Sequence[Term]) -> list[tuple[int, float]]:
        """The rows that have any of the words, best first, with their ranks."""
        known = {token for token in _tokens(wanted) if token in self._counts or table == "pages"}
        rarest = sorted(known, key=lambda token: self._counts.get(token, 0))[:_MOST_TOKENS]
        question = " OR ".join(f'"{token}"' for token in rarest)
        if not question:
            return []
        rank = _RANKS[table]
        found = self._connection.execute(
            f"select rowid, -{rank} from {table} where {table} match ? order by {rank} limit ?",  # noqa: S608  (ours)
            (question, _NEAREST),
        )
        return found.fetchall()


def _counts(documents: Sequence[Document]) -> dict[str, int]:
    """Token -> how many documents are asked for with it."""
    counts: dict[str, int] = {}
    for document in documents:
        for token in {token for phrase in document.phrases for token in _tokens(phrase)}:
            counts[token] = counts.get(token, 0) + 1
    return counts


def _places(phrase: Sequence[Term]) -> dict[str, int]:
    places: dict[str, int] = {}
    for place, term in enumerate(phrase):
        for token in term.tokens():
            places.setdefault(token, place)
    return places


def _together(likenesses: Sequence[float]) -> float:
    best, second, *others = (*likenesses, 0.0)
    return _BEST * best + _SECOND * second + _OTHERS * sum(others[:_OTHER_PHRASES]) / _OTHER_PHRASES


def _tokens(terms: Iterable[Term]) -> Iterator[str]:
    for stem, groups in terms:
        yield stem
        yield from groups


def _headings_and_body(document: Document) -> tuple[str, str]:
    headings = dict.fromkeys(line.heading for line in document.lines)
    tokens = (_tokens(terms(heading)) for heading in headings)
    return " ".join(chain(*tokens)), " ".join(chain(*(line.tokens for line in document.lines)))
