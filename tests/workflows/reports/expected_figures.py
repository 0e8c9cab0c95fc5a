"""The figures of a report, counted anew from the sandbox's state."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from statistics import fmean
from typing import Any

TARGETS = {1: 300}
"""Line -> seconds for the first answer, of the seeded company."""
DAY = timedelta(days=1)

State = dict[str, Any]


def compute_span(period: str, now: datetime) -> tuple[datetime, datetime]:
    """From and to."""
    midnight = now.replace(hour=0, minute=0, second=0)
    spans: dict[str, tuple[datetime, datetime]] = {
        "today": (midnight, now),
        "yesterday": (midnight - DAY, midnight - timedelta(seconds=1)),
        "last_7_days": (midnight - 6 * DAY, now),
        "last_30_days": (midnight - 29 * DAY, now),
        "this_week": (midnight - now.weekday() * DAY, now),
        "last_month": (datetime(2026, 2, 1, tzinfo=now.tzinfo), datetime(2026, 2, 28, 23, 59, 59, tzinfo=now.tzinfo)),
    }
    return spans[period]


def _within(period: tuple[datetime, datetime], field: str) -> Callable[[State], bool]:
    def test(session: State) -> bool:
        return session[field] is not None and period[0] <= datetime.fromisoformat(session[field]) <= period[1]

    return test


def _of_line(line: int | None) -> Callable[[State], bool]:
    return lambda session: line in (None, session["line_id"])


def select_sessions(
    state: State, period: tuple[datetime, datetime], line: int | None, operator: int | None = None
) -> list[State]:
    """Those that began in the period."""
    began, on_line = _within(period, "created"), _of_line(line)
    found = [session for session in state["sessions"] if began(session) and on_line(session)]
    return [session for session in found if operator in (None, session["operator_id"])]


def _seconds(session: State, field: str) -> float | None:
    if session[field] is None:
        return None
    return (datetime.fromisoformat(session[field]) - datetime.fromisoformat(session["created"])).total_seconds()


def _mean(found: list[State], field: str) -> int:
    waited = [seconds for session in found if (seconds := _seconds(session, field)) is not None]
    return round(fmean(waited)) if waited else 0


def _in_time(session: State, now: datetime) -> bool | None:
    target = TARGETS.get(session["line_id"])
    if target is None:
        return None
    waited = _seconds(session, "first_answer")
    if waited is not None:
        return waited <= target
    overdue = (now - datetime.fromisoformat(session["created"])).total_seconds() > target
    return False if overdue else None


def compute_totals(state: State, found: list[State]) -> dict[str, int]:
    """The sums of a report."""
    now = datetime.fromisoformat(state["now"])
    kpi = Counter(_in_time(session, now) for session in found)
    return {
        "new": len(found),
        "closed": sum(session["closed"] for session in found),
        "spam": sum(session["spam"] for session in found),
        "accepted": _mean(found, "first_answer"),
        "in_time": kpi[True],
        "late": kpi[False],
        "duration": _mean(found, "closed_at"),
        "likes": sum(session["vote"] == 5 for session in found),
        "dislikes": sum(session["vote"] == 1 for session in found),
    }


def compute_distribution(found: list[State]) -> dict[str, Any]:
    """By hour, channel and operator."""
    hours = Counter(datetime.fromisoformat(session["created"]).hour for session in found)
    return {
        "by_hour": [hours[hour] for hour in range(24)],
        "by_channel": dict(Counter(session["source"] for session in found)),
        "by_operator": Counter(session["operator_id"] for session in found if session["operator_id"]),
    }


def count_ratings(state: State, period: tuple[datetime, datetime], line: int | None) -> dict[str, int]:
    """Votes of clients that came in during the period."""
    voted, on_line = _within(period, "voted_at"), _of_line(line)
    votes = Counter(session["vote"] for session in state["sessions"] if voted(session) and on_line(session))
    return {"likes": votes[5], "dislikes": votes[1]}
