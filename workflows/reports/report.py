"""A report on a period: what is asked for it, and what it consists of."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from typing import Any, NotRequired

from typing_extensions import TypedDict

from tools.method import Method
from tools.statistics import V2SessionList, V2SessionRatingList, V2SessionTransferList, V2StatGet
from tools.untrusted import mark_unless_code, mark_unless_name, mark_untrusted_in
from workflows.core.context import Context, run_together
from workflows.core.pagination import read_count, read_pages, read_rows
from workflows.core.periods import Period
from workflows.directory.lines_and_users import Directory, LineOrUser, NamedData
from workflows.reports.figures import (
    Distribution,
    OperatorFigures,
    ReceivedRatings,
    SupervisorVotes,
    Totals,
    TransferFigures,
)
from workflows.reports.highlights import Highlight, HighlightCandidates

TRANSFERS_AT_ONCE = 50
LOOK = "session_history_get with the session_id shows the conversation"


@dataclass(frozen=True)
class ReportScope:
    """Which dialogs a report is about."""

    period: Period
    line: LineOrUser | None
    operator: LineOrUser | None

    @property
    def filters(self) -> dict[str, Any]:
        """Arguments that the statistics methods share."""
        given = {"config_id": self.line, "operator_id": self.operator}
        return {name: found.id for name, found in given.items() if found}

    def ask_totals(self, period: Period) -> Method:
        """The question for the sums of a period."""
        return V2StatGet(date_from=period.start.isoformat(), date_to=period.end.isoformat(), **self.filters)

    def ask_sessions(self, **more: Any) -> Method:
        """The question for sessions that began in the period."""
        start, end = self.period.start.isoformat(), self.period.end.isoformat()
        return V2SessionList(date_create_from=start, date_create_to=end, **self.filters, **more)

    def ask_ratings(self, **more: Any) -> Method:
        """The question for ratings that came in during the period."""
        start, end = self.period.start.isoformat(), self.period.end.isoformat()
        return V2SessionRatingList(date_vote_from=start, date_vote_to=end, **self.filters, **more)


@dataclass(frozen=True)
class LineReport:
    """A finished report on one line or all, in a period."""

    scope: ReportScope
    totals: Totals
    before: Totals | None
    distribution: Distribution
    unanswered: int
    received: ReceivedRatings
    supervision: SupervisorVotes
    moves: TransferFigures
    highlights: list[Highlight]
    lines: Mapping[int, str]
    names: Mapping[int, str]
    looked_at: int
    """Dialogs that were read one by one: those with the slowest first answers."""
    chart: bytes | None = None

    @property
    def whole(self) -> bool:
        """Whether every dialog was looked at, not only counted."""
        return self.looked_at >= self.totals.new

    def data(self) -> dict[str, Any]:
        """The report as a program reads it; seconds, and ISO 8601 by the portal's clock."""
        period, line, operator = self.scope.period, self.scope.line, self.scope.operator
        distribution = asdict(self.distribution)
        people, channels = distribution["by_operator"], distribution["by_channel"]
        return {
            "period": {"name": period.name, **_format_ends(period)},
            **({"line": line.data()} if line else {}),
            **({"operator": operator.data()} if operator else {}),
            "totals": asdict(self.totals),
            **({"before": {**_format_ends(period.make_earlier()), **asdict(self.before)}} if self.before else {}),
            "not_taken_yet": self.unanswered,
            **distribution,
            "by_operator": [{**one, "name": mark_unless_name(one["name"])} for one in people],
            "by_channel": {mark_unless_code(name): count for name, count in channels.items()},
            "ratings_received": asdict(self.received),
            "supervisor": asdict(self.supervision),
            "transfers": mark_untrusted_in(asdict(self.moves)),
            "worth_a_look": [_add_names(found, self.names, self.lines) for found in self.highlights],
            "to_read_one": LOOK,
            "looked_at": self.looked_at,
            "looked_at_all": self.whole,
        }


class ReportData(TypedDict):
    """A report as a program reads it; seconds, and ISO 8601 by the portal's clock."""

    period: dict[str, str]
    line: NotRequired[NamedData]
    operator: NotRequired[NamedData]
    totals: Totals
    before: NotRequired[dict[str, Any]]
    not_taken_yet: int
    by_hour: list[int]
    by_channel: dict[str, int]
    by_operator: list[OperatorFigures]
    ratings_received: ReceivedRatings
    supervisor: SupervisorVotes
    transfers: TransferFigures
    worth_a_look: list[dict[str, Any]]
    to_read_one: str
    looked_at: int
    looked_at_all: bool


