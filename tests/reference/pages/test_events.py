import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tools.event import WHOLE, Event, Variant, encode_form, events
from tools.registry import methods

VARIANTS = [(event, variant) for event in events().values() for variant in event.variants]
EACH_VARIANT = pytest.mark.parametrize(("event", "variant"), VARIANTS)


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict | list) and value:
        for item in value.values() if isinstance(value, dict) else value:
            yield from _leaves(item)
    else:
        yield value


def _has(value: Any, path: str) -> bool:
    if path == WHOLE:
        return not isinstance(value, dict | list)
    for step in path.split("."):
        key, is_list = step.removesuffix("[]"), step.endswith("[]")
        if not isinstance(value, dict) or key not in value:
            return False
        value = value[key][0] if is_list else value[key]
    return True


def _paths(value: Any, path: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _paths(item, f"{path}.{key}".lstrip("."))
    elif isinstance(value, list) and isinstance(value[0], dict):
        yield from _paths(value[0], f"{path}[]")
    else:
        yield path or WHOLE


def test_the_twelve_events_are_known_by_their_official_names() -> None:
    assert list(events()) == [
        "OnOpenLineMessageAdd",
        "OnOpenLineMessageUpdate",
        "OnOpenLineMessageDelete",
        "OnSessionStart",
        "OnSessionFinish",
        "OnImConnectorMessageAdd",
        "OnImConnectorMessageUpdate",
        "OnImConnectorMessageDelete",
        "OnImConnectorDialogStart",
        "OnImConnectorDialogFinish",
        "OnImConnectorStatusDelete",
        "OnImConnectorLineDelete",
    ]


@EACH_VARIANT
def test_a_delivered_value_is_a_string_and_nothing_empty_is_delivered(event: type[Event], variant: Variant) -> None:
    for leaf in _leaves(event.body(variant)):
        assert isinstance(leaf, str)
        assert leaf


@EACH_VARIANT
def test_everything_in_an_example_is_described(event: type[Event], variant: Variant) -> None:
    assert event.name
    assert set(_paths(variant.data)) <= set(variant.fields)


@EACH_VARIANT
def test_fields_are_missing_from_an_example_only_where_they_may_be_missing(
    event: type[Event], variant: Variant
) -> None:
    assert event.name
    for path, meaning in variant.fields.items():
        assert _has(variant.data, path) or "if any" in meaning


def test_messages_to_the_client_name_connector_and_line_and_those_from_the_client_do_not() -> None:
    for event in list(events().values())[:3]:
        incoming, outgoing = event.variants
        assert set(incoming.data) == {"DATA"}
        assert set(outgoing.data) == {"CONNECTOR", "LINE", "DATA"}


def test_among_the_events_of_lines_only_a_deletion_by_an_operator_is_a_list() -> None:
    lists = [
        (event.name, variant.title)
        for event, variant in VARIANTS
        if event.section() == "line_events" and isinstance(variant.data["DATA"], list)
    ]
    assert lists == [("OnOpenLineMessageDelete", "By an operator")]


def test_messages_of_connectors_are_lists_and_so_are_their_dialogs_which_carry_a_session() -> None:
    for event, variant in VARIANTS:
        if event.name.startswith("OnImConnectorMessage"):
            assert [set(entry) for entry in variant.data["MESSAGES"]] == [{"im", "message", "chat"}]
        elif event.name.startswith("OnImConnectorDialog"):
            assert [set(entry) for entry in variant.data["DATA"]] == [{"connector", "session", "chat", "user"}]


def test_what_is_switched_off_comes_in_lower_case_and_a_deleted_line_as_a_bare_number() -> None:
    data = {event.name: variant.data for event, variant in VARIANTS}
    assert set(data["OnImConnectorStatusDelete"]) == {"connector", "line"}
    event = events()["OnImConnectorLineDelete"]
    assert ("data", "107") in list(encode_form(event.body(event.variants[0])))


def test_only_events_of_lines_go_to_every_application() -> None:
    for event in events().values():
        everybody = any("Every subscribed application" in trap for trap in event.traps)
        assert everybody is (event.section() == "line_events")


def test_session_events_carry_no_session() -> None:
    for name in ("OnSessionStart", "OnSessionFinish"):
        (variant,) = events()[name].variants
        assert set(variant.data["DATA"]) == {"connector", "chat", "line"}


def test_a_body_becomes_the_pairs_of_a_form() -> None:
    body = {"event": "X", "data": {"DATA": [{"im": {"chat_id": "1"}}], "LINE": 2}}
    assert list(encode_form(body)) == [("event", "X"), ("data[DATA][0][im][chat_id]", "1"), ("data[LINE]", "2")]


def test_an_example_carries_no_token_that_does_not_come() -> None:
    for event, variant in VARIANTS:
        assert not {"refresh_token", "access_token"} & set(event.body(variant)["auth"])


def test_no_event_has_the_name_of_a_tool() -> None:
    assert not set(events()) & set(methods())


def test_importing_the_events_imports_nothing_heavy() -> None:
    code = "import sys, tools.event; print('pydantic' in sys.modules or 'asyncio' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "False\n"
