"""Which pseudonym stands for what on one portal: made with a secret key, kept with the state, never given away."""

import hashlib
import hmac
import re
import secrets
import sqlite3
from collections.abc import Iterable
from contextlib import suppress
from itertools import islice
from pathlib import Path

from portal.private_file import check_private_file, write_private_file
from server.privacy.normal_text import fold_letters, normalize_text
from server.storage.database import State

FORM = re.compile(r"\[(?:phone|email|card|client) [0-9a-f]{8}(?:-[1-9]\d{0,5})?\]")
LOOSE = re.compile(r"\[\s*(phone|email|card|client)[\s_:-]+([0-9a-f]{8}(?:-[1-9]\d{0,5})?)\s*\]", re.IGNORECASE)
"""As an assistant may write one."""
KEY_BYTES = 32
MOST_NEW = 3_000
"""Things that get a pseudonym at a time; others are hidden for good, so that nobody fills the state."""


class Pseudonyms:
    """`[phone 3f9a2c1b]` for a phone, `[phone 3f9a2c1b-2]` for the same phone in another spelling."""

    def __init__(self, state: State, portal: str) -> None:
        self._state = state
        self._portal = portal
        self._key = b""
        self._given: dict[tuple[str, str], str] = {}
        self._originals: dict[str, str] = {}

    def get(self, kind: str, original: str) -> str:
        """The pseudonym of an original; words that stand for nothing, where `keep` gave it none."""
        return self._given.get((kind, original)) or f"[{kind} hidden]"

    def keep(self, things: Iterable[tuple[str, str, str]]) -> None:
        """Give each of these (kind, normal form, original) a pseudonym, unless it has one, but no more than `MOST_NEW`.

        Raises:
            sqlite3.Error: The state cannot be written.
            OSError: The key cannot be read or made.
        """
        new = {(thing[0], thing[2]): thing for thing in things if (thing[0], thing[2]) not in self._given}
        if not new:
            return
        with self._state.open_transaction() as database:
            for kind, normal, original in islice(new.values(), MOST_NEW):
                self._remember(kind, original, self._find_or_insert(database, kind, normal, original))

    def find_original(self, pseudonym: str) -> str | None:
        """What a pseudonym stands for; None if it was never given on this portal."""
        if pseudonym not in self._originals:
            with self._state.open_transaction() as database:
                row = database.execute(
                    "SELECT kind, original FROM masks WHERE portal = ? AND pseudonym = ?", (self._portal, pseudonym)
                ).fetchone()
            if row is None:
                return None
            self._remember(row["kind"], row["original"], pseudonym)
        return self._originals[pseudonym]

    def _remember(self, kind: str, original: str, pseudonym: str) -> None:
        self._given[kind, original] = pseudonym
        self._originals[pseudonym] = original

    def _find_or_insert(self, database: sqlite3.Connection, kind: str, normal: str, original: str) -> str:
        row = database.execute(
            "SELECT pseudonym FROM masks WHERE portal = ? AND kind = ? AND original = ?", (self._portal, kind, original)
        ).fetchone()
        if row is not None:
            return str(row["pseudonym"])
        number = self._make_number(kind, normal)
        spellings = database.execute(
            "SELECT count(*) FROM masks WHERE portal = ? AND kind = ? AND number = ?", (self._portal, kind, number)
        ).fetchone()[0]
        pseudonym = f"[{kind} {number}-{spellings + 1}]" if spellings else f"[{kind} {number}]"
        database.execute(
            "INSERT INTO masks (portal, pseudonym, kind, number, original) VALUES (?, ?, ?, ?, ?)",
            (self._portal, pseudonym, kind, number, original),
        )
        return pseudonym

    def _make_number(self, kind: str, normal: str) -> str:
        # Within a transaction, which only one process has at a time.
        self._key = self._key or read_or_make_key(self._state.path.with_name("masks.key"))
        return hmac.new(self._key, f"{self._portal}\0{kind}\0{normal}".encode(), hashlib.sha256).hexdigest()[:8]


def escape_pseudonyms(text: str) -> str:
    """A text from outside in which nothing reads as a pseudonym: what looks like one gets other brackets."""
    if "[" not in text and "\uff3b" not in text:
        return text
    normal = normalize_text(text)
    letters = list[str]()
    for found in LOOSE.finditer(fold_letters(normal.text)):
        letters = letters or list(text)
        letters[normal.starts[found.start()]], letters[normal.starts[found.end() - 1]] = "(", ")"
    return "".join(letters) or text


def read_or_make_key(path: Path) -> bytes:
    """The key in a file that only its owner can read, made when it is first needed; two must not ask at once.

    Raises:
        OSError: The file cannot be read or made.
    """
    check_private_file(path)
    with suppress(FileNotFoundError):
        if len(key := path.read_bytes()) == KEY_BYTES:
            return key
    key = secrets.token_bytes(KEY_BYTES)
    write_private_file(path, key)
    return key
