"""Pages by words: the phrases that ask for each, all of them together, and what stands on it."""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, chain
from math import log

from reference.search.fulltext import FullTextTable
from reference.search.vocabulary import Term
from reference.search.weights import WordWeights

_OTHER_PHRASES = 3
_MOST_WORDS, _MOST_PHRASES = 16, 800
"""The rarest words and groups of a question, and how many phrases they may be in, bound the time of a search."""
_SHORT = 5
"""Terms of a question of which a phrase may have every one."""
_NEAREST = 200
"""The best rows of a table are looked at."""
_REMEMBERED = 10_000
_TABLES = (
    "CREATE TABLE size (pages INTEGER NOT NULL)",
    "CREATE TABLE word_counts (word TEXT PRIMARY KEY, pages INTEGER NOT NULL, phrases INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE TABLE phrase_terms (id INTEGER PRIMARY KEY, page INTEGER, weight REAL, terms TEXT)",
)


@dataclass(frozen=True, slots=True)
class IndexedPage:
    """What the index keeps of a page."""

    phrases: Sequence[Sequence[Term]]
    """What people may say who want this page."""
    headings: Iterable[str]
    """Words and groups, as in `body` and `code`."""
    body: Iterable[str]
    code: Iterable[str] = ()


@dataclass(frozen=True, slots=True)
class _Phrase:
    page: int
    weight: float
    places: Mapping[str, int]
    """Word or group -> where in the phrase it stands first."""


class WordIndex:
    """The words of all pages in a database; pages are called by their numbers, in the order in which they came."""

    def __init__(self, connection: sqlite3.Connection, weights: WordWeights) -> None:
        self._connection = connection
        self._weights = weights
        self._phrases = FullTextTable(connection, "phrases", {"words": 1.0})
        self._questions = FullTextTable(connection, "questions", {"words": 1.0})
        columns = {"headings": weights.heading, "body": 1.0, "code": weights.code}
        self._texts = FullTextTable(connection, "texts", columns)
        self._pages = 0
        self._counts: dict[str, tuple[int, int]] = {}

    def write(self, pages: Sequence[IndexedPage]) -> None:
        """Fill the database with these pages, once. Raises: sqlite3.Error."""
        spoken = [(number, phrase) for number, page in enumerate(pages) for phrase in page.phrases]
        tokens = [[*dict.fromkeys(_list_tokens(phrase))] for _, phrase in spoken]
        self._questions.write(
            [" ".join(_list_tokens(term for phrase in page.phrases for term in phrase))] for page in pages
        )
        self._texts.write([" ".join(page.headings), " ".join(page.body), " ".join(page.code)] for page in pages)
        self._phrases.write([" ".join(words)] for words in tokens)
        in_phrases = Counter(chain.from_iterable(tokens))
        in_pages = Counter(token for page in pages for token in {*_list_tokens(chain.from_iterable(page.phrases))})
        for statement in _TABLES:
            self._connection.execute(statement)
        self._connection.execute("INSERT INTO size VALUES (?)", (len(pages),))
        self._connection.executemany(
            "INSERT INTO word_counts VALUES (?, ?, ?)", ((word, in_pages[word], in_phrases[word]) for word in in_pages)
        )
        self._connection.executemany(
            "INSERT INTO phrase_terms VALUES (?, ?, ?, ?)",
            (
                (row, number, sum(map(self.weigh, dict.fromkeys(phrase))), _write_terms(phrase))
                for row, (number, phrase) in enumerate(spoken)
            ),
        )

    def weigh(self, term: Term) -> float:
        """How well a word tells pages apart: the mean of what it and its groups do."""
        known = [self._measure_rarity(token) for token in term.tokens() if self._count(token)[0]]
        return sum(known) / len(known) if known else self._measure_rarity(term.stem)

    def score(self, wanted: Sequence[Term]) -> dict[int, float]:
        """Page -> how well it fits the terms of a question, 0 to about 1; those that fit in nothing are missing."""
        uses = {token: self._count(token)[1] for token in _list_tokens(wanted)}
        words = sorted(uses, key=lambda token: uses[token])[:_MOST_WORDS]
        scores = self._score_phrases(wanted, _choose_rarest(words, uses))
        for table, share in ((self._questions, self._weights.all_phrases), (self._texts, self._weights.text)):
            rows = table.find_rows(words, _NEAREST)
            for page, rank in rows:
                scores[page] = scores.get(page, 0.0) + share * rank / rows[0][1]
        return scores

    def _score_phrases(self, wanted: Sequence[Term], words: Sequence[str]) -> dict[int, float]:
        worth = self._weigh_wanted(wanted)
        whole = sum(map(self.weigh, wanted))
        near: dict[int, list[float]] = {}
        for phrase in self._read_phrases(self._find_phrases(wanted, words)):
            common, neighbours = _compare(worth, phrase.places)
            likeness = common / (whole + self._weights.spare_word * max(0.0, phrase.weight - common))
            side_by_side = (1 + neighbours / max(1, len(wanted) - 1)) / 2
            near.setdefault(phrase.page, []).append(likeness * side_by_side)
        return {page: self._combine(sorted(likenesses, reverse=True)) for page, likenesses in near.items()}

    def _find_phrases(self, wanted: Sequence[Term], words: Sequence[str]) -> list[int]:
        """Rows that may be nearest: by the rarest words, and those with every word, which may all be common ones."""
        nearest = self._phrases.find_rows(words, _NEAREST)
        if len(wanted) <= _SHORT:
            nearest += self._phrases.find_whole_rows([term.tokens() for term in wanted], _NEAREST)
        return list(dict.fromkeys(row for row, _ in nearest))

    def _read_phrases(self, rows: Sequence[int]) -> Iterator[_Phrase]:
        marks = ", ".join("?" * len(rows))
        found = self._connection.execute(
            f"SELECT id, page, weight, terms FROM phrase_terms WHERE id IN ({marks})",  # noqa: S608  (marks only)
            rows,
        )
        by_row = {row: _Phrase(page, weight, _read_places(terms)) for row, page, weight, terms in found}
        return (by_row[row] for row in rows)

    def _combine(self, likenesses: Sequence[float]) -> float:
        """The likenesses of a page's phrases, the greatest first, as one."""
        best, second, *others = (*likenesses, 0.0)
        rest = sum(others[:_OTHER_PHRASES]) / _OTHER_PHRASES
        weights = self._weights
        return weights.nearest_phrase * best + weights.second_phrase * second + weights.other_phrases * rest

    def _weigh_wanted(self, wanted: Sequence[Term]) -> dict[str, list[tuple[int, float]]]:
        """Word or group -> which of the wanted terms it stands for, and how much it counts for each."""
        worth: dict[str, list[tuple[int, float]]] = {}
        for place, term in enumerate(wanted):
            whole = self.weigh(term)
            worth.setdefault(term.stem, []).append((place, whole))
            for group in term.groups:
                alike = self._weights.synonym * self._measure_rarity(group)
                worth.setdefault(group, []).append((place, min(whole, alike)))
        return worth

    def _measure_rarity(self, token: str) -> float:
        return log(1 + self._count_pages() / (self._count(token)[0] or 1))

    def _count(self, token: str) -> tuple[int, int]:
        """How many pages are asked for with it, and how many phrases have it."""
        if token not in self._counts:
            found = self._connection.execute(
                "SELECT pages, phrases FROM word_counts WHERE word = ?", (token,)
            ).fetchone()
            self._counts[token] = found or (0, 0)
        return self._counts[token]

    def _count_pages(self) -> int:
        if not self._pages:
            (self._pages,) = self._connection.execute("SELECT pages FROM size").fetchone()
        return self._pages


