"""The feed of a portal's events: each once, in order, kept on the disk of this machine."""

import sqlite3
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass

from server.events.feed.cleaning import CLEAN_AFTER, CLEAN_EVERY, CUT, KEPT, clean_events
from server.events.feed.dialogs import KnownDialog
from server.events.feed.event import EventFilter, EventKind, FeedEvent, PortalEvent
from server.storage.database import State

MOST_KEPT = 100_000
"""Events of a portal that are kept."""
MOST_CHARACTERS = 200_000_000
"""Characters of a portal's events that are kept: clients may write 20,000 at a time."""
PAGE = 500
"""Rows that are looked at in one transaction while wanted events are searched."""


@dataclass(frozen=True)
class Position:
    """Up to where a source has been read: what it needs to go on after a restart, in its own words."""

    source: str
    value: str


@dataclass(frozen=True)
class Post:
    """A delivery of the portal that waits to be worked off."""

    id: int
    received: float
    body: str
    """As the source wrote it down."""


class Feed:
    """The feed of one portal as one user of it hears it; several processes may use it at the same time.

    Every method is one transaction on the disk: it is for threads, not for the event loop.

    Raises:
        StorageError: The state file cannot be used.
    """

    def __init__(
        self,
        state: State,
        portal: str,
        *,
        most_kept: int = MOST_KEPT,
        now: Callable[[], float] = time.time,
        most_characters: int = MOST_CHARACTERS,
    ) -> None:
        self._state = state
        self._portal = portal
        self._most_kept = most_kept
        self._now = now
        self._most_characters = most_characters
        self._cleaned = float("-inf")

    def append(
        self,
        events: Iterable[PortalEvent],
        dialogs: Iterable[KnownDialog] = (),
        position: Position | None = None,
        done_posts: Collection[int] = (),
    ) -> list[FeedEvent]:
        """Write down events, how dialogs stand after them, and up to where the source was read: all or nothing.

        Events that are known already are passed over; the new ones come back with their numbers.
        """
        with self._state.open_transaction() as database:
            added = [noted for event in events if (noted := self._insert(database, event))]
            for dialog in dialogs:
                self._put_dialog(database, dialog)
            if position is not None:
                database.execute(
                    "INSERT OR REPLACE INTO event_positions (portal, source, position) VALUES (?, ?, ?)",
                    (self._portal, position.source, position.value),
                )
            database.executemany("DELETE FROM event_posts WHERE id = ?", [(number,) for number in done_posts])
            is_due = abs(self._now() - self._cleaned) >= CLEAN_AFTER  # the clock may have been set back
            if is_due or any(noted.number % CLEAN_EVERY == 0 for noted in added):
                clean_events(database, self._portal, self._most_kept, self._most_characters, self._now())
                self._cleaned = self._now()
        return added

    def _insert(self, database: sqlite3.Connection, event: PortalEvent) -> FeedEvent | None:
        now = self._now()
        row = (self._portal, event.key, event.kind, event.chat_id, event.line_id, event.message_id, now)
        found = database.execute(
            "INSERT INTO events (portal, key, kind, chat_id, line_id, message_id, noted, event)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING number",
            (*row, event.to_json()),
        ).fetchone()
        return FeedEvent(found["number"], now, event) if found else None

    def _put_dialog(self, database: sqlite3.Connection, dialog: KnownDialog) -> None:
        """What another process has read further stays."""
        database.execute(
            "INSERT INTO event_dialogs"
            " (portal, chat_id, user_code, line_id, client, session_id, owner, last_message_id)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (portal, chat_id) DO UPDATE SET"
            " user_code = excluded.user_code, line_id = excluded.line_id, client = excluded.client,"
            " session_id = excluded.session_id, owner = excluded.owner, last_message_id = excluded.last_message_id"
            " WHERE excluded.last_message_id >= last_message_id",
            (self._portal, *astuple(dialog)),
        )

    def is_cut(self, after: int) -> bool:
        """Whether events with higher numbers have been taken away, because they were too old or too many."""
        return int(self.read_position(CUT) or 0) > after

    def read(self, after: int = 0, limit: int = PAGE, wanted: EventFilter = EventFilter()) -> list[FeedEvent]:  # noqa: B008  (it is frozen)
        """The wanted events after a number, oldest first."""
        found: list[FeedEvent] = []
        for page in self._read_pages(after):
            found += [noted for noted in page if wanted.wants(noted.event)]
            if len(found) >= limit:
                break
        return found[:limit]

    def _read_pages(self, after: int) -> Iterator[Sequence[FeedEvent]]:
        while page := self._read_page(after):
            yield page
            after = page[-1].number

    def _read_page(self, after: int) -> list[FeedEvent]:
        with self._state.open_transaction() as database:
            rows = database.execute(
                "SELECT number, noted, event FROM events WHERE portal = ? AND number > ? ORDER BY number LIMIT ?",
                (self._portal, after, PAGE),
            ).fetchall()
        return [_read_row(row) for row in rows]

    def read_newest(self, limit: int, wanted: EventFilter = EventFilter()) -> list[FeedEvent]:  # noqa: B008  (it is frozen)
        """The last wanted events, oldest first."""
        found: list[FeedEvent] = []
        before = 2**63 - 1
        while len(found) < limit and (page := self._read_page_before(before)):
            before = page[-1].number
            found += [noted for noted in page if wanted.wants(noted.event)]
        return found[:limit][::-1]

    def _read_page_before(self, number: int) -> list[FeedEvent]:
        """Newest first."""
        with self._state.open_transaction() as database:
            rows = database.execute(
                "SELECT number, noted, event FROM events WHERE portal = ? AND number < ? ORDER BY number DESC LIMIT ?",
                (self._portal, number, PAGE),
            ).fetchall()
        return [_read_row(row) for row in rows]

    def find(self, number: int) -> FeedEvent | None:
        """The event with a number."""
        return next((noted for noted in self._read_page(number - 1)[:1] if noted.number == number), None)

    def read_messages(self, chat_id: int, kinds: Collection[EventKind]) -> list[FeedEvent]:
        """The events of these kinds in a dialog, oldest first."""
        marks = ", ".join("?" * len(kinds))
        with self._state.open_transaction() as database:
            rows = database.execute(
                f"SELECT number, noted, event FROM events WHERE portal = ? AND chat_id = ? AND kind IN ({marks})"  # noqa: S608
                " ORDER BY number",
                (self._portal, chat_id, *kinds),
            ).fetchall()
        return [_read_row(row) for row in rows]

    def get_bounds(self) -> tuple[int, int]:
        """The numbers of the oldest event that is kept and of the newest there ever was; 0 where there is none.

        A cursor below the oldest need not have missed any, because portals share the numbers: see `is_cut`.
        """
        with self._state.open_transaction() as database:
            row = database.execute(
                "SELECT coalesce(min(number), 0) AS oldest, coalesce(max(number), 0) AS newest FROM events"
                " WHERE portal = ?",
                (self._portal,),
            ).fetchone()
            newest = row["newest"] or int(self._find_position(database, CUT) or 0)
        return row["oldest"], newest

    def list_dialogs(self) -> list[KnownDialog]:
        """All dialogs that were ever looked at."""
        with self._state.open_transaction() as database:
            rows = database.execute("SELECT * FROM event_dialogs WHERE portal = ?", (self._portal,)).fetchall()
        return [_read_dialog(row) for row in rows]

    def find_dialogs(self, chat_ids: Collection[int]) -> dict[int, KnownDialog]:
        """What is known of dialogs, by chat id."""
        with self._state.open_transaction() as database:
            found = [
                database.execute(
                    "SELECT * FROM event_dialogs WHERE portal = ? AND chat_id = ?", (self._portal, chat_id)
                ).fetchone()
                for chat_id in chat_ids
            ]
        return {row["chat_id"]: _read_dialog(row) for row in found if row is not None}

    def knows_place(self, wanted: EventFilter) -> bool:
        """Whether a dialog was ever looked at where these events are wanted from."""
        with self._state.open_transaction() as database:
            found = database.execute(
                "SELECT 1 FROM event_dialogs WHERE portal = ? AND chat_id = ifnull(?, chat_id)"
                " AND line_id = ifnull(?, line_id) LIMIT 1",
                (self._portal, wanted.chat_id, wanted.line_id),
            ).fetchone()
        return found is not None

    def find_chat(self, user_code: str) -> int:
        """The chat of a USER_CODE; 0 where none is known."""
        with self._state.open_transaction() as database:
            row = database.execute(
                "SELECT chat_id FROM event_dialogs WHERE portal = ? AND user_code = ?", (self._portal, user_code)
            ).fetchone()
        return row["chat_id"] if row else 0

    def find_moved_chat(self, user_code: str) -> int:
        """The one chat that has a USER_CODE but for the line, which changes when a dialog moves; 0 where none has."""
        connector, _, rest = user_code.partition("|")
        outside = rest.partition("|")[2]
        if not connector or not outside:
            return 0
        with self._state.open_transaction() as database:
            rows = database.execute(
                "SELECT chat_id FROM event_dialogs WHERE portal = ? AND user_code = ? || '|' || line_id || '|' || ?",
                (self._portal, connector, outside),
            ).fetchall()
        return rows[0]["chat_id"] if len(rows) == 1 else 0

    def read_position(self, source: str) -> str | None:
        """Up to where a source was read; None where it never was."""
        with self._state.open_transaction() as database:
            return self._find_position(database, source)

    def _find_position(self, database: sqlite3.Connection, source: str) -> str | None:
        row = database.execute(
            "SELECT position FROM event_positions WHERE portal = ? AND source = ?", (self._portal, source)
        ).fetchone()
        return row["position"] if row else None

    def read_marks(self, caller: str) -> dict[str, int]:
        """Up to which number a caller has read the feed, by what it asked for."""
        with self._state.open_transaction() as database:
            rows = database.execute(
                "SELECT subject, number FROM event_marks WHERE portal = ? AND caller = ?", (self._portal, caller)
            ).fetchall()
        return {row["subject"]: row["number"] for row in rows}

    def keep_mark(self, caller: str, subject: str, number: int) -> None:
        """Note up to which number a caller has read; marks that are older than every event go."""
        now = self._now()
        with self._state.open_transaction() as database:
            database.execute("DELETE FROM event_marks WHERE at < ?", (now - KEPT,))
            database.execute(
                "INSERT OR REPLACE INTO event_marks (portal, caller, subject, number, at) VALUES (?, ?, ?, ?, ?)",
                (self._portal, caller, subject, number, now),
            )

    def keep_post(self, body: str, *, most: int) -> bool:
        """Write down a delivery before it is worked off; False where `most` are waiting already."""
        with self._state.open_transaction() as database:
            if self._count_posts(database) >= most:
                return False
            database.execute(
                "INSERT INTO event_posts (portal, received, post) VALUES (?, ?, ?)", (self._portal, self._now(), body)
            )
        return True

    def count_posts(self) -> int:
        """How many deliveries wait."""
        with self._state.open_transaction() as database:
            return self._count_posts(database)

    def _count_posts(self, database: sqlite3.Connection) -> int:
        row = database.execute("SELECT count(*) AS waiting FROM event_posts WHERE portal = ?", (self._portal,))
        waiting: int = row.fetchone()["waiting"]
        return waiting

    def list_posts(self, limit: int) -> list[Post]:
        """The oldest deliveries that wait; `append` takes them away with what they told."""
        with self._state.open_transaction() as database:
            rows = database.execute(
                "SELECT id, received, post FROM event_posts WHERE portal = ? ORDER BY id LIMIT ?",
                (self._portal, limit),
            ).fetchall()
        return [Post(row["id"], row["received"], row["post"]) for row in rows]


def _read_row(row: sqlite3.Row) -> FeedEvent:
    return FeedEvent(row["number"], row["noted"], PortalEvent.from_json(row["event"]))


def _read_dialog(row: sqlite3.Row) -> KnownDialog:
    return KnownDialog(*(row[name] for name in KnownDialog.__dataclass_fields__))
