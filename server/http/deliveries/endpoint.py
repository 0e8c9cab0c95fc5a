"""Where portals post events: `/events/PROFILE`, `/events/default` for the server's own portal.

What is believed is on the disk before it is answered with 200; the portal never posts a second time. All else is
refused in the same words and the same time, and nothing of it is kept.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import anyio
from anyio import to_thread
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from server.config.settings import SettingsError
from server.events.installation import NOBODY, Installation
from server.http.deliveries.form import InvalidFormError, parse_form
from server.http.deliveries.receiver import DeliveryReceiver
from server.http.errors import RequestRefusedError
from server.storage.errors import StorageError
from tools.result_types import read_object, read_text

logger = logging.getLogger(__name__)

FOLDER = "/events/"
PATH = FOLDER + "{profile}"
DEFAULT = "default"
FORM = "application/x-www-form-urlencoded"
NOBODYS = "This delivery is not from a portal that this server knows"
LARGEST = 256 * 1024
"""Bytes of a delivery; a message may have 20,000 characters."""
AT_ONCE = 256
"""Deliveries that are read at the same time; one address has a part of them at most (`limits.per_address`)."""
SECONDS = 10.0
"""For the body of a delivery to arrive."""


class DeliveryEndpoint:
    """Takes what portals post; `find_receiver` gives the portal of a profile, None where it takes no events."""

    def __init__(self, find_receiver: Callable[[str | None], Awaitable[DeliveryReceiver | None]]) -> None:
        self._find_receiver = find_receiver
        self._room = anyio.CapacityLimiter(AT_ONCE)

    def make_route(self) -> Route:
        """The route of all profiles."""
        return Route(PATH, self.answer, methods=["POST"])

    async def answer(self, request: Request) -> Response:
        """One delivery.

        Raises:
            RequestRefusedError: It is too large, too slow, no form, or nobody's who is known.
        """
        try:
            self._room.acquire_nowait()
        except anyio.WouldBlock:
            raise RequestRefusedError.with_retry_after(503, "busy", "Too many deliveries at once", 1) from None
        try:
            return await self._answer(request)
        finally:
            self._room.release()

    async def _answer(self, request: Request) -> Response:
        try:
            form = parse_form(await _read_body(request))
        except InvalidFormError as error:
            raise RequestRefusedError(400, "invalid_request", str(error)) from None
        name = request.path_params["profile"]
        try:
            receiver = await self._find_receiver(None if name == DEFAULT else name)
        except SettingsError:
            receiver = None
        try:
            taken = await (receiver.take(form) if receiver else _take_nothing(form))
        except (StorageError, OSError):
            logger.exception("A delivery of a portal could not be written down")
            raise RequestRefusedError.with_retry_after(503, "unavailable", "It cannot be kept now", 60) from None
        if not taken:
            raise RequestRefusedError(403, "forbidden", NOBODYS)
        return PlainTextResponse("")


async def _take_nothing(form: Mapping[str, Any]) -> bool:
    """The same work as for a portal that is known."""
    auth = read_object(form.get("auth"))
    return await to_thread.run_sync(NOBODY.matches, Installation.from_auth(auth))


async def _read_body(request: Request) -> bytes:
    headers: Headers = request.headers
    if headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise RequestRefusedError(415, "unsupported_media_type", f"A delivery is {FORM}")
    length = read_text(headers.get("content-length"))
    if length.isdecimal() and int(length[:12]) > LARGEST:
        raise _make_too_large()
    body = bytearray()
    try:
        with anyio.fail_after(SECONDS):
            async for part in request.stream():
                body += part
                if len(body) > LARGEST:
                    raise _make_too_large()
    except TimeoutError:
        raise RequestRefusedError(408, "request_timeout", f"It has to arrive within {SECONDS:g} seconds") from None
    except ClientDisconnect:
        raise RequestRefusedError(400, "invalid_request", "It did not arrive as a whole") from None
    return bytes(body)


def _make_too_large() -> RequestRefusedError:
    return RequestRefusedError(
        413, "request_too_large", f"A delivery may have {LARGEST} bytes", {"Connection": "close"}
    )
