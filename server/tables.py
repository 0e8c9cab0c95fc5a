"""Tables of the tools, for the terminal and for the README."""

from collections.abc import Iterable

from docs.markdown import cell
from server.catalogue import size
from tools.tool import Tool


def tools_in_text(tools: Iterable[type[Tool]]) -> str:
    """Tool, toolset, effects, bytes; the sum at the end."""
    rows = [(tool.tool(), tool.toolset() or "", " ".join(tool.effects.names), size(tool)) for tool in tools]
    rows.append((f"{len(rows)} tools", "", "", sum(row[3] for row in rows)))
    widths = [max(len(str(row[column])) for row in [("tool", "toolset", "effects", 0), *rows]) for column in range(3)]
    heading = f"{'tool':{widths[0]}}  {'toolset':{widths[1]}}  {'effects':{widths[2]}}  bytes"
    lines = [f"{a:{widths[0]}}  {b:{widths[1]}}  {c:{widths[2]}}  {count:>5}" for a, b, c, count in rows]
    return "\n".join([heading, *lines])


def tools_in_markdown(tools: Iterable[type[Tool]]) -> str:
    """One row a tool: what it does and its effects."""
    rows = [
        f"| `{tool.tool()}` | {cell(tool.description().splitlines()[0])} | {', '.join(tool.effects.names)} |"
        for tool in tools
    ]
    return "\n".join(["| Tool | What it does | Effects |", "|---|---|---|", *rows])
