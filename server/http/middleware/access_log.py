"""An id, a line in the log and a count for each HTTP request."""

import logging
import re
import time
import uuid
from collections.abc import Collection
from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.telemetry.logs import Origin, origin
from server.telemetry.metrics import Metrics
from server.telemetry.tracing import continued

logger = logging.getLogger("openchannels.http")

HEADER = b"x-request-id"
ID = re.compile(rb"[\w.-]{1,64}")
METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "POST"})
OTHER = "other"
FAILED = 500


@dataclass(slots=True)
class Entry:
    """What is written down of a request."""

    method: str
    route: str
    client: str
    status: int | None = None
    """None until it is answered."""


class Journal:
    """ASGI middleware, to be the outermost.

    Only the paths named here get a name in lines and figures: a path could hold anything, even a secret. Lines of
    `quiet` ones are for debugging, unless something failed. Answers pass as they come, so event streams are not held
    back; their line is written when they close.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics, *, paths: Collection[str], quiet: Collection[str]) -> None:
        self._app = app
        self._metrics = metrics
        self._paths = frozenset(path.rstrip("/") for path in (*paths, *quiet))
        self._quiet = frozenset(quiet)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        came, entry = Origin(_identity(scope)), self._entry(scope)
        started, token = time.perf_counter(), origin.set(came)
        self._metrics.http_started(entry.route)
        try:
            with continued(scope["headers"]):
                await self._app(scope, receive, _noting(send, entry, came.request_id.encode()))
        except Exception:
            entry.status = entry.status or FAILED
            raise
        finally:
            self._metrics.http_ended(entry.route, entry.method, entry.status)
            self._write(entry, came.caller, time.perf_counter() - started)
            origin.reset(token)

    def _entry(self, scope: Scope) -> Entry:
        path = scope["path"].rstrip("/")
        route = path if path in self._paths else OTHER
        method = scope["method"] if scope["method"] in METHODS else OTHER
        client = scope.get("client")
        return Entry(method, route, client[0] if client else "")

    def _write(self, entry: Entry, caller: str, seconds: float) -> None:
        unremarkable = entry.route in self._quiet and (entry.status or FAILED) < FAILED
        fields = {
            "method": entry.method,
            "route": entry.route,
            "status": entry.status,
            "caller": caller,
            "client": entry.client,
            "seconds": round(seconds, 4),
        }
        logger.log(logging.DEBUG if unremarkable else logging.INFO, "http request", extra={"fields": fields})


def _noting(send: Send, entry: Entry, identity: bytes) -> Send:
    """Send, with the id in the answer's headers and its status noted."""

    async def noting(message: Message) -> None:
        if message["type"] == "http.response.start":
            entry.status = message["status"]
            headers = [(name, value) for name, value in message.get("headers", ()) if name.lower() != HEADER]
            message = {**message, "headers": [*headers, (HEADER, identity)]}
        await send(message)

    return noting


def _identity(scope: Scope) -> str:
    """The id that the request brought, if it can be one, or a new one."""
    brought = next((value for name, value in scope["headers"] if name == HEADER), b"")
    return brought.decode() if ID.fullmatch(brought) else uuid.uuid4().hex
