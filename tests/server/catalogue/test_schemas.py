"""What clients and providers of models can take of a schema, for every tool that is listed."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from server.catalogue.definitions import make_input_schema
from server.catalogue.gateway import GATEWAY
from server.catalogue.registry import every_tool
from tools.tool import Tool

TOOLS = {**every_tool(), **GATEWAY}
each = pytest.mark.parametrize("tool", TOOLS.values(), ids=TOOLS)
OPEN = {("call_method", "arguments")}
"""Objects that hold anything: the arguments of whichever tool is called."""
TAKEN = {
    "type",
    "properties",
    "required",
    "items",
    "enum",
    "description",
    "default",
    "format",
    "pattern",
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "additionalProperties",
}
"""Keywords that some provider takes and none refuses; `anyOf`, `const`, `$ref`, `prefixItems`, `exclusiveMinimum`,
`propertyNames` and others are refused by one or the other (google-gemini/gemini-cli#3780, zendev-sh/goai#108,
taylorwilsdon/google_workspace_mcp#1099)."""
NAME = re.compile(r"[a-zA-Z0-9_.-]{1,64}")
"""What a name may be at Anthropic; OpenAI and Gemini take no more."""


def _list_nodes(node: dict[str, Any], place: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    yield place, node
    for name, inner in node.get("properties", {}).items():
        yield from _list_nodes(inner, (*place, name))
    if "items" in node:
        yield from _list_nodes(node["items"], (*place, "[]"))


@each
def test_only_what_no_provider_refuses_is_in_a_schema(tool: type[Tool]) -> None:
    for place, node in _list_nodes(make_input_schema(tool)):
        assert set(node) <= TAKEN, place
        assert isinstance(node["type"], str), place
        assert node.get("additionalProperties", False) is ((tool.tool(), *place) in OPEN), place
        assert node.get("format", "date-time") == "date-time", place
        assert all(isinstance(value, str) for value in node.get("enum", [])), place


@each
def test_every_object_has_its_properties_and_every_list_its_items(tool: type[Tool]) -> None:
    for place, node in _list_nodes(make_input_schema(tool)):
        is_open = not place or (tool.tool(), *place) in OPEN
        assert ("properties" in node) == (node["type"] == "object"), place
        assert bool(node.get("properties")) or node["type"] != "object" or is_open, place
        assert bool(node.get("items")) == (node["type"] == "array"), place
        assert set(node.get("required", ())) <= set(node.get("properties", ())), place


@each
def test_names_and_patterns_are_of_a_form_that_every_provider_takes(tool: type[Tool]) -> None:
    assert NAME.fullmatch(tool.tool())
    for place, node in _list_nodes(make_input_schema(tool)):
        assert all(NAME.fullmatch(name) for name in node.get("properties", ())), place
        assert not re.search(r"\(\?|\\[pPbBAZ]", node.get("pattern", "")), "no look-around, no classes of Unicode"
    assert json.loads(json.dumps(make_input_schema(tool))) == make_input_schema(tool)
