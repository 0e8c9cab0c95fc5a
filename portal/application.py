"""An application that a portal knows, and where its users allow it to act for them."""

from dataclasses import dataclass, field
from urllib.parse import urlencode

SERVER = "https://oauth.bitrix.info"
"""The cloud's authorisation server; some regions have another, which is a setting."""


@dataclass(frozen=True)
class Application:
    """An application on one portal, and the authorisation server that knows it."""

    origin: str
    client_id: str
    client_secret: str = field(repr=False)
    server: str = SERVER

    def authorize_url(self, state: str, redirect: str | None = None) -> str:
        """Where a person allows the application to act for them."""
        query = {"client_id": self.client_id, "state": state, **({"redirect_uri": redirect} if redirect else {})}
        return f"{self.origin}/oauth/authorize/?{urlencode(query)}"
