"""The database of one language: its tables, how it is written, and how it is opened for reading."""

import os
import sqlite3
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Literal

from reference.mirror.clean import CleanPage
from reference.mirror.indexing import index_pages
from reference.mirror.page_names import make_alias_keys, make_name_keys
from reference.search.stored_tables import StoredTables
from reference.search.weights import OFFICIAL_WORDS

SCHEMA = 5
"""Grows with every change of the tables, of what is kept or of what cleaning makes of a page: others are not read."""
_TABLES = f"""
PRAGMA user_version = {SCHEMA};
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE pages (
    id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, title TEXT NOT NULL, summary TEXT NOT NULL,
    dated TEXT NOT NULL, text BLOB NOT NULL
);
CREATE TABLE names (
    name TEXT NOT NULL, page INTEGER NOT NULL, alias INTEGER NOT NULL, PRIMARY KEY (name, page)
) WITHOUT ROWID;
CREATE TABLE originals (file TEXT PRIMARY KEY, text BLOB NOT NULL) WITHOUT ROWID;
"""
_CACHE = 512
"""Kilobytes of the database that a reader keeps in memory."""


class NoMirrorError(Exception):
    """There is nothing that can be read; the message says why and what to do."""

    def __init__(self, state: Literal["absent", "outdated", "damaged"], message: str) -> None:
        super().__init__(message)
        self.state = state


def database_path(folder: Path, lang: str) -> Path:
    """Where the mirror of a language is."""
    return folder / f"{lang}.sqlite"


def write_database(
    path: Path, pages: Sequence[CleanPage], dates: Sequence[str], originals: Mapping[str, str], meta: Mapping[str, str]
) -> None:
    """A whole new database, on the disk when this returns; OSError or sqlite3.Error where that cannot be done."""
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN;" + _TABLES)
        StoredTables(connection, OFFICIAL_WORDS).write(list(index_pages(pages)))
        connection.executemany("INSERT INTO meta VALUES (?, ?)", meta.items())
        connection.executemany(
            "INSERT INTO pages VALUES (?, ?, ?, ?, ?, ?)",
            (
                (number, page.path, page.title, page.summary, dated, pack(page.text))
                for number, (page, dated) in enumerate(zip(pages, dates, strict=True))
            ),
        )
        connection.executemany("INSERT INTO originals VALUES (?, ?)", ((f, pack(t)) for f, t in originals.items()))
        for number, page in enumerate(pages):
            names = [(name, number, 0) for name in make_name_keys(page)]
            names += [(name, number, 1) for name in make_alias_keys(page)]
            connection.executemany("INSERT OR IGNORE INTO names VALUES (?, ?, ?)", names)
        connection.execute("COMMIT")
    with path.open("rb+") as file:
        os.fsync(file.fileno())


@contextmanager
def open_database(path: Path) -> Iterator[sqlite3.Connection]:
    """The database, opened for a moment: the next reader sees a newer one. NoMirrorError where it cannot be read."""
    if not path.is_file():
        raise NoMirrorError("absent", "not there yet; openchannels-mcp docs sync brings it")
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            connection.executescript(f"PRAGMA cache_size = -{_CACHE}; PRAGMA query_only = ON;")
            if connection.execute("PRAGMA user_version").fetchone() != (SCHEMA,):
                raise NoMirrorError(
                    "outdated", "made by another version of this program; run openchannels-mcp docs sync"
                )
            yield connection
    except (sqlite3.Error, zlib.error, UnicodeDecodeError) as error:
        words = f"{path} cannot be read ({error}); openchannels-mcp docs sync makes it anew"
        raise NoMirrorError("damaged", words) from None


def check_database(connection: sqlite3.Connection) -> None:
    """Look through the whole database that is being read; its reader ends as with any other damage."""
    if connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
        raise sqlite3.DatabaseError("malformed")


def pack(text: str) -> bytes:
    """A text as the database keeps it."""
    return zlib.compress(text.encode())


def unpack(blob: bytes) -> str:
    """The text again."""
    return zlib.decompress(blob).decode()
