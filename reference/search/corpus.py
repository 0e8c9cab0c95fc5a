"""The pages as search reads them: the phrases that ask for each, its lines under their headings, its fields."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import groupby, pairwise
from operator import itemgetter

from reference.pages.page import Page
from reference.search.questions import questions
from reference.search.vocabulary import Term, terms, tokens

DECLARED, ANSWERED, MENTIONED = 1.0, 0.7, 0.3
"""How much a page has to say about a field in its tables, in a result, elsewhere."""
_SKIPPED = {"Examples", "Related"}
"""Sections that repeat what stands elsewhere."""
_BEGINS = re.compile(r"[#|]|\s*(?:[-*>]|\d+\.) ")
"""Begins a line that does not go on with the one before."""
_RULE = re.compile(r"\| ---")
_BAR = re.compile(r"(?<!\\)\|")
_CODE = re.compile(r"`([^`]+)`")
_WORD = re.compile(r"\w+")
_DOTTED = re.compile(r"\w+(?:\.\w+)+")
_UNUSUAL = re.compile(r"_\w|[a-z][A-Z]|[A-Z]{2}")
"""What no ordinary word has in it."""


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph, a point of a list or a row of a table."""

    text: str
    tokens: frozenset[str]
    """Its words, and the groups in which they stand."""


@dataclass(frozen=True, slots=True)
class Section:
    """What stands under one heading; the beginning of a page has none."""

    heading: str
    tokens: frozenset[str]
    """Words of the heading, and the groups in which they stand."""
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Document:
    """A page with what search needs of it."""

    page: Page

    @property
    def spoken(self) -> tuple[str, ...]:
        """What people may say who want this page."""
        return (self.page.title, self.page.description, self.page.name, *questions().get(self.page.name, ()))

    @cached_property
    def phrases(self) -> tuple[tuple[Term, ...], ...]:
        """The same in terms."""
        return tuple(filter(None, (tuple(terms(phrase)) for phrase in self.spoken)))

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        """The page without its title, code, heads of tables and repeating sections."""
        return tuple(
            Section(heading, tokens(heading), tuple(Line(text, tokens(text)) for _, text in blocks))
            for heading, blocks in groupby(_under_headings(self.page.text()), key=itemgetter(0))
        )

    def fields(self) -> Iterator[tuple[str, float]]:
        """Names of parameters, results, codes and foreign methods, each with how much the page has to say about it."""
        for section in self.sections:
            yield from ((name, DECLARED) for name in _DOTTED.findall(section.heading))
            weight = ANSWERED if section.heading == "Result" else MENTIONED
            for line in section.lines:
                declared, rest = _declared(line.text) if line.text.startswith("|") else ("", line.text)
                yield from ((name, DECLARED) for name in (*_WORD.findall(declared), *_DOTTED.findall(declared)))
                yield from ((word, weight) for word in _WORD.findall(rest) if _is_unusual(word))


@cache
def _is_unusual(word: str) -> bool:
    return _UNUSUAL.search(word) is not None


def _declared(row: str) -> tuple[str, str]:
    """The code in the first two cells of a row, and the other cells."""
    cells = _BAR.split(row.strip("|"))
    return " ".join(code for cell in cells[:2] for code in _CODE.findall(cell)), " ".join(cells[1:])


def _under_headings(text: str) -> Iterator[tuple[str, str]]:
    heading = ""
    for block in _blocks(text):
        if block.startswith("#"):
            heading = "" if block.startswith("# ") else block.lstrip("# ")
        elif heading not in _SKIPPED:
            yield heading, block


def _blocks(text: str) -> Iterator[str]:
    """Headings, rows of tables without their heads, and paragraphs and points, each put into one line."""
    block: list[str] = []
    for line, following in pairwise((*_without_code(text), "", "")):
        if not line or _BEGINS.match(line):
            if block:
                yield " ".join(block)
            block = []
        if line and not _RULE.match(line) and not _RULE.match(following):
            block.append(line.strip())


def _without_code(text: str) -> Iterator[str]:
    code = False
    for line in text.splitlines():
        if line.lstrip().startswith("```"):
            code = not code
        elif not code:
            yield line
