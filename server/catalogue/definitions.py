"""Tools as MCP lists them, made from their classes."""

from functools import cache
from typing import Any

from mcp import types

from tools.effect import Effect
from tools.tool import Tool

DRY_RUN = "dry_run"
"""Argument of every changing tool: tell what would be done, and send nothing."""


@cache
def describe_tool(tool: type[Tool], *, structured: bool = False) -> types.Tool:
    """One entry of tools/list; with the schema of its data where answers are `structured`."""
    return types.Tool(
        name=tool.tool(),
        title=tool.title,
        description=tool.description(),
        input_schema=make_input_schema(tool),
        output_schema=tool.output_schema() if structured else None,
        annotations=make_annotations(tool),
    )


def make_input_schema(tool: type[Tool]) -> dict[str, Any]:
    """The tool's arguments; those that change something can be asked for a draft."""
    schema = tool.input_schema()
    if tool.reads():
        return schema
    return {**schema, "properties": {**schema.get("properties", {}), DRY_RUN: {"type": "boolean"}}}


def make_annotations(tool: type[Tool]) -> types.ToolAnnotations:
    """Hints from the effects; for a tool that only reads, MCP gives the other two no meaning.

    That a tool is not idempotent is what clients take for granted.
    """
    if tool.reads():
        return types.ToolAnnotations(read_only_hint=True)
    return types.ToolAnnotations(
        read_only_hint=False,
        destructive_hint=Effect.DESTRUCTIVE in tool.effects,
        idempotent_hint=True if tool.idempotent else None,
    )


def count_bytes(tool: type[Tool]) -> int:
    """Bytes of JSON that the tool costs in every conversation."""
    return len(describe_tool(tool).model_dump_json(by_alias=True, exclude_none=True).encode())
