"""Bodies of requests: small enough, there in time, and one message of JSON-RPC, before anything else looks at them."""

import anyio
from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.config.http_settings import LimitSettings
from server.http.errors import RequestRefusedError
from server.http.middleware.address_limit import leave_place
from server.http.middleware.authentication import LISTEN, says_listen
from server.protocol.messages import MessageError, read_body

JSON = "application/json"
KINDS = frozenset({JSON, "text/json", "application/json-rpc", "application/jsonrequest"})
"""What clients call JSON; a browser sends none of these for a page of another origin without asking first."""


class InvalidMessageError(RequestRefusedError):
    """A body that is no message; told as JSON-RPC tells it."""

    def __init__(self, error: MessageError) -> None:
        super().__init__(400, "invalid_request", str(error))
        self._answer = error.make_answer()

    def make_response(self) -> JSONResponse:
        """The refusal as an error of JSON-RPC."""
        return JSONResponse(self._answer.model_dump(exclude_unset=True), self.status)


class BodyLimit:
    """Passes requests on with a body that has been read and checked."""

    def __init__(self, app: ASGIApp, limits: LimitSettings) -> None:
        self._app = app
        self._largest = limits.body
        self._seconds = limits.receive

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request.

        Raises:
            RequestRefusedError: The body is no JSON (415), too large (413), too slow (408), or no message (400).
        """
        if scope["type"] != "http" or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if not _is_json(headers):
            raise RequestRefusedError(415, "unsupported_media_type", f"Send the message as {JSON}")
        if (body := await self._read_in_time(headers, receive)) is not None:
            leave_place(scope)
            message = check_message(body, listens=says_listen(scope))
            others = [(name, value) for name, value in scope["headers"] if name.lower() != b"content-type"]
            scope = {**scope, "headers": [*others, (b"content-type", JSON.encode())]}
            await self._app(scope, _replay(message, receive), send)

    async def _read_in_time(self, headers: Headers, receive: Receive) -> bytes | None:
        try:
            with anyio.fail_after(self._seconds):
                return await self._read(headers, receive)
        except TimeoutError:
            text = f"The body of a request has to arrive within {self._seconds:g} seconds"
            raise RequestRefusedError(408, "request_timeout", text, {"Connection": "close"}) from None

    async def _read(self, headers: Headers, receive: Receive) -> bytes | None:
        """The whole body; None if the client leaves before its end."""
        declared = headers.get("content-length", "0")
        if declared.isdecimal() and int(declared) > self._largest:
            raise self._too_large()
        body = bytearray()
        while True:
            message = await receive()
            if message["type"] != "http.request":
                return None
            body += message.get("body", b"")
            if len(body) > self._largest:
                raise self._too_large()
            if not message.get("more_body", False):
                return bytes(body)

    def _too_large(self) -> RequestRefusedError:
        return RequestRefusedError(413, "request_too_large", f"A request may have {self._largest} bytes")


def _is_json(headers: Headers) -> bool:
    """Whether a body is meant as JSON; one of no kind is, unless a web page may have sent it without being asked."""
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if not kind:
        return "origin" not in headers
    return kind in KINDS or (kind.startswith("application/") and kind.endswith("+json"))


def check_message(body: bytes, *, listens: bool = False) -> bytes:
    """A body that is one message of JSON-RPC 2.0, as the SDK reads it; endless nesting is not read to its end.

    `listens` is whether the request's header calls it one that opens a stream. The SDK compares the two for the newest
    revision alone.

    Raises:
        InvalidMessageError: It is no JSON, no single message, or not what the header says.
    """
    try:
        return read_body(body, LISTEN if listens else None)
    except MessageError as error:
        raise InvalidMessageError(error) from None


def _replay(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives the body once more, then whatever else the client says."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive_again() -> Message:
        return waiting.pop() if waiting else await receive()

    return receive_again
