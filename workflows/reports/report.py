"""A report on a period: what is asked for it, and what it consists of."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, NotRequired

from typing_extensions import TypedDict

from tools.method import Method
from tools.statistics import V2SessionList, V2SessionRatingList, V2StatGet
from tools.untrusted import mark_unless_code, mark_unless_name, mark_untrusted_in
from workflows.core.periods import Period
from workflows.directory.lines_and_users import LineOrUser, NamedData
from workflows.reports.answers import (
    DialogAnswers,
    FirstAnswers,
)
from workflows.reports.figures import (
    Distribution,
    OperatorFigures,
    ReceivedRatings,
    SupervisorVotes,
    Totals,
    TransferFigures,
)
from workflows.reports.highlights import Highlight

LOOK = "session_history_get with the session_id shows the conversation"
MEANING = (
    "accepted: seconds until somebody accepted a dialog, the portal's own figure; in_time and late are counted by it, "
    "on lines with a target only; first_answer: seconds from the client's first message to a person's by the messages. "
    "by_operator: dialogs are those that a person has now; answered, late and ratings are theirs who wrote"
)


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
    """None where the portal does not tell; so it is with the next four."""
    first_answers: FirstAnswers | None
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
    answers: Mapping[int, DialogAnswers] = field(default_factory=dict)
    """What the messages of each session tell, where they could be read."""
    chart: bytes | None = None
    no_chart: str = ""
    """Why there is no picture though it was asked for."""
    most_rows: int | None = None
    """Of the table; None for all."""

    @property
    def whole(self) -> bool:
        """Whether every dialog was looked at, not only counted."""
        return self.totals.new is None or self.looked_at >= self.totals.new

    def data(self) -> dict[str, Any]:
        """The report as a program reads it; seconds, and ISO 8601 by the portal's clock."""
        period, line, operator = self.scope.period, self.scope.line, self.scope.operator
        distribution = asdict(self.distribution)
        people, channels = distribution["by_operator"], distribution["by_channel"]
        del distribution["has_all_operators"]
        return {
            "period": {"name": period.name, **_format_ends(period)},
            **({"line": line.data()} if line else {}),
            **({"operator": operator.data()} if operator else {}),
            "totals": asdict(self.totals),
            **({"before": {**_format_ends(period.make_earlier()), **asdict(self.before)}} if self.before else {}),
            "not_taken_yet": self.untaken,
            "first_answers": self.first_answers and asdict(self.first_answers),
            **distribution,
            "by_operator": [{**one, "name": mark_unless_name(one["name"])} for one in people],
            "by_channel": {mark_unless_code(name): count for name, count in channels.items()},
            "ratings_received": self.received and asdict(self.received),
            "supervisor": self.supervision and asdict(self.supervision),
            "transfers": self.moves and mark_untrusted_in(asdict(self.moves)),
            "worth_a_look": [_add_names(found, self) for found in self.highlights],
            "to_read_one": LOOK,
            "meaning": MEANING,
            "looked_at": self.looked_at,
            "looked_at_all": self.whole,
            "missing": self.missing,
            **({"picture": self.no_chart} if self.no_chart else {}),
        }


class ReportData(TypedDict):
    """A report as a program reads it; seconds, and ISO 8601 by the portal's clock."""

    period: dict[str, str]
    line: NotRequired[NamedData]
    operator: NotRequired[NamedData]
    totals: Totals
    before: NotRequired[dict[str, Any]]
    not_taken_yet: int | None
    first_answers: FirstAnswers | None
    by_hour: list[int | None]
    by_channel: dict[str, int | None]
    by_operator: list[OperatorFigures]
    ratings_received: ReceivedRatings | None
    supervisor: SupervisorVotes | None
    transfers: TransferFigures | None
    worth_a_look: list[dict[str, Any]]
    to_read_one: str
    meaning: str
    looked_at: int
    looked_at_all: bool
    missing: list[str]
    picture: NotRequired[str]
    csv: NotRequired[str]
    rows_left_out: NotRequired[int]


def _format_ends(period: Period) -> dict[str, str]:
    return {"from": period.start.isoformat(), "to": period.end.isoformat()}


def _add_names(found: Highlight, report: LineReport) -> dict[str, Any]:
    """A dialog worth a look with its line, who has it now or is offered it, and who answered it, by name and id."""
    line, operator = report.lines.get(found.line_id, ""), report.names.get(found.operator_id, "")
    told = report.answers.get(found.session_id)
    people = [LineOrUser(one, report.names.get(one, "")).data() for one in (told.people if told else ())]
    shown = {
        **asdict(found),
        "line": mark_unless_name(line),
        "operator": mark_unless_name(operator),
        "answered_by": people,
    }
    return {name: value for name, value in shown.items() if value}
