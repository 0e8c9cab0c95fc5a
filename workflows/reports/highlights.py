"""The few dialogs of a period that a supervisor would look at first, and why."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from workflows.core.formatting import duration
from workflows.core.pagination import count

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
class Evidence:
    """What the dialogs are chosen from."""

    sessions: list[Row]
    """Slowest first answer first."""
    unanswered: list[Row]
    """Longest waiting first."""
    ratings: list[Row]
    transfers: list[Row]
    now: datetime

    def highlights(self) -> list[Highlight]:
        """At most a few of each kind; a dialog that is striking in several ways stands once."""
        known = {count(row.get("id")): row for row in (*self.unanswered, *self.sessions)}
        found: dict[int, Highlight] = {}
        for kind in (self._unanswered(), self._disliked(), self._voted_low(), self._slow(), self._moved()):
            for number, (session_id, reason) in enumerate(kind):
                if session_id in found or (number < OF_EACH_KIND and len(found) < MOST):
                    found.setdefault(session_id, _highlight(session_id, known, self.ratings)).reasons.append(reason)
        return list(found.values())

    def _unanswered(self) -> Iterator[tuple[int, str]]:
        for row in self.unanswered:
            if (began := _moment(row.get("dateCreate"))) is not None:
                waited = duration((self.now - began).total_seconds())
                yield count(row.get("id")), f"nobody has taken it for {waited}"

    def _disliked(self) -> Iterator[tuple[int, str]]:
        of_sessions = [count(row.get("id")) for row in self.sessions if row.get("vote") == "dislike"]
        of_ratings = [count(row.get("sessionId")) for row in self.ratings if row.get("vote") == "dislike"]
        for session_id in dict.fromkeys((*of_ratings, *of_sessions)):
            yield session_id, "dislike"

    def _voted_low(self) -> Iterator[tuple[int, str]]:
        of_sessions = {count(row.get("id")): count(row.get("voteHead")) for row in self.sessions}
        of_ratings = {count(row.get("sessionId")): count(row.get("voteHead")) for row in self.ratings}
        low = {
            (vote, one) for votes in (of_sessions, of_ratings) for one, vote in votes.items() if 1 <= vote <= LOW_VOTE
        }
        for vote, session_id in sorted(low):
            yield session_id, f"supervisor's vote {vote} of 5"

    def _slow(self) -> Iterator[tuple[int, str]]:
        for row in self.sessions:
            waited = count(row.get("waitAnswer"))
            late = row.get("kpiFirstAnswer") is False
            if waited and row.get("status") != "spam" and (late or waited >= SLOW):
                yield count(row.get("id")), f"first answer after {duration(waited)}{', late' if late else ''}"

    def _moved(self) -> Iterator[tuple[int, str]]:
        moves = Counter(count(row.get("sessionId")) for row in self.transfers)
        for session_id, times in moves.most_common():
            if times >= MANY_TRANSFERS:
                yield session_id, f"transferred {times} times"


def _highlight(session_id: int, known: Mapping[int, Row], ratings: Iterable[Row]) -> Highlight:
    rated = (row for row in ratings if count(row.get("sessionId")) == session_id)
    row = known.get(session_id) or next(rated, {})
    line, operator = count(row.get("configId")), count(row.get("operatorId"))
    return Highlight(session_id, count(row.get("chatId")), line, operator)


def _moment(value: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else None
