"""How calls prove who makes them."""

from typing import Protocol, runtime_checkable

import httpx


class Credentials(Protocol):
    """A webhook or the tokens of an application."""

    @property
    def origin(self) -> str:
        """Scheme and host of the portal."""

    def url(self, method: str = "") -> str:
        """The address of a method; it may be secret."""

    def token_in_use(self) -> str | None:
        """The token for the request's header, if there is one."""

    def conceal(self, text: bytes) -> bytes:
        """A text in which no secret can be read."""

    def reveal(self, address: str) -> str:
        """An address of the portal, from a text that `conceal` went through, as it was; secret."""


@runtime_checkable
class Renewable(Protocol):
    """Credentials that expire and can be renewed."""

    def reload(self, refused: str | None) -> bool:
        """Read the tokens again; whether there is another than the refused one."""

    async def renew(self, http: httpx.AsyncClient, expired: str | None) -> None:
        """Have another token than the expired one when this returns.

        Raises:
            PortalError: No other token could be had.
        """
