"""Tools as MCP lists them, made from their classes."""

from functools import cache

from mcp import types

from tools.effect import Effect
from tools.tool import Tool


@cache
def definition(tool: type[Tool]) -> types.Tool:
    """One entry of tools/list."""
    return types.Tool(
        name=tool.tool(),
        title=tool.title,
        description=tool.description(),
        input_schema=tool.input_schema(),
        annotations=annotations(tool),
    )


def annotations(tool: type[Tool]) -> types.ToolAnnotations:
    """Hints from the effects; for a tool that only reads, MCP gives the other two no meaning."""
    if tool.reads():
        return types.ToolAnnotations(read_only_hint=True)
    return types.ToolAnnotations(
        read_only_hint=False,
        destructive_hint=Effect.DESTRUCTIVE in tool.effects,
        idempotent_hint=tool.idempotent,
    )


def size(tool: type[Tool]) -> int:
    """Bytes of JSON that the tool costs in every conversation."""
    return len(definition(tool).model_dump_json(by_alias=True, exclude_none=True).encode())
