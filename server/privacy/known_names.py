"""Which names are clients', and which are the portal's own; shared with all servers that use the same state."""

from collections.abc import Iterator

from server.privacy.client_names import NamedPeople
from server.privacy.detection import Detection
from server.privacy.name_matcher import NameMatcher
from server.storage.database import State

STAFF, PLACE = "staff", "place"


class KnownNames:
    """Every name that the portal gave so far."""

    def __init__(self, state: State, portal: str) -> None:
        self._state = state
        self._portal = portal
        self._names = NameMatcher()
        self._kept: set[tuple[str, str]] = set()
        """Kind, empty for clients, and name."""
        self._newest = {"clients": 0, "known_names": 0}
        self._has_channels = False

    def keep(self, people: NamedPeople) -> None:
        """Keep names; they count once they were learned.

        Raises:
            StorageError: They cannot be written.
        """
        heard = {("", name) for name in people.clients}
        heard |= {(STAFF, name) for name in people.staff} | {(PLACE, name) for name in people.places}
        if not (new := sorted(heard - self._kept)):
            return
        with self._state.open_transaction() as database:
            database.executemany(
                "INSERT OR IGNORE INTO clients (portal, name) VALUES (?, ?)",
                [(self._portal, name) for kind, name in new if not kind],
            )
            database.executemany(
                "INSERT OR IGNORE INTO known_names (portal, kind, name) VALUES (?, ?, ?)",
                [(self._portal, kind, name) for kind, name in new if kind],
            )
        self._kept.update(new)

    def learn(self) -> None:
        """Let all names count that were kept since, here or by others.

        Raises:
            StorageError: They cannot be read.
        """
        if not self._has_channels:
            self._leave_channels()
        with self._state.open_transaction() as database:
            rows = {
                table: database.execute(
                    f"SELECT rowid, * FROM {table} WHERE portal = ? AND rowid > ? ORDER BY rowid",  # noqa: S608
                    (self._portal, newest),
                ).fetchall()
                for table, newest in self._newest.items()
            }
        for row in rows["known_names"]:
            self._names.leave(row["name"], words_too=row["kind"] == STAFF)
        for row in rows["clients"]:
            self._names.add(row["name"])
        for table, found in rows.items():
            self._newest[table] = found[-1]["rowid"] if found else self._newest[table]

    def find(self, text: str) -> Iterator[Detection]:
        """Where clients' names stand in a normal text."""
        return self._names.find(text)

    def _leave_channels(self) -> None:
        from workflows.directory.channels import CHANNELS

        for name in (*CHANNELS, *CHANNELS.values()):
            self._names.leave(name)
        self._has_channels = True
