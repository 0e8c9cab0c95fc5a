"""The figures of a report, put together from what the statistics methods answer.

None is a figure that the portal does not tell, or in a form that is not understood; the report names it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from tools.result_types import read_items, read_list
from tools.untrusted import mark_unless_code
from workflows.core.formatting import NOT_KNOWN
from workflows.core.rows import RowReader
from workflows.reports.answers import PersonFigures
from workflows.reports.rows import ReportedRating, ReportedSession, ReportedTransfer, ReportGaps, read_amount

HOURS = 24
TOTALS = {
    "new": "totalSessions",
    "closed": "closedSessions",
    "spam": "spamSessions",
    "accepted": "avgWaitAnswer",
    "in_time": "kpiFirstAnswerOk",
    "late": "kpiFirstAnswerFail",
    "duration": "avgSessionDuration",
    "likes": "likeCount",
    "dislikes": "dislikeCount",
}
"""A figure of ours -> the portal's."""


@dataclass(frozen=True)
class Totals:
    """Dialogs that began in a period; times in seconds, 0 where there was nothing to measure."""

    new: int | None
    closed: int | None
    spam: int | None
    accepted: int | None
    """Until somebody accepted a dialog: the portal counts this as the first answer."""
    in_time: int | None
    late: int | None
    duration: int | None
    likes: int | None
    dislikes: int | None

    @classmethod
    def from_stat(cls, stat: Mapping[str, Any]) -> "Totals":
        """Those of a `statResult`."""
        reader = RowReader(stat)
        return cls(**{ours: read_amount(reader, theirs) for ours, theirs in TOTALS.items()})

    @property
    def measured(self) -> int | None:
        """Dialogs on lines with a target for the first answer."""
        return None if self.in_time is None or self.late is None else self.in_time + self.late

    def describe_unknown(self, when: str) -> list[str]:
        """A phrase on the figures that could not be read, if there are any; `when` names the period."""
        unknown = [TOTALS[name] for name, value in asdict(self).items() if value is None]
        return [f"of the sums {when} {', '.join(unknown)} could not be read"] if unknown else []


@dataclass(frozen=True)
class OperatorFigures:
    """One person's part of the dialogs, on all lines of the report.

    What they did comes from the messages; each is None where no messages could be read.
    """

    id: int
    """0 where nobody has them."""
    name: str
    """Empty where the portal tells none."""
    dialogs: int | None
    """Which they have now."""
    answered: int | None = None
    """Dialogs in which the first answer is theirs, whoever has them now."""
    first_answer: int | None = None
    """Seconds until these answers on average; 0 where there is nothing to measure."""
    late: int | None = None
    """Of these, how many were accepted after the line's target."""
    likes: int | None = None
    """Of clients to whom they wrote last before the rating."""
    dislikes: int | None = None


@dataclass(frozen=True)
class ReceivedRatings:
    """Ratings that came in during a period, whenever their dialogs began."""

    likes: int
    dislikes: int

    @classmethod
    def from_ratings(cls, ratings: Iterable[ReportedRating]) -> "ReceivedRatings":
        """Those of a list of ratings."""
        votes = Counter(rating.vote for rating in ratings)
        return cls(votes["like"], votes["dislike"])


@dataclass(frozen=True)
class TransferFigures:
    """Transfers of the dialogs that were looked at."""

    transfers: int
    dialogs: int
    by_reason: dict[str, int]

    @classmethod
    def from_transfers(cls, transfers: Iterable[ReportedTransfer]) -> "TransferFigures":
        """Those of a list of transfers."""
        listed = list(transfers)
        reasons = Counter(move.reason or NOT_KNOWN for move in listed)
        return cls(
            len(listed), len({move.session_id for move in listed if move.session_id}), dict(reasons.most_common())
        )


@dataclass(frozen=True)
class SupervisorVotes:
    """Votes of supervisors on the dialogs that were looked at."""

    votes: int
    average: float
    """1 to 5; 0 without votes."""

    @classmethod
    def from_sessions(cls, sessions: Iterable[ReportedSession]) -> "SupervisorVotes":
        """Those of a list of sessions."""
        votes = [session.supervisor_vote for session in sessions if session.supervisor_vote]
        return cls(len(votes), round(sum(votes) / len(votes), 1) if votes else 0)


