"""The inbox and the briefing at portals that answer in the right form with anything inside."""

import json
from collections.abc import Callable
from typing import Any

import anyio
import httpx
import pytest
from mcp.types import CallToolResult

from server.config.settings import Settings
from server.connection import Connection
from server.policy import Policy
from tests.assistant import text_of
from tests.callers import answer, caller
from tests.workflows.test_odd_portals import OddPortal
from tests.workflows.tool_calls import skip_pause
from tools import TOOLSETS

CODES = ("livechat|1|2|101", "livechat", "|||", "", None, 7)
DATA = ("Y|DEAL|601|N|N|305|1773223732|0|0|0", "N|NONE|0|N|Y|305|0|2|0|0", "Y|T80|5|N|N|x|x|x", "", None, "|" * 9)
BINDINGS = ("LEAD|0|COMPANY|0|CONTACT|0|DEAL|601", "DEAL", "", None, 5)
BEGAN = "2026-03-16T08:00:00+01:00"
PARAMS: tuple[Any, ...] = ({}, [], None, {"FILE_ID": ["x"]}, {"COMPONENT_ID": "HiddenMessage", "componentId": 5})
WRITTEN = ("2026-03-16T09:00:00+01:00", "2026-03-16T09:30:00+01:00", "yesterday", None)
ROW = ("configId", "source", "operatorId", "dateFirstAnswer", "dateOperatorAnswer", "crmEntityType", "crmEntityId")
USERS: tuple[Any, ...] = ([], {}, {"id": 101, "connector": True, "name": 5}, {"id": "3", "name": None, "bot": 1})


class OddLists(OddPortal):
    """Lists of dialogs, and what was said in each; the statistics of some are refused."""

    def __init__(self, seed: int, *, statistics: bool) -> None:
        super().__init__(seed)
        self._statistics = statistics

    def answer(self, request: httpx.Request) -> httpx.Response:
        """One request; what is refused in a batch stands beside its results."""
        reply = super().answer(request)
        if self._statistics or request.url.path.rpartition("/")[2] != "batch":
            return reply
        commands = json.loads(request.content)["cmd"]
        refused = {key: command for key, command in commands.items() if command.startswith("imopenlines.v2.")}
        result = reply.json()["result"]
        result["result"] = {key: value for key, value in result["result"].items() if key not in refused}
        result["result_error"] = {key: {"error": "TARIFF_RESTRICTION"} for key in refused}
        return httpx.Response(200, content=json.dumps({"result": result}))

    def _result(self, method: str) -> Any:
        answers: dict[str, Callable[[], Any]] = {
            "profile": lambda: {"ID": "1", **self._row(("NAME", "LAST_NAME"))},
            "scope": lambda: ["imopenlines", self._random.choice(("im", "im", "user"))],
            "imopenlines.dialog.get": self._dialog,
            "imopenlines.v2.Session.list": lambda: {"sessions": [self._session(one) for one in range(5)]},
            "imopenlines.session.history.get": self._make_history,
            "im.recent.list": lambda: {"items": [self._item(one) for one in range(5)], **self._row(("hasNextPage",))},
            "im.dialog.messages.get": lambda: {**self._make_messages(), "chat_id": 5, "files": []},
        }
        return answers[method]() if method in answers else super()._result(method)

    def _session(self, number: int) -> dict[str, Any]:
        fixed = {"id": 305 + number, "chatId": 5 + number, "dateCreate": BEGAN}
        return {**fixed, "status": self._random.choice(("new", "answered", "paused")), **self._row(ROW)}

    def _dialog(self) -> dict[str, Any]:
        choose = self._random.choice
        data = {"entity_data_1": choose(DATA), "entity_data_2": choose(BINDINGS), "entity_data_3": choose(("Y", None))}
        fixed = {"id": 5, "owner": choose((0, 1, 3, "4", None)), "entity_id": choose(CODES)}
        return {**fixed, **data, **self._row(("name", "role", "message_count", "last_message_id"))}

    def _make_messages(self) -> dict[str, Any]:
        choose = self._random.choice
        people = (101, "101", 3, 0, None)
        messages = [
            {"id": 1075 - place, "author_id": choose(people), "senderid": choose(people), "date": choose(WRITTEN)}
            | {"params": choose(PARAMS), **self._row(("text",))}
            for place in range(4)
        ]
        return {"messages": messages, "users": [user for user in USERS if self._random.random() < 0.5]}

    def _make_history(self) -> dict[str, Any]:
        messages = self._make_messages()["messages"]
        chat = {"id": "5", "entityId": self._random.choice(CODES), "entityData2": self._random.choice(BINDINGS)}
        data = self._random.choice((*DATA, *(f"N|NONE|0|N|N|{number}|1|0|0|0" for number in range(305, 310))))
        owner = self._random.choice((0, "0", 3, "4", None))
        return {
            "chatId": 5,
            "sessionId": 305,
            "message": {str(message["id"]): message for message in messages},
            "users": {"3": {"id": "3", **self._row(("name", "bot"))}, "101": {"id": 101, "connector": True}},
            "chat": {"5": {**chat, "owner": owner, "entityData1": data, **self._row(("name", "entityData3"))}},
        }

    def _item(self, number: int) -> dict[str, Any]:
        lines = {"id": 305 + number, "status": self._random.choice((0, "5", 10, 20, 25, 40, None, "x"))}
        chat = {"type": "lines", "owner": self._random.choice((0, 1, "3", None)), **self._row(("entity_data_3",))}
        return {
            "id": f"chat{5 + number}",
            "chat_id": 5 + number,
            "lines": {**lines, "date_create": BEGAN},
            "chat": {**chat, "entity_id": self._random.choice(CODES), "entity_data_1": self._random.choice(DATA)},
            "message": {"id": 1075, **self._row(("author_id", "senderid", "text", "date"))},
            **self._row(("title", "counter", "date_update")),
        }


async def _replies(tool: str, arguments: dict[str, Any], statistics: bool) -> list[CallToolResult]:
    replies = []
    for seed in range(40):
        transport = httpx.MockTransport(OddLists(seed, statistics=statistics).answer)
        async with Connection(Settings(sandbox=True), transport=transport, sleep=skip_pause) as connection:
            replies.append(await answer(caller(Policy(frozenset(TOOLSETS)), connection), tool, arguments))
    return replies


@pytest.mark.parametrize("statistics", [True, False])
@pytest.mark.parametrize(
    ("tool", "arguments"),
    [("inbox", {}), ("inbox", {"unassigned": True, "waiting_minutes": 1}), ("dialog", {"dialog": 5, "last": 2})],
)
def test_whatever_a_portal_says_the_reply_is_clear(tool: str, arguments: dict[str, Any], *, statistics: bool) -> None:
    replies = anyio.run(_replies, tool, arguments, statistics)

    assert any(not reply.is_error for reply in replies)
    assert len({text_of(reply) for reply in replies}) > 5
    for reply in replies:
        assert "failed inside" not in text_of(reply)
        assert not reply.is_error or "What to do:" in text_of(reply)
        assert json.dumps(reply.structured_content)
