"""Params of a request as clients are known to misspell them, put right: what surrounds a call, not its arguments."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from server.protocol.habits import read_object
from tools.argument_problems import describe_mistakes

UNNAMED = {"name": "unknown", "version": ""}
"""A client that does not say who it is."""
FLAGS = frozenset({"listChanged", "subscribe"})
"""Members of capabilities that are true or false; all others are objects."""
MOST_FLAWS = 3


def repair_params(method: str, params: Mapping[str, Any]) -> dict[str, Any]:
    """Params with what can only mean one thing read as meant, and without what means nothing.

    PHP writes an empty object as a list; others write null for what they leave out, numbers for texts, and true for
    a capability.
    """
    repairs = _OF_INITIALIZE if method == "initialize" else _OF_ANY
    meant = {name: repairs[name](value) if name in repairs else value for name, value in params.items()}
    meant = {name: value for name, value in meant.items() if not (name in repairs and value is None)}
    return {"clientInfo": UNNAMED, "capabilities": {}, **meant} if method == "initialize" and meant else meant


def describe_flaws(error: ValidationError) -> str:
    """What is wrong with params that are still none, by the names of the protocol."""
    return "; ".join(_list_flaws(error)) or "Invalid request parameters"


def _list_flaws(error: ValidationError) -> Iterator[str]:
    for flaw in error.errors(include_url=False, include_input=False)[:MOST_FLAWS]:
        place = ".".join(str(part)[:60] for part in flaw["loc"] if part != "params") or "params"
        yield f"{place} is required" if flaw["type"] == "missing" else f"{place}: {describe_mistakes([flaw])}"


def _read_meta(value: Any) -> Any:
    meta = read_object(value)
    if meta is None:
        return value
    read = {name: _OF_META.get(name.rpartition("/")[2], _keep)(item) for name, item in meta.items()}
    return {name: item for name, item in read.items() if item is not None}


def _keep(value: Any) -> Any:
    return value


def _read_token(value: Any) -> str | int | None:
    """What a client tells its progress by; nothing can be told by anything else."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, str | int) and not isinstance(value, bool) else None


def _read_word(value: Any) -> str | None:
    """A cursor, or a revision of the protocol: a number is none of ours either, and is answered as such."""
    return str(value) if isinstance(value, str | int | float) else None


def _read_context(value: Any) -> Any:
    return value if (found := read_object(value)) is None else found


def _read_client(value: Any) -> dict[str, Any]:
    told = {name: item for name, item in (read_object(value) or {}).items() if item is not None}
    words = {name: str(told[name]) for name in UNNAMED if isinstance(told.get(name), str | int | float)}
    return {**told, **UNNAMED, **words}


def _read_capabilities(value: Any) -> dict[str, Any]:
    """Capabilities without those that a client says it has not."""
    found = {name: _read_capability(name, item) for name, item in (read_object(value) or {}).items()}
    return {name: item for name, item in found.items() if item is not None}


def _read_capability(name: str, value: Any) -> Any:
    if name in FLAGS:
        return True if value is True else None
    return None if value is not True and read_object(value) is None else _read_capabilities(value)


_Repair = Callable[[Any], Any]
_OF_META: Mapping[str, _Repair] = {
    "progressToken": _read_token,
    "clientInfo": _read_client,
    "clientCapabilities": _read_capabilities,
}
_OF_ANY: Mapping[str, _Repair] = {"_meta": _read_meta, "cursor": _read_word, "context": _read_context}
_OF_INITIALIZE: Mapping[str, _Repair] = {
    "_meta": _read_meta,
    "protocolVersion": _read_word,
    "clientInfo": _read_client,
    "capabilities": _read_capabilities,
}
