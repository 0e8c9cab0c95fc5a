"""The classes of the methods, compared both ways with the independent facts."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract.facts import METHODS, Facts, Param
from tools.error_advice import STATISTICS
from tools.method import Method
from tools.naming import make_tool_name
from tools.registry import methods

LOCAL_ARGUMENTS = {
    "imopenlines.dialog.get": {"detail"},
    "imopenlines.v2.Operator.list": {"format"},
    "imopenlines.v2.Session.list": {"format"},
    "imopenlines.v2.Session.Rating.list": {"format"},
    "imopenlines.session.history.get": {"before", "detail", "last"},
    "imopenlines.message.quick.save": {"any_author"},
    "event.offline.clear": {"whole_process"},
    "im.recent.list": {"detail"},
    "im.dialog.messages.get": {"detail"},
    "user.current": {"detail"},
    "user.get": {"detail"},
    "user.search": {"detail"},
}
"""Arguments of ours that never reach the portal: the form of the answer, or that something is really meant."""

ALSO_ERRORS = {method: set(STATISTICS) for method in METHODS if method.startswith("imopenlines.v2.")}
"""Advice for codes that any method can give, worded for these methods."""

OTHER_FORMS = {"worktime_holidays", "queue_users_fields"}
"""Arguments whose form differs from that on the wire."""
TYPES = {
    "integer": "integer",
    "string": "string",
    "flag": "boolean",
    "bit": "boolean",
    "boolean": "boolean",
    "array": "array",
    "object": "object",
    "enum": "string",
}
all_methods = pytest.mark.parametrize("facts", METHODS.values(), ids=METHODS)


def _class_of(facts: Facts) -> type[Method]:
    return methods()[make_tool_name(facts.rest)]


def _required(method: type[Method]) -> set[str]:
    return {name for name, field in method.model_fields.items() if field.is_required()}


def test_every_documented_method_is_a_tool_and_there_are_no_others() -> None:
    assert {method.rest for method in methods().values()} == set(METHODS)


@all_methods
def test_a_tool_takes_exactly_the_documented_parameters(facts: Facts) -> None:
    method = _class_of(facts)
    local = LOCAL_ARGUMENTS.get(facts.rest, set())
    ours = {".".join(method.wire_path(name)) for name in method.model_fields if name not in local}

    assert ours == {param.name for param in facts.params}
    assert {param.argument for param in facts.params} == set(method.model_fields) - local


@all_methods
def test_a_tool_has_the_documented_types(facts: Facts) -> None:
    properties: dict[str, dict[str, Any]] = _class_of(facts).input_schema()["properties"]

    for param in facts.params:
        schema = properties[param.argument]
        if param.type == "enum":
            assert set(schema["enum"]) == set(param.values), param.name
        elif param.type in TYPES and param.argument not in OTHER_FORMS:
            assert schema["type"] == TYPES[param.type], param.name


@all_methods
def test_what_the_page_requires_is_required(facts: Facts) -> None:
    documented = {param.argument for param in facts.params if param.required}

    assert documented <= _required(_class_of(facts))


def _fields(param: Param, schema: dict[str, Any], path: str) -> Iterator[tuple[Param, dict[str, Any], bool, str]]:
    """Every field inside an argument, with its schema and whether that requires it, however deep."""
    inside = schema["items"] if schema["type"] == "array" else schema
    assert {field.argument for field in param.fields} == set(inside["properties"]), path
    for field in param.fields:
        here = inside["properties"][field.argument]
        yield field, here, field.argument in inside.get("required", ()), f"{path}.{field.name}"
        if field.fields:
            yield from _fields(field, here, f"{path}.{field.name}")


@all_methods
def test_an_object_takes_exactly_the_documented_fields_with_their_types(facts: Facts) -> None:
    properties = _class_of(facts).input_schema()["properties"]

    for param in facts.params:
        for field, schema, required, path in (
            _fields(param, properties[param.argument], param.name) if param.fields else ()
        ):
            assert schema["type"] == TYPES[field.type], path
            assert set(schema.get("enum", ())) == set(field.values), path
            assert required or not field.required, path


@all_methods
def test_every_known_error_code_has_advice_and_no_code_is_made_up(facts: Facts) -> None:
    advised = set(_class_of(facts).errors)
    known = {error.code for error in facts.errors}

    assert known <= advised
    assert advised - known <= ALSO_ERRORS.get(facts.rest, set())


@all_methods
def test_reading_and_repeating_are_declared_as_the_facts_have_them(facts: Facts) -> None:
    method = _class_of(facts)

    assert method.reads() is facts.read
    assert (method.reads() or method.idempotent) is facts.repeat
