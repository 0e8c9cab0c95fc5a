"""Dates in the forms in which portals write them."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from workflows.core.moments import PortalClock, read_moment

ZONE = timezone(timedelta(hours=1))
MOMENT = datetime(2026, 3, 16, 8, 40, tzinfo=ZONE)
SECONDS = int(MOMENT.timestamp())


@pytest.mark.parametrize(
    "written",
    [
        "2026-03-16T08:40:00+01:00",
        "2026-03-16T08:40:00+0100",
        "2026-03-16T10:40:00+03:00",
        "2026-03-16T07:40:00Z",
        "2026-03-16T07:40:00.000Z",
        "2026-03-16T08:40:00.5+01:00",
        "2026-03-16T08:40+01:00",
        "2026-03-16 08:40:00 +01:00",
        " 2026-03-16T08:40:00+01:00 ",
        SECONDS,
        float(SECONDS),
        str(SECONDS),
    ],
)
def test_a_date_with_an_offset_is_the_same_moment_however_it_is_written(written: Any) -> None:
    for zone in (None, ZONE):
        found = read_moment(written, zone)

        assert found is not None
        assert found.replace(microsecond=0) == MOMENT
    assert str(read_moment(written, ZONE)).endswith("+01:00")


@pytest.mark.parametrize(
    "written",
    ["2026-03-16T08:40:00", "2026-03-16 08:40:00", "2026-03-16 08:40", "16.03.2026 08:40:00", "16.03.2026 8:40"],
)
def test_a_date_without_offset_is_meant_by_the_portals_clock(written: str) -> None:
    assert read_moment(written, ZONE) == MOMENT
    assert read_moment(written) is None


@pytest.mark.parametrize(
    "written",
    [
        *(None, "", True, False, 0, 5, -SECONDS, SECONDS * 1000, float("nan"), float("inf"), [], {}, [SECONDS]),
        *("yesterday", "2026-03-16", "20260316", "16.03.2026", "2026-13-16T08:40:00Z", "0000-00-00 00:00:00"),
        *(
            "0001-01-01T00:00:00Z",
            "9999-12-31T23:59:59Z",
            "31.02.2026 08:40:00",
            "2026-03-16T08:40:00+99:00",
            "9" * 400,
        ),
        *("03/16/2026 08:40:00 am", "2026-03-16T25:00:00Z", "٢026-03-16T08:40:00Z"),
    ],
)
def test_what_is_no_moment_is_not_understood(written: Any) -> None:
    assert read_moment(written, ZONE) is None


def test_dates_without_offset_have_no_zone_where_the_portal_does_not_tell_the_time() -> None:
    now = datetime.now(UTC)

    assert PortalClock(MOMENT).zone == ZONE
    assert PortalClock(now, by_portal=False).zone is None
