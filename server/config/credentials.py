"""The credentials that the settings name: a webhook, an application with its tokens, or a bot."""

import re
from typing import TYPE_CHECKING

from server.config.secrets import read_secret
from server.config.settings import FOLDER, Settings, SettingsError

if TYPE_CHECKING:
    from portal.application import Application
    from portal.tokens import TokenFile
    from portal.webhook import Webhook

NOTHING = (
    "no portal is configured. Set OPENCHANNELS_WEBHOOK_URL to an inbound webhook (https://PORTAL/rest/USER/TOKEN/, "
    "scope imopenlines), choose a profile with --profile, or try the embedded portal with --sandbox"
)


def read_webhook(settings: Settings) -> "Webhook | None":
    """The webhook in the settings, if there is one.

    Raises:
        SettingsError: Its address cannot be used.
    """
    from portal.address import InvalidAddressError
    from portal.webhook import Webhook

    if (url := read_secret(settings, "webhook_url")) is None:
        return None
    try:
        return Webhook.parse(url)
    except InvalidAddressError as error:
        raise SettingsError(f"OPENCHANNELS_WEBHOOK_URL cannot be used: {error}") from None


def read_application(settings: Settings) -> "tuple[Application, TokenFile]":
    """The application in the settings and the file of its tokens.

    Raises:
        SettingsError: There is none, or something of it is missing or wrong.
    """
    from portal import address
    from portal.application import SERVER, Application
    from portal.tokens import TokenFile

    if settings.portal is None and settings.client_id is None:
        raise SettingsError(NOTHING)
    client_secret = read_secret(settings, "client_secret")
    if not (settings.portal and settings.client_id and client_secret):
        raise SettingsError("an application needs portal, client_id and client_secret")
    try:
        origin = address.format_origin(address.parse_address(settings.portal, "portal"))
        server = address.format_origin(address.parse_address(settings.oauth_server or SERVER, "oauth_server"))
    except address.InvalidAddressError as error:
        raise SettingsError(str(error)) from None
    path = settings.token_file or FOLDER / "tokens" / _make_file_name(origin, settings)
    return Application(origin, settings.client_id, client_secret, server), TokenFile(path.expanduser())


def _make_file_name(origin: str, settings: Settings) -> str:
    """One for each portal, application and profile: none may take another's tokens."""
    parts = (origin.partition("://")[2], settings.client_id or "", settings.profile or "")
    return "_".join(re.sub(r"[^\w.-]", "-", part) for part in parts if part) + ".json"
