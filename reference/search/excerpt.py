"""The part of a page that answers a question best, short enough to be read in a list."""

import re
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet

from reference.search.page_text import SearchableLine, SearchableSection
from reference.search.vocabulary import read_tokens
from reference.search.weights import BEGINNING, WORD_ANYWHERE, WORD_IN_HEADING

LONGEST = 400
"""Characters of an excerpt."""
_BAR = re.compile(r"(?<!\\)\|")
_SENTENCE = re.compile(r"(?<=[.!?;]) ")


def make_excerpt(
    sections: Sequence[SearchableSection], weights: Mapping[str, float], names: Sequence[str] = ()
) -> tuple[str, str]:
    """Heading and text of the best place: the best line of the best section, and what follows it there.

    A line that has one of the names, such as an error code, goes before all that have none.
    """
    if not sections:
        return "", ""
    section = max(sections, key=lambda section: (_named(section.lines, names), _worth(section, weights)))
    lines = section.lines
    first = max(
        range(len(lines)), key=lambda at: (_named(lines[at : at + 1], names), _found(lines[at].tokens, weights))
    )
    best, *following = (format_line(line.text) for line in lines[first:])
    return section.heading, _filled(_from_best_sentence(best, weights), following)


def format_line(line: str) -> str:
    """A line without the marks of a table or a list."""
    if line.startswith("|"):
        cells = [cell.strip().replace("\\|", "|") for cell in _BAR.split(line.strip("|"))]
        return " · ".join(cell for cell in cells if cell not in {"", "-"})
    return line.lstrip("-> ").strip()


def _worth(section: SearchableSection, weights: Mapping[str, float]) -> float:
    best = max(_found(line.tokens, weights) for line in section.lines)
    every = section.tokens.union(*(line.tokens for line in section.lines))
    worth = best + WORD_IN_HEADING * _found(section.tokens, weights) + WORD_ANYWHERE * _found(every, weights)
    return worth if section.heading else worth * BEGINNING


def _named(lines: Sequence[SearchableLine], names: Sequence[str]) -> int:
    """How many of the names the best line has; those in whose row it is count twice."""
    return max(
        (sum((name in line.text) + line.text.startswith(f"| `{name}`") for name in names) for line in lines),
        default=0,
    )


def _found(tokens: AbstractSet[str], weights: Mapping[str, float]) -> float:
    return sum(weight for token, weight in weights.items() if token in tokens)


def _from_best_sentence(text: str, weights: Mapping[str, float]) -> str:
    """A text that is too long without what stands before its best sentence."""
    if len(text) <= LONGEST:
        return text
    sentences = _SENTENCE.split(text)
    best = max(range(len(sentences)), key=lambda at: _found(read_tokens(sentences[at]), weights))
    return ("… " if best else "") + " ".join(sentences[best:])


def _filled(text: str, following: Iterable[str]) -> str:
    """The text, cut if it is too long, or with as many of the lines after it as fit."""
    if len(text) > LONGEST:
        return text[: text.rfind(" ", 0, LONGEST - 1)] + " …"
    for line in following:
        if len(text) + len(line) >= LONGEST:
            break
        text = f"{text}\n{line}"
    return text
