"""The few dialogs of a period that a supervisor would look at first, and why."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from workflows.core.formatting import format_duration
from workflows.core.pagination import read_count

SLOW = 600
"""Seconds until the first answer from which a dialog on a line without a target is slow."""
LOW_VOTE = 2
MANY_TRANSFERS = 2
OF_EACH_KIND = 3
MOST = 8

Row = Mapping[str, Any]


@dataclass
class Highlight:
    """A dialog, with the ids for the next call."""

    session_id: int
    chat_id: int = 0
    """0 where it began before the period and is not known."""
    line_id: int = 0
    operator_id: int = 0
    reasons: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class HighlightCandidates:
    """Rows of the statistics from which the dialogs worth a look are chosen."""

    sessions: list[Row]
    """Slowest first answer first."""
    unanswered: list[Row]
    """Longest waiting first."""
    ratings: list[Row]
    transfers: list[Row]
    now: datetime

    def choose_highlights(self) -> list[Highlight]:
        """At most a few of each kind; a dialog that is striking in several ways stands once."""
        known = {read_count(row.get("id")): row for row in (*self.unanswered, *self.sessions)}
        found: dict[int, Highlight] = {}
        for kind in (
            self._find_unanswered(),
            self._find_disliked(),
            self._find_voted_low(),
            self._find_slow(),
            self._find_transferred(),
        ):
            for number, (session_id, reason) in enumerate(kind):
                if session_id in found or (number < OF_EACH_KIND and len(found) < MOST):
                    found.setdefault(session_id, _make_highlight(session_id, known, self.ratings)).reasons.append(
                        reason
                    )
        return list(found.values())

    def _find_unanswered(self) -> Iterator[tuple[int, str]]:
        for row in self.unanswered:
            if (began := _moment(row.get("dateCreate"))) is not None:
                waited = format_duration((self.now - began).total_seconds())
                yield read_count(row.get("id")), f"nobody has taken it for {waited}"

    def _find_disliked(self) -> Iterator[tuple[int, str]]:
        of_sessions = [read_count(row.get("id")) for row in self.sessions if row.get("vote") == "dislike"]
        of_ratings = [read_count(row.get("sessionId")) for row in self.ratings if row.get("vote") == "dislike"]
        for session_id in dict.fromkeys((*of_ratings, *of_sessions)):
            yield session_id, "dislike"

    def _find_voted_low(self) -> Iterator[tuple[int, str]]:
        of_sessions = {read_count(row.get("id")): read_count(row.get("voteHead")) for row in self.sessions}
        of_ratings = {read_count(row.get("sessionId")): read_count(row.get("voteHead")) for row in self.ratings}
        low = {
            (vote, one) for votes in (of_sessions, of_ratings) for one, vote in votes.items() if 1 <= vote <= LOW_VOTE
        }
        for vote, session_id in sorted(low):
            yield session_id, f"supervisor's vote {vote} of 5"

    def _find_slow(self) -> Iterator[tuple[int, str]]:
        for row in self.sessions:
            waited = read_count(row.get("waitAnswer"))
            late = row.get("kpiFirstAnswer") is False
            if waited and row.get("status") != "spam" and (late or waited >= SLOW):
                yield (
                    read_count(row.get("id")),
                    f"first answer after {format_duration(waited)}{', late' if late else ''}",
                )

    def _find_transferred(self) -> Iterator[tuple[int, str]]:
        moves = Counter(read_count(row.get("sessionId")) for row in self.transfers)
        for session_id, times in moves.most_common():
            if times >= MANY_TRANSFERS:
                yield session_id, f"transferred {times} times"


def _make_highlight(session_id: int, known: Mapping[int, Row], ratings: Iterable[Row]) -> Highlight:
    rated = (row for row in ratings if read_count(row.get("sessionId")) == session_id)
    row = known.get(session_id) or next(rated, {})
    line, operator = read_count(row.get("configId")), read_count(row.get("operatorId"))
    return Highlight(session_id, read_count(row.get("chatId")), line, operator)


def _moment(value: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else None
