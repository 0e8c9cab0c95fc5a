"""The pages as search reads them: the phrases that stand for a page, its sections, and the fields it declares."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from docs.page import Page
from docs.search.questions import questions
from docs.search.words import spaced

_SKIPPED = {"Examples", "Related"}
"""Sections that repeat what stands elsewhere."""
_CELL = re.compile(r"(?<!\\)\|")
_CODE = re.compile(r"`([^`]+)`")
_FIELD = re.compile(r"\w+")
_SPELT = re.compile(r"\w*(?:_\w|[a-z][A-Z]|[A-Z]{2})\w*")
DECLARED, ANSWERED, MENTIONED = 1.0, 0.7, 0.3


@dataclass(frozen=True)
class Section:
    """What stands under one heading, without code and the heads of tables."""

    heading: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Document:
    """A page and what search needs of it."""

    page: Page

    @cached_property
    def phrases(self) -> tuple[str, ...]:
        """What somebody may say who wants this page."""
        page = self.page
        return (page.title, page.description, spaced(page.name), *questions().get(page.name, ()))

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        """The page in parts."""
        return tuple(_sections(self.page.text()))

    def fields(self) -> Iterator[tuple[str, float]]:
        """Names of parameters, codes and fields of results, each with how much the page has to say about it."""
        for section in self.sections:
            for line in section.lines:
                if line.startswith("|"):
                    declared, rest = _split(line)
                    yield from ((field, DECLARED) for field in _FIELD.findall(declared))
                else:
                    rest = line
                weight = ANSWERED if section.heading == "Result" else MENTIONED
                yield from ((field, weight) for field in _SPELT.findall(rest))


def _split(row: str) -> tuple[str, str]:
    """The code in the first two cells of a row, and the other cells."""
    cells = _CELL.split(row.strip("|"))
    return " ".join(code for cell in cells[:2] for code in _CODE.findall(cell)), " ".join(cells[1:])


def _sections(text: str) -> Iterator[Section]:
    heading, lines = "", list[str]()
    for line in (*_prose(text), "# "):
        if line.startswith("#"):
            if lines and heading not in _SKIPPED:
                yield Section(heading, tuple(lines))
            heading, lines = ("" if line.startswith("# ") else line.lstrip("# ")), []
        else:
            lines.append(line)


def _prose(text: str) -> Iterator[str]:
    """The lines that are neither empty nor code nor the head of a table."""
    lines = text.splitlines()
    code = False
    for line, following in zip(lines, (*lines[1:], ""), strict=True):
        if line.startswith("```"):
            code = not code
        elif line and not code and not line.startswith("| ---") and not following.startswith("| ---"):
            yield line
