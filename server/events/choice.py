"""Which sources a portal has, by what its credentials and settings allow."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from server.config.credentials import read_application
from server.config.secrets import read_secret
from server.config.settings import Settings, SettingsError
from server.events.feed.store import Feed
from server.events.hub import EventHub
from server.events.installation import InstallationFile
from server.events.sources.application import ApplicationSource
from server.events.sources.bot import BotSource
from server.events.sources.offline import OfflineSource
from server.events.sources.polling import PollingSource
from server.events.sources.source import EventSource
from server.storage.database import State
from workflows.core.context import Context

if TYPE_CHECKING:
    from portal.client import Portal

NO_BOT = "events = bot needs bot_id, and bot_token where the bot was registered with a webhook"


def choose_sources(settings: Settings) -> list[EventSource]:
    """The sources of these settings.

    A server that only reads takes nothing out of a log or queue of the portal, and polls the state of dialogs instead.
    Unless a source is named: polling for a webhook; for an application what the portal posts once it has proved itself,
    the offline queue before; and the log of the bot that the settings name beside it.

    Raises:
        SettingsError: The settings name a source that they lack the credentials for.
    """
    if settings.events == "off":
        return []
    if settings.events == "bot" and settings.bot_id is None:
        raise SettingsError(NO_BOT)
    bot: list[EventSource] = []
    if settings.bot_id is not None:
        bot = [BotSource(settings.bot_id, read_secret(settings, "bot_token"))]
    return bot if settings.events == "bot" else [*_choose_sources(settings), *bot]


def _choose_sources(settings: Settings) -> list[EventSource]:
    is_application = not settings.sandbox and settings.portal is not None
    named: str = settings.events
    polling: list[EventSource] = [PollingSource(with_log=not settings.read_only)]
    if named == "polling" or (named == "auto" and not is_application):
        return polling
    if not is_application:
        raise SettingsError(f"events = {named} needs an application (portal, client_id, client_secret)")
    _, file = read_application(settings)
    proof = InstallationFile(file.path)
    if settings.read_only and (named == "offline" or (named == "auto" and proof.load() is None)):
        return polling
    if named == "offline":
        return [OfflineSource()]
    posts: list[EventSource] = [ApplicationSource(proof)]
    return posts if named == "application" else [*posts, OfflineSource(proof)]


def make_feed(settings: Settings, key: str) -> Feed:
    """The feed of the portal and user that `key` names."""
    return Feed(State.in_folder(settings.state_folder), key)


def make_hub(
    settings: Settings,
    key: str,
    open_portal: "Callable[[], Awaitable[Portal]]",
    start: Callable[[Callable[[], Awaitable[None]]], None],
) -> EventHub:
    """The hub of a portal that `key` names; it asks nothing before somebody listens.

    Raises:
        SettingsError: As of `choose_sources`.
    """

    async def open_context() -> Context:
        return Context(await open_portal(), {})

    folder = settings.state_folder.expanduser()
    return EventHub(make_feed(settings, key), choose_sources(settings), open_context, start, key=key, folder=folder)
