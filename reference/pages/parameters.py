"""The arguments of a method as rows of its page, read from the class."""

import types
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, TypeAdapter
from pydantic.fields import FieldInfo
from typing_extensions import Doc

from tools.fields import Part
from tools.method import Method
from tools.schema import make_input_schema
from tools.tool import Tool

LONG_TABLE = 20
"""From this many inherited arguments on, only the first of the methods that share them lists them."""
_WORDS = {bool: "boolean", int: "integer", str: "string", float: "number"}
_UNIONS = (Union, types.UnionType)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One row: an argument of the tool, or a part of one."""

    argument: str
    rest: str
    type: str
    required: bool
    limits: str
    meaning: str


def list_parameters(tool: type[Tool], names: Iterable[str] | None = None) -> list[Parameter]:
    """The rows of a tool's table."""
    return [
        row
        for name in (tool.model_fields if names is None else names)
        for row in _list_rows(tool, name, name, _find_rest_path(tool, name))
    ]


def find_shared(method: type[Method], others: Mapping[str, type[Method]]) -> tuple[type[Method], set[str]] | None:
    """The earlier method that lists most of this one's arguments already, and the names of those."""
    for base in method.__mro__[1:]:
        if issubclass(base, Method) and len(base.model_fields) >= LONG_TABLE:
            first = next(other for other in others.values() if issubclass(other, base))
            return None if first is method else (first, set(base.model_fields))
    return None


def _find_rest_path(tool: type[Tool], name: str) -> str:
    if not issubclass(tool, Method) or tool.model_fields[name].exclude:
        return "(not sent)"
    return ".".join(tool.wire_path(name))


def _list_rows(model: type[BaseModel], name: str, argument: str, rest: str) -> Iterator[Parameter]:
    field = model.model_fields[name]
    schema = _read_accepted(model)[name]
    yield Parameter(
        argument,
        rest,
        _describe_type(model, name),
        field.is_required(),
        _describe_limits(schema, field),
        _describe_meaning(schema, field),
    )
    for part, steps in _find_parts(field.annotation):
        for inner, inner_field in part.model_fields.items():
            wire = inner_field.serialization_alias or inner
            yield from _list_rows(part, inner, f"{argument}{steps}.{inner}", f"{rest}{steps}.{wire}")


@cache
def _read_accepted(model: type[BaseModel]) -> dict[str, Any]:
    return dict(make_input_schema(model)["properties"])


@cache
def _read_sent(model: type[BaseModel]) -> dict[str, Any]:
    return dict(model.model_json_schema(mode="serialization", by_alias=False)["properties"])


def _describe_type(model: type[BaseModel], name: str) -> str:
    words = _describe_annotation(model.model_fields[name].annotation)
    letters = (
        _find_letters(_read_sent(model).get(name, {})) if _read_accepted(model)[name].get("type") == "boolean" else []
    )
    return f"{words} ({'/'.join(letters)} in REST)" if letters else words


def _find_letters(sent: Mapping[str, Any]) -> list[str]:
    """What stands for true and false on the wire, where it is not themselves."""
    options = sent.get("anyOf", [sent])
    return next((_list_values(option) for option in options if _list_values(option)), [])


def _list_values(option: Mapping[str, Any]) -> list[str]:
    return [option["const"]] if "const" in option else list(option.get("enum", []))


def _describe_annotation(annotation: Any) -> str:
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _describe_annotation(inner[0])
    if origin in _UNIONS:
        return " or ".join(dict.fromkeys(_describe_annotation(option) for option in inner if option is not type(None)))
    if origin is Literal:
        return ("one of " if len(inner) > 1 else "only ") + ", ".join(f"`{_format_value(value)}`" for value in inner)
    if origin is list:
        return f"list of {_describe_annotation(inner[0])}"
    if origin is dict:
        return f"map of {_describe_annotation(inner[1])}"
    return _WORDS.get(annotation) or ("object" if isinstance(annotation, type) else "any JSON")


def _find_parts(annotation: Any, steps: str = "") -> Iterator[tuple[type[Part], str]]:
    """The objects inside an annotation, each with the steps that lead to it."""
    origin, inner = get_origin(annotation), get_args(annotation)
    if isinstance(annotation, type) and issubclass(annotation, Part):
        yield annotation, steps
    elif origin is Annotated or origin in _UNIONS:
        for option in inner[:1] if origin is Annotated else inner:
            yield from _find_parts(option, steps)
    elif origin is list:
        yield from _find_parts(inner[0], steps + "[]")
    elif origin is dict:
        yield from _find_parts(inner[1], steps + ".*")


def _describe_limits(schema: Mapping[str, Any], field: FieldInfo) -> str:
    found = [
        _describe_range("", schema.get("minimum"), schema.get("maximum")),
        _describe_range("length ", schema.get("minLength"), schema.get("maxLength")),
        _describe_range("items: ", schema.get("minItems"), schema.get("maxItems")),
        f"matches `{schema['pattern']}`" if "pattern" in schema else "",
        "ISO 8601 with an offset" if schema.get("format") == "date-time" else "",
        *(f"names match `{pattern}`" for pattern in _find_key_patterns(field.annotation)),
        f"default `{_format_value(field.default)}`" if field.default is not None and not field.is_required() else "",
    ]
    return "; ".join(filter(None, found))


def _describe_range(what: str, least: int | None, most: int | None) -> str:
    if least is not None and most is not None:
        return f"{what}{least}" if least == most else f"{what}{least} to {most}"
    if least is not None:
        return f"{what}at least {least}"
    return "" if most is None else f"{what}at most {most}"


def _find_key_patterns(annotation: Any) -> Iterator[str]:
    """What the names in a map have to look like."""
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is dict:
        pattern = TypeAdapter(inner[0]).json_schema().get("pattern")
        yield from [pattern] if pattern else []
    elif origin is Annotated or origin in _UNIONS:
        for option in inner[:1] if origin is Annotated else inner:
            yield from _find_key_patterns(option)


def _format_value(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def _describe_meaning(schema: Mapping[str, Any], field: FieldInfo) -> str:
    words = [note.documentation for note in field.metadata if isinstance(note, Doc)]
    return "; ".join(filter(None, [schema.get("description", ""), *words]))
