"""The portals of a team that post events: found by profile, and worked off as long as the server runs."""

import logging
from collections.abc import Awaitable, Callable, Iterable
from functools import partial

import anyio
from anyio.abc import TaskGroup

from server.config.credentials import read_application
from server.config.settings import Settings, SettingsError
from server.connection import Connection
from server.events.choice import make_feed
from server.events.installation import InstallationFile
from server.http.deliveries.receiver import DeliveryReceiver

logger = logging.getLogger(__name__)


class DeliveryService:
    """Finds who takes a delivery; `read_settings` reads a profile, `open_portal` opens its portal.

    A portal whose application has proved itself is listened to from the start of the server to its end, so that what it
    posts is worked off, and what it could not post is found.
    """

    def __init__(
        self,
        read_settings: Callable[[str | None], Settings],
        open_portal: Callable[[str | None], Awaitable[tuple[Settings, Connection]]],
    ) -> None:
        self._read_settings = read_settings
        self._open_portal = open_portal
        self._receivers: dict[str | None, DeliveryReceiver | None] = {}
        self._finding = anyio.Lock()
        self._listening: set[Connection] = set()
        self._tasks: TaskGroup

    async def find_receiver(self, profile: str | None) -> DeliveryReceiver | None:
        """The receiver of a profile; None where it has no application.

        Raises:
            SettingsError: There is no such profile, or its settings cannot work.
        """
        async with self._finding:
            if profile not in self._receivers:
                self._receivers[profile] = await self._make_receiver(profile)
        return self._receivers[profile]

    async def _make_receiver(self, profile: str | None) -> DeliveryReceiver | None:
        settings, connection = await self._open_portal(profile)
        if not _takes_posts(settings):
            return None
        application, file = read_application(settings)
        if InstallationFile(file.path).load() is not None:
            self._listen(connection)
        feed = make_feed(settings, connection.key)
        return DeliveryReceiver(application, file, feed, on_proof=partial(self._listen, connection))

    def _listen(self, connection: Connection) -> None:
        if connection not in self._listening:
            self._listening.add(connection)
            self._tasks.start_soon(_keep_listening, connection)

    async def run(self, tasks: TaskGroup, profiles: Iterable[str | None]) -> None:
        """Listen to the portals of these profiles that have proved themselves, until `tasks` is cancelled.

        The others are not opened before they are needed.
        """
        self._tasks = tasks
        for profile in profiles:
            try:
                settings = self._read_settings(profile)
                if _takes_posts(settings) and InstallationFile(read_application(settings)[1].path).load():
                    await self.find_receiver(profile)
            except SettingsError as error:
                if profile is not None:
                    logger.warning("No events of profile %s: %s", profile, error)


def _takes_posts(settings: Settings) -> bool:
    return not settings.sandbox and settings.portal is not None and settings.events != "off"


async def _keep_listening(connection: Connection) -> None:
    async with connection.events.listen():
        await anyio.sleep_forever()
