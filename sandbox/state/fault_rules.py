"""Rules by which things go wrong on purpose: the dice for their rates, how often each struck, how they are read."""

from collections.abc import Callable, Iterable, Mapping
from random import Random
from typing import Any, Generic, Protocol, TypeVar

from sandbox.state.validation import BadInputError


class Rule(Protocol):
    """Something that says how often it may strike."""

    rate: float
    count: int | None
    struck: int


R = TypeVar("R", bound=Rule)


class FaultRules(Generic[R]):
    """The rules in force; the first that suits and wins its throw strikes."""

    def __init__(self) -> None:
        self.set_rules((), 0)

    def set_rules(self, rules: Iterable[R], seed: int) -> None:
        """Replace the rules and start the dice anew."""
        self._rules = tuple(rules)
        self._dice = Random(seed)  # noqa: S311  a campaign must be repeatable, not unpredictable
        self._seed = seed

    def _strike_first(self, candidates: Iterable[R]) -> R | None:
        """The one of them that strikes, counted as a strike; None if none does."""
        for rule in candidates:
            is_spent = rule.count is not None and rule.struck >= rule.count
            if not is_spent and (rule.rate >= 1 or self._dice.random() < rule.rate):
                rule.struck += 1
                return rule
        return None

    def describe(self) -> dict[str, Any]:
        """The rules and their strikes as JSON."""
        return {"rules": [dict(vars(rule)) for rule in self._rules], "seed": self._seed}


def read_plan(body: Mapping[str, Any], read_rule: Callable[[str, Any], R]) -> tuple[list[R], int]:
    """The rules and the seed of the dice that a control request asks for; `read_rule` gets the place of each, too.

    Raises:
        BadInputError: something of it makes no sense; the text names the field.
    """
    if not set(body) <= {"rules", "seed"}:
        raise BadInputError("an object of rules and seed")
    rules, seed = body.get("rules", []), body.get("seed", 0)
    if not isinstance(rules, list):
        raise BadInputError("rules: a list of objects")
    read = [read_rule(f"rules[{position}]", given) for position, given in enumerate(rules)]
    if not isinstance(seed, int) or isinstance(seed, bool):
        raise BadInputError("seed: an integer")
    return read, seed


def check_fields(where: str, given: Any, fields: tuple[str, ...]) -> None:
    """See whether a rule is an object that has no other fields.

    Raises:
        BadInputError: it is not, or has.
    """
    if not isinstance(given, Mapping) or not set(given) <= set(fields):
        raise BadInputError(f"{where}: an object of {', '.join(fields)}")


def read_names(name: str, value: Any, what: str, everything: str) -> tuple[str, ...] | None:
    """A list of names; None for all.

    Raises:
        BadInputError: it is neither.
    """
    if value is None:
        return None
    if not isinstance(value, list) or not value or not all(isinstance(one, str) for one in value):
        raise BadInputError(f"{name}: a list of {what}, or null for {everything}")
    return tuple(value)


def read_number(name: str, value: Any, highest: float) -> float:
    """A number from 0 on.

    Raises:
        BadInputError: it is none, or higher.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= highest:
        raise BadInputError(f"{name}: a number from 0 to {highest:g}")
    return value


def read_count(where: str, value: Any) -> int | None:
    """A number of strikes; None for no end.

    Raises:
        BadInputError: it is neither.
    """
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
        raise BadInputError(f"{where}.count: a number of strikes from 1, or null for no end")
    return value
