"""The messenger's logs of events, one for each user or bot, which programs fetch and acknowledge by an offset."""

from collections import deque
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from heapq import merge
from itertools import islice
from typing import Any

from sandbox.state.event_faults import EventFaultKind, EventFaults

LIFE = timedelta(hours=24)
MOST_ROWS = 1000


@dataclass(frozen=True)
class EventRow:
    """One row of a log; it is numbered when it is written, and shown from a moment on that may come later."""

    id: int
    type: str
    created: datetime
    data: Mapping[str, Any]
    shown_from: datetime


@dataclass(frozen=True)
class EventPage:
    """A page of one log or of several together; `full` says that it holds as many rows as were asked for."""

    rows: tuple[EventRow, ...]
    next_offset: int
    full: bool


class EventLogs:
    """The rows of those whose events are written down; all logs number their rows together.

    Source: the class `EventService` of the module `im`, and the page of `im.v2.Event.get`.
    """

    def __init__(self) -> None:
        self.faults = EventFaults()
        self._rows: dict[int, deque[EventRow]] = {}
        self._held: dict[int, list[EventRow]] = {}
        self._last_id = 0

    def open(self, owner_id: int) -> None:
        """Begin to write down the events of a user or bot; an open log stays as it is."""
        self._rows.setdefault(owner_id, deque())

    def close(self, owner_id: int) -> None:
        """Stop writing down the events of a user or bot, and delete the rows."""
        self._rows.pop(owner_id, None)
        self._held.pop(owner_id, None)

    def is_open(self, owner_id: int) -> bool:
        """Whether the events of a user or bot are written down."""
        return owner_id in self._rows

    def choose_open(self, owner_ids: Iterable[int]) -> list[int]:
        """Those of some users and bots whose events are written down."""
        return [owner_id for owner_id in dict.fromkeys(owner_ids) if owner_id in self._rows] if self._rows else []

    def write(self, owner_id: int, kind: str, data: Mapping[str, Any], now: datetime) -> None:
        """Add a row to an open log, unless a fault strikes it.

        A lost row is not written, a doubled one has two numbers. A late one keeps its number and is shown so many
        seconds later, when higher numbers may have been acknowledged. A reordered one is written after the next, or
        after so many seconds without one.
        """
        _drop_expired(self._rows[owner_id], now)
        fault = self.faults.strike(kind)
        row = EventRow(0, kind, now, data, now + timedelta(seconds=fault.seconds) if fault else now)
        match fault.kind if fault else None:
            case EventFaultKind.LOST:
                return
            case EventFaultKind.REORDERED:
                self._held.setdefault(owner_id, []).append(row)
                return
            case EventFaultKind.DOUBLED:
                row = replace(row, shown_from=now)
                self._append(owner_id, row)
        self._append(owner_id, row)
        self._release(owner_id)

    def _append(self, owner_id: int, row: EventRow) -> None:
        self._last_id += 1
        self._rows[owner_id].append(replace(row, id=self._last_id))

    def _release(self, owner_id: int, now: datetime | None = None) -> None:
        """Write what was held back: now that another row came, or because it has waited long enough at a moment."""
        held = self._held.pop(owner_id, [])
        waiting = [row for row in held if now is not None and row.shown_from > now]
        for row in held:
            if row not in waiting:
                self._append(owner_id, replace(row, shown_from=row.created))
        if waiting:
            self._held[owner_id] = waiting

    def read(self, owner_ids: Collection[int], offset: int, limit: int, now: datetime) -> EventPage:
        """The oldest rows of some logs that are shown now, as one list, at most `limit` of them, from 1 to 1000.

        A positive offset acknowledges: the rows with lower numbers are deleted, those not yet shown too. Without one
        nothing is deleted.
        """
        offset, limit = max(0, offset), min(MOST_ROWS, max(1, limit))
        for owner_id in owner_ids:
            self._release(owner_id, now)
        logs = [self._rows[owner_id] for owner_id in owner_ids if owner_id in self._rows]
        for rows in logs:
            _drop_expired(rows, now)
            while rows and rows[0].id < offset:
                rows.popleft()
        shown = (row for row in merge(*logs, key=lambda row: row.id) if row.shown_from <= now)
        page = tuple(islice(shown, limit))
        return EventPage(page, page[-1].id + 1 if page else offset, len(page) == limit)

    def count(self, owner_id: int) -> int:
        """The number of rows that a log holds."""
        return len(self._rows.get(owner_id, ()))

    def describe(self) -> dict[str, int]:
        """The open logs by the ids of their users and bots, with their numbers of rows, as JSON."""
        return {str(owner_id): len(rows) for owner_id, rows in self._rows.items()}


def _drop_expired(rows: deque[EventRow], now: datetime) -> None:
    while rows and now - rows[0].created > LIFE:
        rows.popleft()
