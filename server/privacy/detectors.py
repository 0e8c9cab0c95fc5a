"""Phones, e-mail addresses and card numbers in a text; dates, amounts, timestamps and short numbers are none.

Where a number could be either, it counts as personal: a pseudonym can be taken back, what was told cannot.
"""

# ruff: noqa: RUF001  roubles, and what people put between thousands

import re
from collections.abc import Iterator

from server.privacy.detection import Detection, PersonalDataKind, blank_out, stands_alone
from server.privacy.scattered_phones import find_scattered_phones

_LOCAL = r"[\w.+'~-]"
_DOT = r"(?:\.|[ ]\.[ ]|[ ]?[(\[](?:dot|точка|punkt)[)\]][ ]?)"
_AT = r"(?:[ \t\n]{0,2}(?:@|%40|&#64;)[ \t\n]{0,2}|[ ]?[(\[](?:at|собака|a)[)\]][ ]?| собака )"
_ADDRESS = re.compile(
    rf"(?<!{_LOCAL})({_LOCAL}++){_AT}"
    rf"((?:[^\W_][\w-]{{0,62}}{_DOT}){{1,8}}[^\W\d_]{{2,24}})",
    re.IGNORECASE,
)
_LONGEST_LOCAL = 64

_DAY, _MONTH, _YEAR = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])", r"(?:19|20)\d\d"


def _make_date_pattern(separator: str, year: str) -> str:
    """Days of the calendar with one separator, the year last."""
    sign = re.escape(separator)
    day = rf"(?:{_DAY}{sign}{_MONTH}|{_MONTH}{sign}{_DAY}){sign}{year}"
    return rf"(?<!\d)(?<!\d{sign}){day}(?!{sign}?\d)"


_NO_NUMBER = re.compile(
    # What none of them begins with is passed over at once.
    r"(?<!\d)(?=\d{1,4}[-./:]|[0-9A-Fa-f]{8}-)(?:"
    + "|".join(
        [
            rf"{_YEAR}-\d\d-\d\dT[\d:.]+(?:[+-]\d\d:?\d\d|Z)?",
            r"(?<![0-9A-Za-z])[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}(?![0-9A-Za-z])",
            rf"(?<!\d)(?<!\d[./-]){_YEAR}([./-]){_MONTH}\1{_DAY}(?![./-]?\d)",
            *(_make_date_pattern(separator, _YEAR) for separator in "./-"),
            *(_make_date_pattern(separator, r"\d\d") for separator in "./"),
            r"(?<![\d:])(?:[01]?\d|2[0-3])(?::[0-5]\d){1,2}(?!\d)",
        ]
    )
    + ")"
)
"""Dates, times of day, UUIDs."""
_JOINT = "\u2060"
_ESCAPED = re.compile(r"%[0-9A-Fa-f]{2}|\\u[0-9A-Fa-f]{4}|\\x[0-9A-Fa-f]{2}|\\[nrt]|&nbsp;|&#43;")
_BETWEEN_DIGITS = re.compile(r"%(?:2[089D]|A0)|\\.*|&.*", re.IGNORECASE)
_SIGN = r"[ \t.()/\-\u00a0\u00ad\u2000-\u200f\u2010-\u2015\u202a-\u202f\u2061-\u2069\u2212\ufeff]"
_GAP = rf"(?:{_JOINT}{{0,6}}{_SIGN}){{0,4}}{_JOINT}{{0,6}}"
_RUN = re.compile(rf"\d(?:{_GAP}\d)*")
_DIGITS = re.compile(r"\d+")
_OPENING = re.compile(rf"[+(][\s({_JOINT}]{{0,7}}\Z")
_MONEY = re.compile(r"\d{1,3}([ \u00a0\u2009\u202f.,'’])\d{3}(?:\1\d{3})*(?:[.,]\d{1,2})?")
_CURRENCY_AFTER = re.compile(
    r"[ \u00a0\u202f]?(?:[₽€$£¥₴₸]|руб|тыс|млн|р\.|(?:EUR|USD|RUB|GBP|UAH|KZT|BYN)\b)", re.IGNORECASE
)
_CURRENCY_BEFORE = re.compile(r"(?:[₽€$£¥₴₸]|\b(?:EUR|USD|RUB|GBP|UAH|KZT|BYN))[ \u00a0\u202f]?\Z", re.IGNORECASE)
_DECIMAL = re.compile(r"\d+\.\d+")
_IP_ADDRESS = re.compile(r"(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}")
_CENTS = re.compile(r"[.,]\d{1,2}(?!\d)")
_STAMP = re.compile(
    r"1\d{9}|1\d{12}|1\d{15}|1\d{18}"  # since 1970 in seconds and their parts
    r"|2147483647|4294967295"  # the largest identifiers
    r"|(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[01]\d|2[0-3])[0-5]\d(?:[0-5]\d)?"
)

