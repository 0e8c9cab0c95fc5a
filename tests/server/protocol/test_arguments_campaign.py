"""Every tool with its example sent as clients send things, and with values that are wrong, from a fixed seed."""

import json
import random
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from server.catalogue.definitions import make_input_schema
from server.catalogue.registry import every_tool
from server.protocol.arguments import read_arguments
from server.protocol.habits import Schema
from tests.spawning import LONG
from tools.method import Method
from tools.tool import InvalidArgumentsError, Tool
from workflows.core.composite import Composite

TOOLS = every_tool()
TIMES = 200 if LONG else 15
OTHERS: Mapping[str, dict[str, Any]] = {
    "docs_search": {"query": "transfer", "limit": 3, "kind": "method"},
    "docs_read": {"uri": "openchannels://docs/index"},
    "approval_status": {"approval_id": "abcd1234"},
    "updates": {"dialog": "201", "line": "2", "kinds": "clients", "since": 5, "limit": 3, "newest": True},
    "wait_for_update": {"dialog": "201", "kinds": "all", "since": 5, "seconds": 20, "limit": 3},
}
each = pytest.mark.parametrize("name", TOOLS)


def _find_example(tool: type[Tool]) -> dict[str, Any]:
    return dict(tool.example) if issubclass(tool, Method | Composite) else OTHERS[tool.tool()]


def _disguise(value: Any, schema: Schema, chance: random.Random) -> Any:
    """A value in one of the forms in which clients send it."""
    match schema.get("type"):
        case "integer":
            return chance.choice([value, str(value), float(value), f" {value} ", f"{value}.0"])
        case "boolean":
            return chance.choice([value, str(value), str(value).lower(), str(value).upper()])
        case "array":
            return _disguise_list(value, schema, chance)
        case "object":
            inner = _disguise_members(value, schema, chance)
            return chance.choice([inner, json.dumps(inner)])
    return _disguise_text(value, schema, chance)


def _disguise_text(value: Any, schema: Schema, chance: random.Random) -> Any:
    if "enum" in schema:
        return chance.choice([value, f" {value} ", value.upper(), value.title()])
    is_number = str(value).isdecimal() and not str(value).startswith("0")
    return chance.choice([value, int(value)]) if is_number else value


def _disguise_list(value: Any, schema: Schema, chance: random.Random) -> Any:
    if not isinstance(value, list):
        return value
    items = [_disguise(item, schema["items"], chance) for item in value]
    forms: list[Any] = [items, json.dumps(items)]
    if len(items) == 1 and "," not in str(items[0]):
        forms.append(items[0])
    return chance.choice(forms)


def _disguise_members(value: Mapping[str, Any], schema: Schema, chance: random.Random) -> dict[str, Any]:
    properties: Mapping[str, Schema] = schema.get("properties", {})
    sent = {
        chance.choice([name, name.upper(), _write_camel(name)]) if name in properties else name: _disguise(
            item, properties.get(name, {}), chance
        )
        for name, item in value.items()
    }
    for name, inner in properties.items():
        if name not in value and name not in schema.get("required", ()) and chance.random() < 0.3:
            may_clear = 0 in (inner.get("minLength"), inner.get("minItems"))
            sent[name] = None if may_clear else chance.choice([None, "", [], {}, "  "])
    return sent


def _write_camel(name: str) -> str:
    return re.sub(r"_(\w)", lambda found: found[1].upper(), name)


def _wrap(arguments: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """Keys of clients among the arguments, or an object around them."""
    if chance.random() < 0.2:
        return {chance.choice(["arguments", "params", "kwargs"]): chance.choice([arguments, json.dumps(arguments)])}
    added = {"toolCallId": "call_1"} if "sessionId" not in arguments else {"task_progress": "- [x]"}
    return arguments if chance.random() < 0.5 else {**arguments, **added}


@each
def test_the_example_of_a_tool_makes_the_same_call_however_it_is_sent(name: str) -> None:
    tool = TOOLS[name]
    right = read_arguments(tool, _find_example(tool))
    chance = random.Random(name)  # noqa: S311  (a seed, no secret)
    for _ in range(TIMES):
        schema = make_input_schema(tool)
        schema = {**schema, "properties": {key: one for key, one in schema["properties"].items() if key != "dry_run"}}
        sent = _wrap(_disguise_members(_find_example(tool), schema, chance), chance)
        read = read_arguments(tool, sent)
        assert read.call.model_dump() == right.call.model_dump(), sent
        assert read.dry_run is False


WRONG: list[Any] = [
    None,
    True,
    7,
    -1,
    2.5,
    1e300,
    10**30,
    "",
    "abc",
    "206.5",
    "x" * 30_000,
    "[",
    "{",
    "[[[]]]",
    [],
    [None],
    [True],
    ["abc"],
    [[1]],
    [{}],
    {},
    {"0": 1},
    {"NAME": None},
    {"NAME": {"a": [1]}},
    {"BUTTONS": [{"TEXT": []}], "nonsense": 1},
    {"entity_type": "team"},
    [{"entity_type": "user", "entity_id": "abc", "other": 1}],
]
LEAKS = re.compile(
    r"pydantic|Input should|valid (dictionary|string|integer|boolean|list|number)|json-or-python|function-|"
    r"tagged-union|is-instance|nullable|dict\[|list\[|literal|model_type|validation error|https?://errors|JsonValue|"
    r"\bstr\b|\bint\b|\bbool\b|\[key\]|NoneType|definition-ref|chain\[|constrained|Value error|as the tool's schema"
)


def _make_wrong_calls(tool: type[Tool]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, schema in make_input_schema(tool)["properties"].items():
        for value in WRONG:
            yield name, {**_find_example(tool), name: value}
            if schema.get("type") == "array":
                yield name, {**_find_example(tool), name: [value]}
            for part in schema.get("properties", {}):
                yield name, {**_find_example(tool), name: {part: value}}


@each
def test_what_is_wrong_is_said_in_our_words_with_the_name_of_the_argument(name: str) -> None:
    tool = TOOLS[name]
    for argument, sent in _make_wrong_calls(tool):
        try:
            read_arguments(tool, sent)
        except InvalidArgumentsError as error:
            words = str(error)
            assert not LEAKS.search(words), (argument, str(sent)[:300], words)
            assert len(words) < 3000
            for problem in error.problems:
                assert _names_an_argument(problem, tool), (problem, str(sent)[:300])


def _names_an_argument(problem: str, tool: type[Tool]) -> bool:
    general: list[Callable[[str], object]] = [
        re.compile(r"^(valid arguments are|its page lists|and \d+ more|the arguments are not JSON)").match
    ]
    names = [*tool.model_fields, "dry_run"]
    return any(re.search(rf"\b{re.escape(one)}\b", problem) for one in names) or any(rule(problem) for rule in general)
