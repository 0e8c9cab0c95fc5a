"""Dates as portals write them, and the clock by which ages are counted."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any

from tools.result_types import find_number

_ISO = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)? ?(?:Z|[+-]\d\d(?::?\d\d)?)?", re.ASCII)
_SITE = re.compile(r"(\d\d)\.(\d\d)\.(\d{4}) (\d\d?:\d\d(?::\d\d)?)", re.ASCII)
"""The form of a site's own settings in Russia and most of Europe."""
FIRST, LAST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
"""Whatever lies outside is no date of a portal."""


@dataclass(frozen=True)
class PortalClock:
    """Now by the portal's clock; by this machine's where the portal does not tell."""

    now: datetime
    by_portal: bool = True

    @property
    def zone(self) -> tzinfo | None:
        """In which a date without offset is meant; None where the portal does not tell its offset."""
        return self.now.tzinfo if self.by_portal else None


def read_moment(value: Any, zone: tzinfo | None = None) -> datetime | None:
    """A moment with its offset, or None for what is not understood as one.

    ISO 8601 with `T` or a space, `dd.mm.yyyy hh:mm:ss`, or Unix seconds as a number or text. What has no offset is
    meant in `zone`, the portal's; without one it is not understood. A day alone is no moment.
    """
    try:
        found = _read_unix(value) or _read_words(value)
    except (ValueError, OverflowError):
        return None
    if found is None or (found.tzinfo is None and zone is None):
        return None
    moment = found.replace(tzinfo=zone) if found.tzinfo is None else found
    if not FIRST <= moment < LAST:
        return None
    return moment.astimezone(zone) if zone else moment


def _read_unix(value: Any) -> datetime | None:
    seconds = find_number(value)
    within = seconds is not None and FIRST.timestamp() <= seconds < LAST.timestamp()
    return datetime.fromtimestamp(seconds or 0, UTC) if within else None


def _read_words(value: Any) -> datetime | None:
    text = value.strip() if isinstance(value, str) else ""
    if found := _SITE.fullmatch(text):
        day, month, year, at = found.groups()
        return datetime.fromisoformat(f"{year}-{month}-{day}T{at if at[2] == ':' else f'0{at}'}")
    if not _ISO.fullmatch(text):
        return None
    return datetime.fromisoformat(text[:10] + "T" + text[11:].replace(",", ".").replace(" ", ""))
