"""Turns cues into events: it reads what changed in a dialog since the last look, and writes both down at once.

Whatever the source is, events are found in one way: what the portal shows now, against what the feed knows. So no event
is lost or told twice where deliveries are lost, doubled or late, as long as somebody looks again.
"""

import logging
import time
from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from typing import Any

import anyio
from anyio import to_thread

from portal.errors import PortalError
from server.events.feed.cue import Cue, merge_cues
from server.events.feed.dialogs import KnownDialog, compare_dialogs, keep_unclear
from server.events.feed.event import ADDED, MESSAGES, EventKind, FeedEvent, PortalEvent, choose_kind
from server.events.feed.store import Feed, Position
from server.storage.errors import StorageError
from tools.dialogs import DialogGet
from tools.fields import MAX_ID
from tools.message_view import MessageView, find_client, identify_client
from tools.messenger import ImDialogMessagesGet
from tools.result_types import read_whole
from workflows.core.attempts import attempt
from workflows.core.chat_state import ChatState
from workflows.core.context import Context, run_together
from workflows.core.moments import read_moment

logger = logging.getLogger(__name__)

PAGE = 50
"""Messages of one question, the portal's most."""
FIRST_LOOK = "first look"
"""Position in the feed: the newest message of the portal that was seen when somebody listened for the first time."""

SKIPPED = "A dialog could not be compared with what is known of it; what the source told of it is kept"


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
            PortalError: The portal does not answer; nothing was written down.
            StorageError: The feed cannot be written.
        """
        known = await to_thread.run_sync(self._feed.find_dialogs, [cue.chat_id for cue in cues])
        context = (await self._open_context()).sharing_requests()
        new = [cue for cue in cues if cue.chat_id not in known]
        states = await run_together(*(partial(_read_state, context, cue) for cue in new))
        dialogs = [KnownDialog.from_state(state) for state in states if state]
        newest = max((dialog.last_message_id for dialog in dialogs), default=0)
        is_first = newest and await to_thread.run_sync(self._feed.read_position, FIRST_LOOK) is None
        first = Position(FIRST_LOOK, str(newest)) if is_first else None
        await to_thread.run_sync(self._feed.append, (), dialogs, first)
        return await self.follow([cue for cue in cues if cue.chat_id in known], position)

    async def follow(
        self, cues: Iterable[Cue], position: Position | None = None, done_posts: Collection[int] = ()
    ) -> list[FeedEvent]:
        """Look at the dialogs that cues name, and write down what is new with `position`: all of it, or nothing.

        A dialog that the portal does not show gives what its cue tells by itself.

        Raises:
            PortalError: The portal does not answer; nothing was written down.
            StorageError: The feed cannot be written.
        """
        merged = merge_cues(cues)
        async with self._looking:
            looks: list[Look] = []
            if merged:
                context = (await self._open_context()).sharing_requests()
                named = await run_together(*(partial(self._name_chat_or_skip, context, cue) for cue in merged))
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
        """The cue with its chat's id, where the portal tells it."""
        if cue.chat_id or not cue.user_code:
            return cue
        if chat_id := await to_thread.run_sync(self._feed.find_chat, cue.user_code):
            return replace(cue, chat_id=chat_id)
        answer = await attempt(context, DialogGet(user_code=cue.user_code, detail="full"))
        if isinstance(answer, PortalError):
            return cue
        state = ChatState.from_answer(answer)
        return replace(cue, chat_id=state.id, state=state)

    async def _look(self, context: Context, cue: Cue, before: KnownDialog | None) -> Look:
        found = await _read_state(context, cue)
        if found is None:
            return Look(None, cue.told + cue.always)
        now = keep_unclear(before, KnownDialog.from_state(found), found)
        messages = await self._read_messages(context, cue, before, now, found)
        if messages is None:
            return Look(None, cue.told + cue.always)
        newest = max([now.last_message_id, *(message["id"] for message in messages)])
        now = replace(now, last_message_id=max(newest, before.last_message_id if before else 0))
        moment = self._now()
        changes = await self._read_changes(context, cue, now, moment)
        moves = list(compare_dialogs(before, now, _find_moment(messages, moment)))
        news = [*(event for message in messages for event in _make_message_events(now, message, moment)), *changes]
        # Where no session is open any more, what was written belongs to the one that has finished.
        told = [*moves, *news] if now.session_id else [*news, *moves]
        return Look(now, (*told, *cue.always))

    async def _read_messages(
        self, context: Context, cue: Cue, before: KnownDialog | None, now: KnownDialog, state: ChatState
    ) -> list[MessageView] | None:
        """The messages that are news, oldest first; None where the portal does not show them."""
        if before is None:
            first = await to_thread.run_sync(self._feed.read_position, FIRST_LOOK)
            if cue.since is not None and first is not None:
                # What was written since the first look is news, also where what told of it was lost.
                return await _read_after(context, now, read_whole(first))
            since = float(state.began) if cue.since is None else cue.since
            return await _read_since(context, now, since)
        if state.last_message_id and state.last_message_id <= before.last_message_id:
            # What a source names may be in a first look at everything, which told of nothing; the feed knows the rest.
            return [] if cue.since is None else await _read_since(context, now, cue.since)
        return await _read_after(context, now, before.last_message_id)

    async def _read_changes(self, context: Context, cue: Cue, now: KnownDialog, moment: float) -> list[PortalEvent]:
        """The edits and deletions that a cue speaks of."""
        if not (cue.reread or cue.edited or cue.deleted):
            return []
        kept = await to_thread.run_sync(self._feed.read_messages, now.chat_id, MESSAGES)
        texts = {noted.event.message_id: noted.event for noted in kept if noted.event.kind in ADDED}
        texts |= {noted.event.message_id: noted.event for noted in kept if noted.event.kind not in ADDED}
        shown = {message["id"]: message for message in await _read_last(context, now)}
        for number in sorted((cue.edited | cue.deleted) - set(shown)):
            page = await _read_page(context, now, first_id=number - 1, limit=1)
            shown |= {message["id"]: message for message in page or () if message["id"] == number}
        found: list[PortalEvent] = []
        for number, message in sorted(shown.items()):
            named = number in cue.edited
            if number in cue.deleted or (message.get("kind") == "deleted" and number in texts):
                found.append(_make_deletion(now, number, texts.get(number), moment))
            elif named or (cue.reread and number in texts and texts[number].text != message["text"]):
                found.append(_make_edit(now, message, moment))
        gone = sorted(cue.deleted - set(shown))
        return found + [_make_deletion(now, number, texts.get(number), moment) for number in gone]


