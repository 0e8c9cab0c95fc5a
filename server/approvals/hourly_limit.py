"""How many calls of an effect an hour may see."""

import time
from collections.abc import Callable, Mapping

from server.storage.database import State

HOUR = 3600.0


class HourlyLimit:
    """Counts calls in the last sixty minutes, across processes and restarts."""

    def __init__(self, state: State, limits: Mapping[str, int], now: Callable[[], float] = time.time) -> None:
        self._state = state
        self._limits = limits
        """Effect -> calls an hour."""
        self._now = now

    def check(self, portal: str, effects: tuple[str, ...]) -> tuple[str, float] | None:
        """Whether a call of these effects would be one too many: which effect, and seconds until it is not."""
        return self._look(portal, effects, count=False)

    def spend(self, portal: str, effects: tuple[str, ...]) -> tuple[str, float] | None:
        """Count a call of these effects; if it would be one too many, count nothing and say so as `check` does."""
        return self._look(portal, effects, count=True)

    def _look(self, portal: str, effects: tuple[str, ...], *, count: bool) -> tuple[str, float] | None:
        limited = [effect for effect in effects if effect in self._limits]
        if not limited:
            return None
        now = self._now()
        with self._state.open_transaction() as database:
            database.execute("DELETE FROM spent WHERE at <= ?", (now - HOUR,))
            for effect in limited:
                times = [
                    row["at"]
                    for row in database.execute(
                        "SELECT at FROM spent WHERE portal = ? AND effect = ? ORDER BY at", (portal, effect)
                    )
                ]
                if len(times) >= self._limits[effect]:
                    free = times[-self._limits[effect]] + HOUR if self._limits[effect] else now + HOUR
                    return effect, free - now
            if count:
                rows = [(portal, effect, now) for effect in limited]
                database.executemany("INSERT INTO spent VALUES (?, ?, ?)", rows)
        return None
