"""Turns cues into events: it reads what changed in a dialog since the last look, and writes both down at once.

Whatever the source is, events are found in one way: what the portal shows now, against what the feed knows. So no event
is lost or told twice where deliveries are lost, doubled or late, as long as somebody looks again.
"""

import logging
import time
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import anyio
from anyio import to_thread

from portal.errors import PortalError
from server.events.feed.cue import Cue, merge_cues
from server.events.feed.dialogs import KnownDialog, keep_unclear
from server.events.feed.event import MESSAGES, EventKind, FeedEvent, PortalEvent
from server.events.feed.messages import find_last_texts, make_deletion, make_edit, make_message_event
from server.events.feed.reading import find_state, read_after, read_last, read_page, read_since, read_state
from server.events.feed.store import Feed, Position
from server.events.feed.story import Story
from server.storage.errors import StorageError
from tools.message_view import MessageView
from workflows.core.chat_state import ChatState
from workflows.core.context import Context, run_together

logger = logging.getLogger(__name__)

SKIPPED = "A dialog could not be compared with what is known of it; what the source told of it is kept"
MOST_LOOKS = 200
"""Dialogs that are looked at together and written down in one transaction; another source may come between."""
FIRST_LOOK = 600.0
"""Seconds for which a first look at everything may take in what a delivery tells of as well."""


@dataclass(frozen=True)
class Look:
    """What one look at a dialog brought."""

    dialog: KnownDialog | None
    """None where it cannot be read."""
    events: tuple[PortalEvent, ...]


