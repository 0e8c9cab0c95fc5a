"""What outlives a process, in one SQLite file: approvals, what was spent of hourly limits, masks, clients' names."""

import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from portal.private_file import create_private_file
from server.storage.errors import StorageError

SCHEMA = """
CREATE TABLE IF NOT EXISTS approvals (
    id TEXT PRIMARY KEY,
    state TEXT NOT NULL,
    portal TEXT NOT NULL,
    caller TEXT NOT NULL,
    tool TEXT NOT NULL,
    arguments TEXT NOT NULL,
    summary TEXT NOT NULL,
    asked REAL NOT NULL,
    expires REAL NOT NULL,
    settled REAL,
    settled_by TEXT,
    started REAL,
    runner TEXT,
    ended REAL,
    reply TEXT
);
CREATE INDEX IF NOT EXISTS approvals_by_state ON approvals (state, portal);
CREATE TABLE IF NOT EXISTS spent (
    portal TEXT NOT NULL,
    effect TEXT NOT NULL,
    at REAL NOT NULL
);
CREATE INDEX IF NOT EXISTS spent_by_time ON spent (portal, effect, at);
CREATE TABLE IF NOT EXISTS masks (
    portal TEXT NOT NULL,
    pseudonym TEXT NOT NULL,
    kind TEXT NOT NULL,
    number TEXT NOT NULL,
    original TEXT NOT NULL,
    PRIMARY KEY (portal, pseudonym),
    UNIQUE (portal, kind, original)
);
CREATE INDEX IF NOT EXISTS masks_by_number ON masks (portal, kind, number);
CREATE TABLE IF NOT EXISTS clients (
    portal TEXT NOT NULL,
    name TEXT NOT NULL,
    UNIQUE (portal, name)
);
"""
SCHEMA_MARK = zlib.crc32(SCHEMA.encode()) >> 1
"""What a file holds as its `user_version` when it has these tables; it has room for 31 bits."""
SECONDS_TO_WAIT = 10
"""How long one waits for another process that writes at this moment."""


class State:
    """The file, made when it is first needed; each use is one transaction that other processes wait for."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def open_transaction(self) -> Iterator[sqlite3.Connection]:
        """A transaction in which nobody else changes anything: all of it holds, or nothing if it ends by an exception.

        Raises:
            StorageError: The file cannot be opened, read or written, or another process has held it for too long.
        """
        try:
            yield from self._run_transaction()
        except (OSError, sqlite3.Error) as error:
            raise StorageError(error) from error

    def _run_transaction(self) -> Iterator[sqlite3.Connection]:
        if not self.path.exists():
            create_private_file(self.path)
        database = sqlite3.connect(self.path, timeout=SECONDS_TO_WAIT, isolation_level=None)
        try:
            database.row_factory = sqlite3.Row
            database.execute("BEGIN IMMEDIATE")
            _create_tables(database)
            yield database
            database.execute("COMMIT")
        finally:
            database.close()


def _create_tables(database: sqlite3.Connection) -> None:
    """Add the tables that a file of another version, or a new one, does not have."""
    if database.execute("PRAGMA user_version").fetchone()[0] == SCHEMA_MARK:
        return
    for statement in filter(str.strip, SCHEMA.split(";")):
        database.execute(statement)
    database.execute(f"PRAGMA user_version = {SCHEMA_MARK}")
