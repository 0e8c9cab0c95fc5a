"""OAuth 2.0 of an application: the first grant, and its renewal."""

import copy
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import anyio
import httpx

from portal import address
from portal.answer import ENCODINGS, BrokenCompressionError, OversizeError, read_answer
from portal.application import Application
from portal.concealment import HIDDEN, conceal
from portal.errors import AnswerLostError, AuthRefusedError, NotReachableError, PortalError
from portal.faults import describe_lost_answer, make_connection_error
from portal.proxies import ProxySettingError, ProxyTransport
from portal.tokens import Grant, NoGrantError, TokenFile

logger = logging.getLogger(__name__)

RENEWAL_SECONDS = 30.0
RENEWAL_PAUSES = (0.5, 1.0, 0.0)
LARGEST_ANSWER = 2**20
"""Bytes; tokens take one thousandth of it."""


async def sign_in(
    application: Application, file: TokenFile, code: str, transport: httpx.AsyncBaseTransport | None = None
) -> Grant:
    """Exchange the code that the portal gave for tokens, and keep them in the file.

    Raises:
        NotReachableError: There was no connection to the authorisation server.
        AnswerLostError: The authorisation server gave no usable answer.
        AuthRefusedError: It refused the code, or the tokens are for another portal.
        OSError: The file cannot be written.
    """
    async with httpx.AsyncClient(transport=transport or ProxyTransport(), timeout=RENEWAL_SECONDS) as http:
        grant = await _ask_for_grant(application, http, {"grant_type": "authorization_code", "code": code})
    file.save(grant)
    return grant


async def check_grant(
    application: Application, grant: Grant, transport: httpx.AsyncBaseTransport | None = None
) -> Grant:
    """The renewed grant, which proves that somebody's tokens are this application's on this portal.

    Raises:
        PortalError: As of `renew_grant`.
    """
    async with httpx.AsyncClient(transport=transport or ProxyTransport(), timeout=RENEWAL_SECONDS) as http:
        return await renew_grant(application, http, grant)


async def renew_grant(application: Application, http: httpx.AsyncClient, grant: Grant) -> Grant:
    """New tokens for old ones, which are worthless from then on.

    Raises:
        NotReachableError: There was no connection to the authorisation server.
        AnswerLostError: The authorisation server gave no usable answer.
        AuthRefusedError: It refused the refresh token, or the new tokens are for another portal.
    """
    query = {"grant_type": "refresh_token", "refresh_token": grant.refresh_token}
    return await _ask_for_grant(application, http, query)


async def _ask_for_grant(application: Application, http: httpx.AsyncClient, query: Mapping[str, str]) -> Grant:
    secret = {"client_id": application.client_id, "client_secret": application.client_secret, **query}
    try:
        url = f"{application.server}/oauth/token/"
        request = http.build_request("GET", url, params=secret, headers={"Accept-Encoding": ENCODINGS})
        answer = await http.send(request, stream=True)
        body = await read_answer(answer, LARGEST_ANSWER)
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError) as error:
        found = make_connection_error(error, urlsplit(application.server).netloc)
        raise NotReachableError(f"the authorisation server cannot be reached: {found.description}") from None
    except ProxySettingError as error:
        raise NotReachableError(f"the authorisation server cannot be reached: {error}") from None
    except OversizeError:
        raise AnswerLostError("the authorisation server's answer is too large") from None
    except (httpx.HTTPError, BrokenCompressionError) as error:
        raise AnswerLostError(f"the authorisation server did not answer: {describe_lost_answer(error)}") from None
    content = _read_content(answer.status_code, body)
    _check_portal(application, content)
    try:
        return _read_grant(content)
    except (KeyError, TypeError, ValueError):
        raise AuthRefusedError("the authorisation server's answer lacks a token") from None


def _read_content(status: int, body: bytes) -> Mapping[str, Any]:
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, Mapping):
        raise AnswerLostError(f"the authorisation server answered HTTP {status} without JSON")
    if "error" in content:
        code = str(content["error"])[:100]
        raise AuthRefusedError("the authorisation server refused", code=code, status=status)
    return content


def _check_portal(application: Application, content: Mapping[str, Any]) -> None:
    """Tokens of another portal must never be used, nor sent anywhere."""
    try:
        origin = address.format_origin(address.parse_address(str(content.get("client_endpoint") or ""), "endpoint"))
    except address.InvalidAddressError:
        origin = ""
    if origin != application.origin:
        raise AuthRefusedError(f"the authorisation server's answer is for another portal than {application.origin}")


def _read_grant(content: Mapping[str, Any]) -> Grant:
    return Grant(
        access_token=content["access_token"],
        refresh_token=content["refresh_token"],
        scope=str(content.get("scope") or ""),
        user_id=int(content.get("user_id") or 0),
    ).check()


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
        self._unsaved = False
        """Whether the tokens in use could not be written down; those in the file are worthless then."""
        self._failures = 0
        self._failed: PortalError | None = None

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
        return conceal(text, self._grant.access_token, self._grant.refresh_token, self._application.client_secret)

    def reveal(self, address: str) -> str:
        """An address of the portal, from a text that `conceal` went through, as it was; secret.

        No address of the portal holds another secret than the access token.
        """
        return address.replace(HIDDEN, self._grant.access_token)

    def reload(self, refused: str | None) -> bool:
        """Read the file again; whether somebody has signed in anew since the refused token was read."""
        try:
            self._grant = self._file.load()
        except NoGrantError:
            return False
        return self._grant.access_token != refused

    async def renew(self, http: httpx.AsyncClient, expired: str | None) -> None:
        """Have another token than the expired one when this returns.

        Once the authorisation server is asked, its answer is kept whatever becomes of the call that needed it: the old
        refresh token is worthless then. Those who waited for a renewal that failed share its error.

        Raises:
            AuthRefusedError: The grant was revoked or is too old, or the file holds none.
            NotReachableError: The authorisation server did not answer in time, or the file cannot be used.
        """
        failures = self._failures
        async with self._renewing:
            if self._grant.access_token != expired:
                return
            if self._failures > failures and self._failed is not None:
                raise copy.copy(self._failed)
            try:
                with anyio.CancelScope(shield=True), anyio.move_on_after(RENEWAL_SECONDS):
                    await self._renew(http, expired)
                if self._grant.access_token == expired:
                    raise NotReachableError("the access token could not be renewed in time")
            except PortalError as error:
                self._failures += 1
                self._failed = error
                raise

    async def _renew(self, http: httpx.AsyncClient, expired: str | None) -> None:
        try:
            async with self._file.lock():
                if not self._unsaved:
                    self._grant = self._file.load()
                if self._grant.access_token == expired:
                    self._grant = await self._ask_for_renewal(http)
                    self._unsaved = True
                self._file.save(self._grant)
                self._unsaved = False
        except NoGrantError as error:
            raise AuthRefusedError(str(error), code="invalid_grant") from None
        except OSError as error:
            if self._grant.access_token == expired:
                raise NotReachableError(f"the file of the tokens cannot be used: {error.strerror}") from None
            logger.warning("The renewed tokens are kept in memory only: %s", error.strerror)

    async def _ask_for_renewal(self, http: httpx.AsyncClient) -> Grant:
        for pause in RENEWAL_PAUSES:
            try:
                return await renew_grant(self._application, http, self._grant)
            except (NotReachableError, AnswerLostError) as error:
                lost = error
                await self._sleep(pause)
        raise NotReachableError(f"the access token is expired and could not be renewed: {lost.description}")
