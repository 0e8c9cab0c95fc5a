"""Takes in the deliveries of one portal: whether they are its own, and where they go."""

import logging
from collections.abc import Callable, Mapping
from typing import Any

import anyio
from anyio import to_thread

from portal.application import Application
from portal.errors import PortalError
from portal.oauth import check_grant
from portal.tokens import Grant, NoGrantError, TokenFile
from server.events.feed.store import Feed, Position
from server.events.installation import NOBODY, Installation, InstallationFile
from server.events.sources.application import make_post
from tools.result_types import read_object, read_text, read_whole

logger = logging.getLogger(__name__)

INSTALLED, UPDATED, UNINSTALLED = "ONAPPINSTALL", "ONAPPUPDATE", "ONAPPUNINSTALL"
USER_READY = "ONAPPUSERREADY"
TEST = "ONAPPTEST"
TEST_ASKED, TEST_SEEN = "test asked", "test seen"
"""Positions in the feed: the number that a test event shall bring, and the one that came."""
NUMBER = "openchannels_test"
"""Name of that number among the parameters of `event.test`."""
MOST_WAITING = 50_000
"""Deliveries that wait to be worked off; more are refused, and found by reading later."""

MOST_CHECKS = 16
"""Installations that wait to be checked; more are refused. The portal sends its own only once, and forged ones may come
at the same time."""
CHECK_AGAIN = 1.0
"""Seconds after an installation that was not believed: whoever posts forged ones does not make us a flood elsewhere."""


class DeliveryReceiver:
    """The deliveries of one portal to one application; `on_proof` is told when the portal has proved itself."""

    def __init__(
        self, application: Application, file: TokenFile, feed: Feed, on_proof: Callable[[], object] = lambda: None
    ) -> None:
        self._application = application
        self._tokens = file
        self._proof = InstallationFile(file.path)
        self._feed = feed
        self._on_proof = on_proof
        self._checking = anyio.Lock()
        self._check_at = 0.0
        """By the event loop's clock: when an installation may be checked again."""

    async def take(self, form: Mapping[str, Any]) -> bool:
        """Take in one delivery; False for what is not of the portal. What was taken in is on the disk.

        Raises:
            StorageError, OSError: It cannot be written down.
        """
        event, auth = read_text(form.get("event")).upper(), read_object(form.get("auth"))
        shown = Installation.from_auth(auth)
        if event in (INSTALLED, UPDATED):
            return await self._install(shown, auth)
        known = await to_thread.run_sync(self._proof.load)
        if not (known or NOBODY).matches(shown):
            return event == TEST and await self._learn(shown, form)
        if event == UNINSTALLED:
            await to_thread.run_sync(self._proof.forget)
            logger.warning("The application was taken off its portal: no event is believed any more")
            return True
        if event == USER_READY:
            return await self._take_user(read_object(form.get("data")))
        if event == TEST:
            return await self._note_test(form)
        return await to_thread.run_sync(lambda: self._feed.keep_post(make_post(form), most=MOST_WAITING))

    async def _install(self, shown: Installation, auth: Mapping[str, Any]) -> bool:
        """Believe an installation whose tokens the authorisation server renews for us, for our portal."""
        if not (shown.member_id and shown.application_token and auth.get("refresh_token")):
            return False
        given = Grant(read_text(auth.get("access_token")), read_text(auth.get("refresh_token")))
        if self._checking.statistics().tasks_waiting >= MOST_CHECKS:
            return False
        async with self._checking:
            await anyio.sleep(max(0.0, self._check_at - anyio.current_time()))
            try:
                grant = await check_grant(self._application, given)
            except PortalError as error:
                self._check_at = anyio.current_time() + CHECK_AGAIN
                logger.warning("An installation was not believed: %s", error.description)
                return False
        async with self._tokens.lock():
            await to_thread.run_sync(self._tokens.save, grant)
        await self._believe(shown)
        logger.info("The application was installed; its tokens and its portal's proof are kept")
        return True

    async def _take_user(self, data: Mapping[str, Any]) -> bool:
        """Keep the tokens of the portal's own user for the application where nobody has signed in."""
        fields = {name.lower(): value for name, value in data.items()}
        try:
            await to_thread.run_sync(self._tokens.load)
        except NoGrantError:
            grant = Grant(
                read_text(fields.get("access_token")),
                read_text(fields.get("refresh_token")),
                read_text(fields.get("scope")),
                read_whole(fields.get("user_id")),
            )
            if grant.access_token and grant.refresh_token:
                async with self._tokens.lock():
                    await to_thread.run_sync(self._tokens.save, grant)
        return True

    async def _learn(self, shown: Installation, form: Mapping[str, Any]) -> bool:
        """Believe a test event that brings the number which only the portal was told."""
        asked = await to_thread.run_sync(self._feed.read_position, TEST_ASKED)
        number = _find_number(form)
        is_asked_for = bool(asked) and Installation(asked or "", "").matches(Installation(number, ""))
        if not (is_asked_for and shown.member_id and shown.application_token):
            return False
        await self._believe(shown)
        return await self._note_test(form)

    async def _believe(self, shown: Installation) -> None:
        await to_thread.run_sync(self._proof.save, shown)
        self._on_proof()

    async def _note_test(self, form: Mapping[str, Any]) -> bool:
        seen = Position(TEST_SEEN, _find_number(form))
        await to_thread.run_sync(self._feed.append, (), (), seen)
        return True


def _find_number(form: Mapping[str, Any]) -> str:
    """The number among the parameters that a test event echoes, wherever and in whatever case they stand."""
    waiting: list[Any] = [form.get("data")]
    while waiting:
        found = waiting.pop()
        if isinstance(found, Mapping):
            for name, value in found.items():
                if str(name).lower() == NUMBER and isinstance(value, str):
                    return value
                waiting.append(value)
    return ""