async def _read_state(context: Context, cue: Cue) -> ChatState | None:
    if cue.state is not None or not cue.chat_id:
        return cue.state
    answer = await attempt(context, DialogGet(chat_id=cue.chat_id, detail="full"))
    return None if isinstance(answer, PortalError) else ChatState.from_answer(answer)


async def _read_page(context: Context, dialog: KnownDialog, **wanted: Any) -> list[MessageView] | None:
    """Messages of a dialog, oldest first; None where the portal refuses."""
    question = ImDialogMessagesGet(dialog_id=f"chat{dialog.chat_id}", **{"limit": PAGE, **wanted})
    answer = await attempt(context, question)
    if isinstance(answer, PortalError):
        return None
    client = find_client(dialog.user_code)
    return [identify_client(message, client, dialog.owner) for message in answer["messages"]]


async def _read_after(context: Context, dialog: KnownDialog, number: int) -> list[MessageView] | None:
    """All messages after one, page by page."""
    found: list[MessageView] = []
    while True:
        page = await _read_page(context, dialog, first_id=number)
        if page is None:
            return None
        new = [message for message in page if message["id"] > number]
        found += new
        if len(page) < PAGE or not new:
            return found
        number = new[-1]["id"]


async def _read_since(context: Context, dialog: KnownDialog, since: float) -> list[MessageView] | None:
    """The messages from a moment on, back from the newest."""
    found: list[MessageView] = []
    last = MAX_ID
    while True:
        page = await _read_page(context, dialog, last_id=last)
        if page is None:
            return None
        new = [message for message in page if _find_moment([message], since) >= since]
        found = new + found
        if len(page) < PAGE or len(new) < len(page):
            return found
        last = page[0]["id"]


async def _read_last(context: Context, dialog: KnownDialog) -> list[MessageView]:
    return await _read_page(context, dialog, last_id=MAX_ID) or []


def _find_moment(messages: Sequence[MessageView], otherwise: float) -> float:
    """Unix seconds of the first message that has a date."""
    moments = (read_moment(message["date"]) for message in messages)
    return next((moment.timestamp() for moment in moments if moment), otherwise)


def _make_message_events(dialog: KnownDialog, message: MessageView, moment: float) -> Iterator[PortalEvent]:
    """A new message; one that is deleted already has no words of its author, and its deletion is told with it."""
    is_deleted = message.get("kind") == "deleted"
    described = _describe_message(message) | ({"text": "", "files": ()} if is_deleted else {})
    key = f"message {message['id']}"
    event = dialog.make_event(choose_kind(message["role"]), key, _find_moment([message], moment), **described)
    yield event
    if is_deleted:
        yield _make_deletion(dialog, message["id"], event, moment)


def _make_edit(dialog: KnownDialog, message: MessageView, moment: float) -> PortalEvent:
    """Each text that a message ever had is one event."""
    sign = sha256(message["text"].encode()).hexdigest()[:16]
    key = f"message {message['id']} edited {sign}"
    return dialog.make_event(EventKind.MESSAGE_EDITED, key, moment, **_describe_message(message))


def _describe_message(message: MessageView) -> dict[str, Any]:
    details = {"role": message["role"], **({"hidden": True} if message.get("hidden") else {})}
    return {
        "message_id": message["id"],
        "author_id": message["author_id"] or 0,
        "author": message["author"] or "",
        "text": message["text"],
        "files": tuple(str(file.get("name") or "") for file in message.get("files", ())),
        "details": details,
    }


def _make_deletion(dialog: KnownDialog, number: int, known: PortalEvent | None, moment: float) -> PortalEvent:
    author = {"author_id": known.author_id, "author": known.author} if known else {}
    return dialog.make_event(
        EventKind.MESSAGE_DELETED, f"message {number} deleted", moment, message_id=number, **author
    )
