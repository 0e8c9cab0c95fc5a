"""The field's vocabulary: which words say the same, in English and Russian, and which say nothing."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from docs.search.words import stems

_FILE = Path(__file__).with_name("vocabulary.toml")
_MARK = "~"
"""Begins the name of a group, so that it is never taken for a word."""
_Phrase = tuple[str, ...]


class Term(NamedTuple):
    """A word that says something."""

    stem: str
    groups: tuple[str, ...]
    """The groups of words in which it stands."""

    def tokens(self) -> tuple[str, ...]:
        """All under which it can be found, the word itself first."""
        return (self.stem, *self.groups)


def terms(text: str) -> Iterator[Term]:
    """The words of a text that say something, in order."""
    words = list(stems(text))
    at = 0
    while at < len(words):
        length, groups = _longest(words, at)
        for word in words[at : at + length]:
            if groups or word not in _stop_words():
                yield Term(word, groups)
        at += length


def _longest(words: Sequence[str], at: int) -> tuple[int, tuple[str, ...]]:
    """The longest known phrase that begins here: `quick answer` is neither quick nor an answer."""
    for phrase, groups in _phrases().get(words[at], ()):
        if tuple(words[at : at + len(phrase)]) == phrase:
            return len(phrase), groups
    return 1, ()


@cache
def _phrases() -> Mapping[str, tuple[tuple[_Phrase, tuple[str, ...]], ...]]:
    """First stem -> the phrases that begin with it, the longest first, with their groups."""
    groups: dict[_Phrase, dict[str, None]] = {}
    for name, entries in _file()["groups"].items():
        for entry in entries.split(","):
            groups.setdefault(tuple(stems(entry)), {})[_MARK + name] = None
    by_first: dict[str, list[tuple[_Phrase, tuple[str, ...]]]] = {}
    for phrase in sorted(groups, key=len, reverse=True):
        if len(phrase) > 1 or phrase[0] not in _stop_words():
            by_first.setdefault(phrase[0], []).append((phrase, tuple(groups[phrase])))
    return {first: tuple(phrases) for first, phrases in by_first.items()}


@cache
def _stop_words() -> frozenset[str]:
    return frozenset(stems(_file()["stop"]))


@cache
def _file() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))
