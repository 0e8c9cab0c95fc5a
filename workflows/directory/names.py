"""Which of several names a text means, across alphabets, spellings, grammatical cases and one slip of the keyboard."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Literal, TypeVar

from tools.result_types import read_text
from workflows.directory.declension import list_nominatives
from workflows.directory.given_names import is_given_name
from workflows.directory.patronymics import is_patronymic
from workflows.directory.short_names import list_full_names
from workflows.directory.spelling import list_spellings

T = TypeVar("T")
Tolerance = Literal["any", "close", "exact"]
"""What fits: `close`, for whoever changes something, leaves out what may as well be somebody else's name; `exact`
takes a name or its beginning letter by letter."""

SAME, CASE, SHORT, BEGINNING, SLIP = range(5)
"""How far a word of a name is from the word of a text, the nearest first."""
SHORTEST_BEGINNING, SHORTEST_SLIP, SHORTEST_CLOSE_SLIP = 3, 5, 6
LONGEST_NAME = 60
MOST_WORDS = 6
"""Longer names are only compared as they stand."""
_WORD = re.compile(r"[^\W_]+(?:['’ʼ`][^\W_]+)*")
_SURNAME = re.compile(r"(?:[оеё]в|[иы]н|[oe]v|[iy]n|sk(?:i|y|iy|ij|ii))$")
_FEMININE_SURNAME = re.compile(r"(?:[оеё]ва|[иы]на|ая)$")


def match_name(text: str, named: Mapping[T, str], tolerance: Tolerance = "any") -> list[T]:
    """Keys of `named` whose name fits the text best; several where several fit equally well.

    In this order: the whole name; whole words of it as they stand; its beginning; that of one of its words; then all
    words of the text in whatever order, in another spelling (Irina, Ирина), in a Russian case (Ирине), in a short form
    (Маша, Bill), by their beginnings; at last with one slip, which may not make another given name. A patronymic in the
    text may be missing in the name. Upper and lower case count the same. The middle of a word does not count: `me` does
    not mean James.
    """
    words = " ".join(text.casefold().split())
    if not words:
        return []
    is_whole = tolerance == "close" and _is_whole_name(words)
    beginnings = () if is_whole or list_full_names(words) else (_begins, _has_beginning)
    for fits in (_equals, _has_words, *beginnings):
        if hits := [one for one in named if fits(named[one].casefold(), words)]:
            return hits
    if tolerance == "exact":
        return []
    ranked = {one: rank for one in named if (rank := _rank(words, named[one], tolerance))}
    best = min(ranked.values(), default=(SAME, False, False))
    if is_whole and best[0] == BEGINNING:
        return []
    return [one for one, rank in ranked.items() if rank == best]


def _equals(name: str, words: str) -> bool:
    return name == words


def _begins(name: str, beginning: str) -> bool:
    return name.startswith(beginning)


def _has_words(name: str, words: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(words)}(?!\w)", name) is not None


def _has_beginning(name: str, beginning: str) -> bool:
    return re.search(rf"\b{re.escape(beginning)}", name) is not None


def _is_whole_name(words: str) -> bool:
    """Whether a text is a name that may go on as another's: Ivan in Ivanov, Smirnov in Smirnova."""
    found = _WORD.findall(words)
    return len(found) == 1 and (is_given_name(found[0]) or _SURNAME.search(found[0]) is not None)


def _rank(text: str, name: str, tolerance: Tolerance) -> tuple[int, bool, bool] | None:
    """How far a name is from a text, whether it lacks its patronymic or has more words; None where it does not fit."""
    asked, there = _split(text), _split(name)
    short = asked if any(map(is_patronymic, there)) else tuple(word for word in asked if not is_patronymic(word))
    lacks = 0 < len(short) < len(asked)
    if lacks:
        asked = short
    if not 0 < len(asked) <= len(there) <= MOST_WORDS:
        return None
    distance = _compare(asked, there, tolerance)
    return None if distance is None else (distance, lacks, len(there) > len(asked))


def _split(text: str) -> tuple[str, ...]:
    return tuple(word.replace("ё", "е") for word in _WORD.findall(text.casefold()))


def _compare(asked: Sequence[str], there: Sequence[str], tolerance: Tolerance) -> int | None:
    """The distance of the farthest word, each word of the text taken for another of the name; at most one slip."""
    if not asked:
        return SAME
    found = []
    for place, word in enumerate(there):
        first = _compare_words(asked[0], word, tolerance)
        if first is None:
            continue
        rest = _compare(asked[1:], (*there[:place], *there[place + 1 :]), tolerance)
        if rest is not None and (first, rest) != (SLIP, SLIP):
            found.append(max(first, rest))
    return min(found, default=None)


@lru_cache(maxsize=8192)
def _compare_words(asked: str, there: str, tolerance: Tolerance) -> int | None:
    """How far one word is from another; None where it is another word."""
    spellings, close = list_spellings(there), tolerance == "close"
    if not spellings.isdisjoint(given := list_spellings(asked)):
        return SAME
    nominatives = list_nominatives(asked)
    forms, is_name = frozenset[str]().union(*map(list_spellings, nominatives)), is_given_name(asked)
    if not spellings.isdisjoint(forms) and not (close and (is_name or _FEMININE_SURNAME.search(asked))):
        return CASE
    if _is_short_form(asked, spellings) or _is_short_form(there, given | forms):
        return SHORT
    if is_name or any(map(is_given_name, nominatives)):
        return None
    if len(asked) >= SHORTEST_BEGINNING and any(one.startswith(tuple(given)) for one in spellings):
        return BEGINNING
    return SLIP if any(_is_slip(one, other, close=close) for one in given | forms for other in spellings) else None


def _is_short_form(word: str, spellings: frozenset[str]) -> bool:
    """Whether a word, or what it may be a case of, is short for the name that is spelt so."""
    full = {name for form in (word, *list_nominatives(word)) for name in list_full_names(form)}
    return any(not spellings.isdisjoint(list_spellings(name)) for name in full)


def _is_slip(asked: str, there: str, *, close: bool) -> bool:
    """One letter too many, missing, wrong or in its neighbour's place, never the first.

    As `close` counts none of which a name often differs from another: a wrong letter, or anything at the end.
    """
    if asked[:1] != there[:1] or min(len(asked), len(there)) < (SHORTEST_CLOSE_SLIP if close else SHORTEST_SLIP):
        return False
    from rapidfuzz.distance import OSA

    if OSA.distance(asked, there, score_cutoff=1) != 1:
        return False
    is_wrong_letter = len(asked) == len(there) and sorted(asked) != sorted(there)
    return not close or (not is_wrong_letter and asked[-1] == there[-1])


def clean_name(value: object) -> str:
    """A name in one line, as it is somebody else's words; one that is cut shows it, and is no plain name any more."""
    name = " ".join(read_text(value).split())
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"
