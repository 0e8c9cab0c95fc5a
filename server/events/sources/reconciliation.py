"""Looking at every open dialog that can be known of, because a portal may lose what it was to tell."""

from collections.abc import Iterable

from anyio import to_thread

from portal.errors import AuthRefusedError, RefusedError
from server.events.feed.cue import Cue
from server.events.feed.store import Position
from server.events.sources.open_sessions import Mark, OpenSessions
from server.events.sources.polling import ask_state, list_states
from server.events.sources.source import SourceParts
from tools.result_types import read_text, read_whole
from workflows.core.chat_state import ChatState
from workflows.core.context import Context
from workflows.core.moments import read_moment

EVERY = 180.0
"""Seconds between two of them."""


class Reconciliation:
    """Looks at every open dialog for the source of a name, again and again.

    The source's position is the moment from which it has listened, in Unix seconds by the portal's clock.
    """

    def __init__(self, source: str) -> None:
        self._source = source
        self._sessions = OpenSessions()
        self._seen: dict[int, Mark] = {}
        """Dialogs of the statistics as they were the last time."""
        self.floor = 0.0
        """From when on somebody has listened."""

    async def run(self, context: Context, parts: SourceParts) -> None:
        """Look once; what is in dialogs when a source does so for the first time is no news.

        Raises:
            PortalError: The portal does not answer.
            StorageError: The feed cannot be used.
        """
        kept = await to_thread.run_sync(parts.feed.read_position, self._source)
        moment = read_whole(kept) if kept is not None else await _read_clock(context)
        marks = await self._sessions.ask(context.portal)
        cues = await self._list_cues(context, parts, marks, float(moment))
        if kept is None:
            await parts.follower.begin(cues, Position(self._source, str(moment)))
        else:
            await parts.follower.follow(cues)
        self._seen, self.floor = marks, float(moment)

    async def _list_cues(self, context: Context, parts: SourceParts, marks: dict[int, Mark], floor: float) -> list[Cue]:
        """A cue for each dialog that is open, or was when it was last looked at.

        That is what the feed knows, the messenger of the credentials' user, and where the plan and the rights allow it
        the lists of all lines, of which those are passed over that are as they were the last time.
        """
        known = await to_thread.run_sync(parts.feed.list_dialogs)
        cues = {state.id: Cue(state.id, state=state, floor=floor) for state in await _list_own(context)}
        chats = {dialog.chat_id for dialog in known if dialog.session_id} | set(marks)
        for number in sorted(chats - set(cues)):
            if number not in marks or marks[number] != self._seen.get(number):
                cues[number] = Cue(number, floor=floor)
        return list(cues.values())


async def _list_own(context: Context) -> Iterable[ChatState]:
    try:
        return list_states(await ask_state(context.portal))
    except (RefusedError, AuthRefusedError):
        return ()


async def _read_clock(context: Context) -> int:
    """The portal's clock; 0 where it tells none. Source: the official page of `server.time`."""
    try:
        now = read_moment(read_text(await context.portal.call("server.time", {}, repeatable=True)))
    except (RefusedError, AuthRefusedError):
        now = None
    return int(now.timestamp()) if now else 0