@dataclass(frozen=True)
class ReportAnswers:
    """What the portal said to all questions of a report."""

    stat: Mapping[str, Any]
    stat_before: Mapping[str, Any] | None
    sessions: list[dict[str, Any]]
    unanswered: list[dict[str, Any]]
    ratings: list[dict[str, Any]]
    transfers: list[dict[str, Any]]

    @property
    def operators(self) -> list[int]:
        """Everybody who needs a name."""
        counted = read_rows(self.stat.get("sessionsByOperator"))
        found = (
            read_count(row.get("operatorId")) for row in (*counted, *self.sessions, *self.unanswered, *self.ratings)
        )
        return [one for one in found if one > 0]


async def make_report(
    context: Context, names: Directory, scope: ReportScope, now: datetime, *, compare: bool
) -> LineReport:
    """The report on the dialogs of a scope; `compare` adds the figures of the period before.

    Raises:
        PortalError: The portal gives no reports: its plan, the user's rights, or its age.
    """
    await context.tell("2 of 3: asking for sums, dialogs and ratings")
    answers, lines = await run_together(lambda: _ask_everything(context, scope, compare=compare), names.read_line_names)
    people = await names.read_user_names(answers.operators)
    votes = Counter(str(row.get("vote")) for row in answers.ratings)
    evidence = HighlightCandidates(answers.sessions, answers.unanswered, answers.ratings, answers.transfers, now)
    return LineReport(
        scope,
        Totals.from_stat(answers.stat),
        Totals.from_stat(answers.stat_before) if answers.stat_before is not None else None,
        Distribution.from_answers(answers.stat, answers.sessions, people),
        len(answers.unanswered),
        ReceivedRatings(votes["like"], votes["dislike"]),
        SupervisorVotes.from_sessions(answers.sessions),
        TransferFigures.from_transfers(answers.transfers),
        evidence.choose_highlights(),
        lines,
        people,
        len(answers.sessions),
    )


async def _ask_everything(context: Context, scope: ReportScope, *, compare: bool) -> ReportAnswers:
    """All lists and sums are asked for at once; only transfers need the sessions first."""
    periods = [scope.period, scope.period.make_earlier()] if compare else [scope.period]
    slowest = partial(scope.ask_sessions, order="waitAnswer", order_direction="desc")
    oldest = partial(scope.ask_sessions, status="new", order="dateCreate", order_direction="asc")
    sums, sessions, unanswered, ratings = await run_together(
        lambda: context.ask_all(map(scope.ask_totals, periods)),
        lambda: read_pages(context, slowest, "sessions"),
        lambda: read_pages(context, oldest, "sessions"),
        lambda: read_pages(context, scope.ask_ratings, "ratings"),
    )
    await context.tell(f"3 of 3: asking for the transfers of {len(sessions)} dialogs")
    moves = await context.ask_all(_make_transfer_questions(sessions))
    stat, *before = [answer["statResult"] for answer in sums]
    transfers = [row for answer in moves for row in read_rows(answer["transfers"])]
    return ReportAnswers(stat, before[0] if before else None, sessions, unanswered, ratings, transfers)


def _make_transfer_questions(sessions: list[dict[str, Any]]) -> Iterator[Method]:
    ids = [one for row in sessions if (one := read_count(row.get("id"))) > 0]
    for start in range(0, len(ids), TRANSFERS_AT_ONCE):
        yield V2SessionTransferList(session_id=ids[start : start + TRANSFERS_AT_ONCE])


def _format_ends(period: Period) -> dict[str, str]:
    return {"from": period.start.isoformat(), "to": period.end.isoformat()}


def _add_names(found: Highlight, names: Mapping[int, str], lines: Mapping[int, str]) -> dict[str, Any]:
    line, operator = lines.get(found.line_id, ""), names.get(found.operator_id, "")
    shown = {**asdict(found), "line": mark_unless_name(line), "operator": mark_unless_name(operator)}
    return {name: value for name, value in shown.items() if value}
