"""Bodies of requests: no larger than allowed, and one message of JSON-RPC, before anything else looks at them."""

from mcp.types import INVALID_REQUEST, PARSE_ERROR, jsonrpc_message_adapter
from pydantic import ValidationError
from pydantic_core import from_json
from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.http.errors import RequestRefusedError

JSON = "application/json"


class WrongMessageError(RequestRefusedError):
    """A body that is no message; told as JSON-RPC tells it."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(400, "invalid_request", text)
        self._code = code

    def response(self) -> JSONResponse:
        """As a client gets it."""
        error = {"code": self._code, "message": str(self)}
        return JSONResponse({"jsonrpc": "2.0", "id": None, "error": error}, self.status)


class Bodies:
    """Passes requests on with a body that has been read and checked."""

    def __init__(self, app: ASGIApp, largest: int) -> None:
        self._app = app
        self._largest = largest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http" or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if headers.get("content-type", "").partition(";")[0].strip().lower() != JSON:
            raise RequestRefusedError(415, "unsupported_media_type", f"Send the message as {JSON}")
        if (body := await self._read(headers, receive)) is not None:
            check_message(body)
            await self._app(scope, _replayed(body, receive), send)

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


def check_message(body: bytes) -> None:
    """WrongMessageError unless it is one message; JSON that is nested endlessly is not read to its end."""
    try:
        content = from_json(body)
    except ValueError:
        raise WrongMessageError(PARSE_ERROR, "Parse error: the body is not JSON, or nested too deeply") from None
    try:
        jsonrpc_message_adapter.validate_python(content, by_name=False)
    except ValidationError:
        text = "Invalid request: the body has to be a single message of JSON-RPC 2.0"
        raise WrongMessageError(INVALID_REQUEST, text) from None


def _replayed(body: bytes, receive: Receive) -> Receive:
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replayed() -> Message:
        return waiting.pop() if waiting else await receive()

    return replayed
