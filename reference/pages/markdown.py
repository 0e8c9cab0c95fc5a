"""Pieces of Markdown from which pages are put together."""

from collections.abc import Iterable, Sequence


def escape_cell(text: str) -> str:
    """Text that cannot break out of a table cell."""
    return text.replace("|", r"\|").replace("\n", " ") or "-"


def format_code(code: str) -> str:
    """An error code as tables show it."""
    return f"`{code}`" if code else "(empty)"


def render_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table with one line for each row."""
    lines = [f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}"]
    lines += [f"| {' | '.join(map(escape_cell, row))} |" for row in rows]
    return "\n".join(lines)


def render_list(items: Iterable[str]) -> str:
    """A list of points."""
    return "\n".join(f"- {item}" for item in items)


def render_code(language: str, code: str) -> str:
    """A block of code."""
    return f"```{language}\n{code}\n```"


def render_section(heading: str, body: str) -> str:
    """A section, or nothing at all where it has no body."""
    return f"## {heading}\n\n{body}" if body else ""


def render_page(*blocks: str) -> str:
    """A page of the blocks that are not empty."""
    return "\n\n".join(filter(None, blocks)) + "\n"
