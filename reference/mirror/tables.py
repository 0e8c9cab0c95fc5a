"""YFM tables as Markdown tables: `#|` and `|#` around rows, `||` around each row, `|` between cells."""

import re
from collections.abc import Iterator

from reference.mirror.code import Code

_EDGE = re.compile(r"#\|[^\n|]*|\|#(?=\s|$)", re.MULTILINE)
_ROW = re.compile(r"\|\|(.*?)(?:\|\||\Z)(?=\s*\|\||\s*\Z)", re.DOTALL)
_LISTED_ROW = re.compile(r"^[ \t]*-[ \t]*\|\|", re.MULTILINE)
_BAR = re.compile(r"(?<!\\)\|")
_MERGED = {"^", ">"}
_DIRECTIVE = re.compile(r"\{%-?\s*(\w+)(?:\s+\w+)?\s*(?:\"([^\"]*)\")?[^%]*%\}")
_ITEM = re.compile(r"(?:[-*+]|\d+[.)])\s")
_HARD_BREAK = re.compile(r"(?:[ \t]{2,}|\\)$")


def render_tables(text: str, code: Code) -> str:
    """The text with every table as Markdown; one inside a cell becomes a list of its rows."""
    open_tables: list[tuple[str, list[str]]] = []
    done: list[str] = []
    position = 0
    for edge in _EDGE.finditer(text):
        indent = text[text.rfind("\n", 0, edge.start()) + 1 : edge.start()]
        if edge[0] != "|#" and indent.strip(" \t>") and not text.startswith("||", edge.end()):
            continue  # a word with these two signs
        done.append(text[position : edge.start()])
        position = edge.end()
        if edge[0] != "|#":
            open_tables.append((indent if not indent.strip(" \t>") else "", done))
            done = []
        elif open_tables:
            done = _close_table(open_tables, "".join(done), code)
    done.append(text[position:])
    while open_tables:
        done = _close_table(open_tables, "".join(done), code)
    return "".join(done)


def in_table(before: str) -> bool:
    """Whether a table is open at the end of this text."""
    return before.count("#|") > before.count("|#")


def _close_table(open_tables: list[tuple[str, list[str]]], body: str, code: Code) -> list[str]:
    """Close the innermost table; returns the text around it, with the table in it."""
    indent, around = open_tables.pop()
    rows = list(_read_rows(body))
    nested = bool(open_tables)
    around.append("\n" + ("\n".join(_render_points(rows)) if nested else _render_table(rows, indent, code)) + "\n")
    return around


def _read_rows(body: str) -> Iterator[list[str]]:
    for row in _ROW.findall(_LISTED_ROW.sub("||", body)):
        cells = [cell.strip() for cell in _BAR.split(row.strip().removeprefix("||"))]
        yield ["" if cell in _MERGED else cell for cell in cells]


def _render_points(rows: list[list[str]]) -> Iterator[str]:
    """The rows under the heading, one point each; bars would end the cell around them."""
    for row in rows[1:] or rows:
        yield "- " + " — ".join(filter(None, row))


def _render_table(rows: list[list[str]], indent: str, code: Code) -> str:
    width = max(map(len, rows), default=0)
    lines = [[_render_cell(cell, code) for cell in row] + [""] * (width - len(row)) for row in rows if any(row)]
    if not lines:
        return ""
    lines.insert(1, ["---"] * width)
    return "\n" + "\n".join(f"{indent}| {' | '.join(line)} |" for line in lines) + "\n"


def _render_cell(text: str, code: Code) -> str:
    """The blocks of a cell on one line: lists and paragraphs begin with `<br>`, code is a span."""
    parts: list[str] = []
    new_paragraph = True
    for line in code.in_cell(_DIRECTIVE.sub(_replace_directive, text)).split("\n"):
        stripped = line.strip().removeprefix(">").strip()
        if parts and stripped:
            parts.append("<br>" if new_paragraph or _ITEM.match(stripped) else " ")
        parts.append(stripped)
        new_paragraph = not stripped or bool(_HARD_BREAK.search(line))
    return re.sub(r"(?:\s*<br>\s*)+", "<br>", "".join(parts)).removeprefix("<br>").removesuffix("<br>").strip()


def _replace_directive(found: re.Match[str]) -> str:
    """Keep the title of a note or a cut, and remove its frame."""
    name, title = found[1], found[2]
    return f"\n\n**{title}**\n\n" if name in {"note", "cut"} and title else "\n\n"
