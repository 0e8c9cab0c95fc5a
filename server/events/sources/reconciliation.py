"""Looking at every open dialog that can be known of, because a portal may lose what it was to tell."""

from collections.abc import Iterable
from typing import Any

from anyio import to_thread

from server.events.feed.cue import Cue
from server.events.feed.store import Feed
from server.events.sources.polling import ask_state, list_states
from tools.result_types import read_items, read_object, read_whole
from tools.statistics import V2SessionList
from workflows.core.attempts import attempt, is_refusal
from workflows.core.context import Context

EVERY = 180.0
"""Seconds between two of them."""
PAGE = 200
MOST_PAGES = 25
OPEN: tuple[Any, ...] = ("new", "answered")


async def list_open_dialogs(context: Context, feed: Feed) -> list[Cue]:
    """A cue for each dialog that is open, or was when it was last looked at.

    That is what the feed knows, the messenger of the credentials' user, and where the plan and the rights allow it the
    lists of all lines.

    Raises:
        PortalError: The portal does not answer.
    """
    known = await to_thread.run_sync(feed.list_dialogs)
    cues = {dialog.chat_id: Cue(dialog.chat_id) for dialog in known if dialog.session_id}
    for state in await _list_own(context):
        cues[state.id] = Cue(state.id, state=state)
    for number in await _list_in_statistics(context):
        cues.setdefault(number, Cue(number))
    return list(cues.values())


async def _list_own(context: Context) -> Iterable[Any]:
    from portal.errors import AuthRefusedError, RefusedError

    try:
        return list_states(await ask_state(context.portal))
    except (RefusedError, AuthRefusedError):
        return ()


async def _list_in_statistics(context: Context) -> set[int]:
    found: set[int] = set()
    for status in OPEN:
        for page in range(MOST_PAGES):
            answer = await attempt(context, V2SessionList(status=status, offset=page * PAGE, limit=PAGE))
            if is_refusal(answer):
                return found
            rows = [read_object(row) for row in read_items(read_object(answer).get("sessions"))]
            found |= {number for row in rows if (number := read_whole(row.get("chatId")))}
            if len(rows) < PAGE:
                break
    return found
