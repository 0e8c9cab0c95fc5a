"""JSON in which each key of an object is there once; readers as a rule take the last of two unsaid."""

import json
from typing import Any


class RepeatedKeyError(ValueError):
    """An object has a key twice, so that it means two things."""


def read_json(text: str | bytes) -> Any:
    """What a text holds as JSON.

    Raises:
        ValueError: It is none; `RepeatedKeyError` where an object has a key twice.
        RecursionError: It is nested too deeply.
    """
    return json.loads(text, object_pairs_hook=_read_pairs)


def _read_pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(members := dict(pairs)) != len(pairs):
        raise RepeatedKeyError
    return members
