"""A report on a period: what is asked for it, and what it consists of."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, NotRequired

from typing_extensions import TypedDict

from tools.method import Method
from tools.statistics import V2SessionList, V2SessionRatingList, V2SessionTransferList, V2StatGet
from tools.untrusted import mark_unless_code, mark_unless_name, mark_untrusted_in
from workflows.core.attempts import read_helper
from workflows.core.context import Context, run_together
from workflows.core.moments import PortalClock
from workflows.core.pagination import read_pages
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
from workflows.reports.rows import ReportedRating, ReportedSession, ReportedTransfer, ReportGaps, ReportRows

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
    untaken: int | None
    """None where the portal does not tell; so it is with the next three."""
    received: ReceivedRatings | None
    supervision: SupervisorVotes | None
    moves: TransferFigures | None
    highlights: list[Highlight]
    lines: Mapping[int, str]
    names: Mapping[int, str]
    looked_at: int
    """Dialogs that were read one by one: those with the slowest first answers."""
    missing: list[str] = field(default_factory=list)
    """What could not be read, in phrases."""
    chart: bytes | None = None

    @property
    def whole(self) -> bool:
        """Whether every dialog was looked at, not only counted."""
        return self.totals.new is None or self.looked_at >= self.totals.new

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
            "not_taken_yet": self.untaken,
            **distribution,
            "by_operator": [{**one, "name": mark_unless_name(one["name"])} for one in people],
            "by_channel": {mark_unless_code(name): count for name, count in channels.items()},
            "ratings_received": self.received and asdict(self.received),
            "supervisor": self.supervision and asdict(self.supervision),
            "transfers": self.moves and mark_untrusted_in(asdict(self.moves)),
            "worth_a_look": [_add_names(found, self.names, self.lines) for found in self.highlights],
            "to_read_one": LOOK,
            "looked_at": self.looked_at,
            "looked_at_all": self.whole,
            "missing": self.missing,
        }


class ReportData(TypedDict):
    """A report as a program reads it; seconds, and ISO 8601 by the portal's clock."""

    period: dict[str, str]
    line: NotRequired[NamedData]
    operator: NotRequired[NamedData]
    totals: Totals
    before: NotRequired[dict[str, Any]]
    not_taken_yet: int | None
    by_hour: list[int | None]
    by_channel: dict[str, int | None]
    by_operator: list[OperatorFigures]
    ratings_received: ReceivedRatings | None
    supervisor: SupervisorVotes | None
    transfers: TransferFigures | None
    worth_a_look: list[dict[str, Any]]
    to_read_one: str
    looked_at: int
    looked_at_all: bool
    missing: list[str]


@dataclass(frozen=True)
class ReportAnswers:
    """What the portal said to all questions of a report; None where it did not answer one that only helps."""

    stat: Mapping[str, Any]
    stat_before: Mapping[str, Any] | None
    sessions: list[ReportedSession] | None
    untaken: list[ReportedSession] | None
    ratings: list[ReportedRating] | None
    transfers: list[ReportedTransfer] | None

    def make_candidates(self, now: datetime) -> HighlightCandidates:
        """Where to look for dialogs that are worth a look."""
        return HighlightCandidates(
            self.sessions or [], self.untaken or [], self.ratings or [], self.transfers or [], now
        )

    def list_operators(self, by_operator: Iterable[OperatorFigures]) -> list[int]:
        """Everybody who needs a name."""
        rows = (*(self.sessions or ()), *(self.untaken or ()), *(self.ratings or ()))
        found = (*(one.id for one in by_operator), *(row.operator_id for row in rows))
        return [one for one in dict.fromkeys(found) if one]


