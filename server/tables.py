"""Tables of the tools, for the terminal and for the README."""

from collections.abc import Iterable

from server.catalogue import size
from tools.method import Method


def tools_in_text(methods: Iterable[type[Method]]) -> str:
    """Tool, toolset, effects, bytes; the sum at the end."""
    rows = [(method.tool(), method.toolset(), " ".join(method.effects.names), size(method)) for method in methods]
    rows.append((f"{len(rows)} tools", "", "", sum(row[3] for row in rows)))
    widths = [max(len(str(row[column])) for row in [("tool", "toolset", "effects", 0), *rows]) for column in range(3)]
    heading = f"{'tool':{widths[0]}}  {'toolset':{widths[1]}}  {'effects':{widths[2]}}  bytes"
    lines = [f"{a:{widths[0]}}  {b:{widths[1]}}  {c:{widths[2]}}  {count:>5}" for a, b, c, count in rows]
    return "\n".join([heading, *lines])


def tools_in_markdown(methods: Iterable[type[Method]]) -> str:
    """One row a tool: what it does and its effects."""
    rows = [
        f"| `{method.tool()}` | {_cell(method.description().splitlines()[0])} | {', '.join(method.effects.names)} |"
        for method in methods
    ]
    return "\n".join(["| Tool | What it does | Effects |", "|---|---|---|", *rows])


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
