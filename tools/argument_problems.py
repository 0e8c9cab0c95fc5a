"""What is wrong with the arguments of a call, in words: the argument, and what would be right."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from tools.suggestions import suggest
from tools.untrusted import quote_argument

MOST_PROBLEMS = 10
MOST_NAMES = 30
_KINDS: Mapping[str, str] = {
    "int": "a whole number, e.g. 2043",
    "string": "a text",
    "bool": "true or false",
    "list": "a list",
    "dict": "an object",
    "model": "an object",
}
"""First word of the validator's name for a mistake -> what is wanted."""
_LIMITS: Mapping[str, str] = {
    "greater_than_equal": "should be greater than or equal to {ge}",
    "less_than_equal": "should be less than or equal to {le}",
    "string_too_short": "should have at least {min_length} characters",
    "string_too_long": "should have at most {max_length} characters",
    "string_pattern_mismatch": "should match the pattern {pattern}",
    "too_short": "should have at least {min_length} items",
    "too_long": "should have at most {max_length} items",
}


def describe_problems(model: type[BaseModel], given: Mapping[str, Any], error: ValidationError) -> list[str]:
    """One sentence for each wrong argument, without repeating the value: it may be long, or secret."""
    found = error.errors(include_url=False, include_input=False)
    places: dict[tuple[int | str, ...], list[ErrorDetails]] = {}
    for item in found:
        places.setdefault(_find_place(item, given), []).append(item)
    problems = [_describe_problem(model, place, items) for place, items in places.items()]
    if len(problems) > MOST_PROBLEMS:
        problems[MOST_PROBLEMS:] = [f"and {len(problems) - MOST_PROBLEMS} more"]
    if any(item["type"] == "extra_forbidden" and len(item["loc"]) == 1 for item in found):
        problems.append(_list_valid_arguments(model))
    return problems


def _find_place(error: ErrorDetails, given: Any) -> tuple[int | str, ...]:
    """Where in the arguments: the validator also names its own alternatives, which mean nothing to anybody."""
    place: list[int | str] = []
    for part in error["loc"]:
        is_there = part in given if isinstance(given, dict) else isinstance(given, list) and isinstance(part, int)
        if is_there:
            given = given[part]
        if is_there or (error["type"] == "missing" and part == error["loc"][-1]):
            place.append(part)
    return tuple(place)


def _describe_problem(model: type[BaseModel], place: tuple[int | str, ...], errors: Sequence[ErrorDetails]) -> str:
    where = ".".join(str(part)[:60] for part in place)
    first = errors[0]
    if first["type"] == "extra_forbidden":
        known = model.model_fields if len(place) == 1 else ()
        near = suggest(where.lower(), known) if known else []
        return f"unknown argument {quote_argument(where)}" + (f" (did you mean {near[0]}?)" if near else "")
    if first["type"] == "missing":
        return f"{quote_argument(where, '')} is required"
    words = describe_mistakes(errors)
    return f"{quote_argument(where, '')}: {words}" if where else words


def describe_mistakes(errors: Sequence[ErrorDetails]) -> str:
    """What is wrong with one value; where several kinds would be right, all of them."""
    for error in errors:
        if error["type"] == "value_error":
            return str(error.get("ctx", {}).get("error", ""))
        if error["type"] in _LIMITS:
            return _LIMITS[error["type"]].format(**error["ctx"]).replace("at least 1 items", "at least 1 item")
    return f"should be {_join_kinds(filter(None, map(_name_kind, errors)))}"


def _name_kind(error: ErrorDetails) -> str:
    if error["type"] == "literal_error":
        expected = str(error["ctx"]["expected"])
        return expected.lower() if expected in {"True", "False"} else expected
    return _KINDS.get(error["type"].partition("_")[0], "")


def _join_kinds(kinds: Iterable[str]) -> str:
    return " or ".join(dict.fromkeys(kinds)) or "as the tool's schema says"


def _list_valid_arguments(model: type[BaseModel]) -> str:
    names = list(model.model_fields)
    if len(names) > MOST_NAMES:
        return f"its page lists the {len(names)} valid arguments"
    return f"valid arguments are {', '.join(names)}" if names else "this tool takes no arguments"
