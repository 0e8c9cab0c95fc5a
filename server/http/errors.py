"""Requests that are turned away before a tool is reached: a status, a code, and what to do."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send


class RequestRefusedError(Exception):
    """A request that is not answered; the texts are ours and repeat nothing of the request."""

    def __init__(self, status: int, error: str, description: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(description)
        self.status = status
        self.error = error
        self.headers = dict(headers or {})

    @classmethod
    def with_retry_after(cls, status: int, error: str, description: str, seconds: float) -> "RequestRefusedError":
        """One that may come again after so many seconds, told in the header `Retry-After` (at least 1)."""
        return cls(status, error, description, {"Retry-After": str(max(1, round(seconds)))})

    def make_response(self) -> JSONResponse:
        """The refusal as a client gets it: `error` and `error_description`, as OAuth 2.0 names them."""
        return JSONResponse({"error": self.error, "error_description": str(self)}, self.status, self.headers)


class RefusalMiddleware:
    """Answers with what the application inside refuses, unless an answer has begun."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request.

        Raises:
            RequestRefusedError: It was refused after its answer had begun.
        """
        has_begun = False

        async def note_and_send(message: Any) -> None:
            nonlocal has_begun
            has_begun = has_begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, note_and_send)
        except RequestRefusedError as refused:
            if has_begun:
                raise
            await refused.make_response()(scope, receive, send)
