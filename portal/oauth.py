"""OAuth 2.0 of an application: the first grant, and its renewal."""

import json
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import anyio
import httpx

from portal import address
from portal.errors import AnswerLost, AuthRefused, NotReachable
from portal.tokens import Grant, TokenFile

SERVER = "https://oauth.bitrix.info"
"""The cloud's authorisation server; some regions have another, which is a setting."""
RENEWAL_SECONDS = 30.0
RENEWAL_PAUSES = (0.5, 1.0, 0.0)


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

    async def first_grant(self, http: httpx.AsyncClient, code: str) -> Grant:
        """Exchange the code that the portal gave for tokens."""
        return await self._ask(http, {"grant_type": "authorization_code", "code": code})

    async def renewed(self, http: httpx.AsyncClient, grant: Grant) -> Grant:
        """New tokens for old ones, which are worthless from then on."""
        return await self._ask(http, {"grant_type": "refresh_token", "refresh_token": grant.refresh_token})

    async def _ask(self, http: httpx.AsyncClient, query: Mapping[str, str]) -> Grant:
        secret = {"client_id": self.client_id, "client_secret": self.client_secret, **query}
        try:
            answer = await http.get(f"{self.server}/oauth/token/", params=secret)
        except httpx.ConnectError:
            raise NotReachable("no connection to the authorisation server") from None
        except httpx.HTTPError as error:
            raise AnswerLost(f"the authorisation server did not answer ({type(error).__name__})") from None
        return self._grant(answer)

    def _grant(self, answer: httpx.Response) -> Grant:
        try:
            content = json.loads(answer.content)
        except ValueError:
            content = None
        if not isinstance(content, Mapping):
            raise AnswerLost(f"the authorisation server answered HTTP {answer.status_code} without JSON")
        if "error" in content:
            code = str(content["error"])[:100]
            raise AuthRefused("the authorisation server refused", code=code, status=answer.status_code)
        self._check(content)
        try:
            return _read_grant(content)
        except (KeyError, TypeError, ValueError):
            raise AuthRefused("the authorisation server's answer lacks a token") from None

    def _check(self, content: Mapping[str, Any]) -> None:
        """Tokens of another portal must never be used, nor sent anywhere."""
        endpoint = str(content.get("client_endpoint") or "")
        try:
            origin = address.origin(address.split(endpoint, "endpoint"))
        except address.InvalidAddress:
            origin = ""
        if origin != self.origin:
            raise AuthRefused(f"the authorisation server's answer is for another portal than {self.origin}")


def _read_grant(content: Mapping[str, Any]) -> Grant:
    lifetime = float(content.get("expires_in") or 3600)
    return Grant(
        access_token=str(content["access_token"]),
        refresh_token=str(content["refresh_token"]),
        expires=float(content.get("expires") or time.time() + lifetime),
        scope=str(content.get("scope") or ""),
        member_id=str(content.get("member_id") or ""),
        user_id=int(content.get("user_id") or 0),
    )


class ApplicationAuth:
    """The tokens in use, renewed once however many calls find them expired at the same time."""

    def __init__(
        self, application: Application, file: TokenFile, sleep: Callable[[float], Awaitable[None]] = anyio.sleep
    ) -> None:
        self._application = application
        self._file = file
        self._sleep = sleep
        self._grant = file.load()
        self._renewing = anyio.Lock()

    @property
    def origin(self) -> str:
        """Scheme and host of the portal."""
        return self._application.origin

    def url(self, method: str = "") -> str:
        """The address of a method."""
        return f"{self.origin}/rest/{method}"

    def token_in_use(self) -> str | None:
        """The access token."""
        return self._grant.access_token

    def conceal(self, text: bytes) -> bytes:
        """A text in which no token can be read, should the portal repeat it."""
        for secret in (self._grant.access_token, self._grant.refresh_token, self._application.client_secret):
            text = text.replace(secret.encode(), b"***")
        return text

    async def renew(self, http: httpx.AsyncClient, expired: str | None) -> None:
        """Have another token than the expired one, or raise AuthRefused or NotReachable.

        Once the authorisation server is asked, its answer is kept whatever becomes of the call that needed it: the old
        refresh token is worthless then.
        """
        async with self._renewing:
            if self._grant.access_token != expired:
                return
            with anyio.CancelScope(shield=True), anyio.move_on_after(RENEWAL_SECONDS):
                await self._renew(http, expired)
            if self._grant.access_token == expired:
                raise NotReachable("the access token could not be renewed in time")

    async def _renew(self, http: httpx.AsyncClient, expired: str | None) -> None:
        async with self._file.locked():
            self._grant = self._file.load()
            if self._grant.access_token == expired:
                grant = await self._ask_for_renewal(http)
                self._file.save(grant)
                self._grant = grant

    async def _ask_for_renewal(self, http: httpx.AsyncClient) -> Grant:
        for pause in RENEWAL_PAUSES:
            try:
                return await self._application.renewed(http, self._grant)
            except (NotReachable, AnswerLost) as error:
                lost = error
                await self._sleep(pause)
        raise NotReachable(f"the access token is expired and could not be renewed: {lost.description}")
