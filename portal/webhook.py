"""The address of an inbound webhook, which is a secret as a whole."""

import re
from dataclasses import dataclass, field
from typing import Self

from portal import address
from portal.address import InvalidAddressError
from portal.concealment import HIDDEN, conceal

_PATH = re.compile(r"^/+rest/+(?:api/+(?=(?:\d+|USER)/+[\w-]))?(?P<user>[\w.@-]+)/+(?P<token>[\w-]+)(?:/+[\w.]*)?/*$")
"""REST v3 has its own address, /rest/api/USER/TOKEN/; the methods of the older versions stay at /rest/USER/TOKEN/.

Source: the official page on REST 3.0.
"""
_CUT_SHORT = re.compile(r"..?|\d{1,7}")
"""What is no token: portals make them of sixteen letters and digits."""


@dataclass(frozen=True)
class Webhook:
    """`https://portal/rest/USER/TOKEN/`; the token is in no text that this object gives away by itself."""

    origin: str
    user: str
    token: str = field(repr=False)

    @classmethod
    def parse(cls, url: str) -> Self:
        """Read a webhook as portals show it: `https://HOST/rest/USER/TOKEN/` or `https://HOST/rest/api/USER/TOKEN/`.

        A method, a query and quotes around the address may be copied with it; they are left out.

        Raises:
            InvalidAddressError: It does not look like that, or is still the example; the message does not repeat it.
        """
        parts = address.parse_address(re.split("[?#]", url, maxsplit=1)[0], "webhook")
        path = _PATH.match(parts.path)
        if path is None:
            raise InvalidAddressError("the webhook's path should be /rest/USER/TOKEN/, as the portal shows it")
        if (path["user"], path["token"]) == ("USER", "TOKEN"):
            raise InvalidAddressError("the webhook is still the example: put in the one that the portal shows")
        if _CUT_SHORT.fullmatch(path["token"]):
            raise InvalidAddressError("the webhook's token is cut short: copy the whole address, /rest/USER/TOKEN/")
        return cls(address.format_origin(parts), path["user"], path["token"])

    def url(self, method: str = "") -> str:
        """The address of a method; secret."""
        return f"{self.origin}/rest/{self.user}/{self.token}/{method}"

    def token_in_use(self) -> str | None:
        """A webhook sends no token in a header."""
        return None

    def conceal(self, text: bytes) -> bytes:
        """A text in which the token cannot be read, should the portal repeat it."""
        return conceal(text, self.token)

    def reveal(self, address: str) -> str:
        """An address of the portal, from a text that `conceal` went through, as it was; secret."""
        return address.replace(HIDDEN, self.token)
