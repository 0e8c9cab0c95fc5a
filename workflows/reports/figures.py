"""The figures of a report, put together from what the statistics methods answer."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from workflows.core.pagination import read_count, read_rows

HOURS = 24


@dataclass(frozen=True)
class Totals:
    """Dialogs that began in a period; times in seconds, 0 where there was nothing to measure."""

    new: int
    closed: int
    spam: int
    first_answer: int
    in_time: int
    late: int
    duration: int
    likes: int
    dislikes: int

    @classmethod
    def from_stat(cls, stat: Mapping[str, Any]) -> "Totals":
        """Those of a `statResult`."""
        return cls(
            new=read_count(stat.get("totalSessions")),
            closed=read_count(stat.get("closedSessions")),
            spam=read_count(stat.get("spamSessions")),
            first_answer=read_count(stat.get("avgWaitAnswer")),
            in_time=read_count(stat.get("kpiFirstAnswerOk")),
            late=read_count(stat.get("kpiFirstAnswerFail")),
            duration=read_count(stat.get("avgSessionDuration")),
            likes=read_count(stat.get("likeCount")),
            dislikes=read_count(stat.get("dislikeCount")),
        )


@dataclass(frozen=True)
class OperatorFigures:
    """One operator's part of the dialogs."""

    id: int
    name: str
    """Empty where the portal tells none."""
    dialogs: int
    first_answer: int
    likes: int
    dislikes: int


@dataclass(frozen=True)
class ReceivedRatings:
    """Ratings that came in during a period, whenever their dialogs began."""

    likes: int
    dislikes: int


@dataclass(frozen=True)
class TransferFigures:
    """Transfers of the dialogs that were looked at."""

    transfers: int
    dialogs: int
    by_reason: dict[str, int]

    @classmethod
    def from_transfers(cls, transfers: Iterable[Mapping[str, Any]]) -> "TransferFigures":
        """Those of a list of transfers."""
        listed = list(transfers)
        reasons = Counter(str(move.get("reason")) for move in listed)
        return cls(
            len(listed), len({read_count(move.get("sessionId")) for move in listed}), dict(reasons.most_common())
        )


@dataclass(frozen=True)
class SupervisorVotes:
    """Votes of supervisors on the dialogs that were looked at."""

    votes: int
    average: float
    """1 to 5; 0 without votes."""

    @classmethod
    def from_sessions(cls, sessions: Iterable[Mapping[str, Any]]) -> "SupervisorVotes":
        """Those of a list of sessions."""
        votes = [vote for session in sessions if (vote := read_count(session.get("voteHead")))]
        return cls(len(votes), round(sum(votes) / len(votes), 1) if votes else 0)


@dataclass(frozen=True)
class Distribution:
    """How the dialogs are spread."""

    by_hour: list[int]
    by_channel: dict[str, int]
    by_operator: list[OperatorFigures] = field(default_factory=list)

    @classmethod
    def from_answers(
        cls, stat: Mapping[str, Any], sessions: Iterable[Mapping[str, Any]], names: Mapping[int, str]
    ) -> "Distribution":
        """That of a `statResult`, with the votes that operators got in the sessions."""
        votes = Counter((read_count(session.get("operatorId")), str(session.get("vote"))) for session in sessions)
        hours = stat.get("sessionsByHour")
        operators = [
            OperatorFigures(
                one := read_count(row.get("operatorId")),
                names.get(one, ""),
                read_count(row.get("count")),
                read_count(row.get("avgWaitAnswer")),
                votes[one, "like"],
                votes[one, "dislike"],
            )
            for row in read_rows(stat.get("sessionsByOperator"))
        ]
        sources = {
            str(row.get("source")): read_count(row.get("count")) for row in read_rows(stat.get("sessionsBySource"))
        }
        return cls(
            [read_count(hour) for hour in hours[:HOURS]] if isinstance(hours, list) else [],
            dict(sorted(sources.items(), key=lambda item: -item[1])),
            sorted(operators, key=lambda operator: (-operator.dialogs, operator.id)),
        )
