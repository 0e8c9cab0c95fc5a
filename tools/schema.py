"""The JSON Schema of a tool's arguments, as small as can be: it is paid for in every conversation. And of results."""

from typing import Any

from pydantic import BaseModel, TypeAdapter

_NOISE = frozenset({"title", "examples"})
_KEPT = frozenset({"properties", "items", "anyOf", "description"})
"""What the schema of a result says besides types: no value in it is promised to have a form, or to be there."""
_ALWAYS = {
    "error": {"type": "object", "description": "of a failed call: happened, advice, code, page"},
    "cut": {"type": "object", "description": "what was left out so that it fits, and how to go on"},
}


def make_input_schema(model: type[BaseModel]) -> dict[str, Any]:
    """A schema without titles, `null` alternatives and references."""
    schema = model.model_json_schema()
    definitions = schema.pop("$defs", {})
    schema.pop("description", None)
    tidy: dict[str, Any] = _tidy(schema, definitions)
    tidy.setdefault("properties", {})
    return tidy


def _tidy(node: Any, definitions: dict[str, Any]) -> Any:
    if isinstance(node, list):
        return [_tidy(item, definitions) for item in node]
    if not isinstance(node, dict):
        return node
    if "anyOf" in node:
        node = _drop_null(node)
    if "$ref" in node:
        target = definitions[node["$ref"].rpartition("/")[2]]
        node = {**{key: value for key, value in target.items() if key != "description"}, **node}
        del node["$ref"]
    return {
        key: _tidy_properties(value, definitions) if key == "properties" else _tidy(value, definitions)
        for key, value in node.items()
        if key not in _NOISE and not (key == "default" and value is None)
    }


def _tidy_properties(properties: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    """Here the keys are names of arguments, so that an argument may be called `title`."""
    return {name: _tidy(value, definitions) for name, value in properties.items()}


def _drop_null(node: dict[str, Any]) -> dict[str, Any]:
    """An argument that may be left out needs no `null` besides."""
    options = [option for option in node["anyOf"] if option != {"type": "null"}]
    rest = {key: value for key, value in node.items() if key != "anyOf"}
    return {**options[0], **rest} if len(options) == 1 else {"anyOf": options, **rest}


def make_output_schema(kind: Any, *, typed: bool = True) -> dict[str, Any]:
    """The schema of the object in which a tool gives something of this type; what is no object is its `result`.

    Names and types, none of them required, as a failure is an object of another kind. Of the portal's own answers only
    names are told (`typed` is false): it leaves out what it likes, and what is not understood is given as it came.
    """
    schema = TypeAdapter(kind).json_schema(mode="serialization")
    loose = _loosen(_tidy(schema, schema.pop("$defs", {})), typed=typed)
    properties = loose.get("properties", {}) if schema.get("type") == "object" else {"result": loose}
    return {"type": "object", "properties": {**properties, **_ALWAYS}}


def _loosen(node: Any, *, typed: bool) -> Any:
    """Only the names of an object's parts, and the types of lists and numbers, each of which may be null too."""
    if not isinstance(node, dict):
        return node
    loose = {name: value for name, value in node.items() if name in _KEPT}
    if "properties" in loose:
        loose["properties"] = {name: _loosen(value, typed=typed) for name, value in loose["properties"].items()}
    if "items" in loose:
        loose["items"] = _loosen(loose["items"], typed=typed)
    if "anyOf" in loose:
        loose["anyOf"] = [_loosen(option, typed=typed) for option in loose["anyOf"]]
    if typed and isinstance(node.get("type"), str):
        loose["type"] = [node["type"], "null"]
    return loose
