"""Tools as MCP lists them, made from the methods' classes."""

from mcp.types import Tool, ToolAnnotations

from tools.effect import Effect
from tools.method import Method


def definition(method: type[Method]) -> Tool:
    """One entry of tools/list."""
    return Tool(
        name=method.tool(),
        title=method.title,
        description=method.description(),
        input_schema=method.input_schema(),
        annotations=annotations(method),
    )


def annotations(method: type[Method]) -> ToolAnnotations:
    """Hints from the effects; for a tool that only reads, MCP gives the other two no meaning."""
    if method.reads():
        return ToolAnnotations(read_only_hint=True)
    return ToolAnnotations(
        read_only_hint=False,
        destructive_hint=Effect.DESTRUCTIVE in method.effects,
        idempotent_hint=method.idempotent,
    )


def size(method: type[Method]) -> int:
    """Bytes of JSON that the tool costs in every conversation."""
    return len(definition(method).model_dump_json(by_alias=True, exclude_none=True).encode())
