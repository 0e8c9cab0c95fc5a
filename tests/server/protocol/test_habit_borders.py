"""What lies just beside a habit of clients, with small schemas."""

from typing import Any

import pytest

from server.protocol.habits import Schema, undo_habits

TEXT, WHOLE, FLAG = {"type": "string"}, {"type": "integer"}, {"type": "boolean"}
ID = {"type": "integer", "minimum": 1}
WAY = {"type": "string", "enum": ["none", "some"]}
PART = {"type": "object", "properties": {"id": WHOLE, "name": TEXT}}
BORDERS: list[tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = [
    *(({"a": WHOLE}, {name: {"a": "1"}}, {"a": 1}) for name in ("parameters", "INPUT", "Options", "kwargs")),
    ({"a": WHOLE}, {"details": {"a": 1}}, {"details": {"a": 1}}),
    ({"a": WHOLE}, {"args": "a"}, {"args": "a"}),
    ({"a": WHOLE}, {"args": [1]}, {"args": [1]}),
    ({"a": WHOLE, "args": PART}, {"args": {"id": "1"}}, {"args": {"id": 1}}),
    ({"toolCallId": TEXT, "a": TEXT}, {"toolCallId": "x", "action": "y"}, {"toolCallId": "x"}),
    ({"session_id": WHOLE, "action": TEXT}, {"sessionId": 1, "action": "y"}, {"session_id": 1, "action": "y"}),
    ({"session_id": WHOLE}, {"sessionId": 1, "other": "y"}, {"session_id": 1, "other": "y"}),
    ({"session_id": TEXT}, {"sessionId": "x"}, {"session_id": "x"}),
    ({"session_id": TEXT}, {"sessionId": ["x"]}, {}),
    ({"session_id": FLAG}, {"sessionId": "x"}, {}),
    ({"session_id": {"type": "array", "items": WHOLE}}, {"sessionId": "x"}, {}),
    ({"session_id": PART}, {"sessionId": "x"}, {}),
    ({"a": WAY}, {"a": "None"}, {"a": "none"}),
    ({"a": WAY}, {"a": "null"}, {}),
    ({"a": WAY}, {"a": "undefined"}, {}),
    ({"a": {"type": "string", "format": "date-time"}}, {"a": " null "}, {}),
    ({"a": TEXT}, {"a": "null"}, {"a": "null"}),
    ({"a": TEXT}, {"a": '"x"'}, {"a": '"x"'}),
    ({"a": TEXT}, {"a": 2**53}, {"a": str(2**53)}),
    ({"a": TEXT}, {"a": 2**53 + 1}, {"a": 2**53 + 1}),
    ({"a": TEXT}, {"a": 2.5}, {"a": "2.5"}),
    ({"a": TEXT}, {"a": 2.5e-9}, {"a": 2.5e-9}),
    ({"a": WHOLE}, {"a": float(2**53)}, {"a": 2**53}),
    ({"a": WHOLE}, {"a": '"1"'}, {"a": 1}),
    ({"a": FLAG}, {"a": "n"}, {"a": False}),
    ({"a": ID, "b": TEXT}, {"a": 0, "b": ""}, {}),
    ({"a": WHOLE, "b": TEXT}, {"a": 0, "b": ""}, {"a": 0}),
    ({"a": {**ID, "maximum": 5}, "b": TEXT}, {"a": 0, "b": ""}, {"a": 0}),
    ({"a": ID, "b": TEXT}, {"a": False, "b": ""}, {"a": False}),
    ({"a": {**TEXT, "minItems": 0}}, {"a": []}, {}),
    ({"a": {"type": "array", "items": WHOLE, "minItems": 0}}, {"a": ""}, {}),
    ({"a": {"type": "array", "items": TEXT}}, {"a": ["x", "y"]}, {"a": ["x", "y"]}),
    ({"a": {"type": "array", "items": TEXT}}, {"a": "null"}, {}),
    ({"a": {"type": "array", "items": PART}}, {"a": {"id": 1, "other": 2}}, {"a": {"id": 1, "other": 2}}),
    ({"a": {"type": "array", "items": PART}}, {"a": {}}, {}),
    ({"a": {"type": "object", "properties": {"b": PART}}}, {"a": [{"id": 1}]}, {"a": [{"id": 1}]}),
    ({"a": PART}, {"a": "x"}, {"a": "x"}),
    ({"a": {"type": "object", "properties": {"b": {"type": "array", "items": TEXT}}}}, {"a": "x"}, {"a": "x"}),
]


@pytest.mark.parametrize(("properties", "sent", "meant"), BORDERS)
def test_what_is_just_beyond_a_habit_stays_as_it_came(
    properties: dict[str, Any], sent: dict[str, Any], meant: dict[str, Any]
) -> None:
    read = undo_habits({"properties": properties}, sent)
    assert read == meant
    assert {name: type(value) for name, value in read.items()} == {name: type(value) for name, value in meant.items()}


def test_a_required_argument_is_not_taken_for_a_key_of_the_client() -> None:
    schema: Schema = {"properties": {"session_id": WHOLE}, "required": ["session_id"]}
    assert undo_habits(schema, {"sessionId": "5", "toolCallId": "x"}) == {"session_id": 5}
    assert undo_habits(schema, {"session_id": 0}) == {"session_id": 0}
