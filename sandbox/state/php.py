"""PHP's ideas about values, which decide how a portal reads its parameters."""

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl

INT_MAX = 2**63 - 1
_INTEGER = re.compile(r"\s*([+-]?\d+)(?![\d.eE])", re.ASCII)
_NUMBER = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)", re.ASCII)
_NUMERIC = re.compile(_NUMBER.pattern + r"\s*", re.ASCII)
_NAME = re.compile(r"([^\[]+)((?:\[[^\]]*\])*)")
_KEY = re.compile(r"\[([^\]]*)\]")
_INDEX = re.compile(r"0|[1-9]\d{0,17}", re.ASCII)
_MAX_DIGITS = 19
_MAX_DEPTH = 64


class PhpTypeError(Exception):
    """A PHP TypeError: the core does not catch it, so the client sees a raw 500."""


def to_integer(value: Any) -> int:
    """A value cast as `(int)` casts it: the leading digits of a string, 1 for a filled array."""
    if isinstance(value, str):
        return _parse_integer(value)
    if isinstance(value, float):
        return _clamp(value)
    if isinstance(value, int):
        return max(-INT_MAX, min(INT_MAX, value))
    return 1 if value else 0


def _parse_integer(value: str) -> int:
    whole = _INTEGER.match(value)
    if whole:
        digits = whole.group(1)
        if len(digits) <= _MAX_DIGITS:
            return max(-INT_MAX, min(INT_MAX, int(digits)))
        return -INT_MAX if digits.startswith("-") else INT_MAX
    number = _NUMBER.match(value)
    return _clamp(float(number.group(1))) if number else 0


def _clamp(value: float) -> int:
    if value != value or abs(value) == float("inf"):  # noqa: PLR0124  not-a-number differs from itself
        return 0
    return max(-INT_MAX, min(INT_MAX, int(value)))


def is_truthy(value: Any) -> bool:
    """Whether PHP takes the value for true; the string "0" is false, "false" and "N" are true."""
    return bool(value) and value != "0"


def is_numeric(value: Any) -> bool:
    """Whether `is_numeric` accepts the value."""
    if isinstance(value, bool):
        return False
    if isinstance(value, int | float):
        return True
    return isinstance(value, str) and bool(_NUMERIC.fullmatch(value))


def to_text(value: Any) -> str:
    """A value cast to a string.

    Raises:
        PhpTypeError: it is an array.
    """
    if isinstance(value, Mapping | list):
        raise PhpTypeError
    if value is None or value is False:
        return ""
    return "1" if value is True else str(value)


def is_index(key: Any) -> bool:
    """Whether the key of an array is an integer to PHP, however it was written."""
    return bool(_INDEX.fullmatch(str(key)))


def is_array(value: Any) -> bool:
    """Whether the value is what PHP calls an array: a JSON list or object."""
    return isinstance(value, dict | list)


def list_values(array: Any) -> list[Any]:
    """The values of a PHP array, whatever its keys."""
    if isinstance(array, dict):
        return list(array.values())
    return array if isinstance(array, list) else []


def to_array(items: Mapping[Any, Any]) -> list[Any] | dict[str, Any]:
    """A map as `json_encode` writes it: a list when the keys run from 0 without a gap, `[]` when empty."""
    keys = [str(key) for key in items]
    if keys == [str(index) for index in range(len(keys))]:
        return list(items.values())
    return dict(zip(keys, items.values(), strict=True))


def parse_query(query: str) -> dict[str, Any]:
    """The parameters of a query string with PHP's nested names, such as `PARAMS[QUEUE][0][ENTITY_ID]=1`."""
    return nest_params(parse_qsl(query, keep_blank_values=True, errors="replace"))


def nest_params(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """The nested parameters that a flat list of names and values stands for."""
    tree: dict[str, Any] = {}
    for name, value in pairs:
        path = _split_name(name)
        if len(path) <= _MAX_DEPTH:
            _set_value(tree, path, value)
    return {key: _convert_tree(value) for key, value in tree.items()}


def _split_name(name: str) -> list[str]:
    match = _NAME.match(name)
    if not match:
        return [name]
    head, brackets = match.group(1), match.group(2)
    if not brackets and "[" in name:
        head = name
    return [re.sub(r"[ .\[]", "_", head), *_KEY.findall(brackets)]


def _set_value(tree: dict[str, Any], path: list[str], value: Any) -> None:
    branch = tree
    for position, raw in enumerate(path):
        key = raw if raw or position == 0 else _find_next_index(branch)
        if position == len(path) - 1:
            branch[key] = value
            return
        child = branch.get(key)
        if not isinstance(child, dict):
            child = branch[key] = {}
        branch = child


def _find_next_index(branch: Mapping[str, Any]) -> str:
    taken = [int(key) for key in branch if is_index(key)]
    return str(max(taken, default=-1) + 1)


def _convert_tree(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return to_array({key: _convert_tree(item) for key, item in value.items()})
