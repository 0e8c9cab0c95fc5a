"""The place in a page that answers a question best."""

import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from reference.mirror.prose import prose, sections, unlinked

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
    """The line that holds most of the wanted stems, in the section that holds most of them; nothing where none does."""
    words = _Words(query.lower(), wanted)
    parts = [(heading, section) for heading, section in sections(prose(page)) if section.strip()]
    heading, section = (
        parts[place] if (place := words.most(["\n".join(part) for part in parts])) is not None else ("", "")
    )
    # A remark in a quote is shown only where it has more than the text.
    lines = sorted(section.splitlines(), key=lambda line: line.startswith(">"))
    found = words.most(lines)
    return Passage(_plain(heading), words.around(_plain("" if found is None else lines[found])))


class _Words:
    """What is looked for: beginnings of words, in lower case."""

    def __init__(self, query: str, wanted: Sequence[str]) -> None:
        # A stem that the question does not hold differs from its word in the last letter.
        self._beginnings = [stem if stem in query or len(stem) < _SHORT else stem[:-1] for stem in wanted]
        self._pattern = re.compile(rf"(?<![^\W_])(?:{'|'.join(map(re.escape, self._beginnings)) or '(?!)'})")

    def most(self, texts: Sequence[str]) -> int | None:
        """Which text, the first of equals, has most of them; what cannot win is not looked at closely."""
        lowered = [text.lower() for text in texts]
        at_most = [sum(map(text.__contains__, self._beginnings)) for text in lowered]
        best, most = None, 0
        for number in sorted(range(len(texts)), key=lambda number: -at_most[number]):
            if at_most[number] < max(most, 1):
                break
            found = len(set(self._pattern.findall(lowered[number])))
            if found > most or (found == most and best is not None and number < best):
                best, most = number, found
        return best

    def around(self, line: str) -> str:
        """The line, cut to what stands around its first hit where it is long."""
        if len(line) <= LONGEST:
            return line
        hit = self._pattern.search(line.lower())
        start = max(0, (hit.start() if hit else 0) - LONGEST // 3)
        start = line.rfind(" ", 0, start) + 1 if start else 0
        shortened = textwrap.shorten(line[start:], LONGEST, placeholder=" …")
        return f"… {shortened}" if start else shortened


def _plain(line: str) -> str:
    """A line of Markdown without links, breaks and frames of tables."""
    text = unlinked(line).replace("<br>", " ").replace("**", "")
    return " — ".join(filter(None, (cell.strip() for cell in _BAR.split(text.strip("> #-")))))
