"""What outlives a process, in one SQLite file: approvals, hourly limits, masks, clients' names, the feed of events."""

import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from portal.private_file import check_private_file, check_private_folder, create_private_file
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
CREATE TABLE IF NOT EXISTS approval_seals (
    id TEXT PRIMARY KEY,
    seal TEXT NOT NULL
);
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
CREATE TABLE IF NOT EXISTS mask_owners (
    portal TEXT NOT NULL,
    pseudonym TEXT NOT NULL,
    owner TEXT NOT NULL,
    PRIMARY KEY (portal, pseudonym, owner)
);
CREATE TABLE IF NOT EXISTS known_names (
    portal TEXT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    UNIQUE (portal, kind, name)
);
CREATE TABLE IF NOT EXISTS clients (
    portal TEXT NOT NULL,
    name TEXT NOT NULL,
    UNIQUE (portal, name)
);
CREATE TABLE IF NOT EXISTS events (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    portal TEXT NOT NULL,
    key TEXT NOT NULL,
    kind TEXT NOT NULL,
    chat_id INTEGER NOT NULL,
    line_id INTEGER NOT NULL,
    message_id INTEGER NOT NULL,
    noted REAL NOT NULL,
    event TEXT NOT NULL,
    UNIQUE (portal, key)
);
CREATE INDEX IF NOT EXISTS events_by_chat ON events (portal, chat_id, message_id);
CREATE TABLE IF NOT EXISTS event_dialogs (
    portal TEXT NOT NULL,
    chat_id INTEGER NOT NULL,
    user_code TEXT NOT NULL,
    line_id INTEGER NOT NULL,
    client TEXT NOT NULL,
    session_id INTEGER NOT NULL,
    owner INTEGER NOT NULL,
    last_message_id INTEGER NOT NULL,
    PRIMARY KEY (portal, chat_id)
);
CREATE INDEX IF NOT EXISTS event_dialogs_by_code ON event_dialogs (portal, user_code);
CREATE TABLE IF NOT EXISTS event_positions (
    portal TEXT NOT NULL,
    source TEXT NOT NULL,
    position TEXT NOT NULL,
    PRIMARY KEY (portal, source)
);
CREATE TABLE IF NOT EXISTS event_posts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    portal TEXT NOT NULL,
    received REAL NOT NULL,
    post TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS event_posts_by_portal ON event_posts (portal, id);
CREATE TABLE IF NOT EXISTS event_marks (
    portal TEXT NOT NULL,
    caller TEXT NOT NULL,
    subject TEXT NOT NULL,
    number INTEGER NOT NULL,
    at REAL NOT NULL,
    PRIMARY KEY (portal, caller, subject)
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

    @classmethod
    def in_folder(cls, folder: Path) -> Self:
        """The file of a state folder."""
        return cls(folder.expanduser() / "state.sqlite")

    @contextmanager
    def open_transaction(self) -> Iterator[sqlite3.Connection]:
        """A transaction in which nobody else changes anything: all of it holds, or nothing if it ends by an exception.

        Raises:
            StorageError: The file cannot be opened, read or written, another process has held it for too long, or
                others than its owner could have changed it.
        """
        try:
            yield from self._run_transaction()
        except (OSError, sqlite3.Error) as error:
            raise StorageError(error) from error

    def _run_transaction(self) -> Iterator[sqlite3.Connection]:
        check_private_folder(self.path.parent)
        check_private_file(self.path)
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
