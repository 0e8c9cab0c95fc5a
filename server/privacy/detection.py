"""A place in a text that holds personal data, and what finding such places needs."""

import re
from collections.abc import Iterable
from typing import Literal, NamedTuple

PersonalDataKind = Literal["phone", "email", "card", "client", "rest"]
"""`rest` is what is left of a text that holds too much."""

LONGEST_CODE = 40
_WORD_BEFORE, _WORD_AFTER = re.compile(r"[A-Za-z0-9]*\Z"), re.compile(r"\A[A-Za-z0-9]*")
_A_WORD = re.compile(r"(?=[A-Za-z]*[G-Zg-z])[A-Za-z]*")


class Detection(NamedTuple):
    """A place in a text, from `start` up to `end`, that holds personal data."""

    start: int
    end: int
    kind: PersonalDataKind
    normal: str
    """The same for all spellings of the same thing."""


def blank_out(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text with line feeds in place of these parts, so that all places stay where they are."""
    parts, end = [], 0
    for start, stop in sorted(spans):
        parts += [text[end:start], "\n" * (stop - max(start, end))]
        end = max(stop, end)
    return "".join([*parts, text[end:]])


def stands_alone(text: str, start: int, end: int) -> bool:
    """Whether a number is no part of a longer code: next to it stands nothing, or a word."""
    before = text[max(0, start - LONGEST_CODE) : start]
    words = (_WORD_BEFORE.findall(before)[0], _WORD_AFTER.findall(text[end : end + LONGEST_CODE])[0])
    return all(not word or _A_WORD.fullmatch(word) for word in words)
