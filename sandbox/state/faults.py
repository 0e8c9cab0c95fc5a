"""Faults that strike calls on purpose: their rules, the dice for their rates, and how often each struck."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sandbox.state.fault_rules import FaultRules, check_fields, read_count, read_names, read_number, read_plan
from sandbox.state.validation import BadInputError

STATUSES = (500, 502, 503, 504)
LONGEST_PAUSE = 600


class FaultKind(StrEnum):
    """What happens to a call that is struck."""

    DELAY = "delay"
    DROP_BEFORE = "drop_before"
    DROP_AFTER = "drop_after"
    RESET = "reset"
    STATUS = "status"
    HTML = "html"
    TRUNCATE = "truncate"
    CONTENT_TYPE = "content_type"
    TRICKLE = "trickle"
    EXPIRED_TOKEN = "expired_token"  # noqa: S105  a kind of fault, not a secret
    QUERY_LIMIT = "query_limit"
    OPERATION_LIMIT = "operation_limit"


EXECUTED = frozenset(
    {
        FaultKind.DELAY,
        FaultKind.DROP_AFTER,
        FaultKind.RESET,
        FaultKind.TRUNCATE,
        FaultKind.CONTENT_TYPE,
        FaultKind.TRICKLE,
    }
)
TIMED = frozenset({FaultKind.DELAY, FaultKind.TRICKLE})
FIELDS = ("kind", "methods", "rate", "count", "seconds", "status", "executed")


@dataclass
class FaultRule:
    """One fault, the calls it may strike and how often it did; no methods means all of them."""

    kind: FaultKind
    methods: tuple[str, ...] | None = None
    rate: float = 1
    count: int | None = None
    seconds: float = 0
    status: int = 0
    executed: bool = False
    struck: int = 0

    def suits(self, method: str, *, oauth: bool) -> bool:
        """Whether the rule is meant for a call."""
        if self.kind is FaultKind.EXPIRED_TOKEN and not oauth:
            return False
        return self.methods is None or self.names(method)

    def names(self, method: str) -> bool:
        """Whether the rule names the method itself."""
        return self.methods is not None and method.lower() in map(str.lower, self.methods)


class Faults(FaultRules[FaultRule]):
    """The rules for calls."""

    def strike(self, method: str, *, oauth: bool) -> FaultRule | None:
        """The rule that strikes a request, counted as a strike; None if none does."""
        return self._strike_first(rule for rule in self._rules if rule.suits(method, oauth=oauth))

    def strikes_within_batch(self, method: str) -> bool:
        """Whether a command of a batch is refused for its operating time; no other fault strikes inside a batch."""
        limits = (rule for rule in self._rules if rule.kind is FaultKind.OPERATION_LIMIT)
        return self._strike_first(rule for rule in limits if rule.names(method)) is not None


def read_fault_plan(body: Mapping[str, Any]) -> tuple[list[FaultRule], int]:
    """The rules and the seed of the dice that a control request asks for.

    Raises:
        BadInputError: something of it makes no sense; the text names the field.
    """
    return read_plan(body, _read_rule)


def _read_rule(where: str, given: Any) -> FaultRule:
    check_fields(where, given, FIELDS)
    kind = _read_kind(where, given.get("kind"))
    return FaultRule(
        kind,
        methods=read_names(f"{where}.methods", given.get("methods"), "REST names", "all methods"),
        rate=read_number(f"{where}.rate", given.get("rate", 1), 1),
        count=read_count(where, given.get("count")),
        seconds=_read_seconds(where, kind, given),
        status=_read_status(where, kind, given),
        executed=_read_executed(where, kind, given),
    )


def _read_kind(where: str, value: Any) -> FaultKind:
    try:
        return FaultKind(value)
    except ValueError:
        raise BadInputError(f"{where}.kind: one of {', '.join(FaultKind)}") from None


def _read_seconds(where: str, kind: FaultKind, given: Mapping[str, Any]) -> float:
    if (kind in TIMED) != ("seconds" in given):
        raise BadInputError(f"{where}.seconds: needed by {' and '.join(sorted(TIMED))}, and only by them")
    return read_number(f"{where}.seconds", given.get("seconds", 0), LONGEST_PAUSE)


def _read_status(where: str, kind: FaultKind, given: Mapping[str, Any]) -> int:
    status: Any = given.get("status", 0)
    if status not in (STATUSES if kind is FaultKind.STATUS else (0,)) or isinstance(status, bool):
        raise BadInputError(
            f"{where}.status: one of {', '.join(map(str, STATUSES))}, only with kind {FaultKind.STATUS}"
        )
    return int(status)


def _read_executed(where: str, kind: FaultKind, given: Mapping[str, Any]) -> bool:
    executed = given.get("executed", kind in EXECUTED)
    if not isinstance(executed, bool) or (kind is not FaultKind.STATUS and executed != (kind in EXECUTED)):
        raise BadInputError(f"{where}.executed: true or false; only kind {FaultKind.STATUS} leaves the choice")
    return executed
