"""Random arguments at every tool: never a crash, never a request for arguments that are not valid."""

import json
from typing import Any

import anyio
import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from mcp.types import CallToolResult, TextContent

from server.config.settings import Settings
from server.connection import Connection
from server.policy import Policy
from server.protocol.arguments import normalize_arguments
from tests.callers import answer, caller
from tests.pauses import skip_pause
from tests.spawning import LONG
from tools import TOOLSETS
from tools.method import Method
from tools.registry import methods

METHODS = methods()
EVERYTHING = Policy(frozenset(TOOLSETS))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(alphabet=st.characters(), max_size=40),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=10,
)
IDS = st.integers(-1, 40)
ROWS = ["id", "chatId", "sessionId", "message", "users", "chat", "files", "entity_data_1", "entity_data_2", "senderid"]
FIELDS = st.sampled_from([*ROWS, "params", "fileId", "stats", "sessions", "entityData1", "text", "0", "5"])
ROW = st.dictionaries(FIELDS, JSON | IDS | st.text(max_size=5), max_size=8)
RESULT = JSON | ROW | st.dictionaries(FIELDS, IDS | ROW | st.dictionaries(FIELDS, ROW), max_size=8)
LIKELY = (
    JSON | IDS | st.booleans() | st.sampled_from(["lead", "DEFAULT", "queue3", "09:00", "Y", "2026-03-01T00:00:00Z"])
)


SETTINGS = Settings(sandbox=True, timeout=1)


class PortalOfTheDay:
    """Answers every request with a random status and result, and keeps the bodies."""

    def __init__(self, status: int, answer: Any) -> None:
        self._status = status
        self._answer = answer
        self.bodies: list[Any] = []
        self.asked: list[str] = []
        """The method of each body."""

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.bodies.append(json.loads(request.content))
        self.asked.append(request.url.path.rpartition("/")[2])
        return httpx.Response(self._status, content=json.dumps(self._answer).encode())


async def _call(portal: PortalOfTheDay, tool: str, arguments: dict[str, Any]) -> CallToolResult:
    async with Connection(SETTINGS, transport=httpx.MockTransport(portal.answer), sleep=skip_pause) as connection:
        return await answer(caller(EVERYTHING, connection), tool, arguments)


@st.composite
def arguments_for(draw: st.DrawFn, method: type[Method]) -> dict[str, Any]:
    """Right names mostly, now and then a wrong one; any values."""
    names = st.sampled_from([*method.model_fields, "unknown"])
    return draw(st.dictionaries(names, LIKELY, max_size=6) | st.dictionaries(st.text(max_size=10), JSON, max_size=3))


@pytest.mark.parametrize("tool", METHODS)
@settings(
    max_examples=200 if LONG else 10, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
@given(data=st.data())
def test_any_arguments_and_any_answer_end_in_a_clear_reply(tool: str, data: st.DataObject) -> None:
    method = METHODS[tool]
    portal = PortalOfTheDay(
        data.draw(st.sampled_from([200, 200, 400, 401, 403, 404, 429, 500, 503])),
        data.draw(RESULT.map(lambda result: {"result": result}) | JSON.map(lambda e: {"error": e}) | JSON),
    )
    arguments = data.draw(arguments_for(method) | st.just(dict(method.example)))

    reply = anyio.run(_call, portal, tool, arguments)

    (block,) = reply.content
    assert isinstance(block, TextContent)
    assert reply.structured_content is not None
    assert reply.model_dump_json()
    for leak in ("Traceback", "Error:", "pydantic", "sandbox-admin-token", "input_value", "failed inside"):
        assert leak not in _ours(block.text)
    if portal.bodies:
        assert _valid(method, arguments), "a request was sent for arguments that are not valid"
        assert method.repeatable() or portal.asked.count(method.rest) <= 1, "a write was sent twice"
    else:
        assert reply.is_error
    if reply.is_error:
        assert "What to do:" in block.text


def _ours(text: str) -> str:
    """A reply without the line that repeats the portal's words."""
    return "\n".join(line for line in text.splitlines() if not line.startswith("Portal's "))


def _valid(method: type[Method], arguments: dict[str, Any]) -> bool:
    """The published schema is the weaker judge: what it refuses must never be sent."""
    meant = normalize_arguments(method, arguments)
    given_values = {name: value for name, value in meant.items() if value is not None}
    return bool(Draft202012Validator(method.input_schema()).is_valid(given_values))
