"""One request over the one pooled connection."""

import json
import logging
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import httpx

from portal import envelope
from portal.answer import ENCODINGS, BrokenCompressionError, OversizeError, check_values, read_answer
from portal.credentials import Credentials, Renewable
from portal.errors import AnswerLostError, AnswerTooLargeError, NotReachableError, PortalError
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
        self._stopped = False
        self._silent = False
        self._connecting = False
        self._sending = False

    def begin(self, *, silent: bool) -> None:
        """The request is going to be made; a `silent` transport may not tell when it is sent.

        Raises:
            NotReachableError: It was stopped before.
        """
        self._check()
        self._silent = silent

    async def follow(self, event: str, info: Any) -> None:
        """Take note of what the connection does, before it is done; the request that opens a tunnel is not ours.

        Raises:
            NotReachableError: The request is about to be sent, and was stopped.
        """
        self._connecting = self._connecting or event.startswith("connection.connect")
        if event.endswith("send_request_headers.started") and not _opens_tunnel(info):
            self._check()
            self._sending = True

    def stop(self) -> None:
        """Nobody wants the answer any more: what has not left never will, what may have left goes on.

        A connection that is being made comes to its end, as one that is broken off in the middle may stay open.
        """
        self._stopped = self._stopped or not self.may_have_left

    @property
    def may_have_left(self) -> bool:
        """Whether the portal may have got the request; once it was stopped, it has not."""
        return self._sending or (self._silent and not self._connecting and not self._stopped)

    def _check(self) -> None:
        if self._stopped:
            raise NotReachableError("it was given up before it was sent")


def _opens_tunnel(info: Any) -> bool:
    """Whether the request that is about to be sent is CONNECT, to a proxy."""
    return isinstance(info, dict) and getattr(info.get("request"), "method", b"") == b"CONNECT"


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
            headers={"Content-Type": "application/json", "Accept": "application/json", "User-Agent": user_agent}
            | {"Accept-Encoding": ENCODINGS},
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
            AnswerLostError: The request may have arrived, and no usable answer came, or one that is too large.
            PortalError: The portal's own error, by its code.
        """
        body = json.dumps(params, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        trace.begin(silent=not isinstance(self._transport, ProxyTransport))
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
            content = await read_answer(answer)
            check_values(content)
        except (httpx.HTTPError, httpx.StreamError, ConnectionError, BrokenCompressionError) as error:
            raise make_front_end_error(status, answer.headers, b"", flaw=describe_lost_answer(error)) from None
        except OversizeError as error:
            found = make_front_end_error(status, answer.headers, b"", flaw=str(error))
            if isinstance(found, AnswerLostError):
                found = AnswerTooLargeError(f"the answer is too large: {error}", status=status)
            raise found from None
        return envelope.read(status, self._credentials.conceal(content), answer.headers)

    def _make_connection_error(self, error: Exception) -> PortalError:
        """The library's exceptions hold the address, which may be secret, so nothing of their texts is repeated."""
        proxy = ""
        if isinstance(self._transport, ProxyTransport):
            proxy = self._transport.proxies.name_variable(self._credentials.origin)
        return make_connection_error(error, self._host, proxy)
