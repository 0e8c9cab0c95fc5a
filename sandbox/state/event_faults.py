"""Faults of the delivery of events: lost, late, doubled, out of order; seeded, so that a run repeats."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sandbox.state.fault_rules import FaultRules, check_fields, read_count, read_names, read_number, read_plan
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
        return self.events is None or event in self.events


class EventFaults(FaultRules[EventFaultRule]):
    """The rules for events."""

    def strike(self, event: str) -> EventFaultRule | None:
        """The rule that strikes an event, counted as a strike; None if none does."""
        return self._strike_first(rule for rule in self._rules if rule.suits(event))


def read_event_fault_plan(body: Mapping[str, Any]) -> tuple[list[EventFaultRule], int]:
    """The rules and the seed of the dice that a control request asks for.

    Raises:
        BadInputError: something of it makes no sense; the text names the field.
    """
    return read_plan(body, _read_rule)


def _read_rule(where: str, given: Any) -> EventFaultRule:
    check_fields(where, given, FIELDS)
    if given.get("kind") not in list(EventFaultKind):
        raise BadInputError(f"{where}.kind: one of {', '.join(EventFaultKind)}")
    events = read_names(f"{where}.events", given.get("events"), "names of events", "all")
    return EventFaultRule(
        EventFaultKind(given["kind"]),
        events=events and tuple(name.upper() for name in events),
        rate=read_number(f"{where}.rate", given.get("rate", 1), 1),
        count=read_count(where, given.get("count")),
        seconds=read_number(f"{where}.seconds", given.get("seconds", DEFAULT_PAUSE), LONGEST_PAUSE),
    )
