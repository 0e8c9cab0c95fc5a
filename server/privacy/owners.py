"""Whose a pseudonym is: the chats and clients in whose records the assistant got to read what it stands for."""

from collections.abc import Iterable

from server.storage.database import State


class MaskOwners:
    """The owners of the pseudonyms of one portal; `chat 201` or `user 101`. All spellings of one thing share them."""

    def __init__(self, state: State, portal: str) -> None:
        self._state = state
        self._portal = portal
        self._kept: set[tuple[str, str]] = set()

    def keep(self, owned: Iterable[tuple[str, str]]) -> None:
        """Note these (pseudonym, owner).

        Raises:
            StorageError: They cannot be written.
        """
        new = {(_leave_out_spelling(pseudonym), owner) for pseudonym, owner in owned} - self._kept
        if not new:
            return
        with self._state.open_transaction() as database:
            database.executemany(
                "INSERT OR IGNORE INTO mask_owners (portal, pseudonym, owner) VALUES (?, ?, ?)",
                [(self._portal, *one) for one in sorted(new)],
            )
        self._kept |= new

    def find(self, pseudonym: str) -> frozenset[str]:
        """The owners of a pseudonym; none where it was read before owners were noted, or in no client's record.

        Raises:
            StorageError: They cannot be read.
        """
        with self._state.open_transaction() as database:
            rows = database.execute(
                "SELECT owner FROM mask_owners WHERE portal = ? AND pseudonym = ?",
                (self._portal, _leave_out_spelling(pseudonym)),
            ).fetchall()
        return frozenset(str(row["owner"]) for row in rows)


def _leave_out_spelling(pseudonym: str) -> str:
    """`[phone 3f9a2c1b-2]` -> `phone 3f9a2c1b`."""
    return pseudonym.strip("[]").partition("-")[0]
