"""Search over the pages: what is named goes before what is described, and one exact word before many that nearly fit."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cache
from typing import Literal

from docs.errors import givers
from docs.page import Kind, Page
from docs.pages import pages
from docs.search.codes import codes_in
from docs.search.corpus import Document
from docs.search.excerpt import excerpt
from docs.search.fields import Fields
from docs.search.index import Index
from docs.search.names import TYPED, Names
from docs.search.vocabulary import Term, terms
from docs.search.words import plain
from tools.errors import CORE

LONGEST_QUERY = 500
"""Characters of a question that are read."""
_EXACT, _NAMED, _FIELD, _CODE = 2.0, 1.0, 0.6, 0.5
"""What a name counts that is the whole question, one in the question, a field, a code; all words together count 1."""
_KINDS: Mapping[Kind, tuple[float, float, frozenset[str]]] = {
    "section": (1.0, 1.1, frozenset({"~overview"})),
    "guide": (0.9, 0.95, frozenset({"~guide"})),
    "event": (0.96, 1.0, frozenset({"~notify"})),
    "error": (0.5, 0.6, frozenset({"~error"})),
}
"""What the words of a page count by its kind: usually, and where one of these groups says that the kind is meant."""
_ANY_KIND = (1.0, 1.0, frozenset[str]())
_STEP = 1e-6


@dataclass(frozen=True, slots=True)
class Hit:
    """A page that answers a question."""

    uri: str
    title: str
    kind: str
    answer: str
    """One line: what the page is about."""
    section: str
    """Heading of the part that fits best; empty for the beginning of the page."""
    excerpt: str
    official: str | None
    """Address of the official page of the same thing."""
    source: Literal["openchannels", "official"]
    score: float
    """The higher the better: up to 1 for words, more where something is named."""


class Search:
    """Everything that is known about the pages, ready to be asked."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self._documents = documents
        self._numbers = {document.page.name: number for number, document in enumerate(documents)}
        self._index = Index(documents)
        self._fields = Fields(documents)
        self._names = Names(document.page.name for document in documents if _is_called(document.page))
        self._spellings: dict[str, list[int]] = {}
        for number, document in enumerate(documents):
            for name in {plain(name) for name in _names(document.page)}:
                self._spellings.setdefault(name, []).append(number)

    def hits(self, query: str, limit: int, kind: str | None = None) -> list[Hit]:
        """The best pages, the best first."""
        query = query[:LONGEST_QUERY]
        wanted = list(dict.fromkeys(terms(query)))
        scores = self._scores(query, wanted)
        fitting = (number for number in scores if kind in {None, self._documents[number].page.kind})
        best = sorted(fitting, key=lambda number: -scores[number])[:limit]
        return [self._hit(number, scores[number], wanted) for number in best]

    def _scores(self, query: str, wanted: Sequence[Term]) -> dict[int, float]:
        scores = self._by_words(wanted)
        for tier in (self._by_name(query), self._by_field(query)):
            for number, score in tier:
                scores[number] = scores.get(number, 0.0) + score
        for code in codes_in(query):
            self._place_code(code, scores, alone=set(wanted) <= set(terms(code)))
        return scores

    def _by_words(self, wanted: Sequence[Term]) -> dict[int, float]:
        groups = {group for term in wanted for group in term.groups}
        return {number: score * self._share(number, groups) for number, score in self._index.scores(wanted).items()}

    def _share(self, number: int, groups: Set[str]) -> float:
        usual, meant, words = _KINDS.get(self._documents[number].page.kind, _ANY_KIND)
        return meant if groups & words else usual

    def _by_name(self, query: str) -> Iterator[tuple[int, float]]:
        for number in self._spellings.get(plain(query), ()):
            yield number, _EXACT
        named: dict[int, float] = {}
        for typed in TYPED.findall(query):
            if typed not in self._fields:
                for name, likeness in self._names.resembling(typed):
                    number = self._numbers[name]
                    named[number] = max(likeness, named.get(number, 0.0))
        yield from ((number, _NAMED * likeness**2) for number, likeness in named.items())

    def _by_field(self, query: str) -> Iterator[tuple[int, float]]:
        return ((number, _FIELD * share) for number, share in self._fields.scores(query).items())

    def _place_code(self, code: str, scores: dict[int, float], *, alone: bool) -> None:
        """A method that alone gives the code goes first, else its own page unless other words choose a method."""
        own = [self._numbers[method.rest] for method in givers(code)]
        for number in own:
            scores[number] = scores.get(number, 0.0) + _CODE
        page = self._numbers[f"errors/{code or 'empty'}"]
        if code in CORE or not own:
            scores[page] = max(scores.values(), default=0.0) + _CODE
            for name in ("errors", "guides/errors"):
                scores[self._numbers[name]] = scores.get(self._numbers[name], 0.0) + _CODE
        else:
            before = alone and len(own) > 1
            scores[page] = max(scores[number] for number in own) + (_STEP if before else -_STEP)

    def _kind(self, number: int) -> Kind:
        return self._documents[number].page.kind

    def _hit(self, number: int, score: float, wanted: Iterable[Term]) -> Hit:
        document = self._documents[number]
        page = document.page
        own = {term.stem for term in terms(page.name)}
        weights = {token: self._index.weight(term) for term in wanted if term.stem not in own for token in term.tokens()}
        section, text = excerpt(document.lines, weights)
        return Hit(
            page.uri, page.title, page.kind, page.description, section, text, page.official, "openchannels", round(score, 4)
        )


def search(query: str, limit: int = 5, kind: str | None = None) -> list[Hit]:
    """The pages that answer a question best; none where nothing has any of its words."""
    return _search().hits(query, limit, kind)


@cache
def _search() -> Search:
    return Search([Document(page) for page in pages().values()])


def _is_called(page: Page) -> bool:
    return page.kind in {"method", "event"}


def _names(page: Page) -> Iterator[str]:
    """What a page is called, in one spelling each."""
    yield from (page.uri, page.name, page.title, page.name.rpartition("/")[2])
    yield page.name.removeprefix("imopenlines.").removeprefix("v2.").removeprefix("On")
    yield page.name.removeprefix("imopenlines.")
