"""The pages as search reads them: phrases that ask for a page, its lines under their headings, the fields it declares."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from docs.page import Page
from docs.search.questions import questions
from docs.search.vocabulary import Term, terms

DECLARED, ANSWERED, MENTIONED = 1.0, 0.7, 0.3
"""How much a page has to say about a field in its tables, in a result, elsewhere."""
_SKIPPED = {"Examples", "Related"}
"""Sections that repeat what stands elsewhere."""
_BAR = re.compile(r"(?<!\\)\|")
_CODE = re.compile(r"`([^`]+)`")
_FIELD = re.compile(r"\w+")
_SPELT = re.compile(r"\w*(?:_\w|[a-z][A-Z]|[A-Z]{2})\w*")
"""What cannot be an ordinary word."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a page: a paragraph, a point of a list or a row of a table."""

    heading: str
    text: str
    tokens: frozenset[str]
    """Its words, and the groups in which they stand."""


@dataclass(frozen=True)
class Document:
    """A page with what search needs of it."""

    page: Page

    @cached_property
    def phrases(self) -> tuple[tuple[Term, ...], ...]:
        """What people may say who want this page, each in its terms."""
        page = self.page
        spoken = (page.title, page.description, page.name, *questions().get(page.name, ()))
        return tuple(filter(None, (tuple(terms(phrase)) for phrase in spoken)))

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """The page without its title, code, heads of tables and repeating sections."""
        return tuple(Line(heading, text, _tokens(text)) for heading, text in _under_headings(self.page.text()))

    def fields(self) -> Iterator[tuple[str, float]]:
        """Names of parameters, results and codes, each with how much the page has to say about it."""
        for line in self.lines:
            table = line.text.startswith("|")
            declared, rest = _declared(line.text) if table else ("", line.text)
            yield from ((field, DECLARED) for field in _FIELD.findall(declared))
            weight = ANSWERED if line.heading == "Result" else MENTIONED
            yield from ((field, weight) for field in _SPELT.findall(rest))


def _tokens(text: str) -> frozenset[str]:
    return frozenset(token for term in terms(text) for token in term.tokens())


def _declared(row: str) -> tuple[str, str]:
    """The code in the first two cells of a row, and the other cells."""
    cells = _BAR.split(row.strip("|"))
    return " ".join(code for cell in cells[:2] for code in _CODE.findall(cell)), " ".join(cells[1:])


def _under_headings(text: str) -> Iterator[tuple[str, str]]:
    heading = ""
    for line in _prose(text):
        if line.startswith("#"):
            heading = "" if line.startswith("# ") else line.lstrip("# ")
        elif heading not in _SKIPPED:
            yield heading, line


def _prose(text: str) -> Iterator[str]:
    """The lines that are neither empty nor code nor the head of a table."""
    lines = text.splitlines()
    code = False
    for line, following in zip(lines, (*lines[1:], ""), strict=True):
        if line.lstrip().startswith("```"):
            code = not code
        elif line and not code and not line.startswith("| ---") and not following.startswith("| ---"):
            yield line
