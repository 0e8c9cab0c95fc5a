"""In which order things happened in a dialog between two looks: sessions that ended and began, and the messages."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from server.events.feed.cue import Cue
from server.events.feed.dialogs import KnownDialog, compare_dialogs
from server.events.feed.event import EventKind, PortalEvent
from server.events.feed.messages import make_message_event
from server.events.feed.reading import find_moment
from tools.message_view import MessageView
from workflows.core.chat_state import ChatState

SAME = 5.0
"""Seconds by which two tellings of one session's beginning may differ."""
FIRST, LAST = float("-inf"), float("inf")


@dataclass(frozen=True)
class Turn:
    """An event that comes before all messages from a moment on, in Unix seconds by the portal's clock."""

    at: float
    event: PortalEvent


@dataclass(frozen=True)
class Story:
    """One dialog between two looks; `starts` has moment and number of each session that was told of before."""

    cue: Cue
    before: KnownDialog | None
    now: KnownDialog
    state: ChatState
    moment: float
    """Unix seconds by this machine's clock, for what has no date."""
    starts: Sequence[tuple[float, int]] = ()

    def tell(self, messages: Sequence[MessageView]) -> Iterator[PortalEvent]:
        """The events in their order; `messages` are the new ones, oldest first."""
        turns = sorted(self._list_turns(messages), key=lambda turn: turn.at)
        for message in messages:
            at = find_moment([message], self.moment)
            while turns and turns[0].at <= at:
                yield turns.pop(0).event
            yield make_message_event(self._choose_dialog(at), message, self.moment)
        yield from (turn.event for turn in turns)

    @property
    def _has_changed(self) -> bool:
        return self.before is None or self.before.session_id != self.now.session_id

    def _choose_dialog(self, at: float) -> KnownDialog:
        """Which session a message belongs to."""
        is_earlier = self._has_changed and (not self.now.session_id or at < self.state.began)
        return self.before if self.before and is_earlier else self.now

    def _list_turns(self, messages: Sequence[MessageView]) -> Iterator[Turn]:
        """How the dialog came to be as it is now, with the sessions that nobody saw open."""
        missed = sorted(self._list_missed())
        end = float(self.state.began) if self.now.session_id else LAST
        for number, (at, name, session) in enumerate(missed):
            yield Turn(at, self._make_session(EventKind.SESSION_STARTED, name, at, session))
            until = missed[number + 1][0] if number + 1 < len(missed) else end
            yield Turn(until, self._make_session(EventKind.SESSION_FINISHED, name, at, session))
        is_old = self.before is None and 0 < self.state.began < self.cue.floor
        earlier = self.now if is_old else self.before
        for event in compare_dialogs(earlier, self.now, find_moment(messages, self.moment), float(self.state.began)):
            is_end = event.kind is EventKind.SESSION_FINISHED
            changed = missed[0][0] if missed and is_end else end
            yield Turn(changed if self._has_changed else FIRST, event)

    def _list_missed(self) -> Iterator[tuple[float, str, int]]:
        """Beginning, name and number of the sessions that began and ended between two looks.

        A log's rows have the number; what the portal posts has only the moment, and the number is 0 then.
        """
        seen = {event.session_id: event.at for event in reversed(self.cue.told) if event.session_id}
        ours = {self.now.session_id, self.before.session_id if self.before else 0}
        by_moment = [at for at, number in self.starts if not number]
        for number, at in seen.items():
            is_over = number not in ours and not 0 < self.now.session_id < number
            if is_over and not _has_near(at, by_moment):
                yield at, f"session {number}", number
        known = [*(at for at, _ in self.starts), *seen.values(), *([self.state.began] if self.now.session_id else [])]
        for start in self.cue.told:
            is_nameless = start.kind is EventKind.SESSION_STARTED and not start.session_id
            if is_nameless and not _has_near(start.at, known):
                known.append(start.at)
                yield start.at, f"chat {start.chat_id} session at {start.at:.0f}", 0

    def _make_session(self, kind: EventKind, name: str, at: float, number: int) -> PortalEvent:
        what = "started" if kind is EventKind.SESSION_STARTED else "finished"
        return self.now.make_event(kind, f"{name} {what}", at, session_id=number)


def _has_near(at: float, moments: Sequence[float]) -> bool:
    return any(abs(at - other) <= SAME for other in moments)
