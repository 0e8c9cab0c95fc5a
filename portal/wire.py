"""One request over the one pooled connection."""

import json
import logging
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import httpx

from portal import envelope
from portal.credentials import Credentials, Renewable
from portal.errors import AnswerLostError, NotReachableError, PortalError
from portal.faults import describe_lost_answer, make_connection_error
from portal.front_end import make_front_end_error
from portal.proxies import ProxySettingError, ProxyTransport

CONNECT_SECONDS = 10.0
IDLE_SECONDS = 30.0
NEVER_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)
UNUSABLE = (httpx.InvalidURL, UnicodeError, ProxySettingError)

# Both log the address of every request, and the address of a webhook is a secret.
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)


class RequestTrace:
    """How far a request got, as the connection tells."""

    def __init__(self) -> None:
        self._connecting = False
        self._sending = False

    async def follow(self, event: str, _: Any) -> None:
        """Take note of what the connection does."""
        self._connecting = self._connecting or event.startswith("connection.connect")
        self._sending = self._sending or "send_request" in event

    @property
    def may_have_left(self) -> bool:
        """Unless a connection was seen being made and nothing was sent over it, the portal may have got the request."""
        return self._sending or not self._connecting


@lru_cache(maxsize=256)
def _parse_address(address: str) -> httpx.URL:
    """The address of a method, taken apart once for all its calls: that takes longer than to make the request."""
    return httpx.URL(address)


class Wire:
    """Posts JSON and reads the portal's envelope."""

    def __init__(
        self, credentials: Credentials, *, seconds: float, transport: httpx.AsyncBaseTransport | None, user_agent: str
    ) -> None:
        self._credentials = credentials
        self._host = urlsplit(credentials.origin).netloc
        limits = httpx.Limits(max_connections=100, keepalive_expiry=IDLE_SECONDS)
        self._transport = ProxyTransport([credentials.origin], limits) if transport is None else transport
        self.http = httpx.AsyncClient(
            transport=self._transport,
            timeout=httpx.Timeout(seconds, connect=min(CONNECT_SECONDS, seconds)),
            headers={"Content-Type": "application/json", "Accept": "application/json", "User-Agent": user_agent},
        )

    def token_in_use(self) -> str | None:
        """The token for the next request."""
        return self._credentials.token_in_use()

    async def renew(self, expired: str | None) -> bool:
        """Whether there is another token than the expired one now.

        Raises:
            PortalError: There is none, and none could be had.
        """
        if not isinstance(self._credentials, Renewable):
            return False
        await self._credentials.renew(self.http, expired)
        return True

    def reload(self, refused: str | None) -> bool:
        """Whether somebody has signed in anew since the refused token was read."""
        return isinstance(self._credentials, Renewable) and self._credentials.reload(refused)

    async def request(
        self, method: str, params: Mapping[str, Any], token: str | None, trace: "RequestTrace"
    ) -> tuple[Any, Any]:
        """The result of one request and the answer's `time`.

        `trace` learns how far the request got.

        Raises:
            NotReachableError: Nothing was sent.
            BlockedError: Something before the portal refused the request.
            AnswerLostError: The request may have arrived, and no usable answer came.
            PortalError: The portal's own error, by its code.
        """
        body = json.dumps(params, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        try:
            request = self.http.build_request(
                "POST",
                _parse_address(self._credentials.url(method)),
                content=body,
                headers=headers,
                extensions={"trace": trace.follow},
            )
            answer = await self.http.send(request, stream=True)
        except NEVER_SENT as error:
            raise self._make_connection_error(error) from None
        except UNUSABLE:
            raise NotReachableError("the portal's address cannot be used") from None
        except (httpx.HTTPError, ConnectionError) as error:
            if trace.may_have_left:
                raise AnswerLostError(describe_lost_answer(error)) from None
            raise self._make_connection_error(error) from None
        return await self._read(answer)

    async def _read(self, answer: httpx.Response) -> tuple[Any, Any]:
        """What the portal says; of an answer that breaks off its status says whether the method was reached."""
        status = answer.status_code
        try:
            content = await answer.aread()
        except (httpx.HTTPError, httpx.StreamError, ConnectionError) as error:
            raise make_front_end_error(status, answer.headers, b"", flaw=describe_lost_answer(error)) from None
        finally:
            await answer.aclose()
        return envelope.read(status, self._credentials.conceal(envelope.decompress(content)), answer.headers)

    def _make_connection_error(self, error: Exception) -> PortalError:
        """The library's exceptions hold the address, which may be secret, so nothing of their texts is repeated."""
        proxy = ""
        if isinstance(self._transport, ProxyTransport):
            proxy = self._transport.proxies.name_variable(self._credentials.origin)
        return make_connection_error(error, self._host, proxy)
