"""Tables as CSV that a spreadsheet opens: RFC 4180, and no cell that it would take for a formula."""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet runs a text that begins so (OWASP, CSV injection)."""
Cell = str | int | float | None


def make_csv(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """The rows below a header, with commas; nothing for None, and an apostrophe before what looks like a formula.

    Lines end with a line feed alone, as the text stands in an answer.
    """
    table = StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([escape_cell(cell) for cell in row] for row in rows)
    return table.getvalue()


def escape_cell(cell: Cell) -> str | int | float:
    """A cell as it may be written: numbers as they are, a text on one line that is no formula."""
    if cell is None:
        return ""
    if not isinstance(cell, str):
        return cell
    text = " ".join(cell.split())
    return f"'{text}" if cell.startswith(FORMULA_SIGNS) or text.startswith(FORMULA_SIGNS) else text
