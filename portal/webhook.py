"""The address of an inbound webhook, which is a secret as a whole."""

import ipaddress
import re
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urlsplit

_PATH = re.compile(r"^/rest/(?P<user>[\w.@-]+)/(?P<token>[\w-]+)(?:/[\w.]*)?/?$")


class InvalidWebhook(ValueError):  # noqa: N818
    """An address that cannot be a webhook; the message says why without repeating it."""


@dataclass(frozen=True)
class Webhook:
    """`https://portal/rest/USER/TOKEN/`; the token is in no text that this object gives away by itself."""

    origin: str
    user: str
    token: str = field(repr=False)

    @classmethod
    def parse(cls, url: str) -> Self:
        """Read a webhook as the portal shows it, with or without a method at its end."""
        try:
            parts = urlsplit(url.strip())
            host, port = parts.hostname or "", parts.port
        except ValueError:
            raise InvalidWebhook("the webhook is not a URL") from None
        if parts.scheme not in {"https", "http"} or not host or parts.username or parts.query or parts.fragment:
            raise InvalidWebhook("the webhook should look like https://PORTAL/rest/USER/TOKEN/")
        if parts.scheme == "http" and not _is_loopback(host):
            raise InvalidWebhook("the webhook has to start with https:// (plain http is for this machine only)")
        path = _PATH.match(parts.path)
        if path is None:
            raise InvalidWebhook("the webhook's path should be /rest/USER/TOKEN/, as the portal shows it")
        authority = f"[{host}]" if ":" in host else host
        origin = f"{parts.scheme}://{authority}" + (f":{port}" if port else "")
        return cls(origin, path["user"], path["token"])

    def url(self) -> str:
        """The base address of all methods; secret."""
        return f"{self.origin}/rest/{self.user}/{self.token}/"

    def conceal(self, text: bytes) -> bytes:
        """A text in which the token cannot be read, should the portal repeat it."""
        return text.replace(self.token.encode(), b"***")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
