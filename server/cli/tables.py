"""Tables of the tools, for the terminal and for the README."""

from collections.abc import Iterable
from itertools import groupby

from reference.pages.markdown import escape_cell
from server.catalogue.definitions import count_bytes
from server.catalogue.order import DEFAULT_TOOLS
from tools.tool import Tool


def format_tools_as_text(tools: Iterable[type[Tool]]) -> str:
    """Tool, toolset, effects, bytes; the sum at the end."""
    rows = [(tool.tool(), tool.toolset() or "", " ".join(tool.effects.names), count_bytes(tool)) for tool in tools]
    rows.append((f"{len(rows)} tools", "", "", sum(row[3] for row in rows)))
    widths = [max(len(str(row[column])) for row in [("tool", "toolset", "effects", 0), *rows]) for column in range(3)]
    heading = f"{'tool':{widths[0]}}  {'toolset':{widths[1]}}  {'effects':{widths[2]}}  bytes"
    lines = [f"{a:{widths[0]}}  {b:{widths[1]}}  {c:{widths[2]}}  {count:>5}" for a, b, c, count in rows]
    return "\n".join([heading, *lines])


def format_tools_as_markdown(tools: Iterable[type[Tool]]) -> str:
    """One row a tool, in the order of the list: what it does, its effects, its toolset."""
    lines = ["| Tool | What it does | Effects | Toolset |", "|---|---|---|---|"]
    for on, members in groupby(tools, lambda tool: tool.tool() in DEFAULT_TOOLS):
        lines.append(f"| {'**on by default**' if on else '**off by default**'} | | | |")
        lines += [
            f"| `{tool.tool()}` | {escape_cell(tool.description().splitlines()[0])} | {', '.join(tool.effects.names)} "
            f"| {tool.toolset() or ''} |"
            for tool in members
        ]
    return "\n".join(lines)