@dataclass(frozen=True)
class Distribution:
    """How the dialogs are spread."""

    by_hour: list[int | None]
    by_channel: dict[str, int | None]
    by_operator: list[OperatorFigures] = field(default_factory=list)
    has_all_operators: bool = True
    """Whether whoever is not among them has no dialog; not, where a row could not be read."""

    @classmethod
    def from_stat(cls, stat: Mapping[str, Any], gaps: ReportGaps) -> "Distribution":
        """That of a `statResult`, without the names and ratings of operators."""
        operators = [OperatorFigures(one, "", dialogs) for one, dialogs in _read_operators(stat, gaps)]
        return cls(
            _read_hours(stat.get("sessionsByHour"), gaps),
            read_channels(stat, gaps),
            sorted(operators, key=lambda operator: (-(operator.dialogs or 0), operator.id)),
            len(operators) == len(read_items(stat.get("sessionsByOperator"))) and "sessionsByOperator" in stat,
        )

    def complete(self, people: Mapping[int, PersonFigures] | None, names: Mapping[int, str]) -> "Distribution":
        """The same with names, and with what people did, those included who have no dialog now."""
        known = {one.id for one in self.by_operator}
        none = 0 if self.has_all_operators else None
        others = [OperatorFigures(one, "", none) for one in sorted(people or {}) if one not in known]
        named = [replace(one, name=names.get(one.id, "")) for one in (*self.by_operator, *others)]
        if people is None:
            return replace(self, by_operator=named)
        return replace(self, by_operator=[_add_person(one, people.get(one.id, PersonFigures())) for one in named])


def _add_person(row: OperatorFigures, did: PersonFigures) -> OperatorFigures:
    return replace(
        row,
        answered=did.answered,
        first_answer=did.first_answer,
        late=did.late,
        likes=did.likes,
        dislikes=did.dislikes,
    )


def _read_operators(stat: Mapping[str, Any], gaps: ReportGaps) -> Iterator[tuple[int, int | None]]:
    """Id and dialogs; id 0 is nobody. The portal's average for each counts others' acceptance, and is not read."""
    for row in _read_rows(stat, "sessionsByOperator", gaps):
        reader = RowReader(row)
        one, dialogs = reader.read_id("operatorId"), read_amount(reader, "count", required=True)
        is_shown = bool(one) or (dialogs is not None and "operatorId" not in reader.unclear)
        gaps.rows.add("operator", reader.unclear, _label(f"user {one}" if one else "", dialogs), shown=is_shown)
        if is_shown:
            yield one, dialogs


def read_channels(stat: Mapping[str, Any], gaps: ReportGaps) -> dict[str, int | None]:
    """Connector -> dialogs of a `statResult`, most first; None where the number could not be read."""
    found: dict[str, int | None] = {}
    for row in _read_rows(stat, "sessionsBySource", gaps):
        reader = RowReader(row)
        source, count = reader.read_code("source", required=True), read_amount(reader, "count", required=True)
        label = _label(mark_unless_code(source) if source else "", count)
        gaps.rows.add("channel", reader.unclear, label, shown=bool(source))
        if source:
            found[source] = count
    return dict(sorted(found.items(), key=lambda channel: -(channel[1] or 0)))


def _label(name: str, dialogs: int | None) -> str:
    return name or ("" if dialogs is None else f"{dialogs} dialogs")


def _read_rows(stat: Mapping[str, Any], name: str, gaps: ReportGaps) -> list[Any]:
    value = read_list(stat.get(name))
    if isinstance(value, list) and name in stat:
        return value
    gaps.parts.append(f"{name} of the portal's report could not be read")
    return []


def _read_hours(value: Any, gaps: ReportGaps) -> list[int | None]:
    """The 24 counts; PHP writes a map from the hour where some hours are not there, and these have none."""
    counts = {str(hour): count for hour, count in enumerate(value)} if isinstance(value, list) else value
    hours = [str(hour) for hour in range(HOURS)]
    if not isinstance(counts, dict) or not set(counts) <= set(hours):
        gaps.parts.append("sessionsByHour of the portal's report could not be read")
        return []
    reader = RowReader({hour: counts.get(hour, 0) for hour in hours} if counts else {})
    found = [read_amount(reader, hour) for hour in hours] if counts else []
    if reader.unclear or None in found:
        gaps.parts.append(f"the counts of {found.count(None)} hours could not be read")
    return found
