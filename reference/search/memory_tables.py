"""The tables of an index in memory: rows and ranks are computed beforehand, so that a question only adds them up."""

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from itertools import chain
from math import log
from typing import Self

from reference.search.indexed_page import IndexedPage, IndexedPhrase, list_tokens, read_places, weigh_term, write_terms
from reference.search.weights import WordWeights

_SATURATION, _LENGTH = 1.2, 0.75
"""k1 and b of BM25, as SQLite's full-text search has them."""
_LEAST = 1e-6
"""What a word counts that is in more than half of the rows; as in SQLite."""
Columns = Sequence[tuple[float, Iterable[str]]]
"""What a word in each column weighs, and its words."""


@dataclass(frozen=True, slots=True)
class MemoryTable:
    """For each word its rows, and what it adds to the rank of each; as bytes, which are small and quickly read."""

    rows: Mapping[str, bytes]
    ranks: Mapping[str, bytes]

    @classmethod
    def make(cls, rows: Iterable[Columns]) -> Self:
        """From the words of all rows."""
        counted = [_count_words(columns) for columns in rows]
        mean = sum(length for _, length in counted) / (len(counted) or 1)
        found: dict[str, list[tuple[int, float, float]]] = {}
        for row, (weighed, length) in enumerate(counted):
            norm = _SATURATION * (1 - _LENGTH + _LENGTH * length / (mean or 1))
            for word, frequency in weighed.items():
                found.setdefault(word, []).append((row, frequency, norm))
        return cls(
            {word: array("H", [row for row, *_ in places]).tobytes() for word, places in found.items()},
            {word: array("d", _rank(places, len(counted))).tobytes() for word, places in found.items()},
        )

    def find_rows(self, words: Sequence[str], limit: int) -> list[tuple[int, float]]:
        """The rows that have any of the words, the best first, each with its rank."""
        return _choose_best(self._rank_rows(words), limit)

    def find_whole_rows(self, terms: Sequence[Sequence[str]], limit: int) -> list[tuple[int, float]]:
        """The same of the rows that have of each term one of its words."""
        if not terms:
            return []
        whole = set.intersection(*({*chain.from_iterable(map(self._read_rows, words))} for words in terms))
        ranks = self._rank_rows(dict.fromkeys(chain.from_iterable(terms))) if whole else {}
        return _choose_best({row: ranks[row] for row in whole}, limit)

    def _rank_rows(self, words: Iterable[str]) -> dict[int, float]:
        ranks: dict[int, float] = {}
        for word in words:
            for row, rank in zip(self._read_rows(word), memoryview(self.ranks.get(word, b"")).cast("d"), strict=True):
                ranks[row] = ranks.get(row, 0.0) + rank
        return ranks

    def _read_rows(self, word: str) -> memoryview:
        return memoryview(self.rows.get(word, b"")).cast("H")


@dataclass(frozen=True, slots=True)
class MemoryTables:
    """The tables of an index; all that is in them are numbers, texts, bytes and dictionaries."""

    phrases: MemoryTable
    questions: MemoryTable
    texts: MemoryTable
    lines: Sequence[tuple[int, float, str]]
    """Of each phrase the page, the weight and the terms."""
    counts: Mapping[str, tuple[int, int]]
    """Of each word or group the pages that are asked for with it, and the phrases that have it."""
    pages: int

    @classmethod
    def make(cls, pages: Sequence[IndexedPage], weights: WordWeights) -> Self:
        """The tables of these pages."""
        spoken = [(number, phrase) for number, page in enumerate(pages) for phrase in page.phrases]
        tokens = [[*dict.fromkeys(list_tokens(phrase))] for _, phrase in spoken]
        in_phrases = Counter(chain.from_iterable(tokens))
        in_pages = Counter(token for page in pages for token in {*page.list_phrase_tokens()})
        return cls(
            MemoryTable.make([(1.0, words)] for words in tokens),
            MemoryTable.make([(1.0, page.list_phrase_tokens())] for page in pages),
            MemoryTable.make(
                [(weights.heading, page.headings), (1.0, page.body), (weights.code, page.code)] for page in pages
            ),
            [
                (
                    number,
                    sum(weigh_term(term, len(pages), in_pages.__getitem__) for term in dict.fromkeys(phrase)),
                    write_terms(phrase),
                )
                for number, phrase in spoken
            ],
            {token: (in_pages[token], in_phrases[token]) for token in in_pages},
            len(pages),
        )

    def read_phrases(self, rows: Sequence[int]) -> Iterator[IndexedPhrase]:
        """The phrases of these rows, in this order."""
        for row in rows:
            page, weight, terms = self.lines[row]
            yield IndexedPhrase(page, weight, read_places(terms))

    def count(self, token: str) -> tuple[int, int]:
        """How many pages are asked for with a word or group, and how many phrases have it."""
        return self.counts.get(token, (0, 0))

    def count_pages(self) -> int:
        """How many pages there are."""
        return self.pages


def _count_words(columns: Columns) -> tuple[dict[str, float], int]:
    """How often each word is in a row, by the weights of the columns, and how many words there are."""
    weighed: dict[str, float] = {}
    length = 0
    for weight, words in columns:
        for word in words:
            weighed[word] = weighed.get(word, 0.0) + weight
            length += 1
    return weighed, length


def _rank(places: Sequence[tuple[int, float, float]], rows: int) -> list[float]:
    rarity = max(_LEAST, log((rows - len(places) + 0.5) / (len(places) + 0.5)))
    return [rarity * frequency * (_SATURATION + 1) / (frequency + norm) for _, frequency, norm in places]


def _choose_best(ranks: Mapping[int, float], limit: int) -> list[tuple[int, float]]:
    return nsmallest(limit, ranks.items(), key=lambda ranked: (-ranked[1], ranked[0]))
