"""The way in: whose request it is, how much they may ask, and the end of what may not go on."""

from typing import Any

import anyio
from mcp.server.auth.middleware.auth_context import AuthContextMiddleware
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.http.auth.authenticator import Access, Guest
from server.http.errors import RequestRefusedError
from server.http.middleware.limits import Kind, Traffic
from server.telemetry.logs import note_caller

GUEST = "openchannels.guest"
"""Where a request's scope says whose it is."""
WELL_KNOWN = "/.well-known/"
"""What is found here, or is not, tells a client how to come in."""
LISTEN = "subscriptions/listen"
CUT = (
    "The request was ended before its answer: its time, or the right of its token, was over. "
    "What it was to change may be changed: look before you repeat it"
)
MCP_PATHS = ("/mcp", "/mcp/")
SSE_PATH = "/sse"


def guest_of(request: Any) -> Guest:
    """Whose request it is."""
    guest: Guest = request.scope[GUEST]
    return guest


class Entrance:
    """Lets in who is known, one request at a time."""

    def __init__(self, app: ASGIApp, access: Access, traffic: Traffic) -> None:
        self._app = app
        self._inside = AuthContextMiddleware(app)  # the SDK binds what it seals for a client to whom it finds there
        self._access = access
        self._traffic = traffic

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http" or scope["path"].startswith(WELL_KNOWN):
            await self._app(scope, receive, send)
            return
        guest = await self._access.guest(scope["headers"])
        note_caller(guest.caller.name)
        self._traffic.spend(guest)
        scope[GUEST], scope["user"] = guest, guest.user
        answer = Answer(send)
        with self._traffic.visit(guest, _kind(scope)) as visit:
            await self._inside(scope, visit.heard(receive), answer.send)
        if visit.over:
            await answer.cut(scope, receive)


class Answer:
    """Passes an answer on, and knows how far it has come."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._begun = False
        self._ended = False

    async def send(self, message: Message) -> None:
        """One part of it."""
        self._begun = True
        self._ended = message["type"] == "http.response.body" and not message.get("more_body", False)
        await self._send(message)

    async def cut(self, scope: Scope, receive: Receive) -> None:
        """Bring it to an end that the client can tell from a broken connection."""
        if not self._begun:
            text = (
                "There was no answer in time. What the request was to change may be changed: look before you repeat it"
            )
            await RequestRefusedError(504, "timeout", text).response()(scope, receive, self._send)
        elif not self._ended:
            with anyio.CancelScope(shield=True):
                await self._send({"type": "http.response.body", "body": b"", "more_body": False})


def _kind(scope: Scope) -> Kind:
    if scope["method"] == "GET" and scope["path"] in MCP_PATHS:
        return Kind.STANDING
    if scope["path"] == SSE_PATH or Headers(scope=scope).get("mcp-method") == LISTEN:
        return Kind.LISTENING
    return Kind.REQUEST
