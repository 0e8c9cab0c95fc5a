"""Durations and lists as people say them."""

from collections.abc import Iterable, Iterator, Mapping

from tools.untrusted import mark_unless_code

MINUTE, HOUR, DAY = 60, 3600, 86400
NOT_KNOWN = "not known"
KILO = 1000
LONG = 10 * MINUTE
"""From here on seconds are not told."""


def format_duration(seconds: float) -> str:
    """`6 min 20 s`, `3 h 20 min`, `2 days 4 h`: the largest unit and the next."""
    left = max(0, int(seconds))
    units = ((left // DAY, "days"), (left % DAY // HOUR, "h"), (left % HOUR // MINUTE, "min"), (left % MINUTE, "s"))
    largest = next((place for place, (number, _) in enumerate(units) if number), len(units) - 1)
    shown = [
        f"{number} {'day' if (number, unit) == (1, 'days') else unit}"
        for number, unit in units[largest : largest + 2]
        if number and not (unit == "s" and left >= LONG)
    ]
    return " ".join(shown) or "0 s"


def format_size(size: int | None) -> str:
    """`71 kB`, of bytes."""
    if size is None:
        return "size unknown"
    if size < KILO:
        return f"{size} bytes"
    return f"{size / KILO:.0f} kB" if size < KILO * KILO else f"{size / KILO / KILO:.1f} MB"


def join_limited(items: Iterable[str], most: int, separator: str = ", ") -> str:
    """The first `most` items with a separator between them, then how many more there are: `Anna, Olga, 3 more`."""
    everything = list(items)
    more = [f"{len(everything) - most} more"] if len(everything) > most else []
    return separator.join([*everything[:most], *more])


def format_counts(numbers: Mapping[str, int | None]) -> Iterator[str]:
    """`livechat 9` for each code of something; the code is marked if it is no plain word, and None is not known."""
    return (f"{mark_unless_code(what)} {NOT_KNOWN if number is None else number}" for what, number in numbers.items())
