"""The one portal that a server works with, opened when it is first needed."""

from types import TracebackType
from typing import TYPE_CHECKING, Self

from openchannels_mcp import VERSION
from server.settings import Settings

if TYPE_CHECKING:
    from portal.client import Portal
    from portal.webhook import Webhook


class NoPortal(Exception):  # noqa: N818
    """The settings name no portal that can be used; the message says what to set."""


class Connection:
    """Checks the settings at once, opens the portal at the first call and closes it at the end."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._webhook = None if settings.sandbox else webhook_of(settings)
        self._portal: Portal | None = None

    def portal(self) -> "Portal":
        """The portal's client."""
        if self._portal is None:
            self._portal = self._open()
        return self._portal

    def _open(self) -> "Portal":
        from portal.client import Portal

        agent = f"bitrix24-openchannels-mcp/{VERSION}"
        if self._webhook is not None:
            return Portal(self._webhook, seconds=self._settings.timeout, user_agent=agent)
        from httpx import ASGITransport

        from portal.webhook import Webhook
        from sandbox.app import create_app
        from sandbox.seed import ADMIN_WEBHOOK_PATH

        webhook = Webhook.parse(f"http://127.0.0.1{ADMIN_WEBHOOK_PATH}")
        return Portal(webhook, seconds=self._settings.timeout, transport=ASGITransport(create_app()), user_agent=agent)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._portal is not None:
            await self._portal.__aexit__(kind, error, traceback)


def webhook_of(settings: Settings) -> "Webhook":
    """The webhook in the settings, or NoPortal."""
    from portal.webhook import InvalidWebhook, Webhook

    if settings.webhook_url is None:
        raise NoPortal(
            "no portal is configured. Set OPENCHANNELS_WEBHOOK_URL to an inbound webhook "
            "(https://PORTAL/rest/USER/TOKEN/, scope imopenlines), or try the embedded portal with --sandbox"
        )
    try:
        return Webhook.parse(settings.webhook_url.get_secret_value())
    except InvalidWebhook as error:
        raise NoPortal(f"OPENCHANNELS_WEBHOOK_URL cannot be used: {error}") from None
