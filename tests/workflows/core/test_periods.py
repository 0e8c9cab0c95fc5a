"""Spans of time by the portal's clock."""

from datetime import datetime, timedelta, timezone

import pytest

from tools.tool import InvalidArgumentsError
from workflows.core.periods import PeriodName, resolve_dates, resolve_period
from workflows.reports.tool import ChannelReport

EAST = timezone(timedelta(hours=3))
NOW = datetime(2026, 3, 19, 14, 30, tzinfo=EAST)
"""A Thursday."""


@pytest.mark.parametrize(
    ("word", "period", "before"),
    [
        ("today", "2026-03-19 00:00 to 2026-03-19 14:30", "2026-03-18 00:00 to 2026-03-18 14:30"),
        ("yesterday", "2026-03-18 00:00 to 2026-03-18 23:59", "2026-03-17 00:00 to 2026-03-17 23:59"),
        ("this_week", "2026-03-16 00:00 to 2026-03-19 14:30", "2026-03-09 00:00 to 2026-03-12 14:30"),
        ("last_week", "2026-03-09 00:00 to 2026-03-15 23:59", "2026-03-02 00:00 to 2026-03-08 23:59"),
        ("this_month", "2026-03-01 00:00 to 2026-03-19 14:30", "2026-02-10 00:00 to 2026-02-28 14:30"),
        ("last_month", "2026-02-01 00:00 to 2026-02-28 23:59", "2026-01-04 00:00 to 2026-01-31 23:59"),
        ("last_7_days", "2026-03-13 00:00 to 2026-03-19 14:30", "2026-03-06 00:00 to 2026-03-12 14:30"),
        ("last_30_days", "2026-02-18 00:00 to 2026-03-19 14:30", "2026-01-19 00:00 to 2026-02-17 14:30"),
    ],
)
def test_a_word_means_these_days_and_is_compared_with_those(word: PeriodName, period: str, before: str) -> None:
    meant = resolve_period(word, NOW)

    assert str(meant) == period
    assert str(meant.make_earlier()) == before
    assert meant.make_earlier().end - meant.make_earlier().start == meant.end - meant.start
    assert meant.offset == "UTC+03:00"


@pytest.mark.parametrize(
    ("first", "last", "period", "before"),
    [
        ("2026-03-02", "2026-03-04", "2026-03-02 00:00 to 2026-03-04 23:59", "2026-02-27 00:00 to 2026-03-01 23:59"),
        ("2026-03-18", None, "2026-03-18 00:00 to 2026-03-19 14:30", "2026-03-16 00:00 to 2026-03-17 14:30"),
        ("2026-03-19", "2026-03-25", "2026-03-19 00:00 to 2026-03-19 14:30", "2026-03-18 00:00 to 2026-03-18 14:30"),
        (
            "2026-03-02T09:00",
            "2026-03-02T10:00:00+00:00",
            "2026-03-02 09:00 to 2026-03-02 13:00",
            "2026-03-01 09:00 to 2026-03-01 13:00",
        ),
    ],
)
def test_days_are_whole_and_moments_are_by_the_portals_clock(
    first: str, last: str | None, period: str, before: str
) -> None:
    meant = resolve_dates(first, last, NOW)

    assert str(meant) == period
    assert str(meant.make_earlier()) == before


SUMMER = datetime(2026, 3, 30, 10, tzinfo=timezone(timedelta(hours=2)))
"""A day after summer time began in Berlin: the day before yesterday was at UTC+01:00 still."""


def test_days_are_by_the_present_offset_and_moments_with_one_are_what_they_say() -> None:
    days = resolve_dates("2026-03-28", "2026-03-28", SUMMER)
    moments = resolve_dates("2026-03-28T00:00:00+01:00", "2026-03-28T23:59:59+01:00", SUMMER)

    assert str(days) == "2026-03-28 00:00 to 2026-03-28 23:59"
    assert str(moments) == "2026-03-28 01:00 to 2026-03-29 00:59"
    assert moments.offset == days.offset == "UTC+02:00"
    assert moments.start - days.start == moments.end - days.end == timedelta(hours=1)


@pytest.mark.parametrize(("word", "hours"), [("last_7_days", 6 * 24 + 10), ("this_week", 10), ("last_week", 7 * 24)])
def test_around_the_change_to_summer_time_a_period_keeps_its_length(word: PeriodName, hours: int) -> None:
    meant = resolve_period(word, SUMMER)
    before = meant.make_earlier()

    assert (meant.end - meant.start).total_seconds() // 3600 in {hours, hours - 1}
    assert before.end - before.start == meant.end - meant.start
    assert before.start.utcoffset() == meant.end.utcoffset() == timedelta(hours=2)
    assert before.end < meant.start


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ("2026-03-20", None, "by the portal's clock it is 2026-03-19T14:30:00"),
        ("2026-03-10", "2026-03-09", "date_to is before date_from"),
        ("2025-01-01", None, "longer than 366 days"),
    ],
)
def test_a_period_that_is_none_is_refused(first: str, last: str | None, words: str) -> None:
    with pytest.raises(InvalidArgumentsError, match=words):
        resolve_dates(first, last, NOW)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"period": "today", "date_from": "2026-03-01"}, "not both"),
        ({"date_to": "2026-03-01"}, "date_to needs date_from"),
        ({"date_from": "last spring"}, "date_from: should be a day such as 2026-03-01"),
        ({"period": "tomorrow"}, "period: should be 'today'"),
    ],
)
def test_arguments_that_make_no_period_are_refused_before_anything_is_asked(
    arguments: dict[str, str], words: str
) -> None:
    with pytest.raises(InvalidArgumentsError, match=words):
        ChannelReport.from_tool(arguments)
