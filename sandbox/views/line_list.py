"""The query behind `imopenlines.config.list.get`: an ORM selection, with the strict validator of newer portals."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.state import php
from sandbox.state.errors import RefusalError, make_missing_argument_error, make_wrong_type_error
from sandbox.state.line_settings import SETTINGS

FIELDS = ("ID", *SETTINGS, "DATE_CREATE", "DATE_MODIFY", "MODIFY_USER_ID")
PARAMS = ("select", "filter", "order", "limit", "offset")
OPTIONS = ("QUEUE", "CONFIG_QUEUE", "CHECK_PERMISSION")
ACTIONS = ("VIEW", "MODIFY")
DEFAULT_LIMIT, MAX_LIMIT = 50, 200

_PREFIX = re.compile(r"(>=|<=|!=|!%|!@|!|=|>|<|%|@)?(.*)", re.DOTALL)
_ALIAS = re.compile(r"[A-Za-z_]\w*", re.ASCII)

Row = Mapping[str, Any]


@dataclass
class LineQuery:
    """A selection of lines."""

    select: dict[str, str] = field(default_factory=lambda: {name: name for name in FIELDS})
    filter: Mapping[str, Any] = field(default_factory=dict)
    order: dict[str, bool] = field(default_factory=dict)
    limit: int | None = None
    offset: int = 0


def make_format_error(text: str) -> RefusalError:
    """The refusal INVALID_FORMAT of the validator."""
    return RefusalError("INVALID_FORMAT", text)


def check_types(params: Mapping[str, Any]) -> None:
    """Refuse `select`, `order` and `filter` that are no arrays; every version of the portal does.

    Raises:
        RefusalError: INVALID_FORMAT.
    """
    for name in ("select", "order", "filter"):
        if params.get(name) is not None and not php.is_array(params[name]):
            raise make_format_error(f"A wrong format for the PARAMS field '{name}' is passed")


def check_options(options: Mapping[str, Any]) -> None:
    """Refuse options that the validator of newer portals does not know.

    Raises:
        RefusalError: INVALID_FORMAT.
    """
    unknown = [name for name in options if name not in OPTIONS]
    if unknown:
        raise make_format_error(f"Unsupported OPTIONS fields are passed: {', '.join(unknown)}")
    for name in ("QUEUE", "CONFIG_QUEUE"):
        if php.is_array(options.get(name)):
            raise make_format_error(f"A wrong format for the OPTIONS field '{name}' is passed")
    action = options.get("CHECK_PERMISSION")
    if action is not None and action not in ACTIONS:
        raise make_format_error("An unknown value for the OPTIONS field 'CHECK_PERMISSION' is passed")


def read_strict_query(params: Mapping[str, Any]) -> LineQuery:
    """The query of `PARAMS` as newer portals read it, with at most 200 lines a page.

    Raises:
        RefusalError: INVALID_FORMAT for every slip.
    """
    unknown = [name for name in params if name not in PARAMS]
    if unknown:
        raise make_format_error(f"Unsupported PARAMS fields are passed: {', '.join(unknown)}")
    _check_strictly(params)
    query = _read_query(params)
    query.limit = min(_read_natural(params, "limit", DEFAULT_LIMIT) or DEFAULT_LIMIT, MAX_LIMIT)
    query.offset = _read_natural(params, "offset", 0)
    return query


def read_loose_query(params: Mapping[str, Any]) -> LineQuery:
    """The query of `PARAMS` as older portals read it: whatever it is goes to the database layer.

    Raises:
        RefusalError: code 100 for an unknown field, ERROR_ARGUMENT for a wrong direction.
    """
    query = _read_query(params)
    limit = php.to_integer(params.get("limit"))
    query.limit = limit if limit > 0 else None
    query.offset = max(0, php.to_integer(params.get("offset")))
    for name in [*query.select.values(), *query.order, *_list_filter_fields(query.filter)]:
        if name not in FIELDS:
            raise RefusalError("100", f"Unknown field definition `{name}` for the Config entity.")
    return query


def _read_query(params: Mapping[str, Any]) -> LineQuery:
    query = LineQuery()
    pairs = _list_pairs(params.get("select"))
    if pairs and all(field != "*" for _, field in pairs):
        query.select = {alias if isinstance(alias, str) else name: name for alias, name in pairs}
    order = params.get("order")
    if isinstance(order, dict):
        query.order = {name: _is_descending(direction) for name, direction in order.items()}
    elif order:
        query.order = {str(name): False for name in order}
    filters = params.get("filter")
    query.filter = filters if isinstance(filters, dict) else dict(enumerate(filters or []))  # type: ignore[arg-type]
    return query


def _list_pairs(select: Any) -> list[tuple[Any, str]]:
    items: Iterable[tuple[Any, Any]] = select.items() if isinstance(select, dict) else enumerate(select or [])
    return [(int(key) if php.is_index(key) else key, php.to_text(name)) for key, name in items]


def _is_descending(direction: Any) -> bool:
    word = php.to_text(direction).upper()
    if word not in ("ASC", "DESC"):
        raise make_wrong_type_error("order") if word else make_missing_argument_error("order")
    return word == "DESC"


def _read_natural(params: Mapping[str, Any], name: str, default: int) -> int:
    value = params.get(name)
    if value is None:
        return default
    if isinstance(value, bool) or not re.fullmatch(r"[0-9]+", str(value)):
        raise make_format_error(f"A non-negative integer is expected in the PARAMS field '{name}'")
    return php.to_integer(value)


def _check_strictly(params: Mapping[str, Any]) -> None:
    _check_select(params.get("select"))
    order = params.get("order") or {}
    for name, direction in (order if isinstance(order, dict) else dict(enumerate(order))).items():
        _check_field("order", name)
        if not isinstance(direction, str) or direction.upper() not in ("ASC", "DESC"):
            raise make_format_error("A wrong sorting direction is passed in the PARAMS field 'order'")
    filters = params.get("filter") or {}
    for name in _list_filter_fields(filters if isinstance(filters, dict) else dict(enumerate(filters))):
        _check_field("filter", name)


def _check_select(select: Any) -> None:
    items = select.items() if isinstance(select, dict) else enumerate(select or [])
    for key, name in items:
        if name != "*":
            _check_field("select", name)
        if not php.is_index(key):
            _check_alias(str(key))


def _check_alias(alias: str) -> None:
    if not _ALIAS.fullmatch(alias):
        raise make_format_error("A wrong field alias is passed in the PARAMS field 'select'")
    if alias in FIELDS:
        raise make_format_error(f"The alias '{alias}' matches an existing field in the PARAMS field 'select'")


def _check_field(where: str, name: Any) -> None:
    if not isinstance(name, str) or not name:
        raise make_format_error(f"A wrong field name is passed in the PARAMS field '{where}'")
    if name not in FIELDS:
        raise make_format_error(f"An unknown field '{name}' is passed in the PARAMS field '{where}'")


def _list_filter_fields(conditions: Mapping[Any, Any]) -> list[Any]:
    names: list[Any] = []
    for key, value in conditions.items():
        if php.is_index(key) and php.is_array(value):
            names.extend(_list_filter_fields(value if isinstance(value, dict) else dict(enumerate(value))))
        elif key != "LOGIC":
            names.append(_split(str(key))[1])
    return names


def _split(key: str) -> tuple[str, str]:
    match = _PREFIX.fullmatch(key)
    return (match.group(1) or "=", match.group(2)) if match else ("=", key)


def select_rows(rows: Iterable[Row], query: LineQuery) -> list[Row]:
    """The rows that a query finds, in its order and within its page."""
    found = [row for row in rows if _matches(row, query.filter)]
    for name, descending in reversed(query.order.items()):
        found.sort(key=lambda row, name=name: _make_sort_key(row[name]), reverse=descending)  # type: ignore[misc]
    end = None if query.limit is None else query.offset + query.limit
    return found[query.offset : end]


def _matches(row: Row, conditions: Mapping[Any, Any]) -> bool:
    verdicts = [
        _matches(row, value if isinstance(value, dict) else dict(enumerate(value)))
        if php.is_index(key) and php.is_array(value)
        else _meets(row, str(key), value)
        for key, value in conditions.items()
        if key != "LOGIC"
    ]
    either = php.to_text(conditions.get("LOGIC")).upper() == "OR"
    return any(verdicts) if either and verdicts else all(verdicts)


def _meets(row: Row, key: str, wanted: Any) -> bool:
    prefix, name = _split(key)
    actual = row[name]
    if prefix.startswith("!"):
        return not _compare(prefix[1:] or "=", actual, wanted)
    return _compare(prefix, actual, wanted)


def _compare(prefix: str, actual: Any, wanted: Any) -> bool:
    if php.is_array(wanted):
        return any(_compare("=" if prefix == "@" else prefix, actual, item) for item in php.list_values(wanted))
    return COMPARISONS[prefix](actual, wanted)


def _make_comparison(test: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    return lambda actual, wanted: test(_make_sort_key(actual), _make_sort_key(wanted))


COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": lambda actual, wanted: _make_sort_key(actual) == _make_sort_key(wanted),
    "@": lambda actual, wanted: _make_sort_key(actual) == _make_sort_key(wanted),
    "%": lambda actual, wanted: str(wanted).casefold() in str(actual).casefold(),
    ">": _make_comparison(lambda actual, wanted: bool(actual > wanted)),
    "<": _make_comparison(lambda actual, wanted: bool(actual < wanted)),
    ">=": _make_comparison(lambda actual, wanted: bool(actual >= wanted)),
    "<=": _make_comparison(lambda actual, wanted: bool(actual <= wanted)),
}


def _make_sort_key(value: Any) -> tuple[int, float, str]:
    if php.is_numeric(value):
        return (0, float(value), "")
    return (1, 0.0, str(value).casefold())