FEWEST, MOST = 10, 15
"""Digits of a phone; with a plus before them fewer will do."""
FEWEST_AFTER_PLUS = 8
SHORTEST_CARD, LONGEST_CARD = 13, 19
FIRST_OF_SIX = 6
"""Digits in the first group of some cards; of others they are in groups of four."""
LONGEST_OPENING = 8
LONGEST_IN_A_ROW, FEWEST_IN_A_ROW = 2, 6
MOST_GROUPS = 20_000
"""Groups of digits in one text that are looked at one by one."""
LONGEST_AMOUNT = 10
"""Digits of a number in groups of three that is still no phone."""


def find_personal_data(text: str) -> Iterator[Detection]:
    """The phones, e-mail addresses and cards in a text, not in order; none of them overlap."""
    addresses = list(_find_addresses(text))
    yield from addresses
    left = _ESCAPED.sub(_make_plain, blank_out(text, [(place.start, place.end) for place in addresses]))
    left = blank_out(left, [match.span() for match in _NO_NUMBER.finditer(left)])
    budget = MOST_GROUPS
    places = list[Detection]()
    for run in _RUN.finditer(left):
        if run.end() - run.start() < FEWEST_AFTER_PLUS:
            continue
        budget -= (run.end() - run.start()) // 2
        places += _DigitGroups(left, *run.span()).find() if budget > 0 else _take_whole(left, *run.span())
    yield from places
    yield from find_scattered_phones(blank_out(left, [(place.start, place.end) for place in places]))


def _take_whole(text: str, start: int, end: int) -> Iterator[Detection]:
    """Whatever has as many digits as a phone, where there is too much to look at each."""
    digits = "".join(filter(str.isdecimal, text[start:end]))
    if len(digits) >= FEWEST:
        yield Detection(start, end, "phone", digits[:LONGEST_CARD])


def _find_addresses(text: str) -> Iterator[Detection]:
    for found in _ADDRESS.finditer(text):
        local, domain = found[1][-_LONGEST_LOCAL:], re.sub(_DOT, ".", found[2], flags=re.IGNORECASE)
        yield Detection(found.end(1) - len(local), found.end(), "email", f"{local}@{domain}".casefold())


def _make_plain(escaped: re.Match[str]) -> str:
    """As long as it was: a plus, what may stand within a phone, or an end."""
    code = escaped[0]
    if code in {"%2B", "%2b", "&#43;"}:
        return _JOINT * (len(code) - 1) + "+"
    ends = code in {"\\n", "\\r", "\\t"} or not _BETWEEN_DIGITS.fullmatch(code)
    return ("\n" if ends else _JOINT) * len(code)


