"""What an index of words keeps: of pages, and of the phrases that ask for them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from math import log
from typing import Protocol

from reference.search.vocabulary import Term

_REMEMBERED = 20_000


@dataclass(frozen=True, slots=True)
class IndexedPage:
    """What the index keeps of a page."""

    phrases: Sequence[Sequence[Term]]
    """What people may say who want this page."""
    headings: Iterable[str]
    """Words and groups, as in `body` and `code`."""
    body: Iterable[str]
    code: Iterable[str] = ()

    def list_phrase_tokens(self) -> Iterator[str]:
        """The words and groups of all phrases."""
        return list_tokens(chain.from_iterable(self.phrases))


@dataclass(frozen=True, slots=True)
class IndexedPhrase:
    """A phrase as a question is compared with it."""

    page: int
    weight: float
    places: Mapping[str, int]
    """Word or group -> where in the phrase it stands first."""


class WordTable(Protocol):
    """Rows of words, numbered from 0."""

    def find_rows(self, words: Sequence[str], limit: int) -> list[tuple[int, float]]:
        """The rows that have any of the words, the best first, each with its rank by BM25, which is above 0."""
        ...

    def find_whole_rows(self, terms: Sequence[Sequence[str]], limit: int) -> list[tuple[int, float]]:
        """The same of the rows that have of each term one of its words."""
        ...


class WordTables(Protocol):
    """The tables of an index; pages are called by their numbers, in the order in which they came."""

    @property
    def phrases(self) -> WordTable:
        """A row for each phrase."""
        ...

    @property
    def questions(self) -> WordTable:
        """A row for each page: its phrases, all together."""
        ...

    @property
    def texts(self) -> WordTable:
        """A row for each page: its text."""
        ...

    def read_phrases(self, rows: Sequence[int]) -> Iterable[IndexedPhrase]:
        """The phrases of these rows, in this order."""
        ...

    def count(self, token: str) -> tuple[int, int]:
        """How many pages are asked for with a word or group, and how many phrases have it."""
        ...

    def count_pages(self) -> int:
        """How many pages there are."""
        ...


def weigh_term(term: Term, pages: int, count: Callable[[str], int]) -> float:
    """How well a term tells so many pages apart: the mean of what its word and its groups do.

    `count` says how many pages are asked for with a word or group.
    """
    known = [log(1 + pages / counted) for token in term.tokens() if (counted := count(token))]
    return sum(known) / len(known) if known else log(1 + pages)


def list_tokens(terms: Iterable[Term]) -> Iterator[str]:
    """The words and groups of terms, in order."""
    return (token for term in terms for token in term.tokens())


def write_terms(phrase: Iterable[Term]) -> str:
    """The terms of a phrase in a line: a word and its groups are joined by commas."""
    return " ".join(",".join(term.tokens()) for term in phrase)


@lru_cache(_REMEMBERED)
def read_places(terms: str) -> Mapping[str, int]:
    """Word or group -> where in such a line it stands first."""
    places: dict[str, int] = {}
    for place, tokens in enumerate(terms.split(" ")):
        for token in tokens.split(","):
            places.setdefault(token, place)
    return places
