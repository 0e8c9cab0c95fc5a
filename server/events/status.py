"""How a server hears the events of its portal: by what, whether it does now, and what of it is kept."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime

from server.config.credentials import read_application
from server.config.settings import Settings, SettingsError
from server.events.choice import choose_sources, make_feed
from server.events.feed.store import Feed
from server.events.hub import is_running
from server.events.installation import InstallationFile
from server.events.sources.source import EventSource


@dataclass(frozen=True)
class SourceStatus:
    """One source, as people and programs read it."""

    name: str
    sees: str
    cannot_see: str
    promise: str
    running: bool
    """Whether any process of this machine hears by it now."""


@dataclass(frozen=True)
class FeedStatus:
    """What of the events is kept."""

    oldest: int
    newest: int
    oldest_at: str
    """When the oldest event was written down, in UTC; empty where there is none."""
    newest_at: str
    waiting_posts: int


@dataclass(frozen=True)
class EventStatus:
    """All of it; `proved` is None where no proof is needed."""

    sources: tuple[SourceStatus, ...]
    proved: bool | None
    feed: FeedStatus
    trouble: str = ""
    """Why the sources of the settings cannot be used."""
    bindings: list[dict[str, object]] = field(default_factory=list)


def list_sources(settings: Settings, key: str) -> tuple[SourceStatus, ...]:
    """The sources of the settings; `key` tells the portal and its user from others.

    Raises:
        SettingsError: The settings name a source that they lack the credentials for.
    """
    return tuple(
        SourceStatus(**asdict(source.abilities), name=source.name, running=_runs(settings, key, source))
        for source in choose_sources(settings)
    )


def read_status(settings: Settings, key: str) -> EventStatus:
    """The state of the sources and the feed; asks nothing of the portal.

    Raises:
        StorageError: The feed cannot be read.
    """
    trouble, sources = "", tuple[SourceStatus, ...]()
    try:
        sources = list_sources(settings, key)
    except SettingsError as error:
        trouble = str(error)
    proved = None
    if any(source.name == "application" for source in sources):
        _, file = read_application(settings)
        proved = InstallationFile(file.path).load() is not None
    return EventStatus(sources, proved, _read_feed(settings, key), trouble)


def _runs(settings: Settings, key: str, source: EventSource) -> bool:
    return is_running(settings.state_folder.expanduser(), key, source.name)


def _read_feed(settings: Settings, key: str) -> FeedStatus:
    feed = make_feed(settings, key)
    oldest, newest = feed.get_bounds()
    return FeedStatus(oldest, newest, _find_moment(feed, oldest), _find_moment(feed, newest), feed.count_posts())


def _find_moment(feed: Feed, number: int) -> str:
    noted = feed.find(number)
    return f"{datetime.fromtimestamp(noted.noted, UTC):%Y-%m-%d %H:%M:%S} UTC" if noted else ""


def describe_sources(status: EventStatus) -> Iterator[str]:
    """By what events are heard, and what each source can and cannot see."""
    if status.trouble:
        yield f"NO  events: {status.trouble}"
    elif not status.sources:
        yield "Events are off."
    for source in status.sources:
        yield f"Events by {source.name}: {'heard by a process now' if source.running else 'nobody listens now'}"
        yield f"     sees: {source.sees}"
        yield f"     cannot see: {source.cannot_see}"
        yield f"     how sure: {source.promise}"
    if status.proved is not None:
        known = "posts are believed" if status.proved else "missing; `openchannels-mcp events bind` has it prove itself"
        yield f"The portal's proof: {known}"


def describe_feed(feed: FeedStatus) -> Iterator[str]:
    """What of the events is kept."""
    if feed.newest:
        yield f"Feed: events {feed.oldest} ({feed.oldest_at}) to {feed.newest} ({feed.newest_at})"
    else:
        yield "Feed: empty"
    yield f"Posts that wait to be worked off: {feed.waiting_posts}"


def describe_bindings(bindings: Sequence[dict[str, object]]) -> Iterator[str]:
    """What the application has bound, one line for each."""
    for one in bindings:
        where = one["handler"] or "the offline queue"
        yield f"Bound: {one['event']} to {where}{f' as user {user}' if (user := one['user']) else ''}"
    if not bindings:
        yield "Bound: nothing"
