"""Which pages answer a question best: what is called by its name goes before what is described in words."""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet

from reference.pages.errors import find_givers
from reference.pages.guides import list_described_methods
from reference.pages.page import Page
from reference.search.codes import find_codes
from reference.search.compiled import Compiled
from reference.search.documents import Document
from reference.search.field_index import SPELT, FieldIndex
from reference.search.method_names import TYPED, MethodNames
from reference.search.spelling import Spelling
from reference.search.vocabulary import Term, read_terms
from reference.search.weights import (
    ERROR_CODE,
    FIELD,
    KINDS,
    NEIGHBOUR,
    OWN_WORDS,
    PAGES,
    SHORT_NAME,
    SIMILAR_NAME,
    WHOLE_NAME,
)
from reference.search.word_index import WordIndex
from reference.search.words import normalise_name
from tools.error_advice import CORE

_MOST_TERMS = 40
"""Words of a question that are looked at."""
_MOST_NAMES = 4
"""Names in a question that are looked up."""
_ANY_KIND = (1.0, 1.0, frozenset[str]())
_ABOUT_ERRORS = ("errors", "guides/errors")
"""Pages about errors in general."""
_ERROR = "~error"
"""Group of the words that say no more of a code than that it is one."""
_FEW = 3
"""Methods that give a code, of which one can be meant."""
_NEXT = 1e-6
"""Sets a page right beside another."""


class Ranking:
    """Pages and how well they fit; they are called by their numbers."""

    def __init__(self, documents: Sequence[Document], compiled: Compiled) -> None:
        self._documents = documents
        self._numbers = {document.page.name: number for number, document in enumerate(documents)}
        self._index = WordIndex(compiled.tables, OWN_WORDS)
        self._spelling = Spelling(compiled.known, compiled.written)
        self._fields = FieldIndex(compiled.fields, len(documents))
        self._names = MethodNames(
            document.page.name for document in documents if document.page.kind in {"method", "event"}
        )
        self._called: dict[str, dict[int, float]] = {}
        for number, document in enumerate(documents):
            for name, worth in _list_names(document.page):
                self._called.setdefault(normalise_name(name), {}).setdefault(number, worth)
        for name, guide in list_described_methods().items():
            if f"guides/{guide}" in self._numbers:
                self._called.setdefault(normalise_name(name), {self._numbers[f"guides/{guide}"]: SHORT_NAME})

    def read_terms(self, query: str) -> list[Term]:
        """What a question asks for, each word once."""
        return list(dict.fromkeys(read_terms(self._spelling.correct(query))))[:_MOST_TERMS]

    def weigh(self, term: Term) -> float:
        """How well a word tells pages apart."""
        return self._index.weigh(term)

    def is_named(self, query: str) -> bool:
        """Whether a question has the name of a page, a field or an error code in it."""
        names = (query, *TYPED.findall(query), *SPELT.findall(query))
        return any(normalise_name(name) in self._called or name in self._fields for name in names) or any(
            find_codes(query)
        )

    def score(self, query: str, wanted: Sequence[Term]) -> dict[int, float]:
        """Page -> how well it answers a question whose terms are these; pages that have nothing of it are missing."""
        scores = dict(self._score_words(wanted))
        for tier in (self._score_names(query), self._score_fields(query)):
            for number, score in tier:
                scores[number] = scores.get(number, 0.0) + score
        for code in () if normalise_name(query) in self._called else find_codes(query):
            others = set(wanted).difference(read_terms(code))
            self._place_code(code, scores, alone=all(_ERROR in term.groups for term in others))
        return scores

    def _score_words(self, wanted: Sequence[Term]) -> Iterator[tuple[int, float]]:
        groups = {group for term in wanted for group in term.groups}
        for number, score in self._index.score(wanted).items():
            yield number, score * _choose_share(self._documents[number].page, groups)

    def _score_names(self, query: str) -> Iterator[tuple[int, float]]:
        yield from self._called.get(normalise_name(query), {}).items()
        named: dict[int, float] = {}
        for typed in TYPED.findall(query)[:_MOST_NAMES]:
            if normalise_name(typed) in self._called or typed not in self._fields:
                for name, likeness in self._names.find_resembling(typed):
                    number = self._numbers[name]
                    named[number] = max(likeness, named.get(number, 0.0))
        yield from ((number, SIMILAR_NAME * likeness**2) for number, likeness in named.items())

    def _score_fields(self, query: str) -> Iterator[tuple[int, float]]:
        return ((number, FIELD * share) for number, share in self._fields.score(query).items())

    def _place_code(self, code: str, scores: dict[int, float], *, alone: bool) -> None:
        """The only method that gives a code goes before its page, and one of a few if other words choose it.

        Where nothing but a code is asked for, one of those that give it comes right after its page.
        """
        own = [self._numbers[method.rest] for method in find_givers(code)]
        for number in own:
            scores[number] = scores.get(number, 0.0) + ERROR_CODE
        for name in _ABOUT_ERRORS if code in CORE else ():
            scores[self._numbers[name]] = scores.get(self._numbers[name], 0.0) + ERROR_CODE
        page = self._numbers[f"errors/{code}"]
        if (len(own) == 1 and code not in CORE) or (0 < len(own) <= _FEW and not alone):
            scores[page] = max(scores[number] for number in own) - _NEXT
            return
        before = max(scores.values(), default=0.0)
        scores[page] = before + 2 * _NEXT
        if alone and own and code not in CORE:
            scores[max(own, key=lambda number: scores[number])] = before + _NEXT


def _choose_share(page: Page, groups: AbstractSet[str]) -> float:
    """How much words count on a page, where these groups are in the question."""
    if page.name in _ABOUT_ERRORS:
        return 1.0
    if page.is_companion():
        return NEIGHBOUR
    usual, asked_for, words = PAGES.get(page.name) or KINDS.get(page.kind, _ANY_KIND)
    return asked_for if groups & words else usual


def _list_names(page: Page) -> Iterator[tuple[str, float]]:
    """What a page is called, and what it is worth to call it so; a title that is an error code is left to the codes."""
    yield from ((name, WHOLE_NAME) for name in (page.uri, page.name))
    if not any(find_codes(page.title)):
        yield page.title, WHOLE_NAME
        short = page.name.rpartition("/")[2].removeprefix("imopenlines.")
        yield from ((name, SHORT_NAME) for name in (short, short.removeprefix("v2.")))
