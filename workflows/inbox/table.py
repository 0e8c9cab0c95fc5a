"""A page of dialogs as a table."""

from collections.abc import Iterable, Mapping
from typing import Any

from tools.csv_format import Table

LAST = "last_message"


def make_table(rows: Iterable[Mapping[str, Any]], cursor: object, missing: list[str]) -> Table:
    """The dialogs with their last message in columns of its own; `cursor` is where the next page begins, if any."""
    return Table([_flatten(row) for row in rows], f"cursor={cursor}" if cursor is not None else "", missing)


def _flatten(row: Mapping[str, Any]) -> dict[str, Any]:
    last = row[LAST] or {}
    flat = {name: value for name, value in row.items() if name not in {LAST, "crm"}}
    return {
        **flat,
        "crm": [f"{record['type']} {record['id']}" for record in row["crm"]],
        **{f"last_{name}": last.get(name) for name in ("role", "date", "text")},
    }
