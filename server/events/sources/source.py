"""What every source of events is."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from server.events.feed.follower import Follower
from server.events.feed.store import Feed
from server.events.sources.pacing import Pacer
from workflows.core.context import Context


@dataclass(frozen=True)
class Abilities:
    """What a source can do, in words for people."""

    sees: str
    cannot_see: str
    promise: str
    """What is lost and what is not, and how soon an event is heard of."""


@dataclass(frozen=True)
class SourceParts:
    """What a source works with."""

    feed: Feed
    follower: Follower
    open_context: Callable[[], Awaitable[Context]]
    """The portal as its credentials may use it."""
    sleep: Callable[[float], Awaitable[None]]
    pacer: Pacer
    """Its pauses between two rounds, where it asks again and again."""
    report: Callable[[str], None]
    """Told in words what people should know of its present state; an empty text when all is well again."""


class EventSource(Protocol):
    """One way in which a portal tells that something happened. Its class makes nothing before `run`."""

    name: str
    """Of the source, as positions are kept by and people read it: `webhook`, `application`, `offline`, `bot`."""
    abilities: Abilities
    exclusive: bool
    """Whether only one process may run it at a time for one user of a portal, because reading takes events away."""

    async def run(self, parts: SourceParts) -> None:
        """Hear events and let the follower write them down, until it is cancelled.

        Raises:
            PortalError: The portal does not answer or refuses; it is run again after a pause.
            StorageError: The feed cannot be written; the same.
        """
        ...
