"""The JSON Schema of a tool's arguments, as small as it can be: it is paid for in every conversation."""

from typing import Any

from pydantic import BaseModel

_NOISE = frozenset({"title", "examples"})


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
