"""Faults of the messenger's logs: rows that are lost, late, doubled or out of order, by rules and dice."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from random import Random
from typing import Any

from sandbox.state.validation import BadInputError

FIELDS = ("kind", "events", "rate", "count", "seconds")
LONGEST_DELAY = 86400


class LogFaultKind(StrEnum):
    """What happens to a row that is struck."""

    LOST = "lost"  # it is not written
    LATE = "late"  # it keeps its number and is shown later, maybe after higher ones were acknowledged
    DOUBLED = "doubled"  # it is written twice, with two numbers
    OUT_OF_ORDER = "out_of_order"  # it is written after the next one of the same log


@dataclass
class LogFaultRule:
    """One fault, the types of events it may strike, and how often it did; no types means all of them."""

    kind: LogFaultKind
    events: tuple[str, ...] | None = None
    rate: float = 1
    count: int | None = None
    seconds: float = 0
    struck: int = 0

    def suits(self, event: str) -> bool:
        """Whether the rule may strike a row of a type now."""
        spent = self.count is not None and self.struck >= self.count
        return not spent and (self.events is None or event in self.events)


class LogFaults:
    """The rules in force; the first that matches a row strikes it."""

    def __init__(self) -> None:
        self.set_rules((), 0)

    def set_rules(self, rules: Iterable[LogFaultRule], seed: int) -> None:
        """Replace the rules and start the dice anew."""
        self._rules = tuple(rules)
        self._seed = seed
        self._dice = Random(seed)  # noqa: S311  a campaign must be repeatable, not unpredictable

    def strike(self, event: str) -> LogFaultRule | None:
        """The rule that strikes a row of this type, counted as a strike; None if none does."""
        for rule in self._rules:
            if rule.suits(event) and (rule.rate >= 1 or self._dice.random() < rule.rate):
                rule.struck += 1
                return rule
        return None

    def describe(self) -> dict[str, Any]:
        """The rules and their strikes as JSON."""
        return {"rules": [asdict(rule) for rule in self._rules], "seed": self._seed}


def read_log_faults(body: Mapping[str, Any]) -> tuple[list[LogFaultRule], int]:
    """The rules and the seed of the dice that a control request asks for; none are no faults.

    Raises:
        BadInputError: something of it makes no sense; the text names the field.
    """
    rules, seed = body.get("rules", []), body.get("seed", 0)
    if not set(body) <= {"rules", "seed"} or not isinstance(rules, list):
        raise BadInputError("an object of rules, a list of objects, and seed")
    if not isinstance(seed, int) or isinstance(seed, bool):
        raise BadInputError("seed: an integer")
    return [_read_rule(f"rules[{position}]", given) for position, given in enumerate(rules)], seed


def _read_rule(where: str, given: Any) -> LogFaultRule:
    if not isinstance(given, Mapping) or not set(given) <= set(FIELDS):
        raise BadInputError(f"{where}: an object of {', '.join(FIELDS)}")
    if given.get("kind") not in list(LogFaultKind):
        raise BadInputError(f"{where}.kind: one of {', '.join(LogFaultKind)}")
    kind, events, count = LogFaultKind(given["kind"]), given.get("events"), given.get("count")
    if events is not None and not (isinstance(events, list) and all(isinstance(event, str) for event in events)):
        raise BadInputError(f"{where}.events: a list of types, or null for all")
    if count is not None and (isinstance(count, bool) or not isinstance(count, int) or count < 1):
        raise BadInputError(f"{where}.count: a number of strikes from 1, or null for no end")
    if (kind is LogFaultKind.LATE) != ("seconds" in given):
        raise BadInputError(f"{where}.seconds: needed by {LogFaultKind.LATE}, and only by it")
    rate = _read_number(f"{where}.rate", given.get("rate", 1), 1)
    seconds = _read_number(f"{where}.seconds", given.get("seconds", 0), LONGEST_DELAY)
    return LogFaultRule(kind, None if events is None else tuple(events), rate, count, seconds)


def _read_number(name: str, value: Any, highest: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= highest:
        raise BadInputError(f"{name}: a number from 0 to {highest:g}")
    return value
