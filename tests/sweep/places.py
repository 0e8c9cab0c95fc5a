"""Where the fields of an answer are."""

from collections.abc import Iterator
from typing import Any

from tests.sweep.mutations import GONE, REFUSED, UNFIT, mutate

Place = tuple[str | int, ...]
"""Keys and indexes from the whole result down to a value."""
Path = tuple[str, ...]
"""The same for all rows: `*` stands for an index, and for a key that is a number."""


def find_places(value: Any, place: Place = ()) -> Iterator[Place]:
    """Every place of an answer, the whole of it first."""
    yield place
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from find_places(inner, (*place, key))


def generalise(place: Place) -> Path:
    """The path that a place shares with the same field of other rows."""
    return tuple("*" if isinstance(key, int) or key.isdecimal() else key for key in place)


def read(value: Any, place: Place) -> Any:
    """The value at a place."""
    for key in place:
        value = value[key]
    return value


def mutate_at(value: Any, kind: str, path: Path, only: Place | None) -> Any:
    """The answer with everything at a path made odd, or just what is at one place; UNFIT where nothing changes."""
    return _mutate(value, kind, path, only, ())


def _mutate(value: Any, kind: str, path: Path, only: Place | None, here: Place) -> Any:
    if len(here) == len(path):
        other = mutate(kind, value) if only in {None, here} else UNFIT
        return UNFIT if _is_out_of_place(other, here) else other
    if not isinstance(value, dict | list):
        return UNFIT
    found = {}
    for key, inner in list(value.items()) if isinstance(value, dict) else list(enumerate(value)):
        if generalise((key,)) == (path[len(here)],):
            other = _mutate(inner, kind, path, only, (*here, key))
            if other is not UNFIT:
                found[key] = other
    return _replace(value, found) if found else UNFIT


def _is_out_of_place(other: Any, here: Place) -> bool:
    """Only a whole result can be refused, and only a field with a name can be left out."""
    if other is GONE:
        return not here or isinstance(here[-1], int)
    return other is REFUSED and bool(here)


def _replace(value: Any, found: dict[Any, Any]) -> Any:
    items = value.items() if isinstance(value, dict) else enumerate(value)
    kept = {key: found.get(key, inner) for key, inner in items}
    kept = {key: inner for key, inner in kept.items() if inner is not GONE}
    return kept if isinstance(value, dict) else list(kept.values())
