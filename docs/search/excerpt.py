"""The part of a page that answers a question best, short enough to be read in a list."""

import re
from collections.abc import Mapping, Sequence, Set
from itertools import groupby

from docs.search.corpus import Line

LONGEST = 400
"""Characters of an excerpt."""
_BAR = re.compile(r"(?<!\\)\|")
_INTRODUCTION = 1.2
"""What the beginning of a page is worth beside a later part with the same words."""
_SECTION = 0.3
"""What the other words of a section count beside those of its best line."""


def excerpt(lines: Sequence[Line], weights: Mapping[str, float]) -> tuple[str, str]:
    """Heading and text of the best place: the best line of the best section, and what follows it there."""
    sections = [list(group) for _, group in groupby(lines, key=lambda line: line.heading)]
    if not sections:
        return "", ""
    section = max(sections, key=lambda section: _worth(section, weights))
    first = max(range(len(section)), key=lambda at: _found(section[at].tokens, weights))
    return section[0].heading, _shorten([readable(line.text) for line in section[first:]])


def readable(line: str) -> str:
    """A line without the marks of a table or a list."""
    if line.startswith("|"):
        cells = [cell.strip().replace("\\|", "|") for cell in _BAR.split(line.strip("|"))]
        return " · ".join(cell for cell in cells if cell not in {"", "-"})
    return line.lstrip("-> ").strip()


def _worth(section: Sequence[Line], weights: Mapping[str, float]) -> float:
    best = max(_found(line.tokens, weights) for line in section)
    worth = best + _SECTION * _found(set[str]().union(*(line.tokens for line in section)), weights)
    return worth if section[0].heading else worth * _INTRODUCTION


def _found(tokens: Set[str], weights: Mapping[str, float]) -> float:
    return sum(weights[token] for token in weights.keys() & tokens)


def _shorten(lines: Sequence[str]) -> str:
    text = lines[0]
    for line in lines[1:]:
        if len(text) + len(line) + 1 > LONGEST:
            break
        text = f"{text}\n{line}"
    if len(text) <= LONGEST:
        return text
    return text[: text.rfind(" ", 0, LONGEST - 1)] + " …"
