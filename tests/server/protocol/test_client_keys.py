"""Keys that clients put among the arguments for themselves."""

from typing import Any

import pytest

from server.catalogue.registry import every_tool
from server.protocol.arguments import normalize_arguments
from server.protocol.client_keys import CLIENT_KEYS
from server.protocol.habits import Schema, undo_habits

TOOLS = every_tool()


@pytest.mark.parametrize("key", CLIENT_KEYS)
def test_a_key_that_a_client_adds_is_dropped_where_the_tool_has_none_of_its_name(key: str) -> None:
    assert normalize_arguments(TOOLS["revision_get"], {key: "call_0BCI"}) == {}
    assert normalize_arguments(TOOLS["close_dialog"], {"dialog": "206", key: "x"}) == {"dialog": "206"}
    own: Schema = {"properties": {key: {"type": "string"}}}
    assert undo_habits(own, {key: "x"}) == {key: "x"}


@pytest.mark.parametrize(("key", "known"), CLIENT_KEYS.items())
def test_a_key_that_is_dropped_has_a_client_and_a_public_source(key: str, known: Any) -> None:
    assert known.client
    assert known.source.startswith("https://github.com/")
    assert not any(key in tool.model_fields for tool in TOOLS.values())


def test_a_session_of_the_client_is_not_taken_for_one_of_the_portal() -> None:
    read = normalize_arguments
    tool = TOOLS["dialog_get"]
    assert read(tool, {"chat_id": 206, "sessionId": "2f1c9e0a77b64d"}) == {"chat_id": 206}
    assert read(tool, {"chat_id": 206, "sessionId": "4711", "toolCallId": "call_1"}) == {"chat_id": 206}
    assert read(tool, {"sessionId": "301"}) == {"session_id": 301}
    assert read(tool, {"session_id": "301", "sessionId": "301"}) == {"session_id": 301, "sessionId": "301"}
