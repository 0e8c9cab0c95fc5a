"""A portal's limits: how fast requests may come, and how long a method may work for one caller."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from sandbox.state.errors import RefusalError
from sandbox.state.validation import BadInputError

BUSY, TOO_MANY = 503, 429
OPERATING_LIMIT = 480.0
USUAL_COST = 0.004
MINUTE = 60
MINUTES = 10

Timer = Callable[[], float]


@dataclass(frozen=True)
class Rate:
    """How many requests a bucket holds, and how many leak out in a second."""

    capacity: int
    leak: float


PLANS: dict[str, Rate | None] = {"none": None, "standard": Rate(50, 2), "enterprise": Rate(250, 5)}


class OperatingReport(NamedTuple):
    """The operating time in an answer: the seconds spent, and the Unix time at which the oldest are forgiven."""

    seconds: float
    reset_at: int


def make_query_limit_error() -> RefusalError:
    """The refusal of a request that comes too fast, with 503. Source: the official page on the limits of REST."""
    return RefusalError("QUERY_LIMIT_EXCEEDED", "Too many requests", BUSY)


def make_operation_limit_error() -> RefusalError:
    """The refusal of a method that has worked too long for its caller, with 429.

    Source: the official page on the limits of REST.
    """
    return RefusalError("OPERATION_TIME_LIMIT", "Method is blocked due to operation time limit.", TOO_MANY)


class Bucket:
    """A leaky bucket of requests."""

    def __init__(self, rate: Rate, pace: Timer) -> None:
        self.rate = rate
        self._pace = pace
        self._level = 0.0
        self._seen = pace()

    @property
    def level(self) -> float:
        """How full the bucket is now."""
        now = self._pace()
        self._level = max(0.0, self._level - (now - self._seen) * self.rate.leak)
        self._seen = now
        return self._level

    def take(self) -> bool:
        """Whether the bucket had room for one more request, which is then in it."""
        if self.level + 1 > self.rate.capacity:
            return False
        self._level += 1
        return True


class OperatingMeter:
    """The operating time of each caller and method, in buckets of a minute."""

    def __init__(self, wall: Timer) -> None:
        self._wall = wall
        self._spent: dict[tuple[str, str], dict[int, float]] = {}

    def read(self, account: str, method: str) -> OperatingReport:
        """The time spent within the window."""
        minute = self._find_minute()
        buckets = self._spent.get((account, method), {})
        for old in [key for key in buckets if key <= minute - MINUTES]:
            del buckets[old]
        return OperatingReport(round(sum(buckets.values()), 3), (min(buckets, default=minute) + MINUTES) * MINUTE)

    def charge(self, account: str, method: str, seconds: float) -> None:
        """Add the time of a call."""
        buckets = self._spent.setdefault((account, method), {})
        buckets[self._find_minute()] = buckets.get(self._find_minute(), 0) + seconds

    def _find_minute(self) -> int:
        return int(self._wall() // MINUTE)

    def describe(self) -> list[dict[str, Any]]:
        """All that was spent within the window, as JSON."""
        read = [(key, self.read(*key)) for key in self._spent]
        return [
            {"caller": account, "method": method, **spent._asdict()} for (account, method), spent in read if spent[0]
        ]


@dataclass(frozen=True)
class PortalLimitSettings:
    """The limits a control request asks for; they are off where nothing is asked."""

    name: str = "none"
    operating_limit: float | None = None
    operating_cost: Mapping[str, float] | None = None

    @property
    def limit(self) -> float | None:
        """The operating time allowed within ten minutes, in seconds; None if it is not limited."""
        if self.operating_limit is not None:
            return self.operating_limit
        return OPERATING_LIMIT if PLANS[self.name] or self.operating_cost else None

    def find_cost(self, method: str) -> float:
        """The operating time of one call, in seconds."""
        return (self.operating_cost or {}).get(method.lower(), USUAL_COST)


class PortalLimits:
    """The limits in force, in real time: they are about the client's pace, not about the company's clock."""

    def __init__(self, pace: Timer = time.monotonic, wall: Timer = time.time) -> None:
        self.pace = pace
        self.wall = wall
        self.set_limits(PortalLimitSettings())

    def set_limits(self, plan: PortalLimitSettings) -> None:
        """Replace the limits and forget all that was counted."""
        rate = PLANS[plan.name]
        self._plan = plan
        self._bucket = Bucket(rate, self.pace) if rate else None
        self._meter = OperatingMeter(self.wall)
        self._requests = self._too_fast = self._too_long = 0

    def admit_request(self) -> bool:
        """Whether a request is let in; it is counted, and refused while requests come too fast."""
        if self._bucket and not self._bucket.take():
            self._too_fast += 1
            return False
        self._requests += 1
        return True

    def charge(self, account: str, method: str) -> OperatingReport | None:
        """The operating time of a caller and method after one more call; None while it is not limited.

        Raises:
            RefusalError: OPERATION_TIME_LIMIT with 429, once the time is spent.
        """
        limit = self._plan.limit
        if limit is None:
            return None
        if self._meter.read(account, method).seconds >= limit:
            self._too_long += 1
            raise make_operation_limit_error()
        self._meter.charge(account, method, self._plan.find_cost(method))
        return self._meter.read(account, method)

    def describe(self) -> dict[str, Any]:
        """The limits and their counters as JSON."""
        return {
            "plan": self._plan.name,
            "capacity": self._bucket.rate.capacity if self._bucket else None,
            "level": round(self._bucket.level, 3) if self._bucket else 0,
            "requests": self._requests,
            "query_limit_exceeded": self._too_fast,
            "operating_limit": self._plan.limit,
            "operating_cost": dict(self._plan.operating_cost or {}),
            "operating": self._meter.describe(),
            "operation_time_limit": self._too_long,
        }


def read_limits(body: Mapping[str, Any]) -> PortalLimitSettings:
    """The limits that a control request asks for; an empty one takes them away.

    Raises:
        BadInputError: something of it makes no sense; the text names the field.
    """
    known = {"plan", "operating_limit", "operating_cost"}
    if not set(body) <= known:
        raise BadInputError(f"an object of {', '.join(sorted(known))}")
    name, limit, costs = body.get("plan", "none"), body.get("operating_limit"), body.get("operating_cost")
    if not isinstance(name, str) or name not in PLANS:
        raise BadInputError(f"plan: one of {', '.join(PLANS)}")
    if not isinstance(costs, Mapping | None):
        raise BadInputError("operating_cost: an object of REST names and seconds")
    read = {method.lower(): _read_seconds(f"operating_cost.{method}", cost) for method, cost in (costs or {}).items()}
    return PortalLimitSettings(name, None if limit is None else _read_seconds("operating_limit", limit), read)


def _read_seconds(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
        raise BadInputError(f"{name}: a number of seconds")
    return value
