"""Asking again and again: the log of the user's messenger, the dialogs that it shows, the open sessions of all lines.

Each alone misses something: the log has nothing of dialogs that the queue only offers, the dialogs nothing of what
stood between two looks, nor edits and deletions, and the sessions are for those who may see reports. All come with one
request. Sources: the official pages of `im.v2.Event.get`, `im.v2.Event.subscribe` and `im.recent.get`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from math import ceil
from typing import Any

from anyio import to_thread

from portal.client import Portal
from portal.errors import PortalError
from server.events.feed.cue import Cue, merge_cues
from server.events.feed.store import Position
from server.events.sources.closed_sessions import ClosedSessions
from server.events.sources.closed_sessions import Mark as ClosedMark
from server.events.sources.messenger_log import BETWEEN_PAGES, LogPage, MessengerLog
from server.events.sources.open_sessions import Mark, OpenSessions
from server.events.sources.source import Abilities, SourceParts
from tools.result_types import read_items, read_object, read_whole
from workflows.core.attempts import is_of_method
from workflows.core.chat_state import ChatState
from workflows.core.context import run_together

SCOPES = ("im",)
SHORTEST, LONGEST = 5.0, 30.0
"""Seconds between two rounds: while things happen, and when it has been quiet for long."""
SLOWER = 1.4
"""By how much a quiet round lengthens the interval."""
SECONDS_PER_REQUEST = 5.0
"""A tenth of two requests a second, the smallest limit of the cloud: no round begins before its share is free again."""
COMMANDS = 50
"""Commands of one batch."""
OTHERS_READ = (
    "the log of this user's messenger lacks messages that the dialogs have: another program reads it too, and takes "
    "events away. New messages are still found, edits and deletions may be missed. Give each program its own employee"
)
READS_ONLY = "this server only reads, so it leaves the log of the messenger alone: edits and deletions are not heard of"
NO_LOG = "the portal refuses the log of the messenger ({}): edits and deletions are not heard of"


@dataclass(frozen=True)
class Round:
    """What one request told."""

    cues: list[Cue]
    offset: int
    """Up to where the log was read; 0 without a log."""
    more: bool
    """Whether the log has another page."""
    shown: "LastLook"
    closed: ClosedMark
    """Of the closed sessions."""


@dataclass
class LastLook:
    """What the portal showed in a round, whose events are in the feed."""

    shown: dict[int, Mark] = field(default_factory=dict)
    """Dialogs of the messenger: last message, session, owner, line."""
    sessions: dict[int, Mark] = field(default_factory=dict)
    """Dialogs of the statistics."""
    unheard: set[int] = field(default_factory=set)
    """Dialogs of the user with a new message that the log did not have."""


class PollingSource:
    """For webhooks, which no portal sends events to; it works with an application's user too.

    Subscribing to the log and reading it change the log at the portal; without it (`with_log`) nothing is changed.
    """

    name = "polling"
    exclusive = True
    abilities = Abilities(
        sees="the dialogs of the credentials' own user and those that the queue offers to them: messages, edits, "
        "deletions, sessions, who took them; with the right to see reports the same of all lines, without edits",
        cannot_see="without the right to see reports the dialogs of others; edits and deletions in dialogs that the "
        "user is not in; events of connectors",
        promise="nothing is lost while the portal keeps it (24 hours for edits and deletions); an event is heard of "
        "after 5 seconds while things happen and 30 when it is quiet; at most a tenth of the portal's limit is used",
    )

    def __init__(self, *, with_log: bool = True) -> None:
        self._last = LastLook()
        self._log = MessengerLog("im.v2.Event.get", SCOPES, {})
        self._sessions = OpenSessions()
        self._closed = ClosedSessions(self.name)
        self._has_log = with_log
        self._interval = SHORTEST

    async def run(self, parts: SourceParts) -> None:
        """Take the present state, then ask until cancelled; see `EventSource`."""
        portal = (await parts.open_context()).portal
        await self._begin(portal, parts)
        while True:
            await parts.pacer.pause(self._interval)
            await self._take_round(portal, parts)

    async def _begin(self, portal: Portal, parts: SourceParts) -> None:
        """The log from now on, unless it was read before; and every dialog as it stands, against how it stood."""
        if self._has_log:
            await self._subscribe(portal, parts)
        else:
            parts.report(READS_ONLY)
        await self._closed.load(portal, parts.feed)
        kept = await to_thread.run_sync(parts.feed.read_position, self.name)
        is_first = kept is None
        offset = await self._skip_log(portal, parts) if is_first else read_whole(kept)
        recent, sessions = await run_together(partial(ask_state, portal), partial(self._sessions.ask, portal))
        states = {state.id: state for state in list_states(recent)}
        self._last = LastLook({number: _mark(state) for number, state in states.items()}, sessions)
        known = await to_thread.run_sync(parts.feed.list_dialogs)
        others = {dialog.chat_id for dialog in known if dialog.session_id} | set(sessions)
        floor = self._closed.floor
        cues = [Cue(number, state=states.get(number), floor=floor) for number in sorted(others | set(states))]
        # What the portal shows and the feed does not know has begun since somebody listened for the first time.
        take = parts.follower.begin if is_first else parts.follower.follow
        await take(cues, Position(self.name, str(offset)))

    async def _subscribe(self, portal: Portal, parts: SourceParts) -> None:
        try:
            await portal.call("im.v2.Event.subscribe", {}, repeatable=True, scopes=SCOPES)
        except PortalError as refusal:
            if not is_of_method(refusal):
                raise
            self._has_log = False
            parts.report(NO_LOG.format(refusal.code or refusal.status))

    async def _skip_log(self, portal: Portal, parts: SourceParts) -> int:
        """The end of the log: what was written down before anybody listened is no news."""
        offset, more = 0, self._has_log
        while more:
            page = await self._log.ask(portal, offset)
            offset, more = page.offset, page.more
            if more:
                await parts.sleep(BETWEEN_PAGES)
        return offset

    async def _take_round(self, portal: Portal, parts: SourceParts) -> None:
        """One request, and looks at the dialogs that it names; then how long to wait."""
        happened, requests, more = False, 0, True
        while more:
            found = await self._ask(portal, parts)
            await parts.follower.follow(found.cues, Position(self.name, str(found.offset)))
            await self._closed.note(parts.feed, found.closed)
            self._last = found.shown
            happened, more = happened or bool(found.cues), found.more
            requests += 1 + ceil(2 * len(merge_cues(found.cues)) / COMMANDS)
            if more:
                await parts.sleep(BETWEEN_PAGES)
        quiet = SHORTEST if happened else min(LONGEST, self._interval * SLOWER)
        self._interval = max(quiet, requests * SECONDS_PER_REQUEST if requests > 1 and happened else quiet)

    async def _ask(self, portal: Portal, parts: SourceParts) -> Round:
        offset = read_whole(await to_thread.run_sync(parts.feed.read_position, self.name))
        ask_log = partial(self._log.ask, portal, offset) if self._has_log else _ask_nothing
        log, recent, sessions, (closed, mark) = await run_together(
            ask_log,
            partial(ask_state, portal),
            partial(self._sessions.ask, portal),
            partial(self._closed.ask, portal),
        )
        floor = self._closed.floor
        heard = [replace(cue, floor=floor) for cue in log.list_cues()]
        states = {state.id: state for state in list_states(recent)}
        now = LastLook({number: _mark(state) for number, state in states.items()}, sessions)
        changed = _list_changes(self._last.shown, now.shown) | _list_changes(self._last.sessions, now.sessions)
        cues = [*heard, *closed, *(Cue(number, state=states.get(number), floor=floor) for number in sorted(changed))]
        now.unheard = self._check_log({cue.chat_id for cue in heard}, {cue.chat_id for cue in cues}, states, parts)
        return Round(cues, log.offset or offset, log.more, now, mark)

    def _check_log(
        self, heard: set[int], changed: set[int], states: Mapping[int, ChatState], parts: SourceParts
    ) -> set[int]:
        """The dialogs with a message that the log lacks; for two rounds: then somebody else has taken it."""
        mine = {state.id for state in states.values() if state.role not in {"", "guest"}}
        still = self._last.unheard - heard
        if self._has_log and still & mine:
            parts.report(OTHERS_READ)
        elif heard:
            parts.report("")
        return (changed - heard) & mine


async def _ask_nothing() -> LogPage:
    return LogPage({})


async def ask_state(portal: Portal) -> Any:
    """All dialogs of lines that the messenger shows the user, those on offer too.

    Raises:
        PortalError: The portal refuses, or does not answer.
    """
    return await _ask(portal, "im.recent.get", {"ONLY_OPENLINES": "Y"})


async def _ask(portal: Portal, method: str, params: Mapping[str, Any]) -> Any:
    return await portal.call(method, params, repeatable=True, scopes=SCOPES, prefer_batch=True)


def list_states(answer: Any) -> Iterator[ChatState]:
    """Every dialog of a line that an answer of `im.recent.get` shows, with the number of its last message."""
    rows = read_object(answer).get("items", answer)
    for row in map(read_object, read_items(rows)):
        chat, last = read_object(row.get("chat")), read_object(row.get("message"))
        state = ChatState.from_answer({**chat, "last_message_id": last.get("id")})
        if state.id:
            yield state


def _mark(state: ChatState) -> Mark:
    return state.last_message_id, state.session_id, state.owner, state.line_id


def _list_changes(before: Mapping[int, Mark], now: Mapping[int, Mark]) -> set[int]:
    return {number for number in {*before, *now} if before.get(number) != now.get(number)}
