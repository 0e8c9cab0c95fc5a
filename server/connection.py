"""The one portal that a server works with, opened when it is first needed."""

import secrets
from collections.abc import Awaitable, Callable
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import anyio
from anyio.abc import TaskGroup, TaskStatus

from openchannels_mcp import VERSION
from server.config.credentials import read_application, read_webhook
from server.config.settings import Settings, SettingsError
from server.telemetry.observer import NO_OBSERVER, CallObserver

if TYPE_CHECKING:
    from httpx import AsyncBaseTransport

    from portal.client import Portal
    from portal.credentials import Credentials
    from server.events.hub import EventHub
    from server.events.subscribers import EventNotices


class Connection:
    """Checks the settings at once, opens the portal at the first call and closes it at the end.

    `observer` is told what happens to calls; `transport` and `sleep` are the seams for tests. Use it as an asynchronous
    context manager: the portal is open at most for as long as that.

    Raises:
        SettingsError: The settings name no portal, or one that cannot be used.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        observer: CallObserver = NO_OBSERVER,
        transport: "AsyncBaseTransport | None" = None,
        sleep: Callable[[float], Awaitable[None]] = anyio.sleep,
    ) -> None:
        self.observer = observer
        self._settings = settings
        self._transport = transport
        self._sleep = sleep
        self._webhook = None if settings.sandbox else read_webhook(settings)
        if self._webhook is not None and settings.portal is not None:
            raise SettingsError("give a webhook or an application (portal, client_id, client_secret), not both")
        if self._webhook is None and not settings.sandbox:
            read_application(settings)
        self._own_sandbox = f"sandbox {secrets.token_hex(4)}"
        self._opening = anyio.Lock()
        self._portal: Portal | None = None
        self._closing = anyio.Event()
        self._tasks: TaskGroup

    @property
    def key(self) -> str:
        """What tells this portal and user from others, without a secret."""
        if self._settings.sandbox:
            return self._own_sandbox
        if self._webhook is not None:
            return f"{self._webhook.origin} user {self._webhook.user}"
        return f"{self._settings.portal} application {self._settings.client_id}"

    @cached_property
    def events(self) -> "EventHub":
        """What happens at the portal; nothing is asked before somebody listens."""
        from server.events.choice import make_hub

        return make_hub(self._settings, self.key, self.portal, self.start)

    @cached_property
    def notices(self) -> "EventNotices":
        """Who is told of what happens at the portal; nothing is asked before somebody subscribes."""
        from server.events.subscribers import EventNotices

        return EventNotices(self.events, self.start)

    def describe_events(self) -> list[dict[str, Any]]:
        """By what events of the portal are heard, and what each source can and cannot see; it asks nothing."""
        from dataclasses import asdict

        from server.events.status import SourceStatus, list_sources

        try:
            found = list_sources(self._settings, self.key)
        except SettingsError as error:
            found = (SourceStatus(self._settings.events, "nothing", f"anything: {error}", "none", running=False),)
        return [asdict(source) for source in found]

    def start(self, work: Callable[[], Awaitable[None]]) -> None:
        """Start some work beside the calls; it is cancelled when the connection is closed."""
        self._tasks.start_soon(self._until_closing, work)

    async def _until_closing(self, work: Callable[[], Awaitable[None]]) -> None:
        async with anyio.create_task_group() as tasks:

            async def end() -> None:
                await self._closing.wait()
                tasks.cancel_scope.cancel()

            tasks.start_soon(end)
            await work()
            tasks.cancel_scope.cancel()

    def describe(self) -> str:
        """In a sentence for the assistant, whom calls act for, as far as that is known before the first call."""
        if self._settings.sandbox:
            from sandbox.seed.seed import ADMIN_WEBHOOK_PATH

            user = ADMIN_WEBHOOK_PATH.split("/")[2]
            return f"The portal is the embedded sandbox, a made-up company on 2026-03-16; calls act as user {user}."
        if self._webhook is not None and self._webhook.user.isdecimal():
            return f"Calls act as user {self._webhook.user}."
        return ""

    async def portal(self) -> "Portal":
        """The portal's client, opened by the first caller; side by side they all get the same.

        Raises:
            SettingsError: An application has not signed in yet, or the HTTP client cannot be set up.
        """
        async with self._opening:
            if self._portal is None:
                self._portal = await self._tasks.start(self._keep_open)
        return self._portal

    async def _keep_open(self, *, task_status: "TaskStatus[Portal]") -> None:
        """In a task of its own, because a portal has to be closed where it was opened."""
        from portal.proxies import ProxySettingError

        try:
            opened = self._make_client()
        except ProxySettingError as error:
            raise SettingsError(str(error)) from None
        except (ImportError, OSError, ValueError) as error:
            raise SettingsError(
                f"the HTTP client cannot be set up ({type(error).__name__}): check proxy and TLS"
            ) from None
        async with opened as portal:
            task_status.started(portal)
            await self._closing.wait()

    def _make_client(self) -> "Portal":
        from portal.bucket import PLANS
        from portal.client import Portal

        credentials, transport = self._make_credentials(), self._transport
        plan = PLANS[self._settings.plan]
        if self._settings.sandbox:
            plan = None
        if self._settings.sandbox and transport is None:
            from httpx import ASGITransport

            from sandbox.app import create_app

            transport = ASGITransport(create_app())
        agent = f"bitrix24-openchannels-mcp/{VERSION}"
        return Portal(
            credentials,
            seconds=self._settings.timeout,
            plan=plan,
            transport=transport,
            sleep=self._sleep,
            user_agent=agent,
            observer=self.observer,
        )

    def _make_credentials(self) -> "Credentials":
        if self._settings.sandbox:
            from portal.webhook import Webhook
            from sandbox.seed.seed import ADMIN_WEBHOOK_PATH, APPLICATION_PATH

            # No webhook may call methods of connectors; the sandbox takes its application's key at a webhook's place.
            path = APPLICATION_PATH if "connectors" in self._settings.toolsets else ADMIN_WEBHOOK_PATH
            return Webhook.parse(f"http://127.0.0.1{path}")
        if self._webhook is not None:
            return self._webhook
        from portal.oauth import ApplicationAuth
        from portal.tokens import NoGrantError

        application, file = read_application(self._settings)
        try:
            return ApplicationAuth(application, file)
        except NoGrantError as error:
            raise SettingsError(str(error)) from None

    async def __aenter__(self) -> Self:
        self._tasks = await anyio.create_task_group().__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._closing.set()
        await self._tasks.__aexit__(None, None, None)