class Follower:
    """Keeps a feed true to the portal; one look at a time."""

    def __init__(
        self, feed: Feed, open_context: Callable[[], Awaitable[Context]], now: Callable[[], float] = time.time
    ) -> None:
        self._feed = feed
        self._open_context = open_context
        self._now = now
        self._looking = anyio.Lock()

    async def begin(self, cues: Sequence[Cue], position: Position | None = None) -> list[FeedEvent]:
        """Take dialogs as they stand: what is in those that were never looked at is no news, in the others it may be.

        Raises:
            PortalError: The portal does not answer; `position` was not written down.
            StorageError: The feed cannot be written.
        """
        known: list[Cue] = []
        for part in _divide(cues):
            async with self._looking:
                known += await self._begin(part)
        return await self.follow(known, position)

    async def _begin(self, cues: Sequence[Cue]) -> list[Cue]:
        """Note dialogs that were never looked at; the others."""
        known = await to_thread.run_sync(self._feed.find_dialogs, [cue.chat_id for cue in cues])
        context = (await self._open_context()).sharing_requests()
        new = [cue for cue in cues if cue.chat_id not in known]
        states = await run_together(*(partial(read_state, context, cue) for cue in new))
        await to_thread.run_sync(self._feed.append, (), [KnownDialog.from_state(state) for state in states if state])
        return [cue for cue in cues if cue.chat_id in known]

    async def follow(
        self, cues: Iterable[Cue], position: Position | None = None, done_posts: Collection[int] = ()
    ) -> list[FeedEvent]:
        """Look at the dialogs that cues name, and write down what is new; then, with the last of it, `position`.

        Where that fails on the way, the same cues give the rest the next time, and nothing twice. A dialog that the
        portal does not show gives what its cue tells by itself.

        Raises:
            PortalError: The portal does not answer; `position` was not written down.
            StorageError: The feed cannot be written.
        """
        *first, last = _divide(merge_cues(cues)) or [[]]
        noted: list[FeedEvent] = []
        for part in first:
            noted += await self._follow(part, None, ())
        return noted + await self._follow(last, position, done_posts)

    async def _follow(
        self, cues: Sequence[Cue], position: Position | None, done_posts: Collection[int]
    ) -> list[FeedEvent]:
        async with self._looking:
            looks: list[Look] = []
            if cues:
                context = (await self._open_context()).sharing_requests()
                named = await run_together(*(partial(self._name_chat_or_skip, context, cue) for cue in cues))
                one_each = merge_cues(named)
                known = await to_thread.run_sync(self._feed.find_dialogs, [cue.chat_id for cue in one_each])
                looks = await run_together(
                    *(partial(self._look_or_skip, context, cue, known.get(cue.chat_id)) for cue in one_each)
                )
            events = [event for look in looks for event in look.events]
            dialogs = [look.dialog for look in looks if look.dialog]
            return await to_thread.run_sync(partial(self._feed.append, events, dialogs, position, done_posts))

    async def _name_chat_or_skip(self, context: Context, cue: Cue) -> Cue:
        try:
            return await self._name_chat(context, cue)
        except (PortalError, StorageError):
            raise
        except Exception:
            logger.exception(SKIPPED)
            return cue

    async def _look_or_skip(self, context: Context, cue: Cue, before: KnownDialog | None) -> Look:
        """A cue that we cannot deal with, whatever is in it, must not hold up all that come after it for ever."""
        try:
            return await self._look(context, cue, before)
        except (PortalError, StorageError):
            raise
        except Exception:
            logger.exception(SKIPPED)
            return Look(None, cue.told + cue.always)

    async def _name_chat(self, context: Context, cue: Cue) -> Cue:
        """The cue with its chat's id, where the portal tells it, or the feed knows where the dialog was before."""
        if cue.chat_id or not cue.user_code:
            return cue
        if chat_id := await to_thread.run_sync(self._feed.find_chat, cue.user_code):
            return replace(cue, chat_id=chat_id)
        if state := await find_state(context, cue.user_code):
            return replace(cue, chat_id=state.id, state=state)
        return replace(cue, chat_id=await to_thread.run_sync(self._feed.find_moved_chat, cue.user_code))

    async def _look(self, context: Context, cue: Cue, before: KnownDialog | None) -> Look:
        found = await read_state(context, cue)
        if found is None:
            return Look(None, cue.told + cue.always)
        now = keep_unclear(before, KnownDialog.from_state(found), found)
        messages = await self._read_messages(context, cue, before, now, found)
        moment = self._now()
        if messages is None:
            # What is said later must not be taken for known: the last message stays the one that was read.
            kept = replace(now, last_message_id=before.last_message_id) if before else None
            story = Story(cue, before, now, found, moment)
            return Look(kept, (*story.tell([]), *_choose_messages(cue.told), *cue.always))
        newest = max([now.last_message_id, *(message["id"] for message in messages)])
        now = replace(now, last_message_id=max(newest, before.last_message_id if before else 0))
        gone = [_make_gone(now, message, moment) for message in messages if _is_deleted(message)]
        changes = [*gone, *await self._read_changes(context, cue, now, moment)]
        starts = await self._read_starts(cue)
        return Look(now, (*Story(cue, before, now, found, moment, starts).tell(messages), *changes, *cue.always))

    async def _read_messages(
        self, context: Context, cue: Cue, before: KnownDialog | None, now: KnownDialog, state: ChatState
    ) -> list[MessageView] | None:
        """The messages that are news, oldest first; None where the portal does not show them."""
        if before is None:
            since = _choose_since(cue, state)
            return [] if since is None else await read_since(context, now, since)
        if state.last_message_id and state.last_message_id <= before.last_message_id:
            # What a source names may be in a first look at everything, which told of nothing; the feed knows the rest.
            may_be_news = cue.since is not None and cue.floor and cue.since < cue.floor + FIRST_LOOK
            return await read_since(context, now, cue.since) if may_be_news and cue.since is not None else []
        return await read_after(context, now, before.last_message_id)

    async def _read_starts(self, cue: Cue) -> list[tuple[float, int]]:
        """When the sessions began that were told of in the dialog before, where the cue tells of another."""
        if all(event.kind is not EventKind.SESSION_STARTED for event in cue.told):
            return []
        noted = await to_thread.run_sync(self._feed.read_messages, cue.chat_id, {EventKind.SESSION_STARTED})
        return [(one.event.at, one.event.session_id) for one in noted]

    async def _read_changes(self, context: Context, cue: Cue, now: KnownDialog, moment: float) -> list[PortalEvent]:
        """The edits and deletions that a cue speaks of."""
        if not (cue.reread or cue.edited or cue.deleted):
            return []
        texts = find_last_texts(await to_thread.run_sync(self._feed.read_messages, now.chat_id, MESSAGES))
        shown = {message["id"]: message for message in await read_last(context, now)}
        for number in sorted((cue.edited | cue.deleted) - set(shown)):
            page = await read_page(context, now, first_id=number - 1, limit=1)
            shown |= {message["id"]: message for message in page or () if message["id"] == number}
        found: list[PortalEvent] = []
        for number, message in sorted(shown.items()):
            named = number in cue.edited
            if number in cue.deleted or (_is_deleted(message) and number in texts):
                found.append(make_deletion(now, number, texts.get(number), moment))
            elif named or (cue.reread and number in texts and texts[number].text != message["text"]):
                found.append(make_edit(now, message, moment))
        gone = sorted(cue.deleted - set(shown))
        return found + [make_deletion(now, number, texts.get(number), moment) for number in gone]


def _make_gone(now: KnownDialog, message: MessageView, moment: float) -> PortalEvent:
    return make_deletion(now, message["id"], make_message_event(now, message, moment), moment)


def _is_deleted(message: MessageView) -> bool:
    return message.get("kind") == "deleted"


def _divide(cues: Sequence[Cue]) -> list[Sequence[Cue]]:
    return [cues[start : start + MOST_LOOKS] for start in range(0, len(cues), MOST_LOOKS)]


def _choose_messages(told: Iterable[PortalEvent]) -> list[PortalEvent]:
    return [event for event in told if event.kind in MESSAGES]


def _choose_since(cue: Cue, state: ChatState) -> float | None:
    """Unix seconds from which messages are news in a dialog that was never looked at; None where none are.

    That is from when on somebody has listened, also where what told of them was lost; where that is not known, from
    the moment that the source names, or from the beginning of the session.
    """
    if cue.floor:
        return cue.floor if cue.since is None else min(cue.since, cue.floor)
    return cue.since or float(state.began) or None
