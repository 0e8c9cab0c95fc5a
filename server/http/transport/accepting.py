"""Answers in the form that a client accepts, where it accepts only one of the two that MCP has."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from mcp.types import INTERNAL_ERROR
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.protocol.elicitation import ONE_ANSWER

JSON, EVENTS = "application/json", "text/event-stream"
BOTH = f"{JSON}, {EVENTS}"
LISTEN = "subscriptions/listen"
UNANSWERED = {"jsonrpc": "2.0", "id": None, "error": {"code": INTERNAL_ERROR, "message": "The session ended meanwhile"}}
_RANGES: Mapping[str, tuple[str, ...]] = {
    JSON: (JSON, "application/*", "*/*"),
    EVENTS: (EVENTS, "text/*", "*/*"),
}


def list_accepted(accept: str) -> list[str]:
    """Which of the two forms a client accepts by its Accept header; without one it accepts both."""
    weights = dict(_read_range(part) for part in accept.split(",") if part.strip())
    if not weights:
        return [JSON, EVENTS]
    return [form for form, ranges in _RANGES.items() if _find_weight(ranges, weights) > 0]


def _read_range(part: str) -> tuple[str, float]:
    name, *parameters = (word.strip().lower() for word in part.split(";"))
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip() == "q":
            try:
                return name, float(value)
            except ValueError:
                return name, 1.0
    return name, 1.0


def _find_weight(ranges: tuple[str, ...], weights: Mapping[str, float]) -> float:
    """The weight of the most exact range that is given."""
    return next((weights[name] for name in ranges if name in weights), 0.0)


class AcceptNegotiation:
    """Passes requests on as ones that accept both forms, and turns the answer into the one that is accepted.

    A stream of events becomes the answer in it; progress on the way is left out. What is a stream by its nature, and
    requests that accept neither form, are the SDK's to refuse.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        headers = Headers(scope=scope)
        accepted = list_accepted(", ".join(headers.getlist("accept")))
        is_stream = scope["method"] == "GET" or headers.get("mcp-method") == LISTEN
        if not accepted or (is_stream and EVENTS not in accepted):
            await self._app(scope, receive, send)
            return
        inner = {**scope, "headers": _replace_accept(scope)}
        if accepted == [JSON]:
            await self._app({**inner, ONE_ANSWER: True}, receive, JsonAnswer(send))
        elif accepted == [EVENTS] and not is_stream:
            await self._app(inner, receive, EventAnswer(send))
        else:
            await self._app(inner, receive, send)


def _replace_accept(scope: Scope) -> list[tuple[bytes, bytes]]:
    others = [(name, value) for name, value in scope["headers"] if name.lower() != b"accept"]
    return [*others, (b"accept", BOTH.encode())]


class _Converter:
    """Holds an answer of one form back until it is complete, and sends it in the other."""

    form: str

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message | None = None
        self._body = bytearray()

    async def __call__(self, message: Message) -> None:
        """Send what the application says."""
        if message["type"] == "http.response.start" and _has_form(message, self.form):
            self._start = message
        elif self._start is None or message["type"] != "http.response.body":
            await self._send(message)
        else:
            self._body += message.get("body", b"")
            if not message.get("more_body", False):
                await self._finish(self._start, bytes(self._body))
                self._start = None

    async def _finish(self, start: Message, body: bytes) -> None:
        raise NotImplementedError

    async def _send_as(self, start: Message, form: str, body: bytes) -> None:
        headers = MutableHeaders(raw=list(start["headers"]))
        headers["content-type"] = form
        headers["content-length"] = str(len(body))
        for name in ("cache-control", "x-accel-buffering", "transfer-encoding"):
            del headers[name]
        await self._send({**start, "headers": headers.raw})
        await self._send({"type": "http.response.body", "body": body, "more_body": False})


class JsonAnswer(_Converter):
    """The answer out of a stream of events, as JSON."""

    form = EVENTS

    async def _finish(self, start: Message, body: bytes) -> None:
        answer = next(filter(_is_answer, read_events(body)), UNANSWERED)
        await self._send_as(start, JSON, json.dumps(answer).encode())


class EventAnswer(_Converter):
    """An answer in JSON as a stream of one event."""

    form = JSON

    async def _finish(self, start: Message, body: bytes) -> None:
        await self._send_as(start, EVENTS, b"event: message\r\ndata: " + body + b"\r\n\r\n")


def _has_form(start: Message, form: str) -> bool:
    kind = Headers(raw=start["headers"]).get("content-type", "")
    return start["status"] == HTTPStatus.OK and kind.partition(";")[0].strip().lower() == form


def read_events(body: bytes) -> list[Any]:
    """The messages of a stream of events; comments, which keep a connection open, are none."""
    found = []
    for event in body.replace(b"\r\n", b"\n").split(b"\n\n"):
        data = b"\n".join(line.removeprefix(b"data:").strip() for line in event.split(b"\n") if line[:5] == b"data:")
        if data:
            found.append(json.loads(data))
    return found


def _is_answer(message: Any) -> bool:
    return isinstance(message, dict) and "method" not in message
