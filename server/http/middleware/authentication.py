"""The way in: whose request it is, how much they may ask, and the end of what may not go on."""

from functools import partial
from typing import Any

import anyio
from mcp.server.auth.middleware.auth_context import AuthContextMiddleware
from mcp.shared.inbound import MCP_METHOD_HEADER
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.http.auth.authenticator import Authenticator, Principal
from server.http.errors import RequestRefusedError
from server.http.middleware.address_limit import note_credential
from server.http.middleware.limits import RequestKind, RequestLimiter
from server.telemetry.logs import note_caller

PRINCIPAL = "openchannels.principal"
"""Where a request's scope says whose it is."""
WELL_KNOWN = "/.well-known/"
"""What is found here, or is not, tells a client how to come in."""
LISTEN = "subscriptions/listen"
NO_ANSWER = "There was no answer in time. What the request was to change may be changed: look before you repeat it"
MCP_PATHS = ("/mcp", "/mcp/")
SSE_PATH = "/sse"


def get_principal(request: Any) -> Principal:
    """Whose request it is; `request` is one of Starlette's that `AuthenticationMiddleware` has let in."""
    principal: Principal = request.scope[PRINCIPAL]
    return principal


class AuthenticationMiddleware:
    """Lets in who is known, one request at a time."""

    def __init__(self, app: ASGIApp, authenticator: Authenticator, limiter: RequestLimiter) -> None:
        self._app = app
        self._inside = AuthContextMiddleware(app)  # the SDK binds what it seals for a client to whom it finds there
        self._authenticator = authenticator
        self._limiter = limiter

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request.

        Raises:
            RequestRefusedError: It is not let in.
        """
        if scope["type"] != "http" or scope["path"].startswith(WELL_KNOWN):
            await self._app(scope, receive, send)
            return
        principal = await self._authenticator.authenticate(scope["headers"], partial(note_credential, scope))
        note_caller(principal.caller.name)
        self._limiter.count_against_rate(principal)
        scope[PRINCIPAL], scope["user"] = principal, principal.user
        with self._limiter.track(principal, _find_kind(scope)) as active:
            response = ResponseTracker(active.wrap_send(send))
            await self._inside(scope, active.wrap_receive(receive), response.send)
        if active.has_been_ended and not active.is_unread:
            await response.finish(scope, receive)


class ResponseTracker:
    """Passes an answer on, and knows how far it has come."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._has_begun = False
        self._has_ended = False

    async def send(self, message: Message) -> None:
        """Pass one part of the answer on."""
        self._has_begun = True
        self._has_ended = message["type"] == "http.response.body" and not message.get("more_body", False)
        await self._send(message)

    async def finish(self, scope: Scope, receive: Receive) -> None:
        """Bring the answer of an ended request to an end that the client can tell from a broken connection."""
        if not self._has_begun:
            await RequestRefusedError(504, "timeout", NO_ANSWER).make_response()(scope, receive, self._send)
        elif not self._has_ended:
            with anyio.CancelScope(shield=True):
                await self._send({"type": "http.response.body", "body": b"", "more_body": False})


def says_listen(scope: Scope) -> bool:
    """Whether a request says by its header that it opens a stream; its body has to say so too."""
    return scope["method"] == "POST" and Headers(scope=scope).get(MCP_METHOD_HEADER) == LISTEN


def _find_kind(scope: Scope) -> RequestKind:
    if scope["method"] == "GET" and scope["path"] in MCP_PATHS:
        return RequestKind.SESSION_STREAM
    if scope["path"] == SSE_PATH or says_listen(scope):
        return RequestKind.LISTEN_STREAM
    return RequestKind.CALL
