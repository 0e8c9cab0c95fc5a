"""How requests are decoded and how answers are wrapped."""

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from sandbox.methods.result import CallResult, make_time_block
from sandbox.state import php
from sandbox.state.company import Clock
from sandbox.state.errors import RefusalError

JSON_DEPTH = 512
CRASH = RefusalError("crash", "A PHP error that nobody caught", 500)
CRASH_PAGE = "<html><head><title>500</title></head><body><h1>Internal Server Error</h1></body></html>"


class PortalResponse(Response):
    """JSON as PHP writes it: plain ASCII, so that even half a surrogate pair survives."""

    media_type = "application/json; charset=utf-8"

    def render(self, content: Any) -> bytes:
        """Encode an envelope."""
        return json.dumps(content, separators=(",", ":")).encode()


def respond(answer: CallResult, clock: Clock) -> Response:
    """The HTTP response of what a call came to, in the envelope of its kind."""
    if answer.refusal is CRASH:
        return HTMLResponse(CRASH_PAGE, CRASH.status)
    if answer.refusal:
        return PortalResponse(answer.refusal.make_body(), answer.refusal.status)
    return PortalResponse({"result": answer.result, **answer.numbers, "time": make_time_block(clock, answer.operating)})


async def read_params(request: Request) -> dict[str, Any]:
    """The parameters of a request, nested the PHP way; those of the body replace those of the query.

    JSON that cannot be read means that there are no parameters. Source: the module `rest` of the portal.
    """
    return php.parse_query(request.url.query) | await _read_body(request)


async def _read_body(request: Request) -> dict[str, Any]:
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind == "multipart/form-data":
        form = await request.form()
        return php.nest_params((name, value) for name, value in form.multi_items() if isinstance(value, str))
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
    return read if isinstance(read, dict) and _is_shallow(read) else {}


def _is_shallow(value: Any) -> bool:
    level = [value]
    for _ in range(JSON_DEPTH):
        level = [child for item in level for child in php.list_values(item)]
        if not level:
            return True
    return False


def _refuse_constant(name: str) -> Any:
    raise ValueError(name)
