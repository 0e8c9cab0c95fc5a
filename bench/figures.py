"""What is made of many measurements."""

import statistics
from collections.abc import Sequence


def median(taken: Sequence[float]) -> float:
    """The middle one."""
    return statistics.median(taken)


def percentile(taken: Sequence[float], percent: int) -> float:
    """What so many of a hundred do not exceed."""
    return statistics.quantiles(taken, n=100, method="inclusive")[percent - 1] if len(taken) > 1 else taken[0]


def ratio(one: float | None, other: float | None) -> float | None:
    """How many times the other; nothing where one was not measured."""
    return one / other if one is not None and other else None
