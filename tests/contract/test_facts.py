"""Laws that the facts keep among themselves, whatever the official pages say."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .facts import ALL, METHODS, SECTIONS, WRAPPERS, Body, Facts, Param, argument_name

ACCESS_GATE = {"IM_LOAD_ERROR", "CHAT_ID", "USER_ID", "CHAT_TYPE", "ACCESS_DENIED"}
SECTION_PREFIXES = {
    "channels": ("imopenlines.config.", "imopenlines.network.", "imopenlines.revision."),
    "dialogs": ("imopenlines.dialog.", "imopenlines.session.", "imopenlines.message.session.", "imopenlines.crm.lead."),
    "operators": ("imopenlines.operator.",),
    "messages": ("imopenlines.message.quick.", "imopenlines.crm.message."),
    "crm_chats": ("imopenlines.crm.chat.",),
    "chatbots": ("imopenlines.bot.session.", "imbot.v2."),
    "statistics": ("imopenlines.v2.",),
    "connectors": ("imconnector.",),
    "messenger": ("im.recent.", "im.message.", "im.dialog.", "user.", "scope", "methods"),
    "events": ("event.", "events", "im.v2.Event."),
}
CLASSIC_NAMES = r"([A-Z]+\.)?[A-Z][A-Z0-9_]*|PARAMS\.[a-z]+"
PARAMETER_NAMES = {
    "statistics": r"[a-z][a-zA-Z]*",
    "messenger": r"[a-z]+|[A-Z][A-Z_]*",
    "chatbots": rf"{CLASSIC_NAMES}|[a-z][a-zA-Z]*",
    "events": r"[a-z]+(_[a-z]+)*|SCOPE|FULL",
}
"""Section -> the form of its parameters' names, where it is not that of the classic methods."""
FAILING_WITH_SUCCESS = {"imconnector.register", "imconnector.unregister"}
"""Methods whose failures come with HTTP 200."""
PYTHON_TYPES: dict[str, type] = {
    "integer": int,
    "string": str,
    "flag": str,
    "bit": str,
    "boolean": bool,
    "enum": str,
    "array": list,
    "object": dict,
}

each_method = pytest.mark.parametrize("facts", ALL, ids=lambda facts: facts.rest)


