"""The few dialogs of a period that a supervisor would look at first, and why."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from workflows.core.formatting import format_duration
from workflows.reports.rows import ReportedRating, ReportedSession, ReportedTransfer

SLOW = 600
"""Seconds until the first answer from which a dialog on a line without a target is slow."""
LOW_VOTE = 2
MANY_TRANSFERS = 2
OF_EACH_KIND = 3
MOST = 8


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
    """Rows of the statistics from which the dialogs worth a look are chosen; those without an id cannot be."""

    sessions: list[ReportedSession]
    """Slowest first answer first."""
    untaken: list[ReportedSession]
    """Longest waiting first."""
    ratings: list[ReportedRating]
    transfers: list[ReportedTransfer]
    now: datetime

    def choose_highlights(self) -> list[Highlight]:
        """At most a few of each kind; a dialog that is striking in several ways stands once."""
        found: dict[int, Highlight] = {}
        for kind in (
            self._find_untaken(),
            self._find_disliked(),
            self._find_voted_low(),
            self._find_slow(),
            self._find_transferred(),
        ):
            with_id = ((session_id, reason) for session_id, reason in kind if session_id)
            for number, (session_id, reason) in enumerate(with_id):
                if session_id in found or (number < OF_EACH_KIND and len(found) < MOST):
                    found.setdefault(session_id, self._make_highlight(session_id)).reasons.append(reason)
        return list(found.values())

    def _find_untaken(self) -> Iterator[tuple[int, str]]:
        for session in self.untaken:
            if session.began is None:
                yield session.id, "nobody has taken it; since when could not be read"
            else:
                waited = format_duration((self.now - session.began).total_seconds())
                yield session.id, f"nobody has taken it for {waited}"

    def _find_disliked(self) -> Iterator[tuple[int, str]]:
        of_sessions = [session.id for session in self.sessions if session.vote == "dislike"]
        of_ratings = [rating.session_id for rating in self.ratings if rating.vote == "dislike"]
        for session_id in dict.fromkeys((*of_ratings, *of_sessions)):
            yield session_id, "dislike"

    def _find_voted_low(self) -> Iterator[tuple[int, str]]:
        of_sessions = ((session.supervisor_vote, session.id) for session in self.sessions)
        of_ratings = ((rating.supervisor_vote, rating.session_id) for rating in self.ratings)
        for vote, session_id in sorted({*of_sessions, *of_ratings}):
            if 1 <= vote <= LOW_VOTE:
                yield session_id, f"supervisor's vote {vote} of 5"

    def _find_slow(self) -> Iterator[tuple[int, str]]:
        for session in self.sessions:
            if session.waited and not session.spam and (session.late or session.waited >= SLOW):
                late = ", late" if session.late else ""
                yield session.id, f"first answer after {format_duration(session.waited)}{late}"

    def _find_transferred(self) -> Iterator[tuple[int, str]]:
        for session_id, times in Counter(move.session_id for move in self.transfers).most_common():
            if times >= MANY_TRANSFERS:
                yield session_id, f"transferred {times} times"

    def _make_highlight(self, session_id: int) -> Highlight:
        if session := next((one for one in (*self.sessions, *self.untaken) if one.id == session_id), None):
            return Highlight(session_id, session.chat_id, session.line_id, session.operator_id)
        rating = next((one for one in self.ratings if one.session_id == session_id), None)
        return Highlight(session_id, 0, rating.line_id, rating.operator_id) if rating else Highlight(session_id)
