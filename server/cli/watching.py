"""Listening to a portal from a terminal: what comes is handed on, and how it is heard is said beside it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import anyio
import click
from anyio import to_thread

from server.config.settings import Settings, SettingsError
from server.connection import Connection
from server.events.feed.event import EventFilter, EventKind, FeedEvent
from server.privacy.masking import Masks, NoMasks, open_masks
from server.storage.errors import StorageError
from tools.untrusted import escape_invisible
from workflows.directory.names import match_name

if TYPE_CHECKING:
    from server.events.hub import EventHub

LOOK_EVERY = 0.5
"""Seconds between two looks at how the sources are doing."""
PAGE = 200
NOBODY = "events are off in the settings: nothing is heard (events = off)"


@dataclass(frozen=True)
class Watched:
    """Which events somebody wants to see."""

    line_id: int | None = None
    client: str = ""
    """Of the client's name, as a person writes it; empty for all."""
    system: bool = False
    """Whether the portal's own notices are wanted too."""

    def wants(self, noted: FeedEvent) -> bool:
        """Whether an event is wanted."""
        event = noted.event
        if not EventFilter(line_id=self.line_id).wants(event):
            return False
        if event.kind is EventKind.MESSAGE_FROM_SYSTEM and not self.system:
            return False
        names = {name: name for name in (event.client, _find_client_author(noted)) if name}
        return not self.client or bool(match_name(self.client, names))


def note_on_stderr(text: str) -> None:
    """Say something beside what is written down."""
    click.echo(escape_invisible(text), err=True)


class EventMasks:
    """Hides what belongs to clients in events, where the settings ask for it."""

    def __init__(self, masks: Masks) -> None:
        self._masks = masks

    def hide(self, noted: FeedEvent) -> FeedEvent:
        """The event with pseudonyms."""
        event = noted.event
        if isinstance(self._masks, NoMasks):
            return noted
        clients = [name for name in (event.client, _find_client_author(noted)) if name]
        self._masks.listen([{"role": "client", "author": name} for name in clients])
        words = {"text": event.text, "client": event.client, "author": event.author}
        shown: dict[str, Any] = {**words, "files": list(event.files)}
        hidden = self._masks.hide(shown)
        return replace(noted, event=replace(event, **{**hidden, "files": tuple(hidden["files"])}))


def open_event_masks(settings: Settings, key: str) -> EventMasks:
    """The masks that the settings ask for; `key` tells the portal and its user from others."""
    return EventMasks(open_masks(settings.state_folder, key) if settings.mask_pii else NoMasks())


def _find_client_author(noted: FeedEvent) -> str:
    event = noted.event
    return event.author if event.kind is EventKind.MESSAGE_FROM_CLIENT else ""


@asynccontextmanager
async def listen(settings: Settings, note: Callable[[str], object]) -> AsyncIterator[Connection]:
    """The settings' portal, to which is listened meanwhile; `note` is told how the sources are doing.

    Raises:
        SettingsError: The settings name no portal, or no source that it has; or events are off.
    """
    async with Connection(settings) as connection:
        hub = connection.events
        if not hub.states:
            raise SettingsError(NOBODY)
        await connection.portal()
        async with hub.listen(), anyio.create_task_group() as tasks:
            tasks.start_soon(_tell_of_sources, hub, note)
            yield connection
            tasks.cancel_scope.cancel()


async def _tell_of_sources(hub: "EventHub", note: Callable[[str], object]) -> None:
    """Say which sources hear, what trouble they have, and when it is over."""
    told: dict[str, str | None] = {}
    while True:
        for state in hub.states:
            name, before = state.source.name, told.get(state.source.name)
            if state.trouble and state.trouble != before:
                told[name] = state.trouble
                note(f"{name}: {state.trouble}")
            elif state.running and state.pacer.has_begun and not state.trouble and before != "":
                told[name] = ""
                note(f"Hearing events by {name}: {state.source.abilities.promise}" if before is None else f"{name}: ok")
        await anyio.sleep(LOOK_EVERY)


async def follow_feed(hub: "EventHub", take: Callable[[FeedEvent], Awaitable[object]]) -> None:
    """Hand every event on that the feed gets from now on, in its order, until cancelled."""
    after = await hub.get_newest()
    while True:
        await hub.wait(after)
        try:
            page = await to_thread.run_sync(hub.feed.read, after, PAGE)
        except StorageError:
            await anyio.sleep(LOOK_EVERY)
            continue
        for noted in page:
            await take(noted)
            after = noted.number


async def watch(
    settings: Settings, wanted: Watched, write: Callable[[FeedEvent], object], note: Callable[[str], object]
) -> None:
    """Write down wanted events as they come, until cancelled; clients' data are masked where the settings ask for it.

    Raises:
        SettingsError: As of `listen`.
    """
    async with listen(settings, note) as connection:
        masks = open_event_masks(settings, connection.key)

        async def take(noted: FeedEvent) -> None:
            if wanted.wants(noted):
                write(await to_thread.run_sync(masks.hide, noted))

        await follow_feed(connection.events, take)
