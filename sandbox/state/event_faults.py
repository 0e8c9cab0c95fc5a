"""Faults of the delivery of events: lost, late, doubled, out of order; seeded, so that a run repeats."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from random import Random
from typing import Any

from sandbox.state.faults import LONGEST_PAUSE
from sandbox.state.validation import BadInputError

FIELDS = ("kind", "events", "rate", "count", "seconds")
DEFAULT_PAUSE = 1


class EventFaultKind(StrEnum):
    """What becomes of an event that is struck."""

    LOST = "lost"
    LATE = "late"  # by so many seconds
    DOUBLED = "doubled"
    REORDERED = "reordered"  # sent after the next one to the same handler, or after so many seconds without one


@dataclass
class EventFaultRule:
    """One fault, the events it may strike and how often it did; no events means all of them."""

    kind: EventFaultKind
    events: tuple[str, ...] | None = None
    rate: float = 1
    count: int | None = None
    seconds: float = DEFAULT_PAUSE
    struck: int = 0

    def suits(self, event: str) -> bool:
        """Whether the rule may strike an event of this name."""
        return (self.events is None or event in self.events) and (self.count is None or self.struck < self.count)


class EventFaults:
    """The rules in force; the first that matches an event and wins its throw strikes it."""

    def __init__(self) -> None:
        self.set_rules((), 0)

    def set_rules(self, rules: Iterable[EventFaultRule], seed: int) -> None:
        """Replace the rules and start the dice anew."""
        self._rules = tuple(rules)
        self._seed = seed
        self._dice = Random(seed)  # noqa: S311  a campaign must be repeatable, not unpredictable

    def strike(self, event: str) -> EventFaultRule | None:
        """The rule that strikes an event, counted as a strike; None if none does."""
        for rule in self._rules:
            if rule.suits(event) and (rule.rate >= 1 or self._dice.random() < rule.rate):
                rule.struck += 1
                return rule
        return None

    def describe(self) -> dict[str, Any]:
        """The rules and their strikes as JSON."""
        return {"rules": [asdict(rule) for rule in self._rules], "seed": self._seed}


def read_event_fault_plan(body: Mapping[str, Any]) -> tuple[list[EventFaultRule], int]:
    """The rules and the seed of the dice that a control request asks for.

    Raises:
        BadInputError: something of it makes no sense; the text names the field.
    """
    rules, seed = body.get("rules", []), body.get("seed", 0)
    if not set(body) <= {"rules", "seed"} or not isinstance(rules, list):
        raise BadInputError("rules: a list of objects; seed: an integer")
    if not isinstance(seed, int) or isinstance(seed, bool):
        raise BadInputError("seed: an integer")
    return [_read_rule(f"rules[{position}]", given) for position, given in enumerate(rules)], seed


def _read_rule(where: str, given: Any) -> EventFaultRule:
    if not isinstance(given, Mapping) or not set(given) <= set(FIELDS):
        raise BadInputError(f"{where}: an object of {', '.join(FIELDS)}")
    if given.get("kind") not in list(EventFaultKind):
        raise BadInputError(f"{where}.kind: one of {', '.join(EventFaultKind)}")
    return EventFaultRule(
        EventFaultKind(given["kind"]),
        events=_read_events(where, given.get("events")),
        rate=_read_number(f"{where}.rate", given.get("rate", 1), 1),
        count=_read_count(where, given.get("count")),
        seconds=_read_number(f"{where}.seconds", given.get("seconds", DEFAULT_PAUSE), LONGEST_PAUSE),
    )


def _read_events(where: str, value: Any) -> tuple[str, ...] | None:
    if value is None:
        return None
    if not isinstance(value, list) or not value or not all(isinstance(name, str) for name in value):
        raise BadInputError(f"{where}.events: a list of names of events, or null for all")
    return tuple(name.upper() for name in value)


def _read_number(name: str, value: Any, highest: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= highest:
        raise BadInputError(f"{name}: a number from 0 to {highest:g}")
    return value


def _read_count(where: str, value: Any) -> int | None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
        raise BadInputError(f"{where}.count: a number of strikes from 1, or null for no end")
    return value
