"""Looking at every open dialog that can be known of, because a portal may lose what it was to tell."""

from collections.abc import Iterable

from anyio import to_thread

from portal.errors import AuthRefusedError, RefusedError
from server.events.feed.cue import Cue
from server.events.feed.store import Feed, Position
from server.events.sources.open_sessions import OpenSessions
from server.events.sources.polling import ask_state, list_states
from server.events.sources.source import SourceParts
from workflows.core.chat_state import ChatState
from workflows.core.context import Context

EVERY = 180.0
"""Seconds between two of them."""
BEGUN = "begun"
"""Position of a source that has looked at everything once."""


async def reconcile(context: Context, parts: SourceParts, source: str) -> None:
    """Look at every open dialog; what is in them when a source does so for the first time is no news.

    Raises:
        PortalError: The portal does not answer.
        StorageError: The feed cannot be used.
    """
    cues = await list_open_dialogs(context, parts.feed)
    if await to_thread.run_sync(parts.feed.read_position, source) is None:
        await parts.follower.begin(cues, Position(source, BEGUN))
    else:
        await parts.follower.follow(cues)


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
    for number in await OpenSessions().ask(context.portal):
        cues.setdefault(number, Cue(number))
    return list(cues.values())


async def _list_own(context: Context) -> Iterable[ChatState]:
    try:
        return list_states(await ask_state(context.portal))
    except (RefusedError, AuthRefusedError):
        return ()
