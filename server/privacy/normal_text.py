"""Texts as a reader sees them: without what is invisible, in plain digits and letters, with places in the original.

Formatting tags and letters of no width that stand within a number or a name are left out, full-width and circled
characters become plain ones (Unicode's NFKC). `fold_letters` goes further: letters that look alike become one letter.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

_TAGS = r"\[/?(?:b|i|u|s|size|color|font|code|center)(?:=[^\[\]\n]{0,40})?\]|</?(?:b|i|u|s|em|strong|span|code)>"
_ESCAPED = r"(?:%[89A-Fa-f][0-9A-Fa-f])+|(?:\\u[0-9A-Fa-f]{4})+"
_WRITTEN_OTHERWISE = re.compile(rf"((?:{_TAGS})+)|({_ESCAPED})", re.IGNORECASE)
_INVISIBLE = frozenset({"Cf", "Mn", "Me"})
_KEYCAP = frozenset("\ufe0f\u20e3")
_OTHERWISE = {"\u115f": "", "\u1160": "", "\u3164": "", "\uffa0": "", "\u2800": " ", "\u3002": ".", "\uff61": "."}


class NormalText(NamedTuple):
    """A text in its normal form; `starts` and `lasts` say which characters of the original each one stands for."""

    text: str
    starts: Sequence[int]
    lasts: Sequence[int]

    def locate(self, start: int, end: int) -> tuple[int, int]:
        """The place in the original, up to its end, of a part that is not empty."""
        return self.starts[start], self.lasts[end - 1] + 1


def normalize_text(text: str) -> NormalText:
    """The text in its normal form; it takes time in proportion to its length."""
    places: Sequence[int] = range(len(text))
    normal = NormalText(text, places, places)
    if "[" in text or "<" in text or "%" in text or "\\u" in text:
        normal = _read_markup(text)
    changed = {} if normal.text.isascii() else _list_changes(normal.text)
    if not changed:
        return normal
    kept = [place for place, character in enumerate(normal.text) if changed.get(character, character)]
    marks = {character for character in changed if unicodedata.combining(character) or character in _KEYCAP}
    lasts = _find_lasts(normal.text, kept, marks) if marks else kept
    return NormalText(
        normal.text.translate({ord(character): other for character, other in changed.items()}),
        [normal.starts[place] for place in kept],
        [normal.lasts[place] for place in lasts],
    )


def _find_lasts(text: str, kept: list[int], marks: set[str]) -> list[int]:
    """For each character that is kept, the last of the marks that go with it, or itself."""
    found = []
    for last in kept:
        while last + 1 < len(text) and text[last + 1] in marks:
            last += 1  # noqa: PLW2901  (it moves on from where it is kept)
        found.append(last)
    return found


def _read_markup(text: str) -> NormalText:
    """Without tags, and with letters that were written as bytes or code points."""
    parts, starts, lasts, end = list[str](), list[int](), list[int](), 0
    for found in _WRITTEN_OTHERWISE.finditer(text):
        letters = "" if found[1] else _decode(found[2])
        if not letters and not found[1]:
            continue
        parts += [text[end : found.start()], letters]
        for places in (starts, lasts):
            places.extend(range(end, found.start()))
        step = (found.end() - found.start()) // max(1, len(letters))
        starts.extend(found.start() + step * place for place in range(len(letters)))
        lasts.extend(found.start() + step * place - 1 for place in range(1, len(letters)))
        lasts.extend([found.end() - 1] if letters else [])
        end = found.end()
    if not end:
        return NormalText(text, range(len(text)), range(len(text)))
    for places in (starts, lasts):
        places.extend(range(end, len(text)))
    return NormalText("".join([*parts, text[end:]]), starts, lasts)


def _decode(escaped: str) -> str:
    r"""Letters that are written as `%D0%98` or `\u0418`; empty where it is anything else."""
    if escaped.startswith("\\"):
        letters = "".join(chr(int(code, 16)) for code in escaped.lower().split("\\u")[1:])
    else:
        letters = bytes.fromhex(escaped.replace("%", "")).decode(errors="replace")
    return letters if letters.isalpha() else ""


def _list_changes(text: str) -> dict[str, str]:
    return {one: other for one in set(text) if one > "\x7f" and (other := _normalize_character(one)) != one}


@cache
def _normalize_character(character: str) -> str:
    """What stands for it, one character or none."""
    if character in _OTHERWISE:
        return _OTHERWISE[character]
    if unicodedata.category(character) in _INVISIBLE:
        return ""
    if (digit := unicodedata.digit(character, None)) is not None:
        return str(digit)
    plain = unicodedata.normalize("NFKC", character)
    return plain if len(plain) == 1 else character


def fold_letters(text: str) -> str:
    """A text of the same length in small letters without accents, where letters that look alike are the same one."""
    return text.lower() if text.isascii() else text.translate({ord(one): _fold_letter(one) for one in set(text)})


@cache
def _fold_letter(letter: str) -> str:
    base = "".join(one for one in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(one))
    base = base if len(base) == 1 else letter
    small = base.lower() if len(base.lower()) == 1 else base
    if small.isascii() or not small.isalpha():
        return small
    alike = (_list_lookalikes().get(one) for one in (small, base, small.upper()))
    return next(filter(None, alike), small)


@cache
def _list_lookalikes() -> dict[str, str]:
    """The plain letter that each one looks like, after Unicode's list of confusable characters."""
    from confusable_homoglyphs.confusables import confusables_data  # type: ignore[import-untyped]

    found = {}
    for letter, others in confusables_data.items():
        plain = [one["c"] for one in others if len(one["c"]) == 1 and one["c"].isascii() and one["c"].isalpha()]
        if plain and not letter.isascii():
            found[letter] = plain[0].lower()
    return found
