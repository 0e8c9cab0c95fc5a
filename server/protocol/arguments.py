"""The second step of a call: its arguments, as they were meant and as the tool's class says."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from server.catalogue.definitions import DRY_RUN
from server.catalogue.gateway import CallMethod
from server.protocol.habits import find_name, undo_habits
from tools.tool import InvalidArgumentsError, Tool

_DRAFTS = {"true": True, "false": False, "": None, "null": None}


@dataclass(frozen=True, slots=True)
class ReadCall:
    """A call whose arguments are valid."""

    call: Tool
    dry_run: bool
    """Whether only a draft of it is wanted."""


def read_arguments(
    tool: type[Tool],
    arguments: Mapping[str, Any],
    restore: Callable[[Mapping[str, Any]], Mapping[str, Any]] = lambda arguments: arguments,
) -> ReadCall:
    """The call that these arguments describe, however a client sent them.

    `restore` puts clients' data in the place of pseudonyms; it gets the arguments as they were meant.

    Raises:
        InvalidArgumentsError: What is wrong with each argument, and what would be right.
    """
    meant = normalize_arguments(tool, arguments)
    dry_run = None if tool.reads() else read_dry_run(meant.pop(DRY_RUN, None))
    return ReadCall(tool.from_tool(restore(meant)), dry_run=bool(dry_run))


def normalize_arguments(tool: type[Tool], arguments: Mapping[str, Any]) -> dict[str, Any]:
    """What a client sent, as it was meant; nothing is checked, and what is said of a draft stays as it was said."""
    schema = tool.input_schema()
    if not tool.reads():
        properties = {**schema["properties"], DRY_RUN: {}}
        schema = {**schema, "properties": properties, "required": [*schema.get("required", ()), DRY_RUN]}
    return undo_habits(schema, arguments)


def read_dry_run(value: Any) -> bool | None:
    """Whether a draft is wanted: only the clear words count, as a call that was made cannot be taken back."""
    if isinstance(value, str):
        value = _DRAFTS.get(value.strip().lower(), value)
    if not isinstance(value, bool | None):
        raise InvalidArgumentsError([f"{DRY_RUN}: should be true or false"])
    return value


def read_gateway_arguments(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of `call_method` as they were meant: those of the named tool may stand beside its name.

    What is given in both places stays in both, so that it is refused.
    """
    schema = CallMethod.input_schema()
    own = schema["properties"]
    others = {name: value for name, value in arguments.items() if not find_name(name, own)}
    meant = undo_habits(schema, {name: value for name, value in arguments.items() if name not in others})
    inner = meant.get("arguments", {})
    if not isinstance(inner, dict) or set(inner) & set(others):
        return {**meant, **others}
    return {**meant, "arguments": {**inner, **others}}
