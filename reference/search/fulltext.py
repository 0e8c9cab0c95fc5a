"""Tables of words in memory, with SQLite's full-text search and its ranks."""

import sqlite3
from collections.abc import Iterable, Sequence


class FullText:
    """Tables whose cells are words with spaces between them; `~` may begin one."""

    def __init__(self) -> None:
        self._connection = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        self._ranks: dict[str, str] = {}

    def fill(self, table: str, columns: dict[str, float], rows: Iterable[Sequence[str]]) -> None:
        """A new table: its columns, each with what a word in it weighs, and its rows, which are numbered from 0."""
        names, marks = ", ".join(columns), ", ".join("?" * len(columns))
        self._ranks[table] = f"bm25({table}, {', '.join(map(str, columns.values()))})"
        self._connection.execute("begin")
        self._connection.execute(
            f"create virtual table {table} using fts5({names}, content = '', tokenize = \"ascii tokenchars '~'\")"
        )
        self._connection.executemany(
            f"insert into {table}(rowid, {names}) values (?, {marks})",  # noqa: S608  (no name is a user's)
            ((number, *row) for number, row in enumerate(rows)),
        )
        self._connection.execute("commit")

    def rows(self, table: str, words: Sequence[str], limit: int) -> list[tuple[int, float]]:
        """The rows that have any of the words, the best first, each with its rank, which is above 0."""
        if not words:
            return []
        rank = self._ranks[table]
        return self._connection.execute(
            f"select rowid, -{rank} from {table} where {table} match ? order by {rank} limit ?",  # noqa: S608  (ours)
            (" OR ".join(f'"{word}"' for word in words), limit),
        ).fetchall()
