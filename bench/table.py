"""A table of figures as data, and how it looks in the terminal, in Markdown and in JSON."""

from dataclasses import dataclass
from typing import Any

Cell = str | int | float | None
Row = tuple[Cell, ...]
HUNDRED, TEN = 100, 10


@dataclass(frozen=True)
class Table:
    """What one measurement found."""

    title: str
    compares: str
    """In one line: what stands beside what."""
    columns: tuple[str, ...]
    """With their units; the first names the row."""
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.rows or any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError(f"{self.title}: each row needs {len(self.columns)} cells, and there has to be one")

    def text(self) -> str:
        """For the terminal."""
        lines = [self.columns, *(tuple(map(shown, row)) for row in self.rows)]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        first, *others = widths
        body = [
            f"{line[0]:{first}}" + "".join(f"  {cell:>{width}}" for cell, width in zip(line[1:], others, strict=True))
            for line in lines
        ]
        return "\n".join([self.title, self.compares, "", *body, *self.notes])

    def markdown(self) -> str:
        """For a page."""
        marks = ["---", *["---:"] * (len(self.columns) - 1)]
        lines = [self.columns, marks, *(map(shown, row) for row in self.rows)]
        body = [f"| {' | '.join(line)} |" for line in lines]
        return "\n".join([f"## {self.title}", "", self.compares, "", *body, *(f"\n{note}" for note in self.notes)])

    def data(self) -> dict[str, Any]:
        """For programs: a row is an object of its columns."""
        rows = [dict(zip(self.columns, row, strict=True)) for row in self.rows]
        return {"title": self.title, "compares": self.compares, "rows": rows, "notes": list(self.notes)}


def shown(cell: Cell) -> str:
    """Three digits of what is small, all of what is large; a dash where there is nothing to say."""
    if cell is None:
        return "-"
    if isinstance(cell, str):
        return cell
    if isinstance(cell, int) or abs(cell) >= HUNDRED:
        return f"{cell:,.0f}"
    return f"{cell:.1f}" if abs(cell) >= TEN else f"{cell:.2f}"
