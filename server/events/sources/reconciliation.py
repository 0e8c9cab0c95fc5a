"""Looking at every open dialog that can be known of, because a portal may lose what it was to tell."""

from collections.abc import Iterable
from functools import partial

from anyio import to_thread

from portal.errors import AuthRefusedError, PortalError, RefusedError
from server.events.feed.cue import Cue
from server.events.feed.store import Position
from server.events.sources.closed_sessions import ClosedSessions
from server.events.sources.open_sessions import Mark, OpenSessions
from server.events.sources.polling import ask_state, list_states
from server.events.sources.source import SourceParts
from workflows.core.chat_state import ChatState
from workflows.core.context import Context, run_together

EVERY = 180.0
"""Seconds between two of them."""
AGAIN = 15.0
"""Seconds after which one that failed is tried again."""
FAILED = "what the portal lost on the way is not found, because reading fails: {}"


class Reconciliation:
    """Looks at every open dialog for the source of a name, again and again.

    The source's position says that it has done so once.
    """

    def __init__(self, source: str) -> None:
        self._source = source
        self._sessions = OpenSessions()
        self._closed = ClosedSessions(source)
        self._has_failed = False
        self._seen: dict[int, Mark] = {}
        """Open dialogs of the statistics as they were the last time."""

    @property
    def floor(self) -> float:
        """From when on somebody has listened, in Unix seconds by the portal's clock; known after `load`."""
        return self._closed.floor

    async def load(self, context: Context, parts: SourceParts) -> None:
        """Go on where the last process ended, or begin now.

        Raises:
            PortalError: The portal does not answer.
            StorageError: The feed cannot be used.
        """
        await self._closed.load(context.portal, parts.feed)

    async def run(self, context: Context, parts: SourceParts) -> None:
        """Look once; what is in dialogs when a source does so for the first time is no news.

        Raises:
            PortalError: The portal does not answer.
            StorageError: The feed cannot be used.
        """
        is_first = await to_thread.run_sync(parts.feed.read_position, self._source) is None
        (closed, mark), marks, own = await run_together(
            partial(self._closed.ask, context.portal),
            partial(self._sessions.ask, context.portal),
            partial(_list_own, context),
        )
        cues = await self._list_cues(parts, marks, own)
        if is_first:
            await parts.follower.begin(cues, Position(self._source, "begun"))
        await parts.follower.follow(closed if is_first else [*closed, *cues])
        await self._closed.note(parts.feed, mark)
        self._seen = marks

    async def try_run(self, context: Context, parts: SourceParts) -> bool:
        """`run`, where a portal that fails only makes a report: what it tells by itself is not to be held up.

        Raises:
            StorageError: The feed cannot be used.
        """
        try:
            await self.run(context, parts)
        except PortalError as error:
            self._has_failed = True
            parts.report(FAILED.format(error))
            return False
        if self._has_failed:
            self._has_failed = False
            parts.report("")
        return True

    async def _list_cues(self, parts: SourceParts, marks: dict[int, Mark], own: Iterable[ChatState]) -> list[Cue]:
        """A cue for each dialog that is open, or was when it was last looked at.

        That is what the feed knows, the messenger of the credentials' user, and where the plan and the rights allow it
        the lists of all lines, of which those are passed over that are as they were the last time.
        """
        known = await to_thread.run_sync(parts.feed.list_dialogs)
        cues = {state.id: Cue(state.id, state=state, floor=self.floor) for state in own}
        chats = {dialog.chat_id for dialog in known if dialog.session_id} | set(marks)
        for number in sorted(chats - set(cues)):
            if number not in marks or marks[number] != self._seen.get(number):
                cues[number] = Cue(number, floor=self.floor)
        return list(cues.values())


async def _list_own(context: Context) -> Iterable[ChatState]:
    try:
        return list_states(await ask_state(context.portal))
    except (RefusedError, AuthRefusedError):
        return ()
