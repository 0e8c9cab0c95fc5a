"""The few dialogs of a period that a supervisor would look at first, and why."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from workflows.core.formatting import format_duration
from workflows.reports.answers import DialogAnswers
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
    """Who has it now, or is offered it."""
    reasons: list[str] = field(default_factory=list)
    untaken: bool = False


@dataclass(frozen=True)
class HighlightCandidates:
    """Rows of the statistics from which the dialogs worth a look are chosen; those without an id cannot be."""

    sessions: list[ReportedSession]
    """Those that were accepted last first."""
    untaken: list[ReportedSession]
    """Longest waiting first."""
    ratings: list[ReportedRating]
    transfers: list[ReportedTransfer]
    now: datetime
    answers: Mapping[int, DialogAnswers] = field(default_factory=dict)
    """Of dialogs whose messages were read."""

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
        slow = [(self._measure_wait(session), session) for session in self.sessions if not session.spam]
        for wait, session in sorted(slow, key=lambda found: -found[0]):
            if wait and (session.late or wait >= SLOW):
                yield session.id, self._describe_wait(session)

    def _measure_wait(self, session: ReportedSession) -> int:
        """Seconds until the first answer, where the messages tell it; else until it was accepted."""
        told = self.answers.get(session.id)
        return (told.seconds if told and told.first else session.waited) or 0

    def _describe_wait(self, session: ReportedSession) -> str:
        told, late = self.answers.get(session.id), ", accepted late" if session.late else ""
        if told and told.first and told.seconds is not None:
            return f"first answer after {format_duration(told.seconds)}{late}"
        unanswered = ", nobody has answered" if told and told.has_question and not told.written else ""
        return f"accepted after {format_duration(session.waited or 0)}{', late' if late else ''}{unanswered}"

    def _find_transferred(self) -> Iterator[tuple[int, str]]:
        for session_id, times in Counter(move.session_id for move in self.transfers).most_common():
            if times >= MANY_TRANSFERS:
                yield session_id, f"transferred {times} times"

    def _make_highlight(self, session_id: int) -> Highlight:
        if session := next((one for one in (*self.untaken, *self.sessions) if one.id == session_id), None):
            untaken = any(one.id == session_id for one in self.untaken)
            return Highlight(session_id, session.chat_id, session.line_id, session.operator_id, untaken=untaken)
        rating = next((one for one in self.ratings if one.session_id == session_id), None)
        return Highlight(session_id, 0, rating.line_id, rating.operator_id) if rating else Highlight(session_id)
