"""The ways in which a field of a portal's answer can be odd."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final


class _Mark:
    """Something that no JSON holds."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __repr__(self) -> str:
        return self._name


UNFIT: Final = _Mark("unfit")
"""A kind of mutation does not fit this value."""
GONE: Final = _Mark("gone")
"""The field is not there at all."""
REFUSED: Final = _Mark("refused")
"""In place of a whole result: the portal refuses the method."""
Mutate = Callable[[Any], Any]


def _turn_into_text(value: Any) -> Any:
    return str(value) if type(value) in {int, float} else UNFIT


def _turn_into_number(value: Any) -> Any:
    return int(value) if isinstance(value, str) and re.fullmatch(r"[1-9]\d{0,15}", value, re.ASCII) else UNFIT


def _turn_into_float(value: Any) -> Any:
    return float(value) if type(value) is int else UNFIT


def _pad(value: Any) -> Any:
    return f" {value} " if type(value) is int else UNFIT


def _turn_into_letter(value: Any) -> Any:
    if isinstance(value, bool):
        return "Y" if value else "N"
    return {"Y": True, "N": False}.get(value, UNFIT) if isinstance(value, str) else UNFIT


def _wrap_in_map(value: Any) -> Any:
    """PHP writes a list as a map where its keys do not run 0, 1, 2."""
    return {str(index): item for index, item in enumerate(value)} if isinstance(value, list) else {"value": value}


def _make_gap(value: Any) -> Any:
    return {str(2 * index + 1): item for index, item in enumerate(value)} if isinstance(value, list) else UNFIT


def _wrap_in_list(value: Any) -> Any:
    return list(value.values()) if isinstance(value, dict) else [value]


def _add_odd_items(value: Any) -> Any:
    if isinstance(value, list):
        return [None, *value, "odd", 7, []]
    return {**value, "": None, "odd": "odd", "7": 7} if isinstance(value, dict) else UNFIT


def _read_date(value: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(value) if isinstance(value, str) and "T" in value else None
    except ValueError:
        return None


def _format_date(make: Callable[[datetime], Any]) -> Mutate:
    return lambda value: make(date) if (date := _read_date(value)) else UNFIT


def _put(other: Any) -> Mutate:
    return lambda _: other


KINDS: dict[str, Mutate] = {
    "missing": _put(GONE),
    "null": _put(None),
    "empty text": _put(""),
    "word": _put("odd"),
    "long text": _put("x" * 5000),
    "true": _put(True),
    "false": _put(False),
    "zero": _put(0),
    "negative": _put(-1),
    "huge": _put(2**63),
    "fraction": _put(2.5),
    "not a number": _put("NaN"),
    "number as text": _turn_into_text,
    "text as number": _turn_into_number,
    "whole number as float": _turn_into_float,
    "number with spaces": _pad,
    "switch in its other form": _turn_into_letter,
    "empty list": _put([]),
    "empty map": _put({}),
    "map for list": _wrap_in_map,
    "map with a gap": _make_gap,
    "list for map": _wrap_in_list,
    "odd items beside": _add_odd_items,
    "nested": _put([[{"a": [None]}]]),
    "date without offset": _format_date(lambda date: date.replace(tzinfo=None).isoformat()),
    "date in figures": _format_date(lambda date: date.strftime("%d.%m.%Y %H:%M:%S")),
    "date as seconds": _format_date(lambda date: int(date.timestamp())),
    "date of nothing": _format_date(lambda _: "0000-00-00 00:00:00"),
    "refused": _put(REFUSED),
}
"""Name -> what becomes of a value. `refused` fits a whole result only."""
HARMLESS = frozenset(
    {"number as text", "text as number", "whole number as float", "map with a gap", "date without offset"}
)
"""Forms of the same value: a tool of several calls reads them as it reads the usual form."""


UNREADABLE = frozenset({"word", "not a number", "nested", "date of nothing"})
"""What no number, switch or date can be read from."""


EMPTY = frozenset({"empty list", "empty map", "null", "false", "empty text"})
"""The forms in which PHP writes an empty list."""


def mutate(kind: str, value: Any) -> Any:
    """The value made odd; UNFIT where the kind does not fit it, or changes nothing."""
    other = KINDS[kind](value)
    return UNFIT if type(other) is type(value) and other == value else other
