"""The `batch` method: many calls in one, each of which can use the answers of earlier ones."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from sandbox.methods.result import CallResult, make_time_block
from sandbox.state import php
from sandbox.state.company import Clock
from sandbox.state.errors import RefusalError

LONGEST = 50
NOT_ALLOWED = ("batch", "download", "upload")
RESULT = "result"
"""What a refusal that came with HTTP 200 carries beside its code."""
_REFERENCE = re.compile(r"\$(result|error|total|next|time)(\[\S+)", re.IGNORECASE)
_KEY = re.compile(r"\[([^\]]*)\]")

Perform = Callable[[str, dict[str, Any]], CallResult]
ReferenceValues = Mapping[str, Any]


class BatchResults:
    """The answers of a batch so far, by the keys of its commands."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.results: dict[Any, Any] = {}
        self.errors: dict[Any, Any] = {}
        self.times: dict[Any, Any] = {}
        self.numbers: dict[str, dict[Any, int]] = {"total": {}, "next": {}}

    def add(self, key: str, answer: CallResult) -> None:
        """Add what a command came to."""
        if answer.refusal is None:
            self.results[key] = answer.result
            self.times[key] = make_time_block(self._clock, answer.operating)
            for name, value in answer.numbers.items():
                self.numbers[name][key] = value
            return
        self.errors[key] = answer.refusal.make_body()
        if RESULT in answer.refusal.extra:
            self.results[key] = answer.refusal.extra[RESULT]
        if answer.refusal.code == "insufficient_scope":
            self.errors[key]["error_description"] = ""

    def list_values(self) -> ReferenceValues:
        """The answers so far, by the names that references use."""
        return {"result": self.results, "error": self.errors, "time": self.times, **self.numbers}

    def describe(self) -> dict[str, Any]:
        """The answer of the batch."""
        return {
            "result": php.to_array(self.results),
            "result_error": php.to_array(self.errors),
            "result_total": php.to_array(self.numbers["total"]),
            "result_next": php.to_array(self.numbers["next"]),
            "result_time": php.to_array(self.times),
        }


def run_batch(params: Mapping[str, Any], perform: Perform, clock: Clock) -> dict[str, Any]:
    """The answer of `batch`: the results, errors, numbers and times of its commands, by their keys.

    Commands run in their order, at most 50 of them; `perform` runs one, and `HALT` stops at the first failure.
    Source: the official page of `batch`; the module `rest` of the portal.
    """
    results = BatchResults(clock)
    for position, (key, command) in enumerate(_list_commands(params.get("CMD"))):
        if not isinstance(command, str):
            continue
        results.add(key, _run_one(command, position, results, perform))
        if php.is_truthy(params.get("HALT")) and key in results.errors:
            break
    return results.describe()


def _list_commands(cmd: Any) -> list[tuple[str, Any]]:
    items = cmd.items() if isinstance(cmd, dict) else enumerate(php.list_values(cmd))
    return [(str(key), command) for key, command in items]


def _run_one(command: str, position: int, results: BatchResults, perform: Perform) -> CallResult:
    method, _, query = command.partition("?")
    if position >= LONGEST:
        return CallResult(refusal=RefusalError("ERROR_BATCH_LENGTH_EXCEEDED", "Max batch length exceeded"))
    if method in NOT_ALLOWED:
        return CallResult(
            refusal=RefusalError("ERROR_BATCH_METHOD_NOT_ALLOWED", "Method is not allowed for batch usage")
        )
    return perform(method, resolve_references(php.parse_query(query), results.list_values()))


def resolve_references(value: Any, scope: ReferenceValues) -> Any:
    """A value whose references to earlier answers, such as `$result[key][field]`, are replaced by what they point to.

    A reference that is a whole value keeps its type; within a text only a scalar takes its place.
    """
    if isinstance(value, dict):
        return {_embed(key, scope): resolve_references(item, scope) for key, item in value.items()}
    if isinstance(value, list):
        return [resolve_references(item, scope) for item in value]
    if not isinstance(value, str):
        return value
    whole = _REFERENCE.fullmatch(value)
    return _follow(whole, scope) if whole else _embed(value, scope)


def _embed(text: str, scope: ReferenceValues) -> str:
    return _REFERENCE.sub(lambda match: _format_reference(match, scope), text)


def _format_reference(match: re.Match[str], scope: ReferenceValues) -> str:
    found = _follow(match, scope)
    return match.group(0) if found is None or php.is_array(found) else php.to_text(found)


def _follow(match: re.Match[str], scope: ReferenceValues) -> Any:
    """Follow a reference as deep as it leads; where the path breaks off, the level reached is the value."""
    found: Any = scope[match.group(1).lower()]
    for key in _KEY.findall(match.group(2)):
        step = _step_into(found, key)
        if step is _MISSING:
            return found
        found = step
    return found


_MISSING = object()


def _step_into(level: Any, key: str) -> Any:
    if isinstance(level, dict):
        return level.get(key, _MISSING)
    if isinstance(level, list) and php.is_index(key) and int(key) < len(level):
        return level[int(key)]
    return _MISSING