def index_in_memory(pages: Sequence[IndexedPage], weights: WordWeights) -> WordIndex:
    """An index of these pages that ends with the process; any thread may ask it."""
    connection = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
    index = WordIndex(connection, weights)
    connection.execute("BEGIN")
    index.write(pages)
    connection.execute("COMMIT")
    return index


def _choose_rarest(words: Sequence[str], uses: Mapping[str, int]) -> list[str]:
    """The words, as many as together are in not too many phrases; at least the first."""
    so_far = accumulate(uses[word] for word in words)
    return [word for word, count in zip(words, so_far, strict=True) if count <= _MOST_PHRASES] or list(words[:1])


def _compare(worth: Mapping[str, Sequence[tuple[int, float]]], places: Mapping[str, int]) -> tuple[float, int]:
    """How much of what is wanted a phrase has, and how many pairs of it stand side by side in both."""
    found: dict[int, tuple[float, int]] = {}
    for token, place in places.items():
        for wanted, counts in worth.get(token, ()):
            if wanted not in found or counts > found[wanted][0]:
                found[wanted] = counts, place
    neighbours = sum(w + 1 in found and found[w + 1][1] == place + 1 for w, (_, place) in found.items())
    return sum(counts for counts, _ in found.values()), neighbours


def _write_terms(phrase: Iterable[Term]) -> str:
    """The terms of a phrase as the database keeps them: a word and its groups are joined by commas."""
    return " ".join(",".join(term.tokens()) for term in phrase)


@lru_cache(_REMEMBERED)
def _read_places(terms: str) -> Mapping[str, int]:
    places: dict[str, int] = {}
    for place, tokens in enumerate(terms.split(" ")):
        for token in tokens.split(","):
            places.setdefault(token, place)
    return places


def _list_tokens(terms: Iterable[Term]) -> Iterator[str]:
    return (token for term in terms for token in term.tokens())
