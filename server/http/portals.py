"""The portals of a team: one connection for each profile, shared by all who use it, because its limits are shared."""

import logging
import os
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self

import anyio
from anyio.abc import TaskGroup, TaskStatus

from server.caller import Caller, is_always_valid
from server.catalogue.documentation import Documentation
from server.config.guard_settings import GuardSettings
from server.config.settings import Settings, SettingsError
from server.connection import Connection
from server.policy import Policy

logger = logging.getLogger(__name__)

MOST_CALLERS = 2000
"""Kept for their next request."""
WHICH_PORTAL = (
    "webhook_url",
    "webhook_url_file",
    "webhook_url_keyring",
    "portal",
    "client_id",
    "client_secret",
    "client_secret_file",
    "client_secret_keyring",
    "oauth_server",
    "token_file",
)
"""Settings that say which portal it is; as variables they would put one portal into the place of every profile's."""


class Portals:
    """Opens the portal of a profile when it is first needed; `options` are the command line's, for all of them."""

    def __init__(self, options: Mapping[str, Any], connect: Callable[[Settings], Connection] = Connection) -> None:
        self._options = options
        self._connect = connect
        self._known: dict[str | None, tuple[Settings, Connection]] = {}
        self._open: set[Connection] = set()
        self._callers: dict[tuple[str, str | None, Policy, str], Caller] = {}
        self._opening = anyio.Lock()
        self._closing = anyio.Event()
        self._tasks: TaskGroup

    def get_settings(self, profile: str | None) -> Settings:
        """The settings of a profile, or the server's own where none is named.

        Raises:
            SettingsError: They cannot work.
        """
        return self._find(profile)[0]

    async def open(self, profile: str | None) -> tuple[Settings, Connection]:
        """The settings of a profile, and the connection to its portal, which is open until the server ends.

        Raises:
            SettingsError: The profile's settings cannot work.
        """
        settings, connection = self._find(profile)
        async with self._opening:
            if connection not in self._open:
                await self._tasks.start(self._keep_open, connection)
                self._open.add(connection)
        return settings, connection

    async def get_caller(
        self,
        name: str,
        profile: str | None,
        bound: Policy,
        credential: str = "",
        is_still_valid: Callable[[], bool] = is_always_valid,
    ) -> Caller:
        """One who works with a profile's portal, within the profile's bounds and their own (`bound`).

        The portal's connection is opened when it is first needed. Two credentials are two callers, also where both have
        the same name. `is_still_valid` as in `Caller`.

        Raises:
            SettingsError: The profile's settings cannot work.
        """
        settings, connection = await self.open(profile)
        known = (name, profile, bound, credential)
        if known not in self._callers or self._callers[known].connection is not connection:
            if len(self._callers) >= MOST_CALLERS:
                self._callers.clear()
            documentation = Documentation(settings.docs_folder.expanduser())
            self._callers[known] = Caller(
                name,
                Policy.from_settings(settings).narrow(bound),
                connection,
                documentation,
                GuardSettings.from_settings(settings),
                credential,
                is_still_valid,
            )
        return self._callers[known]

    def _find(self, profile: str | None) -> tuple[Settings, Connection]:
        """Each profile is read once, also where it is the one that is used unless another is named."""
        if profile not in self._known:
            settings = self.read_settings(profile)
            if settings.profile not in self._known:
                self._known[settings.profile] = (settings, self._connect(settings))
            self._known[profile] = self._known[settings.profile]
        return self._known[profile]

    def read_settings(self, profile: str | None) -> Settings:
        """The settings of a profile as they are now; `get_settings` keeps what it has read.

        Raises:
            SettingsError: They cannot work.
        """
        from pydantic import ValidationError

        named = {} if profile is None else {"profile": profile}
        try:
            settings = Settings(**{**self._options, **named})
        except ValidationError as error:
            wrong = error.errors(include_url=False, include_input=False)[0]
            place = ".".join(map(str, wrong["loc"]))
            raise SettingsError(f"profile {profile}: {place}: {wrong['msg']}") from None
        if profile is not None and not settings.sandbox:
            _check_variables(profile)
        return settings

    async def _keep_open(self, connection: Connection, *, task_status: TaskStatus[None]) -> None:
        """In a task of its own, because a connection has to be closed where it was opened.

        One that breaks down takes no other with it, and is replaced when it is needed again.
        """
        try:
            async with connection:
                task_status.started()
                await self._closing.wait()
        except Exception:
            logger.exception("A portal's connection broke down")
            self._open.discard(connection)
            self._known = {profile: known for profile, known in self._known.items() if known[1] is not connection}

    async def __aenter__(self) -> Self:
        self._tasks = await anyio.create_task_group().__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._closing.set()
        await self._tasks.__aexit__(None, None, None)


def _check_variables(profile: str) -> None:
    given = {name.upper() for name, value in os.environ.items() if value}
    if replacing := [name for name in WHICH_PORTAL if f"OPENCHANNELS_{name.upper()}" in given]:
        variables = ", ".join(f"OPENCHANNELS_{name.upper()}" for name in replacing)
        raise SettingsError(f"{variables} would replace the portal of profile {profile}: unset it, or use no profile")