class _DigitGroups:
    """Groups of digits with little between them."""

    def __init__(self, text: str, start: int, end: int) -> None:
        self._text = text
        self._groups = [match.span() for match in _DIGITS.finditer(text, start, end)]
        self._lengths = [stop - begin for begin, stop in self._groups]
        self._plus = "+" in _find_opening(text, start)

    def find(self) -> Iterator[Detection]:
        first = 0
        while first < len(self._groups):
            card = self._find_card_end(first)
            last = card or self._find_phone_end(first)
            place = self._make_place(first, last, "card" if card else "phone") if last else None
            if place:
                yield place
            first = last if place else first + 1

    def _make_place(self, first: int, last: int, kind: PersonalDataKind) -> Detection | None:
        start, end = self._groups[first][0], self._groups[last - 1][1]
        start -= len(_find_opening(self._text, start))
        return (
            Detection(start, end, kind, self._join_digits(first, last))
            if stands_alone(self._text, start, end)
            else None
        )

    def _join_digits(self, first: int, last: int) -> str:
        return "".join(str(int(digit)) for begin, stop in self._groups[first:last] for digit in self._text[begin:stop])

    def _list_ends(self, first: int, fewest: int, most: int) -> Iterator[int]:
        """Where groups that begin with this one have so many digits together; the longest first."""
        ends, total = [], 0
        for last in range(first + 1, len(self._lengths) + 1):
            total += self._lengths[last - 1]
            if total > most:
                break
            if total >= fewest:
                ends.append(last)
        return reversed(ends)

    def _find_card_end(self, first: int) -> int:
        """The end of a card's number that begins here, or 0."""
        length = self._lengths[first]
        if (self._plus and not first) or (length % 4 and length != FIRST_OF_SIX and length < SHORTEST_CARD):
            return 0
        for last in self._list_ends(first, SHORTEST_CARD, LONGEST_CARD):
            lengths = self._lengths[first:last]
            if not (all(length % 4 == 0 for length in lengths[:-1]) or lengths in ([4, 6, 5], [4, 6, 4], [6, 13])):
                continue
            digits = self._join_digits(first, last)
            if _has_luhn_checksum(digits) and not (len(lengths) == 1 and _STAMP.fullmatch(digits)):
                return last
        return 0

    def _find_phone_end(self, first: int) -> int:
        """The end of a phone that begins here, or 0."""
        start = self._join_digits(first, min(first + 2, len(self._groups)))[:2].ljust(2)
        if self._plus and not first:
            exact = 11 if start[0] in "17" else 0
            return next(self._list_ends(first, exact, exact), 0) or next(
                self._list_ends(first, FEWEST_AFTER_PLUS, MOST), 0
            )
        if start[0] in "78" and start[1:] >= "3" and (last := next(self._list_ends(first, 11, 11), 0)):
            return last
        last = self._find_whole_end(first)
        if last and not self._is_a_number(first, last):
            return last
        if self._lengths[first : first + 3] == [3, 3, 4] and start[0] >= "2":
            return first + 3
        return next(self._list_ends(first, FEWEST, FEWEST + 1), 0) if start[0] == "0" else 0

    def _find_whole_end(self, first: int) -> int:
        """The end of all groups up to one that is long enough by itself; 0 if no phone has so many digits."""
        last, total = first + 1, self._lengths[first]
        if total < FEWEST:
            while total <= MOST and last < len(self._groups) and self._lengths[last] < FEWEST:
                last, total = last + 1, total + self._lengths[last]
        return last if FEWEST <= total <= MOST else 0

    def _is_a_number(self, first: int, last: int) -> bool:
        """Whether it is rather an amount, a time, an address of a computer, or a row of numbers."""
        begin, end = self._groups[first][0], self._groups[last - 1][1]
        whole, lengths, digits = self._text[begin:end], self._lengths[first:last], self._join_digits(first, last)
        if _CURRENCY_AFTER.match(self._text, end) or _CURRENCY_BEFORE.search(self._text[max(0, begin - 5) : begin]):
            return True
        if len(lengths) == 1:
            return bool(_CENTS.match(self._text, end) or _STAMP.fullmatch(digits))
        if _MONEY.fullmatch(whole) and len(digits) <= LONGEST_AMOUNT:
            return True
        if _DECIMAL.fullmatch(whole) or _IP_ADDRESS.fullmatch(whole):
            return True
        row = len(set(lengths)) == 1 or (max(lengths) <= LONGEST_IN_A_ROW and len(lengths) > FEWEST_IN_A_ROW)
        in_twos = lengths == [2] * 5 and digits[0] == "0"
        return row and "-" not in whole and "(" not in whole and not in_twos and lengths != [5, 5]


def _find_opening(text: str, start: int) -> str:
    """A plus or a parenthesis before a number."""
    found = _OPENING.search(text[max(0, start - LONGEST_OPENING) : start])
    return found[0] if found else ""


def _has_luhn_checksum(digits: str) -> bool:
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits)))
    return sum(value // 10 + value % 10 for value in doubled) % 10 == 0 and bool(digits.strip("0"))
