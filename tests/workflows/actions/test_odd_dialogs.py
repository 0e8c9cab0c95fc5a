"""Actions at portals that answer in the right form with anything inside: never a crash, never twice, never unclear."""

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
CHANGES = {"answer", "intercept", "finish", "spam", "transfer", "operator", "add"}


class OddDialogs(OddPortal):
    """One dialog whose parts are never twice the same."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.changed: list[str] = []

    def _result(self, method: str) -> Any:
        if method.rpartition(".")[2] in CHANGES:
            self.changed.append(method)
            return self._random.choice((True, True, True, 1075, "1075", None, False, {}))
        answers: dict[str, Callable[[], Any]] = {
            "imopenlines.dialog.get": self._make_chat,
            "profile": lambda: {"ID": "1", **self._row(("NAME", "LAST_NAME"))},
            "scope": lambda: ["imopenlines", self._random.choice(("im", "im", "user"))],
            "im.dialog.messages.get": lambda: {"chat_id": 5, "messages": self._messages(), "users": [], "files": []},
            "imopenlines.session.history.get": lambda: {"chatId": 5, "sessionId": 305, "message": {}},
            "user.get": lambda: self._rows(("ID", "NAME", "ACTIVE", "IS_ONLINE", "USER_TYPE"))[:1],
        }
        return answers[method]() if method in answers else super()._result(method)

    def _make_chat(self) -> dict[str, Any]:
        fixed = {"id": 5, "owner": self._random.choice((0, 1, 1, 3, 3, "4", None))}
        odd = self._row(("name", "role", "message_count", "last_message_id"))
        return (
            fixed
            | odd
            | {
                "entity_id": self._random.choice(CODES),
                "entity_data_1": self._random.choice(DATA),
                "entity_data_2": self._random.choice(BINDINGS),
                "entity_data_3": self._random.choice(("Y", "", None)),
            }
        )

    def _messages(self) -> list[dict[str, Any]]:
        return [{"id": 1075 - place, **self._row(("author_id", "text", "date", "params"))} for place in range(3)]


async def _replies(tool: str, arguments: dict[str, Any], seeds: range) -> list[tuple[CallToolResult, list[str]]]:
    replies = []
    for seed in seeds:
        portal = OddDialogs(seed)
        transport = httpx.MockTransport(portal.answer)
        async with Connection(Settings(sandbox=True), transport=transport, sleep=skip_pause) as connection:
            anybody = caller(Policy(frozenset(TOOLSETS)), connection)
            replies.append((await answer(anybody, tool, arguments), portal.changed))
    return replies


@pytest.mark.parametrize(
    ("tool", "arguments", "most"),
    [
        ("reply", {"dialog": 5, "message": "Hello", "take_over": True, "even_if_silent": True}, 1),
        ("hand_over", {"dialog": 5, "to": "user 3", "even_if_offline": True}, 1),
        ("hand_over", {"dialog": 5, "to": "queue", "even_if_offline": True}, 1),
        ("close_dialog", {"dialog": 5}, 2),
        ("close_dialog", {"dialog": 5, "as_spam": True}, 1),
    ],
)
def test_whatever_a_portal_says_the_reply_is_clear_and_nothing_is_done_twice(
    tool: str, arguments: dict[str, Any], most: int
) -> None:
    replies = anyio.run(_replies, tool, arguments, range(60))

    assert {bool(reply.is_error) for reply, _ in replies} == {True, False}
    assert any(changed for _, changed in replies)
    for reply, changed in replies:
        text = text_of(reply)
        assert "failed inside" not in text
        assert not reply.is_error or "What to do:" in text
        assert all(changed.count(method) <= most for method in changed)
        assert json.dumps(reply.structured_content)
