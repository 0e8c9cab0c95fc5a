"""Laws that every declared method keeps."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from server.catalogue.definitions import DRY_RUN
from server.policy import Policy
from server.protocol.instructions import INSTRUCTIONS
from tools import TOOLSETS
from tools.effect import EVERY_EFFECT, Effect
from tools.method import Method
from tools.naming import make_tool_name
from tools.registry import methods

METHODS = methods()
LONGEST_DESCRIPTION = 400
NAMES = re.compile(r"\b[a-z][a-z0-9]*(?:_[a-z0-9]+)+\b")
each = pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)


def _schema_nodes(node: Any) -> list[dict[str, Any]]:
    if isinstance(node, list):
        return [found for item in node for found in _schema_nodes(item)]
    if not isinstance(node, dict):
        return []
    return [node, *(found for name in ("items", "properties") for found in _schema_nodes(_inside(node, name)))]


def _inside(node: dict[str, Any], name: str) -> Any:
    inner = node.get(name, [])
    return list(inner.values()) if name == "properties" and isinstance(inner, dict) else inner


def test_every_toolset_has_methods_and_every_method_a_toolset() -> None:
    assert {method.toolset() for method in METHODS.values()} == set(TOOLSETS)


@pytest.mark.parametrize(
    ("rest", "tool"),
    [
        ("imopenlines.operator.transfer", "operator_transfer"),
        ("imopenlines.crm.chat.getLastId", "crm_chat_get_last_id"),
        ("imopenlines.session.mode.pinAll", "session_mode_pin_all"),
        ("imopenlines.v2.Session.Stat.get", "v2_session_stat_get"),
        ("imconnector.register", "imconnector_register"),
        ("im.dialog.messages.get", "im_dialog_messages_get"),
        ("im.v2.Event.get", "im_event_get"),
        ("imbot.v2.Chat.InputAction.notify", "imbot_v2_chat_input_action_notify"),
        ("event.offline.get", "event_offline_get"),
        ("events", "events"),
        ("scope", "scope"),
    ],
)
def test_a_tool_is_named_after_its_method_by_one_rule(rest: str, tool: str) -> None:
    assert make_tool_name(rest) == tool


@each
def test_a_method_says_what_it_is_and_what_it_does(method: type[Method]) -> None:
    assert method.title
    assert 0 < len(method.description()) <= LONGEST_DESCRIPTION
    assert method.answer
    assert method.effects
    assert method.reads() or Effect.READ not in method.effects


@pytest.mark.parametrize("tool", ["config_update", "operator_skip", "session_mode_unpin_all"])
def test_what_can_move_a_dialog_is_out_of_reach_where_dialogs_must_stay(tool: str) -> None:
    assert tool not in Policy(frozenset(TOOLSETS), EVERY_EFFECT & ~Effect.TAKEOVER).tools


SHOWN_BY_NOTHING = {
    "network_join",
    "network_message_add",
    "message_quick_save",
    "imconnector_connector_data_set",
    "imconnector_send_status_reading",
    "imbot_v2_chat_input_action_notify",
    "event_test",
    "im_event_subscribe",
    "im_event_unsubscribe",
}
"""What these do, no method of the portal shows; their words say so."""


@each
def test_a_method_that_changes_something_names_the_reading_tool_that_shows_it(method: type[Method]) -> None:
    reading = {name for name, known in METHODS.items() if known.reads()}
    named = reading & set(NAMES.findall(method.afterwards))

    if method.tool() in SHOWN_BY_NOTHING:
        assert not named
        assert "no method" in method.afterwards.lower()
    else:
        assert bool(named) is not method.reads()


@each
def test_the_example_of_a_method_is_a_valid_call(method: type[Method]) -> None:
    assert isinstance(method.from_tool(method.example).to_wire(), dict)


@each
def test_a_schema_is_strict_and_has_no_padding(method: type[Method]) -> None:
    schema = method.input_schema()

    assert schema["type"] == "object"
    assert schema["additionalProperties"] is False
    for node in _schema_nodes(list(schema["properties"].values())):
        assert {"type"} <= set(node), "some model providers refuse a schema without a type"
        assert not {"$ref", "anyOf", "const", "patternProperties", "title"} & set(node)
        assert node.get("items") != {}


def _names(schema: Any) -> Iterator[str]:
    """Every argument, and every field inside one."""
    for node in _schema_nodes(schema):
        yield from node.get("properties", {})


KNOWN_NAMES = (
    set(Policy(frozenset(TOOLSETS)).tools)
    | {scope for method in METHODS.values() for scope in method.scopes}
    | {name for method in METHODS.values() for name in _names(method.input_schema())}
    | {
        DRY_RUN,
        "status",
        "expired_token",
        "entity_data_1",
        "entity_data_2",
        "entity_data_3",
        "entity_id",
        "entity_type",
        "user_code",
    }
)


@each
def test_texts_name_only_tools_and_arguments_that_exist(method: type[Method]) -> None:
    texts = [method.description(), method.afterwards, method.details]
    texts += [*method.errors.values(), *method.refusals.values()]
    named = {name for text in texts for name in NAMES.findall(text)}

    assert named <= KNOWN_NAMES


def test_the_instructions_name_only_tools_and_arguments_that_exist() -> None:
    assert set(NAMES.findall(INSTRUCTIONS)) <= KNOWN_NAMES
    assert len(INSTRUCTIONS) < 2500