async def make_report(
    context: Context, names: Directory, scope: ReportScope, clock: PortalClock, gaps: ReportGaps, *, compare: bool
) -> LineReport:
    """The report on the dialogs of a scope; `compare` adds the figures of the period before.

    What else than the sums of the period cannot be had is left out, and named in the report after what `gaps` has.

    Raises:
        PortalError: The portal gives no reports: its plan, the user's rights, or its age.
        UnexpectedResultError: The sums cannot be read.
    """
    await context.tell("2 of 3: asking for sums, dialogs and ratings")
    answers, lines = await run_together(
        lambda: _ask_everything(context, scope, gaps, clock, compare=compare),
        partial(read_helper, names.read_line_names, {}, "the names of lines", gaps.parts),
    )
    gaps.parts.extend(names.unreadable)
    totals, spread = Totals.from_stat(answers.stat), Distribution.from_stat(answers.stat, gaps)
    before = None if answers.stat_before is None else Totals.from_stat(answers.stat_before)
    gaps.parts.extend(totals.describe_unknown("of the period"))
    gaps.parts.extend(before.describe_unknown("of the period before") if before else ())
    ask_names = partial(names.read_user_names, answers.list_operators(spread.by_operator))
    people = await read_helper(ask_names, {}, "the names of operators", gaps.parts)
    return LineReport(
        scope,
        totals,
        before,
        spread.complete(answers.sessions or [], people),
        None if answers.untaken is None else len(answers.untaken),
        None if answers.ratings is None else ReceivedRatings.from_ratings(answers.ratings),
        None if answers.sessions is None else SupervisorVotes.from_sessions(answers.sessions),
        None if answers.transfers is None else TransferFigures.from_transfers(answers.transfers),
        answers.make_candidates(clock.now).choose_highlights(),
        lines,
        people,
        len(answers.sessions or ()),
        gaps.describe(),
    )


async def _ask_everything(
    context: Context, scope: ReportScope, gaps: ReportGaps, clock: PortalClock, *, compare: bool
) -> ReportAnswers:
    """All lists and sums are asked for at once; only transfers need the sessions first."""
    slowest = partial(scope.ask_sessions, order="waitAnswer", order_direction="desc")
    oldest = partial(scope.ask_sessions, status="new", order="dateCreate", order_direction="asc")

    def read(question: Callable[..., Method], key: str, what: str) -> Callable[[], Awaitable[Any]]:
        return partial(read_helper, partial(read_pages, context, question, key, gaps.rows), None, what, gaps.parts)

    async def ask_before() -> Any:
        question = scope.ask_totals(scope.period.make_earlier())
        return await read_helper(partial(context.ask, question), {}, "the sums of the period before", gaps.parts)

    stat, before, sessions, untaken, ratings = await run_together(
        partial(context.ask, scope.ask_totals(scope.period)),
        *([ask_before] if compare else [_answer_nothing]),
        read(slowest, "sessions", "what is read dialog by dialog: ratings, transfers, slow answers"),
        read(oldest, "sessions", "the dialogs that nobody has taken yet"),
        read(scope.ask_ratings, "ratings", "the ratings that came in"),
    )
    rows = ReportRows(gaps, clock.zone)
    read_sessions = None if sessions is None else rows.read_sessions(sessions)
    await context.tell(f"3 of 3: asking for the transfers of {len(sessions or ())} dialogs")
    ask_moves = partial(context.ask_all, _make_transfer_questions(read_sessions or ()))
    moves = None if sessions is None else await read_helper(ask_moves, None, "the transfers", gaps.parts)
    return ReportAnswers(
        stat["statResult"],
        before.get("statResult"),
        read_sessions,
        None if untaken is None else rows.read_sessions(untaken, untaken=True),
        None if ratings is None else rows.read_ratings(ratings),
        None if moves is None else rows.read_transfers(row for answer in moves for row in answer["transfers"]),
    )


async def _answer_nothing() -> Mapping[str, Any]:
    return {}


def _make_transfer_questions(sessions: Iterable[ReportedSession]) -> Iterator[Method]:
    ids = [session.id for session in sessions if session.id]
    for start in range(0, len(ids), TRANSFERS_AT_ONCE):
        yield V2SessionTransferList(session_id=ids[start : start + TRANSFERS_AT_ONCE])


def _format_ends(period: Period) -> dict[str, str]:
    return {"from": period.start.isoformat(), "to": period.end.isoformat()}


def _add_names(found: Highlight, names: Mapping[int, str], lines: Mapping[int, str]) -> dict[str, Any]:
    line, operator = lines.get(found.line_id, ""), names.get(found.operator_id, "")
    shown = {**asdict(found), "line": mark_unless_name(line), "operator": mark_unless_name(operator)}
    return {name: value for name, value in shown.items() if value}
