"""Phones whose digits stand apart in unusual ways, and local ones: each is checked against the plans of numbering.

Separators such as `|`, `;` or a new line are as common between numbers that are no phones. So a phone begins as one
does (a plus, 8 or 7 in Russia, 0 elsewhere, 3-3-4, 3-3-3), is valid somewhere, and is no part of a longer row.
"""

# ruff: noqa: RUF001  words before phones and after amounts

import re
from collections.abc import Iterator
from functools import lru_cache

from server.privacy.detection import Detection, stands_alone

_RUN = re.compile(r"\d(?:[\s.()/\-\u2010-\u2015\u2212\u2060|;:,_*~•·'\\]{0,5}\d){5,}+")
_DIGITS = re.compile(r"\d+")
_OPENING = re.compile(r"\+[\s(_*|.-]{0,3}\Z")
_SOFT = " \t()/.-\u00a0\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2060"
"""What stands between the digits of ordinary phones; of all others there may be one kind."""
_SAYS_PHONE = re.compile(
    r"(?:\b(?:phone|mobile|cell|tel|call|text|whats ?app|viber|handy|mobil|anruf\w*|ruf\w*|telefon\w*|nummer)|"
    r"(?<!\w)(?:тел|моб|звон|позвон|перезвон|набер|сотов|вайбер|ватсап|вотсап)\w*)"
    r"\.?(?:[ ](?:me|us|is|at|on|unter|bitte|an|мне|нам|по|номеру|номер|number|phone|nummer|ist|мой|my)){0,3}"
    r"[\s:=№#.\u2013\u2014-]{0,4}\Z",
    re.IGNORECASE,
)
LONGEST_WORDS_BEFORE = 40
_MONEY_AFTER = re.compile(
    r"[ \u00a0]?(?:[₽€$£¥₴₸%]|руб|тыс|млн|шт|р\.|(?:EUR|USD|RUB|GBP|UAH|KZT|BYN|PLN)\b)", re.IGNORECASE
)
FEWEST, MOST = 8, 15
"""Digits of a phone with the code of its country."""
FEWEST_AFTER_WORD, MOST_AFTER_WORD = 6, 13
RUSSIAN, LOCAL, FEWEST_WITH_ZERO, MOST_WITH_ZERO = 11, 9, 9, 12
_ZERO = ("DE", "GB", "UA", "FR", "AT", "CH")
_NO_ZERO = ("PL", "ES", "CZ", "PT")
MOST_GROUPS, MOST_RUNS = 12, 4_000
"""Of one phone; and of a text, after which every number that long counts as a phone."""


def find_scattered_phones(text: str) -> Iterator[Detection]:
    """The phones in a text from which ordinary ones were taken out already."""
    for number, run in enumerate(_RUN.finditer(text)):
        groups = [match.span() for match in _DIGITS.finditer(text, *run.span())]
        if number < MOST_RUNS and len(groups) < MOST_RUNS:
            yield from _find_in_run(text, groups)
        elif len(groups) <= MOST and (found := _make_place(text, run.start(), run.end())):
            yield found


def _find_in_run(text: str, groups: list[tuple[int, int]]) -> Iterator[Detection]:
    first = 0
    while first < len(groups):
        last = _find_end(text, groups, first)
        start = groups[first][0]
        found = _make_place(text, start - _find_opening(text, start), groups[last - 1][1]) if last else None
        if found:
            yield found
        first = last if found else first + 1


def _make_place(text: str, start: int, end: int) -> Detection | None:
    digits = "".join(filter(str.isdecimal, text[start:end]))
    return Detection(start, end, "phone", digits) if stands_alone(text, start, end) else None


def _find_end(text: str, groups: list[tuple[int, int]], first: int) -> int:
    """The end of a phone that begins with this group, or 0."""
    start = groups[first][0]
    total, digits, lengths = 0, "", list[int]()
    international = bool(_find_opening(text, start))
    says_phone = _SAYS_PHONE.search(text, max(0, start - LONGEST_WORDS_BEFORE), start)
    if not (international or says_phone or text[start] in "0789" or groups[first][1] - start in (2, 3)):
        return 0
    best = 0
    for last in range(first + 1, min(len(groups), first + MOST_GROUPS) + 1):
        begin, end = groups[last - 1]
        total += end - begin
        if total > MOST:
            break
        digits, lengths = digits + text[begin:end], [*lengths, end - begin]
        if international:
            best = last if total >= FEWEST and _is_valid(f"+{digits}", None) else best
        elif _is_apart(text, groups, first, last) and (
            (_is_local_phone(digits, lengths) and not _MONEY_AFTER.match(text, end))
            or (says_phone and FEWEST_AFTER_WORD <= total <= MOST_AFTER_WORD and last == len(groups))
        ):
            best = last
    return best


def _find_opening(text: str, start: int) -> int:
    """Characters of a plus before a number, with what stands between."""
    found = _OPENING.search(text, max(0, start - 4), start)
    return len(found[0]) if found else 0


def _is_apart(text: str, groups: list[tuple[int, int]], first: int, last: int) -> bool:
    """Whether these groups are separated as one number is, and are no part of a row that is separated likewise."""
    inside = {_find_kind(text, groups, place) for place in range(first + 1, last)} - {""}
    around = {_find_kind(text, groups, place) for place in (first, last) if 0 < place < len(groups)}
    return len(inside) <= 1 and not around & (inside or {""})


def _find_kind(text: str, groups: list[tuple[int, int]], place: int) -> str:
    """What separates a group from the one before it, without what may always stand there."""
    return text[groups[place - 1][1] : groups[place][0]].strip(_SOFT)[:1]


def _is_local_phone(digits: str, lengths: list[int]) -> bool:
    """Whether it is written as phones are within a country, and valid there."""
    one_by_one = len(lengths) > 1 and max(lengths) == 1
    if digits[0] in "78" and len(digits) == RUSSIAN and digits[1] in "3489":
        return (lengths[0] in (1, 4, RUSSIAN) or one_by_one) and _is_valid(f"+7{digits[1:]}", None)
    if digits.startswith("00"):
        return len(digits) > FEWEST + 1 and _is_valid(f"+{digits[2:]}", None)
    if digits[0] == "0" and FEWEST_WITH_ZERO <= len(digits) <= MOST_WITH_ZERO:
        return (max(lengths) > 1 or one_by_one) and any(_is_valid(digits, region) for region in _ZERO)
    if lengths == [3, 3, 4]:
        return _is_valid(digits, "US") or (digits[0] == "9" and _is_valid(f"+7{digits}", None))
    shaped = lengths in ([3, 3, 3], [2, 3, 2, 2], [3, 2, 2, 2]) and "000" not in digits
    return shaped and any(_is_valid(digits, region) for region in _NO_ZERO)


@lru_cache(4096)
def _is_valid(digits: str, region: str | None) -> bool:
    import phonenumbers

    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(digits, region))
    except phonenumbers.NumberParseException:
        return False
