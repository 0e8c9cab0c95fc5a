"""The wire of a portal: how requests are decoded and how answers are wrapped."""

import json
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from sandbox.state import php
from sandbox.state.company import Clock
from sandbox.state.errors import RefusalError
from sandbox.state.limits import Operating
from sandbox.views.chats import iso

OK = 200
JSON_DEPTH = 512
PROCESSING = 0.004
DURATION = 0.021
OPERATING_WINDOW = 600
CRASH = RefusalError("crash", "A PHP error that nobody caught", 500)
CRASH_PAGE = "<html><head><title>500</title></head><body><h1>Internal Server Error</h1></body></html>"


@dataclass(frozen=True)
class Answer:
    """What a call came to: a result, with the numbers of a list where it is a page of one, or a refusal."""

    result: Any = None
    refusal: RefusalError | None = None
    operating: Operating | None = None
    total: int | None = None
    next: int | None = None

    @property
    def numbers(self) -> dict[str, int]:
        """Return what stands beside the result."""
        return {name: value for name in ("next", "total") if (value := getattr(self, name)) is not None}

    @property
    def status(self) -> int:
        """Return the HTTP status."""
        return self.refusal.status if self.refusal else OK

    @property
    def outcome(self) -> str:
        """Return the word the request log keeps."""
        if self.refusal is None:
            return "ok"
        return self.refusal.code or "empty error"


def time_of(clock: Clock, operating: Operating | None = None) -> dict[str, Any]:
    """Return the timing block of an answer."""
    now = clock()
    start = int(now.timestamp())
    return {
        "start": start,
        "finish": start + DURATION,
        "duration": DURATION,
        "processing": PROCESSING,
        "date_start": iso(now),
        "date_finish": iso(now),
        "operating_reset_at": operating.reset_at if operating else start + OPERATING_WINDOW,
        "operating": operating.seconds if operating else 0,
    }


class PortalResponse(Response):
    """JSON as PHP writes it: plain ASCII, so that even half a surrogate pair survives."""

    media_type = "application/json; charset=utf-8"

    def render(self, content: Any) -> bytes:
        """Encode an envelope."""
        return json.dumps(content, separators=(",", ":")).encode()


def respond(answer: Answer, clock: Clock) -> Response:
    """Wrap an answer in the envelope of its kind."""
    if answer.refusal is CRASH:
        return HTMLResponse(CRASH_PAGE, CRASH.status)
    if answer.refusal:
        return PortalResponse(answer.refusal.body(), answer.refusal.status)
    return PortalResponse({"result": answer.result, **answer.numbers, "time": time_of(clock, answer.operating)})


async def read_params(request: Request) -> dict[str, Any]:
    """Decode the parameters of a request; those of the body beat those of the query."""
    return php.parse_query(request.url.query) | await _read_body(request)


async def _read_body(request: Request) -> dict[str, Any]:
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind == "multipart/form-data":
        form = await request.form()
        return php.nested((name, value) for name, value in form.multi_items() if isinstance(value, str))
    body = await request.body()
    if kind == "application/json":
        return _read_json(body)
    return php.parse_query(body.decode(errors="replace"))


def _read_json(body: bytes) -> dict[str, Any]:
    """Read a JSON object; anything else silently means that there are no parameters."""
    try:
        read = json.loads(body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        return {}
    return read if isinstance(read, dict) and _shallow(read) else {}


def _shallow(value: Any) -> bool:
    level = [value]
    for _ in range(JSON_DEPTH):
        level = [child for item in level for child in php.values(item)]
        if not level:
            return True
    return False


def _refuse_constant(name: str) -> Any:
    raise ValueError(name)
