"""Portals that answer in the right form with anything inside: never a crash, never an unclear reply."""

import json
from random import Random
from typing import Any

import anyio
import httpx
import pytest
from mcp.types import CallToolResult, TextContent

from sandbox.state.line_settings import SETTINGS
from server.config.settings import Settings
from server.connection import Connection
from server.policy import Policy
from tests.callers import answer, caller
from tests.workflows.tool_calls import skip_pause
from tools import TOOLSETS

VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, 7, -3, 90_000, 2.5, float("nan"), float("inf"), "", "Y", "N", "text", "9", "18.30"),
    *("evenly", "like", "dislike", "2026-03-16T08:00:00+01:00", "2026-03-16", [], ["3", 0, None], {}, {"3": "x"}),
    *({"3": {"USER_NAME": 5}}, [{"source": None}], [[1]]),
)
SESSION = ("id", "configId", "operatorId", "chatId", "dateCreate", "status", "vote", "voteHead", "waitAnswer")
RATING = ("sessionId", "operatorId", "vote", "voteHead", "kpiFirstAnswer", "reason", "userId")
TOTALS = ("totalSessions", "avgWaitAnswer", "kpiFirstAnswerOk", "likeCount", "sessionsByHour", "sessionsBySource")
LINE = (*(name for name in SETTINGS if name != "DEFAULT_OPERATOR_DATA"), "QUEUE_ONLINE")
PEOPLE: tuple[dict[str, Any], ...] = (
    {"QUEUE": [], "QUEUE_USERS_FIELDS": []},
    {"QUEUE": ["3", 4], "QUEUE_USERS_FIELDS": {"3": {"USER_NAME": 5}, "x": {}}},
    {"QUEUE": [5], "QUEUE_USERS_FIELDS": {"5": {"USER_NAME": None}}, "CONFIG_QUEUE": [{"ENTITY_TYPE": "department"}]},
    {},
)


class OddPortal:
    """Answers each method in its form."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)  # noqa: S311  (odd, not secret)

    def answer(self, request: httpx.Request) -> httpx.Response:
        """One request; a batch has a result for each command."""
        method = request.url.path.rpartition("/")[2]
        if method != "batch":
            return _json({"result": self._result(method)})
        commands = json.loads(request.content)["cmd"]
        results = {key: self._result(command.partition("?")[0]) for key, command in commands.items()}
        return _json({"result": {"result": results}})

    def _result(self, method: str) -> Any:
        match method:
            case "server.time":
                return "2026-03-16T10:00:00+01:00"
            case "imopenlines.config.list.get":
                return [{"ID": "1", "LINE_NAME": "One"}, {**self._line(), "ID": "2"}, self._line()]
            case "imopenlines.config.get":
                return {"ID": "1", **self._line()}
            case "imopenlines.v2.Stat.get":
                operators = self._rows(("operatorId", "count", "avgWaitAnswer"))
                return {"statResult": {"sessionsByOperator": operators, **self._row(TOTALS)}}
            case _:
                rows = self._rows((*SESSION, *RATING))
                return {"hasNextPage": False, **dict.fromkeys(("sessions", "ratings", "transfers", "operators"), rows)}

    def _line(self) -> dict[str, Any]:
        return {**self._row(LINE), **self._random.choice(PEOPLE)}

    def _row(self, fields: tuple[str, ...]) -> dict[str, Any]:
        return {name: self._random.choice(VALUES) for name in fields if self._random.random() < 0.7}

    def _rows(self, fields: tuple[str, ...]) -> list[Any]:
        return [self._row(fields) if self._random.random() < 0.9 else None for _ in range(6)]


def _json(content: Any) -> httpx.Response:
    return httpx.Response(200, content=json.dumps(content))


async def _replies(tool: str, arguments: dict[str, Any], rounds: int) -> list[CallToolResult]:
    transport = httpx.MockTransport(OddPortal(seed=1).answer)
    async with Connection(Settings(sandbox=True), transport=transport, sleep=skip_pause) as connection:
        anybody = caller(Policy(frozenset(TOOLSETS)), connection)
        return [await answer(anybody, tool, arguments) for _ in range(rounds)]


@pytest.mark.parametrize(
    ("tool", "arguments", "rounds"),
    [
        ("channel_report", {"line": 1}, 40),
        ("channel_report", {"compare": False, "chart": True}, 3),
        ("team_load", {}, 40),
        ("channel_overview", {"line": "one"}, 40),
        ("channel_audit", {}, 40),
    ],
)
def test_whatever_a_portal_says_the_reply_is_clear(tool: str, arguments: dict[str, Any], rounds: int) -> None:
    replies = anyio.run(_replies, tool, arguments, rounds)

    assert any(not reply.is_error for reply in replies)
    for reply in replies:
        block = reply.content[0]
        assert isinstance(block, TextContent)
        assert "failed inside" not in block.text
        assert not reply.is_error or "What to do:" in block.text
        assert reply.model_dump_json()