def sent_values(body: Body, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every parameter of a body under its dotted name."""
    for name, value in body.items():
        if not prefix and name in WRAPPERS:
            yield from sent_values(value, f"{name}.")
        else:
            yield prefix + name, value


def as_argument(param: Param, value: Any) -> Any:
    """A value on the wire as a tool call says it."""
    if param.type in {"flag", "bit"}:
        return value in {"Y", "1"}
    if param.type == "integer":
        return int(value)
    if param.fields:
        return (
            [fields_as_arguments(param, item) for item in value]
            if isinstance(value, list)
            else fields_as_arguments(param, value)
        )
    if param.name == "PARAMS.QUEUE":
        return [{key.lower(): int(item) if key == "ENTITY_ID" else item for key, item in row.items()} for row in value]
    return value


def fields_as_arguments(param: Param, value: Body) -> Body:
    """An object on the wire as a tool call says it."""
    fields = {field.name: field for field in param.fields}
    return {fields[name].argument: as_argument(fields[name], item) for name, item in value.items()}


def test_no_method_is_written_down_twice() -> None:
    assert len(METHODS) == len(ALL)


def test_every_section_has_methods() -> None:
    assert {facts.section for facts in ALL} == set(SECTIONS)


def test_every_file_of_facts_is_a_section() -> None:
    files = (Path(__file__).parent / "facts").iterdir()
    assert {file.name for file in files} == {f"{section}.json" for section in SECTIONS}


@each_method
def test_a_method_lives_in_the_section_of_its_name(facts: Facts) -> None:
    matching = {section for section, prefixes in SECTION_PREFIXES.items() if facts.rest.startswith(prefixes)}
    assert matching == {facts.section}


@each_method
def test_no_parameter_is_named_twice(facts: Facts) -> None:
    names = [param.name for param in facts.params]
    assert len(set(names)) == len(names)


@each_method
def test_no_two_parameters_share_an_argument(facts: Facts) -> None:
    arguments = [param.argument for param in facts.params]
    assert len(set(arguments)) == len(arguments)


@each_method
def test_argument_names_are_snake_case(facts: Facts) -> None:
    assert all(re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", param.argument) for param in facts.params)


@each_method
def test_parameter_names_keep_the_case_of_their_generation(facts: Facts) -> None:
    pattern = PARAMETER_NAMES.get(facts.section, CLASSIC_NAMES)
    assert all(re.fullmatch(pattern, param.name) for param in facts.params)


@pytest.mark.parametrize(
    ("param", "argument"),
    [
        ("CHAT_ID", "chat_id"),
        ("PARAMS.LINE_NAME", "line_name"),
        ("PARAMS.select", "select"),
        ("OPTIONS.CONFIG_QUEUE", "config_queue"),
        ("PARAMS.VOTE_MESSAGE_1_TEXT", "vote_message_1_text"),
        ("dateFrom", "date_from"),
        ("kpiFirstAnswer", "kpi_first_answer"),
    ],
)
def test_an_argument_is_the_parameter_without_its_wrapper_in_snake_case(param: str, argument: str) -> None:
    assert argument_name(param) == argument


@each_method
def test_only_enums_and_arrays_have_values_and_every_enum_has_some(facts: Facts) -> None:
    for param in facts.params:
        assert param.type in PYTHON_TYPES
        assert bool(param.values) or param.type != "enum"
        assert not param.values or param.type in {"enum", "array"}
        assert len(set(param.values)) == len(param.values)


@each_method
def test_every_value_that_is_sent_belongs_to_a_parameter_of_its_type(facts: Facts) -> None:
    params = {param.name: param for param in facts.params}
    for name, value in sent_values(facts.sent):
        param = params[name]
        assert type(value) is PYTHON_TYPES[param.type]
        assert param.type != "flag" or value in {"Y", "N"}
        assert param.type != "bit" or value in {"1", "0"}
        assert not param.values or set(value if isinstance(value, list) else [value]) <= set(param.values)


@each_method
def test_an_example_has_every_required_parameter(facts: Facts) -> None:
    named = {name for name, _ in sent_values(facts.example)}
    assert {param.name for param in facts.params if param.required} <= named


@each_method
def test_only_a_method_without_parameters_has_an_empty_example(facts: Facts) -> None:
    assert bool(facts.example) == bool(facts.params)


@each_method
def test_the_arguments_say_exactly_what_the_example_says(facts: Facts) -> None:
    params = {param.name: param for param in facts.params}
    expected = {argument_name(name): as_argument(params[name], value) for name, value in sent_values(facts.example)}
    assert facts.arguments == expected
    assert json.dumps(facts.arguments, sort_keys=True) == json.dumps(expected, sort_keys=True), (
        "1 and true are equal in Python, not in JSON"
    )


@each_method
def test_every_argument_maps_to_a_parameter(facts: Facts) -> None:
    assert set(facts.arguments) <= {param.argument for param in facts.params}


@each_method
def test_a_difference_replaces_a_value_of_the_example_and_gives_a_reason(facts: Facts) -> None:
    page = dict(sent_values(facts.example))
    sent = dict(sent_values(facts.sent))
    for difference in facts.differences:
        assert page[difference.path] == difference.page
        assert sent[difference.path] == difference.sent != difference.page
        assert difference.reason
    assert {name for name in page if page[name] != sent[name]} == {difference.path for difference in facts.differences}


@each_method
def test_working_hours_are_sent_without_a_colon(facts: Facts) -> None:
    hours = [value for name, value in sent_values(facts.sent) if name.endswith((".WORKTIME_FROM", ".WORKTIME_TO"))]
    assert all(re.fullmatch(r"\d{1,2}(\.\d{2})?", value) for value in hours)


@each_method
def test_no_error_is_listed_twice(facts: Facts) -> None:
    listed = [(error.code, error.status) for error in facts.errors]
    assert len(set(listed)) == len(listed)


@each_method
def test_every_error_has_a_code_as_the_server_spells_it_and_a_status_of_a_refusal(facts: Facts) -> None:
    for error in facts.errors:
        assert re.fullmatch(r"|100|[A-Z]+(_[A-Z]+)*", error.code)
        assert error.status in {400, 403} or (error.status == 200 and facts.rest in FAILING_WITH_SUCCESS)
        assert error.source in {"page", "server"}


@each_method
def test_the_access_gate_is_listed_whole_or_not_at_all(facts: Facts) -> None:
    codes = {error.code for error in facts.errors}
    assert "IM_LOAD_ERROR" not in codes or codes >= ACCESS_GATE
    assert "CHAT_TYPE" not in codes or codes >= ACCESS_GATE


@each_method
def test_a_read_can_be_repeated(facts: Facts) -> None:
    assert type(facts.read) is type(facts.repeat) is bool
    assert facts.repeat or not facts.read


@each_method
def test_every_statistics_method_reads(facts: Facts) -> None:
    assert facts.section != "statistics" or facts.read
