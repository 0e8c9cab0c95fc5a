"""The text of a page as search reads it: its lines under their headings, without code and heads of tables."""

import re
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby, pairwise
from operator import itemgetter
from typing import Self

_BEGINS = re.compile(r"[#|]|\s*(?:[-*>]|\d+\.) ")
"""Begins a line that does not go on with the one before."""
_RULE = re.compile(r"\| ---")
WrittenSection = tuple[str, list[str], list[tuple[str, list[str]]]]


@dataclass(frozen=True, slots=True)
class SearchableLine:
    """A paragraph, a point of a list or a row of a table."""

    text: str
    tokens: frozenset[str]
    """Its words, and the groups in which they stand."""


@dataclass(frozen=True)
class SearchableSection:
    """What stands under one heading; the beginning of a page has none."""

    heading: str
    tokens: frozenset[str]
    """Words of the heading, and the groups in which they stand."""
    lines: tuple[SearchableLine, ...]

    @cached_property
    def all_tokens(self) -> frozenset[str]:
        """Those of the heading and of all lines."""
        return self.tokens.union(*(line.tokens for line in self.lines))

    def write(self) -> WrittenSection:
        """The section in plain texts and lists."""
        return self.heading, sorted(self.tokens), [(line.text, sorted(line.tokens)) for line in self.lines]

    @classmethod
    def read(cls, written: WrittenSection) -> Self:
        """The section again."""
        heading, tokens, lines = written
        return cls(heading, frozenset(tokens), tuple(SearchableLine(text, frozenset(words)) for text, words in lines))


def read_sections(
    text: str, read_tokens: Callable[[str], frozenset[str]], skipped: Container[str] = ()
) -> Iterator[SearchableSection]:
    """The sections of a page in Markdown without its title; those whose headings are `skipped` are left out.

    `read_tokens` gives the words of a line or a heading, and their groups.
    """
    for heading, blocks in groupby(_pair_with_headings(text, skipped), key=itemgetter(0)):
        lines = tuple(SearchableLine(block, read_tokens(block)) for _, block in blocks)
        yield SearchableSection(heading, read_tokens(heading), lines)


def _pair_with_headings(text: str, skipped: Container[str]) -> Iterator[tuple[str, str]]:
    heading = ""
    for block in _split_blocks(text):
        if block.startswith("#"):
            heading = "" if block.startswith("# ") else block.lstrip("# ")
        elif heading not in skipped:
            yield heading, block


def _split_blocks(text: str) -> Iterator[str]:
    """Headings, rows of tables without their heads, and paragraphs and points, each put into one line."""
    block: list[str] = []
    for line, following in pairwise((*_remove_code(text), "", "")):
        if not line or _BEGINS.match(line):
            if block:
                yield " ".join(block)
            block = []
        if line and not _RULE.match(line) and not _RULE.match(following):
            block.append(line.strip())


def _remove_code(text: str) -> Iterator[str]:
    code = False
    for line in text.splitlines():
        if line.lstrip().startswith("```"):
            code = not code
        elif not code:
            yield line
