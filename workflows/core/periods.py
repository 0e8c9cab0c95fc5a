"""Spans of time as people name them, by the portal's clock."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Literal

from pydantic import AfterValidator

from tools.argument_checks import LONGEST_PERIOD
from tools.effect import Effect
from tools.method import Method, UnexpectedResultError
from tools.tool import InvalidArgumentsError
from workflows.core.attempts import read_helper
from workflows.core.context import Context
from workflows.core.moments import PortalClock, read_moment

PeriodName = Literal[
    "today", "yesterday", "this_week", "last_week", "this_month", "last_month", "last_7_days", "last_30_days"
]
DAY, WEEK = timedelta(days=1), timedelta(days=7)
SECOND = timedelta(seconds=1)


def _check_day(value: str) -> str:
    try:
        datetime.fromisoformat(value)
    except ValueError:
        raise ValueError("should be a day such as 2026-03-01, or a date and time in ISO 8601") from None
    return value


Day = Annotated[str, AfterValidator(_check_day)]
"""A whole day, or a moment; without an offset it is meant by the portal's clock."""


class ServerTime(Method):
    """The portal's clock, with its offset from UTC; no tool, but what periods are counted by."""

    rest = "server.time"
    scopes = ()
    title = "The portal's time"
    effects = Effect.READ
    returns = Any

    def shape(self, result: Any) -> datetime:
        """A moment to count with."""
        if (now := read_moment(result)) is None:
            raise UnexpectedResultError("server.time gave no moment with an offset")
        return now


async def read_clock(context: Context, missing: list[str]) -> PortalClock:
    """The portal's clock; where it cannot be read this machine's, and `missing` says so.

    Raises:
        PortalError: The portal cannot be reached, or refuses the credentials.
    """
    what = "the portal's clock, so ages are by this machine's"
    now = await read_helper(lambda: context.ask(ServerTime()), None, what, missing)
    return PortalClock(now) if now else PortalClock(datetime.now().astimezone(), by_portal=False)


@dataclass(frozen=True)
class Period:
    """From the first second to the last, both counted."""

    name: str
    start: datetime
    end: datetime
    step: timedelta
    """How far back the period lies that it is compared with."""

    def make_earlier(self) -> "Period":
        """The earlier period that this one is compared with: of the same length, and of weeks the same weekdays."""
        return replace(self, start=self.start - self.step, end=self.end - self.step)

    @property
    def offset(self) -> str:
        """Of the portal's clock: `UTC+01:00`."""
        return f"UTC{self.start.isoformat()[-6:]}"

    def __str__(self) -> str:
        return f"{self.start:%Y-%m-%d %H:%M} to {self.end:%Y-%m-%d %H:%M}"


def resolve_period(word: PeriodName, now: datetime) -> Period:
    """The period that a word such as last_week means at a moment by the portal's clock, `now`.

    Weeks begin on Monday. A period that is not over yet ends at `now`.
    """
    today = datetime.combine(now, time(), now.tzinfo)
    monday, first = today - today.weekday() * DAY, today.replace(day=1)
    start, end = {
        "today": (today, now),
        "yesterday": (today - DAY, today - SECOND),
        "this_week": (monday, now),
        "last_week": (monday - WEEK, monday - SECOND),
        "this_month": (first, now),
        "last_month": ((first - DAY).replace(day=1), first - SECOND),
        "last_7_days": (today - 6 * DAY, now),
        "last_30_days": (today - 29 * DAY, now),
    }[word]
    step = WEEK if word.endswith("week") else _round_up_to_days(start, end)
    return Period(word.replace("_", " "), start, end, step)


def resolve_dates(first: str, last: str | None, now: datetime) -> Period:
    """The period from one day or moment to another, or to `now` where `last` is not given; it never ends after `now`.

    Raises:
        InvalidArgumentsError: It begins in the future, ends before it begins, or is longer than a year.
    """
    start, end = _read_start(first, now), min(_read_end(last, now) if last else now, now)
    if start > now:
        raise InvalidArgumentsError([f"date_from: lies in the future; by the portal's clock it is {now.isoformat()}"])
    if end < start:
        raise InvalidArgumentsError(["date_to is before date_from"])
    if end - start > LONGEST_PERIOD:
        raise InvalidArgumentsError([f"the period is longer than {LONGEST_PERIOD.days} days: split it"])
    return Period("", start, end, _round_up_to_days(start, end))


def _round_up_to_days(start: datetime, end: datetime) -> timedelta:
    """The length, rounded up so that both periods begin at the same time of day."""
    return -(-(end - start + SECOND) // DAY) * DAY


def _read_start(value: str, now: datetime) -> datetime:
    return _read_day_or_moment(value, time(), now)


def _read_end(value: str, now: datetime) -> datetime:
    return _read_day_or_moment(value, time(23, 59, 59), now)


def _read_day_or_moment(value: str, of_day: time, now: datetime) -> datetime:
    if _is_day(value):
        return datetime.combine(date.fromisoformat(value), of_day, now.tzinfo)
    moment = datetime.fromisoformat(value)
    return moment.astimezone(now.tzinfo) if moment.tzinfo else moment.replace(tzinfo=now.tzinfo)


def _is_day(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True
