"""Faults that strike calls on purpose: their rules, the dice for their rates, and how often each struck."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from random import Random
from typing import Any

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

    @property
    def spent(self) -> bool:
        """Whether the rule has struck as often as it may."""
        return self.count is not None and self.struck >= self.count


class Faults:
    """The rules in force; the first that matches a call strikes it."""

    def __init__(self) -> None:
        self.set_rules((), 0)

    def set_rules(self, rules: Iterable[FaultRule], seed: int) -> None:
        """Replace the rules and start the dice anew."""
        self._rules = tuple(rules)
        self._seed = seed
        self._dice = Random(seed)  # noqa: S311  a campaign must be repeatable, not unpredictable

    def strike(self, method: str, *, oauth: bool) -> FaultRule | None:
        """The rule that strikes a request, counted as a strike; None if none does."""
        return self._strike_first(rule for rule in self._rules if rule.suits(method, oauth=oauth))

    def strikes_within_batch(self, method: str) -> bool:
        """Whether a command of a batch is refused for its operating time; no other fault strikes inside a batch."""
        limits = (rule for rule in self._rules if rule.kind is FaultKind.OPERATION_LIMIT)
        return self._strike_first(rule for rule in limits if rule.names(method)) is not None

    def _strike_first(self, candidates: Iterable[FaultRule]) -> FaultRule | None:
        for rule in candidates:
            if not rule.spent and (rule.rate >= 1 or self._dice.random() < rule.rate):
                rule.struck += 1
                return rule
        return None

    def describe(self) -> dict[str, Any]:
        """The rules and their strikes as JSON."""
        return {"rules": [asdict(rule) for rule in self._rules], "seed": self._seed}


def read_fault_plan(body: Mapping[str, Any]) -> tuple[list[FaultRule], int]:
    """The rules and the seed of the dice that a control request asks for.

    Raises:
        BadInputError: something of it makes no sense; the text names the field.
    """
    if not set(body) <= {"rules", "seed"}:
        raise BadInputError("an object of rules and seed")
    rules = body.get("rules", [])
    if not isinstance(rules, list):
        raise BadInputError("rules: a list of objects")
    return [_read_rule(f"rules[{position}]", given) for position, given in enumerate(rules)], _read_seed(
        body.get("seed", 0)
    )


def _read_seed(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise BadInputError("seed: an integer")
    return value


def _read_rule(where: str, given: Any) -> FaultRule:
    if not isinstance(given, Mapping) or not set(given) <= set(FIELDS):
        raise BadInputError(f"{where}: an object of {', '.join(FIELDS)}")
    kind = _read_kind(where, given.get("kind"))
    return FaultRule(
        kind,
        methods=_read_methods(where, given.get("methods")),
        rate=_read_number(f"{where}.rate", given.get("rate", 1), 1),
        count=_read_count(where, given.get("count")),
        seconds=_read_seconds(where, kind, given),
        status=_read_status(where, kind, given),
        executed=_read_executed(where, kind, given),
    )


def _read_kind(where: str, value: Any) -> FaultKind:
    try:
        return FaultKind(value)
    except ValueError:
        raise BadInputError(f"{where}.kind: one of {', '.join(FaultKind)}") from None


def _read_methods(where: str, value: Any) -> tuple[str, ...] | None:
    if value is None:
        return None
    if not isinstance(value, list) or not value or not all(isinstance(name, str) for name in value):
        raise BadInputError(f"{where}.methods: a list of REST names, or null for all methods")
    return tuple(value)


def _read_number(name: str, value: Any, highest: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= highest:
        raise BadInputError(f"{name}: a number from 0 to {highest:g}")
    return value


def _read_count(where: str, value: Any) -> int | None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
        raise BadInputError(f"{where}.count: a number of strikes from 1, or null for no end")
    return value


def _read_seconds(where: str, kind: FaultKind, given: Mapping[str, Any]) -> float:
    if (kind in TIMED) != ("seconds" in given):
        raise BadInputError(f"{where}.seconds: needed by {' and '.join(sorted(TIMED))}, and only by them")
    return _read_number(f"{where}.seconds", given.get("seconds", 0), LONGEST_PAUSE)


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
