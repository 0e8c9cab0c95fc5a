"""The responses to struck calls: cut connections, pages of other servers, halves and trickles."""

import asyncio
from collections.abc import Iterator
from http import HTTPStatus

from starlette.responses import HTMLResponse, Response
from starlette.types import Receive, Scope, Send

PIECES = 8
LOGIN_PAGE = (
    "<!DOCTYPE html><html><head><title>Authorization</title></head><body>"
    '<form method="post" action="/auth/"><input name="USER_LOGIN"><input name="USER_PASSWORD" type="password"></form>'
    "</body></html>"
)


class ConnectionCutError(ConnectionError):
    """The sandbox cut the connection on purpose; raised where there is no connection to cut."""


async def cut_connection(receive: Receive) -> None:
    """Close the connection of a request once what was written so far is out.

    ASGI has no word for this, so the transport is taken from the server's own end of `receive`. The server learns of
    the end of the connection a moment later; returning before it did would make it complain about a missing answer.
    """
    transport = getattr(getattr(receive, "__self__", None), "transport", None)
    if not isinstance(transport, asyncio.BaseTransport):
        raise ConnectionCutError("The sandbox cut the connection on purpose.")
    transport.close()
    while (await receive())["type"] != "http.disconnect":
        pass


class DroppedResponse(Response):
    """No answer at all."""

    async def __call__(self, _scope: Scope, receive: Receive, _send: Send) -> None:
        """Close the connection."""
        await cut_connection(receive)


class _AlteredResponse(Response):
    """An answer that goes out in another way than the one it was made of."""

    def __init__(self, whole: Response) -> None:
        super().__init__(bytes(whole.body), whole.status_code)
        self.raw_headers = whole.raw_headers

    async def _send_head(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})


class InterruptedResponse(_AlteredResponse):
    """Headers and half of the body, then the end of the connection."""

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        """Send half and close the connection."""
        await self._send_head(send)
        half = bytes(self.body[: len(self.body) // 2])
        await send({"type": "http.response.body", "body": half, "more_body": True})
        await cut_connection(receive)


class TricklingResponse(_AlteredResponse):
    """The right answer in small pieces, with a pause before each."""

    def __init__(self, whole: Response, seconds: float) -> None:
        super().__init__(whole)
        self._seconds = seconds

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        """Send piece by piece."""
        await self._send_head(send)
        pieces = list(self._split_body())
        for piece in pieces:
            await asyncio.sleep(self._seconds / len(pieces))
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    def _split_body(self) -> Iterator[bytes]:
        size = max(1, -(-len(self.body) // PIECES))
        for start in range(0, len(self.body), size):
            yield bytes(self.body[start : start + size])


def halve(whole: Response) -> Response:
    """A well-formed response whose JSON stops in the middle."""
    half = bytes(whole.body[: len(whole.body) // 2])
    return Response(half, whole.status_code, media_type=whole.headers["content-type"])


def mislabel(whole: Response) -> Response:
    """The right response under the content type text/html."""
    return Response(bytes(whole.body), whole.status_code, media_type="text/html")


def make_error_page(status: int) -> Response:
    """The HTML page of a server in front of the portal, with an error status."""
    title = f"{status} {HTTPStatus(status).phrase}"
    page = f"<html><head><title>{title}</title></head><body><center><h1>{title}</h1></center></body></html>"
    return HTMLResponse(page, status)


def make_login_page() -> Response:
    """The portal's login page, under the status 200 that promises an answer."""
    return HTMLResponse(LOGIN_PAGE)
