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
    """Finds who takes a delivery; `open_portal` opens the portal of a profile.

    A portal whose application has proved itself is listened to from the start of the server to its end, so that what it
    posts is worked off, and what it could not post is found.
    """

    def __init__(self, open_portal: Callable[[str | None], Awaitable[tuple[Settings, Connection]]]) -> None:
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
        if settings.sandbox or settings.portal is None or settings.events == "off":
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
        """Listen to the portals of these profiles that have proved themselves, until `tasks` is cancelled."""
        self._tasks = tasks
        for profile in profiles:
            try:
                await self.find_receiver(profile)
            except SettingsError as error:
                if profile is not None:
                    logger.warning("No events of profile %s: %s", profile, error)


async def _keep_listening(connection: Connection) -> None:
    async with connection.events.listen():
        await anyio.sleep_forever()
