"""The portal's limit on computing time: so many seconds of each method in ten minutes."""

import time
from collections.abc import Callable, Mapping
from typing import Any

from portal.errors import LimitedError

LIMIT = 420.0
"""Seconds a method may run within ten minutes: the smaller of the limits that portals are known to have.

Source: the default of the portal's REST module; the example on the official page on limits shows 480.
"""
LARGEST_TIME = 1e12


class OperatingTime:
    """What each answer tells about the time that its method has used up; `clock` is seconds since 1970."""

    def __init__(self, limit: float = LIMIT, clock: Callable[[], float] = time.time) -> None:
        self._limit = limit
        self._clock = clock
        self._used: dict[str, tuple[float, float]] = {}

    def record(self, method: str, answer_time: Any) -> None:
        """Remember `operating` (seconds used) and `operating_reset_at` (seconds since 1970) of an answer's `time`.

        An answer without them, or with something else than numbers in them, changes nothing.
        """
        if not isinstance(answer_time, Mapping):
            return
        used = _read_number(answer_time.get("operating"))
        resets_at = _read_number(answer_time.get("operating_reset_at"))
        if used is not None and resets_at is not None:
            self._used[method] = used, resets_at

    def seconds_until_allowed(self, method: str) -> float:
        """Seconds until the method may run again; 0 if it may run now."""
        used, resets_at = self._used.get(method, (0.0, 0.0))
        return max(0.0, resets_at - self._clock()) if used >= self._limit else 0.0

    def check(self, method: str) -> None:
        """Return, if the portal would run the method now.

        Raises:
            LimitedError: The portal would block it; the error's `seconds` say how long.
        """
        if seconds := self.seconds_until_allowed(method):
            raise LimitedError(_describe(method, seconds), code="OPERATION_TIME_LIMIT", seconds=seconds)

    def record_refusal(self, method: str) -> LimitedError:
        """The portal blocked the method: what is known of when it may run again."""
        _, resets_at = self._used.get(method, (0.0, 0.0))
        seconds = resets_at - self._clock()
        known = seconds if seconds > 0 else None
        if known is not None:
            self._used[method] = self._limit, resets_at
        return LimitedError(_describe(method, known), code="OPERATION_TIME_LIMIT", status=429, seconds=known)


def _read_number(value: Any) -> float | None:
    """A number that time can be reckoned with."""
    if not isinstance(value, int | float) or not abs(value) < LARGEST_TIME:
        return None
    return float(value)


def _describe(method: str, seconds: float | None) -> str:
    when = f"in {seconds:.0f} s" if seconds is not None else "in ten minutes at the latest"
    return f"{method} has used up its computing time on the portal; it can run again {when}"
