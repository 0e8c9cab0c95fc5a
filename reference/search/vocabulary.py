"""The field's vocabulary: which words say the same, in English, Russian and German, and which say nothing."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from reference.search.words import split_words, stem_words

_FILE = Path(__file__).with_name("vocabulary.toml")
_MARK = "~"
"""Begins the name of a group, so that it is never taken for a word."""
_Phrase = tuple[str, ...]
_Phrases = tuple[tuple[_Phrase, tuple[str, ...]], ...]


class Term(NamedTuple):
    """A word that says something."""

    stem: str
    groups: tuple[str, ...]
    """The groups of words in which it stands."""

    def tokens(self) -> tuple[str, ...]:
        """All under which it can be found, the word itself first."""
        return (self.stem, *self.groups)


def read_terms(text: str, *, general: bool = False) -> Iterator[Term]:
    """The words of a text that say something, in order.

    `general` leaves only the groups that are true of every part of Bitrix24, not of Open Channels alone.
    """
    found = stem_words(text)
    known, stop = _read_phrases(general=general), _read_stop_words()
    at = 0
    while at < len(found):
        length, groups = _find_longest(found, at, known[found[at]]) if found[at] in known else (1, ())
        for stem in found[at : at + length]:
            if groups or stem not in stop:
                yield Term(stem, groups)
        at += length


def read_tokens(text: str, *, general: bool = False) -> frozenset[str]:
    """The words of a text that say something, and the groups in which they stand; `general` as in read_terms()."""
    return frozenset(token for term in read_terms(text, general=general) for token in term.tokens())


def find_foreign_subjects(text: str) -> list[Term]:
    """The words for what a question is about, if none of them belongs to Open Channels alone; otherwise none.

    They keep only those of their groups that are true of every part of Bitrix24: an SMS is more than a messenger here.
    """
    things, anywhere = _read_marks("things"), _read_marks("anywhere")
    subjects = []
    for term in read_terms(text):
        if not term.groups or things.intersection(term.groups):
            subjects.append(Term(term.stem, tuple(group for group in term.groups if group in things)))
        elif not anywhere.issuperset(term.groups):
            return []
    return subjects


@cache
def _read_marks(name: str) -> frozenset[str]:
    """The groups of a list in the file, as they stand in terms."""
    return frozenset(_MARK + group for group in _read_file()[name])


def list_vocabulary() -> set[str]:
    """Every word in it."""
    return {
        word
        for entries in (_read_file()["stop"], *(words for _, words in _list_groups()))
        for word in split_words(entries)
    }


def _find_longest(found: Sequence[str], at: int, phrases: _Phrases) -> tuple[int, tuple[str, ...]]:
    """Length and groups of the longest phrase at this place: `quick answer` is neither quick nor an answer."""
    for phrase, groups in phrases:
        if len(phrase) == 1 or tuple(found[at : at + len(phrase)]) == phrase:
            return len(phrase), groups
    return 1, ()


@cache
def _read_phrases(*, general: bool) -> Mapping[str, _Phrases]:
    """First stem -> the phrases that begin with it, the longest first, with their groups."""
    groups: dict[_Phrase, dict[str, None]] = {}
    for name, entries in _list_groups():
        for entry in entries.split(",") if name in _read_file()["general"] or not general else ():
            groups.setdefault(tuple(stem_words(entry)), {})[_MARK + name] = None
    by_first: dict[str, list[tuple[_Phrase, tuple[str, ...]]]] = {}
    for phrase in sorted(groups, key=len, reverse=True):
        if len(phrase) > 1 or phrase[0] not in _read_stop_words():
            by_first.setdefault(phrase[0], []).append((phrase, tuple(groups[phrase])))
    return {first: tuple(phrases) for first, phrases in by_first.items()}


@cache
def _read_stop_words() -> frozenset[str]:
    return frozenset(stem_words(f"{_read_file()['stop']} {_read_file()['german_stop']}"))


def _list_groups() -> Iterator[tuple[str, str]]:
    """Name and words of each group, in all languages."""
    yield from _read_file()["groups"].items()
    yield from _read_file()["german"].items()


@cache
def _read_file() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))
