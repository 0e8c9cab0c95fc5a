"""Which sources a portal has, by what its credentials and settings allow."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from server.config.settings import Settings
from server.events.feed.store import Feed
from server.events.hub import EventHub
from server.events.sources.polling import PollingSource
from server.events.sources.source import EventSource
from server.storage.database import State
from workflows.core.context import Context

if TYPE_CHECKING:
    from portal.client import Portal


def choose_sources(settings: Settings) -> list[EventSource]:
    """The sources that can work with these settings, the best first."""
    del settings
    return [PollingSource()]


def make_hub(
    settings: Settings,
    key: str,
    open_portal: "Callable[[], Awaitable[Portal]]",
    start: Callable[[Callable[[], Awaitable[None]]], None],
) -> EventHub:
    """The hub of a portal that `key` names; it asks nothing before somebody listens."""

    async def open_context() -> Context:
        return Context(await open_portal(), {})

    feed = Feed(State.in_folder(settings.state_folder), key)
    return EventHub(
        feed, choose_sources(settings), open_context, start, key=key, folder=settings.state_folder.expanduser()
    )
