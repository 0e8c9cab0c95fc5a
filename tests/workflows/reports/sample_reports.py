"""Reports to be drawn, from nothing to far more than there is room for."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from workflows.core.periods import resolve_period
from workflows.directory.lines_and_users import LineOrUser
from workflows.reports.answers import FirstAnswers
from workflows.reports.figures import (
    Distribution,
    OperatorFigures,
    ReceivedRatings,
    SupervisorVotes,
    Totals,
    TransferFigures,
)
from workflows.reports.report import LineReport, ReportScope

NOW = datetime(2026, 3, 16, 10, tzinfo=UTC)
TOTALS = Totals(120, 100, 2, 370, 80, 20, 4000, 30, 3)
NOTHING = Totals(0, 0, 0, 0, 0, 0, 0, 0, 0)
HUGE = Totals(12_345_678, 12_345_678, 0, 10**8, 9_999_999, 1, 0, 9_999_999, 9_999_999)


def make_report(
    by_hour: Sequence[int],
    operators: Sequence[OperatorFigures] = (),
    *,
    line: LineOrUser | None = None,
    operator: LineOrUser | None = None,
    totals: Totals = TOTALS,
    before: Totals | None = TOTALS,
) -> LineReport:
    """The report of a month."""
    return LineReport(
        ReportScope(resolve_period("last_30_days", NOW), line, operator),
        totals,
        before,
        Distribution(list(by_hour), {}, list(operators)),
        0,
        FirstAnswers(0, 0, 0, 0),
        ReceivedRatings(0, 0),
        SupervisorVotes(0, 0),
        TransferFigures(0, 0, {}),
        [],
        {},
        {},
        120,
    )


NAMES = [
    "Константин Константинопольский",
    "Пётр",
    "Anna-Maria von Hohenzollern-Sigmaringen",
    "王小明",
    "Jürgen Weißenberger",
]
STAFF = [OperatorFigures(one, NAMES[one % 5], 1500 - 90 * one, 9, 1234 * one, 0, 1, 0) for one in range(15)]
LONG = LineOrUser(1, "Поддержка интернет-магазина «Ромашка» и доставки по всей России и СНГ")
WIDE = LineOrUser(2, "W" * 60)
REPORTS = {
    "nothing": make_report([], totals=NOTHING, before=None),
    "no dialogs": make_report([0] * 24, totals=NOTHING, before=NOTHING),
    "one of each": make_report([*[0] * 9, 1, *[0] * 14], STAFF[:1], line=LineOrUser(1, "Сайт")),
    "nine operators": make_report([7, 99, 100] * 8, STAFF[:9], line=LONG),
    "ten operators": make_report([1234] * 24, STAFF[:10], line=LONG),
    "fifteen operators": make_report(range(900, 1020, 5), STAFF),
    "huge": make_report(
        [99_999] * 24,
        [replace(one, dialogs=123_456) for one in STAFF],
        line=LONG,
        operator=WIDE,
        totals=HUGE,
        before=HUGE,
    ),
    "wide names": make_report([1] * 24, [replace(one, name="W" * 60) for one in STAFF], line=WIDE, operator=WIDE),
}
