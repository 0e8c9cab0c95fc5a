"""Rows as CSV: one line a row, in which no cell is taken for a formula."""

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tools.fence import remove_marks_in
from tools.untrusted import change_texts, mark_untrusted

BYTE_ORDER_MARK = "\ufeff"
"""Spreadsheet programs read a file as UTF-8 where it begins so."""
_FORMULA = re.compile(r"[\s'\"]*[=+\-@\uff1d\uff0b\uff0d\uff20|%]")
"""How cells begin that spreadsheet programs compute, full-width signs too (OWASP, CSV Injection)."""
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?", re.ASCII)
_BREAKS = re.compile(r"[ \t]*[\r\n\v\f\x85\u2028\u2029]+[ \t]*")


def make_csv(rows: Iterable[Mapping[str, Any]], columns: Sequence[str] | Mapping[str, str]) -> str:
    """A heading and a line for each row, RFC 4180 but for line feeds alone between them; marks are taken out.

    `columns` are the fields in their order, or a mapping from field to heading. A field that a row has not, or that is
    None, is an empty cell. Line breaks in a cell become spaces, so that a line is a row. A cell that a spreadsheet
    program would compute has an apostrophe before it; numbers are left. Lists are joined by semicolons.
    """
    headings = columns if isinstance(columns, Mapping) else {name: name for name in columns}
    sheet = io.StringIO()
    writer = csv.writer(sheet, lineterminator="\n")
    writer.writerow([_format_cell(heading) for heading in headings.values()])
    for row in rows:
        writer.writerow([_format_cell(row.get(name)) for name in headings])
    return sheet.getvalue()


def mark_csv(text: str) -> str:
    """The CSV for a text that a model reads: anybody's words may stand in its cells."""
    return mark_untrusted(text.removesuffix("\n"), "portal")


def list_columns(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """Every field that a row has, in the order in which they first come."""
    return list(dict.fromkeys(name for row in rows for name in row))


def make_csv_file(text: str) -> bytes:
    """The CSV as the content of a file that spreadsheet programs read as UTF-8."""
    return f"{BYTE_ORDER_MARK}{text}".encode()


def _format_cell(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case int() | float():
            return str(value)
        case list() | tuple():
            return _escape_formula("; ".join(_flatten(item) for item in value))
        case _:
            return _escape_formula(_flatten(value))


def _flatten(value: Any) -> str:
    """A value in one line, as it was before it was marked."""
    plain = remove_marks_in(change_texts(value, lambda text: _BREAKS.sub(" ", text)))
    text = plain if isinstance(plain, str) else json.dumps(plain, ensure_ascii=False, separators=(",", ":"))
    return text.strip()


def _escape_formula(text: str) -> str:
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text
