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
    section = max(sections, key=lambda section: (_count_names(section.lines, names), _weigh_section(section, weights)))
    lines = section.lines
    first = max(
        range(len(lines)),
        key=lambda at: (_count_names(lines[at : at + 1], names), _weigh_tokens(lines[at].tokens, weights)),
    )
    best, *following = (format_line(line.text) for line in lines[first:])
    return section.heading, _fill(_cut_to_best_sentence(best, weights), following)


def format_line(line: str) -> str:
    """A line without the marks of a table or a list."""
    if line.startswith("|"):
        cells = [cell.strip().replace("\\|", "|") for cell in _BAR.split(line.strip("|"))]
        return " · ".join(cell for cell in cells if cell not in {"", "-"})
    return line.lstrip("-> ").strip()


def _weigh_section(section: SearchableSection, weights: Mapping[str, float]) -> float:
    if section.all_tokens.isdisjoint(weights):
        return 0.0
    best = max(_weigh_tokens(line.tokens, weights) for line in section.lines)
    heading, anywhere = _weigh_tokens(section.tokens, weights), _weigh_tokens(section.all_tokens, weights)
    worth = best + WORD_IN_HEADING * heading + WORD_ANYWHERE * anywhere
    return worth if section.heading else worth * BEGINNING


def _count_names(lines: Sequence[SearchableLine], names: Sequence[str]) -> int:
    """How many of the names the best line has; a name counts twice in the row of its own."""
    if not names:
        return 0
    return max(
        (sum((name in line.text) + line.text.startswith(f"| `{name}`") for name in names) for line in lines),
        default=0,
    )


def _weigh_tokens(tokens: AbstractSet[str], weights: Mapping[str, float]) -> float:
    if tokens.isdisjoint(weights):
        return 0.0
    return sum(weight for token, weight in weights.items() if token in tokens)


def _cut_to_best_sentence(text: str, weights: Mapping[str, float]) -> str:
    """The text; one that is too long begins with its best sentence."""
    if len(text) <= LONGEST:
        return text
    sentences = _SENTENCE.split(text)
    best = max(range(len(sentences)), key=lambda at: _weigh_tokens(read_tokens(sentences[at]), weights))
    return ("… " if best else "") + " ".join(sentences[best:])


def _fill(text: str, following: Iterable[str]) -> str:
    """The text, cut if it is too long, or with as many of the lines after it as fit."""
    if len(text) > LONGEST:
        return text[: text.rfind(" ", 0, LONGEST - 1)] + " …"
    for line in following:
        if len(text) + len(line) >= LONGEST:
            break
        text = f"{text}\n{line}"
    return text
