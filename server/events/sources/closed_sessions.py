"""The sessions that were closed since somebody asked last, as the statistics list them, where plan and rights allow it.

They show what came and went while nobody looked: a dialog that is closed is in no list of open ones. Sources: the
official pages of `imopenlines.v2.Session.list` and `server.time`.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from anyio import to_thread

from portal.client import Portal
from portal.errors import AuthRefusedError, PortalError, RefusedError
from server.events.feed.cue import Cue
from server.events.feed.event import EventKind, PortalEvent
from server.events.feed.store import Feed, Position
from server.events.sources.open_sessions import METHOD, MOST_PAGES, PAGE, SCOPES
from tools.result_types import read_flag, read_items, read_object, read_text, read_whole
from workflows.core.attempts import is_of_method
from workflows.core.moments import read_moment

MARGIN = 5
"""Seconds by which a session may be listed later than others that were closed after it."""


class ClosedSessions:
    """Asks for them again and again; `source` names whose work it is.

    Its position in the feed has two moments by the portal's clock, in Unix seconds: from when on somebody has
    listened, and up to when closed sessions have been seen.
    """

    def __init__(self, source: str) -> None:
        self._name = f"{source} closed"
        self._until = 0
        self._seen: frozenset[int] = frozenset()
        self._allowed = True
        self.floor = 0.0
        """From when on somebody has listened; 0 where the portal does not tell its time."""

    async def load(self, portal: Portal, feed: Feed) -> None:
        """Go on where the last process ended, or begin now.

        Raises:
            PortalError: The portal does not answer.
            StorageError: The feed cannot be read.
        """
        kept = (await to_thread.run_sync(feed.read_position, self._name) or "").partition(" ")
        floor, until = read_whole(kept[0]), read_whole(kept[2])
        if not floor:
            floor = until = await _read_clock(portal)
            await self._keep(feed, floor, until)
        self.floor, self._until = float(floor), until

    async def ask(self, portal: Portal) -> tuple[list[Cue], "Mark"]:
        """A cue for the dialog of each, and what to `note` once these are in the feed.

        Raises:
            PortalError: The portal does not answer.
        """
        rows = await self._ask_pages(portal) if self._allowed and self._until else []
        new = [row for row in rows if read_whole(row.get("id")) not in self._seen]
        closed = [moment.timestamp() for row in rows if (moment := read_moment(row.get("dateClose")))]
        seen = frozenset(read_whole(row.get("id")) for row in rows)
        return list(_read_cues(new, self.floor)), (max([self._until, *map(int, closed)]), seen)

    async def note(self, feed: Feed, mark: "Mark") -> None:
        """What `ask` brought is in the feed.

        Raises:
            StorageError: The feed cannot be written.
        """
        until, self._seen = mark
        if until > self._until:
            await self._keep(feed, int(self.floor), until)
            self._until = until

    async def _keep(self, feed: Feed, floor: int, until: int) -> None:
        await to_thread.run_sync(feed.append, (), (), Position(self._name, f"{floor} {until}"))

    async def _ask_pages(self, portal: Portal) -> list[Mapping[str, Any]]:
        since = datetime.fromtimestamp(self._until - MARGIN, UTC).isoformat()
        found: list[Mapping[str, Any]] = []
        for page in range(MOST_PAGES):
            wanted = {"dateCloseFrom": since, "limit": PAGE, "offset": page * PAGE}
            try:
                answer = await portal.call(METHOD, wanted, repeatable=True, scopes=SCOPES, prefer_batch=True)
            except PortalError as refusal:
                if not is_of_method(refusal):
                    raise
                self._allowed = False
                return []
            found += map(read_object, read_items(read_object(answer).get("sessions")))
            if read_flag(read_object(answer).get("hasNextPage")) is not True:
                break
        return found


Mark = tuple[int, frozenset[int]]
"""Up to when closed sessions have been seen, and which may be listed again."""


def _read_cues(rows: list[Mapping[str, Any]], floor: float) -> Iterator[Cue]:
    """Sessions that had begun before anybody listened are told of by the dialogs alone."""
    for row in rows:
        chat_id, number = read_whole(row.get("chatId")), read_whole(row.get("id"))
        moment = read_moment(row.get("dateCreate"))
        began = moment.timestamp() if moment else 0.0
        if chat_id and number:
            start = PortalEvent(
                EventKind.SESSION_STARTED,
                f"session {number} started",
                began,
                chat_id=chat_id,
                session_id=number,
                line_id=read_whole(row.get("configId")),
                user_code=read_text(row.get("userCode")),
            )
            yield Cue(chat_id, floor=floor, told=(start,) if began >= floor > 0 else ())


async def _read_clock(portal: Portal) -> int:
    """The portal's time; 0 where it does not tell."""
    try:
        now = read_moment(read_text(await portal.call("server.time", {}, repeatable=True)))
    except (RefusedError, AuthRefusedError):
        now = None
    return int(now.timestamp()) if now else 0
