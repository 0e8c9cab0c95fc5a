"""What a report asks the portal, and how the answers become a report."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from tools.method import Method
from tools.statistics import V2SessionTransferList
from workflows.core.attempts import read_helper
from workflows.core.context import Context, run_together
from workflows.core.moments import PortalClock
from workflows.core.pagination import read_pages
from workflows.directory.lines_and_users import Directory
from workflows.reports.answers import DialogAnswers, ask_histories, summarize_first_answers, summarize_people
from workflows.reports.figures import (
    Distribution,
    OperatorFigures,
    ReceivedRatings,
    SupervisorVotes,
    Totals,
    TransferFigures,
)
from workflows.reports.highlights import HighlightCandidates
from workflows.reports.report import LineReport, ReportScope
from workflows.reports.rows import ReportedRating, ReportedSession, ReportedTransfer, ReportGaps, ReportRows

TRANSFERS_AT_ONCE = 50


@dataclass(frozen=True)
class ReportAnswers:
    """What the portal said to all questions of a report; None where it did not answer one that only helps."""

    stat: Mapping[str, Any]
    stat_before: Mapping[str, Any] | None
    sessions: list[ReportedSession] | None
    untaken: list[ReportedSession] | None
    ratings: list[ReportedRating] | None
    transfers: list[ReportedTransfer] | None
    answers: Mapping[int, DialogAnswers]

    def make_candidates(self, now: datetime) -> HighlightCandidates:
        """Where to look for dialogs that are worth a look."""
        return HighlightCandidates(
            self.sessions or [], self.untaken or [], self.ratings or [], self.transfers or [], now, self.answers
        )

    def complete(self, spread: Distribution, names: Mapping[int, str]) -> Distribution:
        """How the dialogs are spread, with what people did in those whose messages were read."""
        did = summarize_people(self.answers, self.sessions or (), self.ratings or ()) if self.answers else None
        return spread.complete(did, names)

    def add_names(self, known: Mapping[int, str]) -> dict[int, str]:
        """The names, with those from the chats where no other is known, as for bots."""
        met = {one: name for told in self.answers.values() for one, name in told.names.items()}
        return met | {one: name for one, name in known.items() if name}

    def list_operators(self, by_operator: Iterable[OperatorFigures]) -> list[int]:
        """Everybody who needs a name."""
        rows = (*(self.sessions or ()), *(self.untaken or ()), *(self.ratings or ()))
        wrote = (one for told in self.answers.values() for one in told.people)
        found = (*(one.id for one in by_operator), *wrote, *(row.operator_id for row in rows))
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
    people = answers.add_names(await read_helper(ask_names, {}, "the names of operators", gaps.parts))
    return LineReport(
        scope,
        totals,
        before,
        answers.complete(spread, people),
        None if answers.untaken is None else len(answers.untaken),
        summarize_first_answers(answers.answers),
        None if answers.ratings is None else ReceivedRatings.from_ratings(answers.ratings),
        None if answers.sessions is None else SupervisorVotes.from_sessions(answers.sessions),
        None if answers.transfers is None else TransferFigures.from_transfers(answers.transfers),
        answers.make_candidates(clock.now).choose_highlights(),
        lines,
        people,
        len(answers.sessions or ()),
        gaps.describe(),
        answers.answers,
    )


async def _ask_everything(
    context: Context, scope: ReportScope, gaps: ReportGaps, clock: PortalClock, *, compare: bool
) -> ReportAnswers:
    """All lists and sums are asked for at once; only transfers and messages need the sessions first."""
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
    await context.tell(f"3 of 3: asking for transfers and messages of {len(sessions or ())} dialogs")
    moves, told = await run_together(
        partial(_ask_transfers, context, read_sessions, gaps),
        partial(ask_histories, context, read_sessions or (), gaps, clock.zone),
    )
    return ReportAnswers(
        stat["statResult"],
        before.get("statResult"),
        read_sessions,
        None if untaken is None else rows.read_sessions(untaken, untaken=True),
        None if ratings is None else rows.read_ratings(ratings),
        None if moves is None else rows.read_transfers(row for answer in moves for row in answer["transfers"]),
        told,
    )


async def _ask_transfers(context: Context, sessions: Iterable[ReportedSession] | None, gaps: ReportGaps) -> Any:
    if sessions is None:
        return None
    ask_moves = partial(context.ask_all, _make_transfer_questions(sessions))
    return await read_helper(ask_moves, None, "the transfers", gaps.parts)


async def _answer_nothing() -> Mapping[str, Any]:
    return {}


def _make_transfer_questions(sessions: Iterable[ReportedSession]) -> Iterator[Method]:
    ids = [session.id for session in sessions if session.id]
    for start in range(0, len(ids), TRANSFERS_AT_ONCE):
        yield V2SessionTransferList(session_id=ids[start : start + TRANSFERS_AT_ONCE])
