"""Several calls in one request: the method `batch`, with the parameters in PHP's query form."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from portal import envelope
from portal.errors import AnswerLostError, PortalError

MAX_COMMANDS = 50
_REFERENCE = re.compile(r"\$(result|total|next|time|error)\b", re.IGNORECASE)

Command = tuple[str, Mapping[str, Any]]
Outcome = tuple[Any, Any]
"""A result or a PortalError, and the answer's `time`."""


def fits_in_batch(params: Mapping[str, Any]) -> bool:
    """Whether the portal would read these parameters in a batch as it reads them alone.

    In a batch it replaces `$result[...]` and the like by results of earlier commands.
    """
    return not any(_REFERENCE.search(part) for pair in _flatten("", params) for part in pair)


def make_body(commands: Sequence[Command]) -> dict[str, Any]:
    """The parameters of `batch`; one failing command does not stop the others."""
    commands_by_key = {f"c{index}": f"{name}?{encode_query(params)}" for index, (name, params) in enumerate(commands)}
    return {"halt": 0, "cmd": commands_by_key}


def encode_query(params: Mapping[str, Any]) -> str:
    """`{"A": {"b": [1, true]}}` -> `A[b][0]=1&A[b][1]=1`, percent-encoded."""
    return "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in _flatten("", params))


def _flatten(prefix: str, value: Any) -> Iterator[tuple[str, str]]:
    match value:
        case None:
            return
        case Mapping():
            for name, inner in value.items():
                yield from _flatten(f"{prefix}[{name}]" if prefix else str(name), inner)
        case list() | tuple():
            for index, inner in enumerate(value):
                yield from _flatten(f"{prefix}[{index}]", inner)
        case bool():
            yield prefix, "1" if value else "0"
        case _:
            yield prefix, str(value)


def read_outcomes(result: Any, count: int) -> list[Outcome]:
    """What became of each of `count` commands, in the order in which `make_body` had them.

    `result` is the answer of `batch`: maps `result`, `result_error` and `result_time` from a command's key to its part.
    A command that is in neither of the first two, or whose error cannot be read, is a lost answer: asked alone, it
    gives a whole one.
    """
    holder = result if isinstance(result, Mapping) else {}
    results, errors, times = (_as_map(holder.get(name), count) for name in ("result", "result_error", "result_time"))
    return [_read_outcome(f"c{index}", results, errors, times) for index in range(count)]


def _as_map(container: Any, count: int) -> Mapping[str, Any]:
    """The parts by their commands' keys.

    PHP writes an empty map as a list, and some portals number the commands anew. A list that is shorter than the
    batch, or an empty place in it, does not say whose part is missing.
    """
    if isinstance(container, Mapping):
        return {key if key.startswith("c") else f"c{key}": part for key, part in container.items()}
    if isinstance(container, list) and len(container) == count:
        return {f"c{index}": part for index, part in enumerate(container) if part is not None}
    return {}


def _read_outcome(
    key: str, results: Mapping[str, Any], errors: Mapping[str, Any], times: Mapping[str, Any]
) -> tuple[Any | PortalError, Any]:
    error = errors.get(key)
    if isinstance(error, Mapping) and ({"error", "code"} & error.keys()):
        return envelope.make_error(200, error if "error" in error else {"error": error}), None
    if error:
        return AnswerLostError("the batch came back with an unreadable error for this command"), None
    if key not in results:
        return AnswerLostError("the batch came back without this command"), None
    return results[key], times.get(key)
