"""An id, a line in the log and a count for each HTTP request."""

import logging
import re
import time
import uuid
from collections.abc import Collection
from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.telemetry.logs import RequestContext, request_context
from server.telemetry.metrics import Metrics
from server.telemetry.tracing import continue_trace

logger = logging.getLogger("openchannels.http")

HEADER = b"x-request-id"
ID = re.compile(rb"[\w.-]{1,64}")
METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "POST"})
OTHER = "other"
FAILED = 500


@dataclass(slots=True)
class RequestRecord:
    """What is written down of a request."""

    method: str
    route: str
    client: str
    status: int | None = None
    """None until it is answered."""


class AccessLog:
    """ASGI middleware, to be the outermost.

    Only the paths named here get a name in lines and metrics: a path could hold anything, even a secret. Lines of
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
        context, record = RequestContext(_find_id(scope)), self._make_record(scope)
        started, token = time.perf_counter(), request_context.set(context)
        self._metrics.http_started(record.route)
        try:
            with continue_trace(scope["headers"]):
                await self._app(scope, receive, _note_and_add_id(send, record, context.request_id.encode()))
        except Exception:
            record.status = record.status or FAILED
            raise
        finally:
            self._metrics.http_ended(record.route, record.method, record.status)
            self._write(record, context.caller, time.perf_counter() - started)
            request_context.reset(token)

    def _make_record(self, scope: Scope) -> RequestRecord:
        path = scope["path"].rstrip("/")
        route = path if path in self._paths else OTHER
        method = scope["method"] if scope["method"] in METHODS else OTHER
        client = scope.get("client")
        return RequestRecord(method, route, client[0] if client else "")

    def _write(self, record: RequestRecord, caller: str, seconds: float) -> None:
        unremarkable = record.route in self._quiet and (record.status or FAILED) < FAILED
        fields = {
            "method": record.method,
            "route": record.route,
            "status": record.status,
            "caller": caller,
            "client": record.client,
            "seconds": round(seconds, 4),
        }
        logger.log(logging.DEBUG if unremarkable else logging.INFO, "http request", extra={"fields": fields})


def _note_and_add_id(send: Send, record: RequestRecord, identity: bytes) -> Send:
    """Send, with the id in the answer's headers and its status noted."""

    async def send_with_id(message: Message) -> None:
        if message["type"] == "http.response.start":
            record.status = message["status"]
            headers = [(name, value) for name, value in message.get("headers", ()) if name.lower() != HEADER]
            message = {**message, "headers": [*headers, (HEADER, identity)]}
        await send(message)

    return send_with_id


def _find_id(scope: Scope) -> str:
    """The id that the request brought, if it can be one, or a new one."""
    brought = next((value for name, value in scope["headers"] if name == HEADER), b"")
    return brought.decode() if ID.fullmatch(brought) else uuid.uuid4().hex
