"""Our pages as search reads them: the phrases that ask for each, its sections, its fields."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import chain

from reference.pages.handling import OWN_CODE
from reference.pages.page import Page
from reference.search.indexed_page import IndexedPage
from reference.search.page_text import SearchableSection, read_sections
from reference.search.questions import read_questions
from reference.search.vocabulary import Term, read_terms, read_tokens
from reference.search.weights import ANSWERED, DECLARED, MENTIONED

_SKIPPED = {"Examples", "Related", OWN_CODE}
"""Sections that repeat what stands elsewhere."""
_BAR = re.compile(r"(?<!\\)\|")
_CODE = re.compile(r"`([^`]+)`")
_WORD = re.compile(r"\w+")
_DOTTED = re.compile(r"\w+(?:\.\w+)+")
_UNUSUAL = re.compile(r"_\w|[a-z][A-Z]|[A-Z]{2}")
"""What no ordinary word has in it."""


@dataclass(frozen=True)
class Document:
    """A page with what search needs of it."""

    page: Page

    @property
    def spoken(self) -> tuple[str, ...]:
        """What people may say who want this page."""
        return (self.page.title, self.page.description, self.page.name, *read_questions().get(self.page.name, ()))

    @cached_property
    def phrases(self) -> tuple[tuple[Term, ...], ...]:
        """The same in terms."""
        return tuple(filter(None, (tuple(read_terms(phrase)) for phrase in self.spoken)))

    @cached_property
    def sections(self) -> tuple[SearchableSection, ...]:
        """The page without its title, code, heads of tables and repeating sections."""
        return tuple(read_sections(self.page.text(), read_tokens, _SKIPPED))

    def to_index(self) -> IndexedPage:
        """What the index keeps of it; words are sorted, so that every process makes the same index."""
        headings = [word for section in self.sections for word in sorted(section.tokens)]
        lines = chain.from_iterable(section.lines for section in self.sections)
        return IndexedPage(self.phrases, headings, [word for line in lines for word in sorted(line.tokens)])

    def list_fields(self) -> Iterator[tuple[str, float]]:
        """Names of parameters, results, codes and foreign methods, each with how much the page has to say about it."""
        for section in self.sections:
            yield from ((name, DECLARED) for name in _DOTTED.findall(section.heading))
            weight = ANSWERED if section.heading == "Result" else MENTIONED
            for line in section.lines:
                declared, rest = _split_row(line.text) if line.text.startswith("|") else ("", line.text)
                yield from ((name, DECLARED) for name in (*_WORD.findall(declared), *_DOTTED.findall(declared)))
                yield from ((word, weight) for word in _WORD.findall(rest) if _is_unusual(word))


@cache
def _is_unusual(word: str) -> bool:
    return _UNUSUAL.search(word) is not None


def _split_row(row: str) -> tuple[str, str]:
    """The code in the first two cells of a row, and the other cells."""
    cells = _BAR.split(row.strip("|"))
    return " ".join(code for cell in cells[:2] for code in _CODE.findall(cell)), " ".join(cells[1:])
