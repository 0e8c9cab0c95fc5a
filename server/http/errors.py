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
    def for_now(cls, status: int, error: str, description: str, seconds: float) -> "RequestRefusedError":
        """One that may come again after some seconds."""
        return cls(status, error, description, {"Retry-After": str(max(1, round(seconds)))})

    def response(self) -> JSONResponse:
        """As a client gets it."""
        return JSONResponse({"error": self.error, "error_description": str(self)}, self.status, self.headers)


class Refusals:
    """Answers with what the application inside refuses, unless an answer has begun."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        begun = False

        async def watched(message: Any) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except RequestRefusedError as refused:
            if begun:
                raise
            await refused.response()(scope, receive, send)
