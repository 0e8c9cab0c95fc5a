"""Tables of words in a SQLite database, in memory or in a file, with its full-text search and its ranks."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence


class FullTextTable:
    """A table whose cells are words with spaces between them; `~` may begin one. Its rows are numbered from 0."""

    def __init__(self, connection: sqlite3.Connection, name: str, columns: Mapping[str, float]) -> None:
        """`columns` are the names of the columns, each with what a word in it weighs."""
        self._connection = connection
        self._name = name
        self._columns = tuple(columns)
        self._rank = f"bm25({name}, {', '.join(map(str, columns.values()))})"

    def write(self, rows: Iterable[Sequence[str]]) -> None:
        """Make the table and fill it. Raises: sqlite3.Error."""
        names, marks = ", ".join(self._columns), ", ".join("?" * len(self._columns))
        self._connection.execute(
            f"CREATE VIRTUAL TABLE {self._name} USING fts5({names}, content = '', tokenize = \"ascii tokenchars '~'\")"
        )
        self._connection.executemany(
            f"INSERT INTO {self._name}(rowid, {names}) VALUES (?, {marks})",  # noqa: S608  (no name is a user's)
            ((number, *row) for number, row in enumerate(rows)),
        )

    def find_rows(self, words: Sequence[str], limit: int) -> list[tuple[int, float]]:
        """The rows that have any of the words, the best first, each with its rank, which is above 0."""
        return self._find(" OR ".join(f'"{word}"' for word in words), limit)

    def find_whole_rows(self, terms: Sequence[Sequence[str]], limit: int) -> list[tuple[int, float]]:
        """The same of the rows that have of each term one of its words."""
        choices = (" OR ".join(f'"{word}"' for word in words) for words in terms)
        return self._find(" AND ".join(f"({choice})" for choice in choices), limit)

    def _find(self, asked: str, limit: int) -> list[tuple[int, float]]:
        if not asked:
            return []
        return self._connection.execute(
            f"SELECT rowid, -{self._rank} FROM {self._name} WHERE {self._name} MATCH ? "  # noqa: S608  (ours)
            f"ORDER BY {self._rank} LIMIT ?",
            (asked, limit),
        ).fetchall()
