"""The place in a page that answers a question best."""

import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from docs.mirror.prose import prose, sections, unlinked

_BAR = re.compile(r"(?<!\\)\|")
_SHORT = 4
LONGEST = 240
"""Characters of an excerpt."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A line of a page, and the heading above it."""

    heading: str
    text: str


def passage(page: str, query: str, wanted: Sequence[str]) -> Passage:
    """The line that holds most of the wanted stems, in the section that holds most of them."""
    pattern = _pattern(query.lower(), wanted)
    best, most = ("", ""), 0
    for heading, section in sections(prose(page)):
        many = _found(f"{heading}\n{section}", pattern)
        if many > most and section.strip():
            best, most = (heading, section), many
    return Passage(_plain(best[0]), _around(_line(best[1], pattern), pattern))


def _pattern(query: str, wanted: Sequence[str]) -> re.Pattern[str]:
    """Finds beginnings of words; a stem that the question does not hold differs from its word in the last letter."""
    beginnings = [stem if stem in query or len(stem) < _SHORT else stem[:-1] for stem in wanted]
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(map(re.escape, beginnings)) or '(?!)'})", re.IGNORECASE)


def _line(section: str, pattern: re.Pattern[str]) -> str:
    """The line with most of them; a remark in a quote only where it has more than the text."""
    lines = section.splitlines()
    return _plain(max(lines, key=lambda line: 2 * _found(line, pattern) - line.startswith(">"), default=""))


def _found(text: str, pattern: re.Pattern[str]) -> int:
    """How many different words are there."""
    return len({word.lower() for word in pattern.findall(text)})


def _plain(line: str) -> str:
    """A line of Markdown without links, breaks and frames of tables."""
    text = unlinked(line).replace("<br>", " ").replace("**", "")
    return " — ".join(filter(None, (cell.strip() for cell in _BAR.split(text.strip("> #-")))))


def _around(line: str, pattern: re.Pattern[str]) -> str:
    """The line, cut to what stands around its first hit where it is long."""
    if len(line) <= LONGEST:
        return line
    hit = pattern.search(line)
    start = max(0, (hit.start() if hit else 0) - LONGEST // 3)
    start = line.rfind(" ", 0, start) + 1 if start else 0
    shortened = textwrap.shorten(line[start:], LONGEST, placeholder=" …")
    return f"… {shortened}" if start else shortened
