"""The portal's limit on requests: a bucket that every request fills by one and that leaks steadily."""

from collections.abc import Callable
from dataclasses import dataclass

MARGIN = 0.96
"""Requests arrive at the portal a little closer together than they left."""


@dataclass(frozen=True)
class Plan:
    """How much a portal's bucket holds, and how many requests a second leak out."""

    capacity: float
    leak: float


PLANS: dict[str, Plan | None] = {
    "standard": Plan(50, 2),
    "enterprise": Plan(250, 5),
    "self-hosted": None,
}
"""Plans of the cloud, and the box edition, which has no such limit.

Source: the page on limits of the official REST documentation.
"""


class LeakyBucket:
    """Our picture of the portal's bucket; `clock` counts seconds."""

    def __init__(self, plan: Plan | None, clock: Callable[[], float]) -> None:
        self._plan = plan
        self._clock = clock
        self._level = 0.0
        self._updated_at = clock()

    def _drain(self, plan: Plan) -> float:
        now = self._clock()
        self._level = max(0.0, self._level - (now - self._updated_at) * plan.leak)
        self._updated_at = now
        return self._level

    def fullness(self) -> float:
        """From 0, empty, to 1."""
        return self._drain(self._plan) / self._plan.capacity if self._plan else 0.0

    def seconds_per_request(self) -> float:
        """How long one request takes to leak out."""
        return 1 / self._plan.leak if self._plan else 0.0

    def seconds_until_room(self, requests: int = 1) -> float:
        """Seconds until so many more requests fit."""
        if self._plan is None:
            return 0.0
        over = self._drain(self._plan) + requests - self._plan.capacity * MARGIN
        return max(0.0, over / self._plan.leak)

    def take(self) -> None:
        """Count a request that leaves now."""
        if self._plan is not None:
            self._level = self._drain(self._plan) + 1

    def fill(self) -> None:
        """The portal refused a request: others fill the same bucket, so it is full whatever we thought."""
        if self._plan is not None:
            self._drain(self._plan)
            self._level = self._plan.capacity
