"""Lists whose answer may be a table as CSV."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema
from typing_extensions import Doc

from tools.csv_text import list_columns, make_csv, mark_csv


def _leave_text(value: Any) -> Any:
    """`text` is what comes without it."""
    return None if value == "text" else value


Format = Annotated[
    Literal["csv"] | None,
    BeforeValidator(_leave_text),
    Field(exclude=True),
    WithJsonSchema({"type": "string", "enum": ["csv"]}),
    Doc("csv: a table for spreadsheets, as a file where it is long"),
]


@dataclass(frozen=True)
class Table:
    """Rows of a result."""

    rows: Sequence[Mapping[str, Any]]
    following: str = ""
    """How to ask for the rows behind them, as arguments; empty where there are no more."""
    missing: Sequence[str] = ()
    """What is not among them, in words."""

    def make_csv(self) -> str:
        """All rows with every field that one of them has."""
        return make_csv(self.rows, list_columns(self.rows))

    def text(self) -> str:
        """The table in words: how many rows, the CSV as words of the portal, how to go on, what is missing."""
        lines = [f"CSV, {len(self.rows)} {'row' if len(self.rows) == 1 else 'rows'}:", mark_csv(self.make_csv())]
        lines += [f"More rows: {self.following}"] if self.following else []
        lines += [f"Missing: {'; '.join(self.missing)}."] if self.missing else []
        return "\n".join(lines)

    def structured(self) -> dict[str, Any]:
        """The same as a program reads it."""
        told: dict[str, Any] = {"csv": mark_csv(self.make_csv()), "rows": len(self.rows)}
        more = {"next": self.following, "missing": list(self.missing)}
        return {**told, **{name: value for name, value in more.items() if value}}
