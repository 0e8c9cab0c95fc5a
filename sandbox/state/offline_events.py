"""The queue of offline events: recorded, merged, reserved by a process, failed, forgotten after 34 days."""

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import md5
from secrets import token_hex
from typing import Any

LIFE = timedelta(seconds=2_952_000)
PROCESS_BYTES = 16


@dataclass
class OfflineRecord:
    """One event that waits for its application; `process_id` is empty until somebody reserves it."""

    id: int
    client_id: str
    connector: str
    event: str
    data: Any
    message_id: str
    user_id: int
    at: datetime
    process_id: str = ""
    error: bool = False


@dataclass(frozen=True)
class QueueOwner:
    """Whose records are meant: those of an application, recorded for one of its connections."""

    client_id: str
    connector: str = ""

    def owns(self, record: OfflineRecord) -> bool:
        """Whether a record is this owner's."""
        return (record.client_id, record.connector) == (self.client_id, self.connector)


class OfflineQueue:
    """The offline events of all applications. Source: the portal's module `rest`, `lib/eventoffline.php`."""

    def __init__(self) -> None:
        self._records: dict[int, OfflineRecord] = {}
        self._unreserved: dict[tuple[QueueOwner, str], OfflineRecord] = {}
        self._last_id = 0

    def record(self, owner: QueueOwner, event: str, data: Any, user_id: int, at: datetime) -> OfflineRecord:
        """Record an event; one that is equal in name and data to a record that nobody reserved is merged into it.

        A record that was marked as failed takes the new event in as well, and stays failed.
        """
        message_id = md5(f"{event}|{json.dumps(data)}".encode(), usedforsecurity=False).hexdigest()
        known = self._unreserved.get((owner, message_id))
        if known and self._records.get(known.id) is known and not known.process_id:
            known.at, known.user_id = at, user_id
            return known
        self._last_id += 1
        record = OfflineRecord(self._last_id, owner.client_id, owner.connector, event, data, message_id, user_id, at)
        self._records[record.id] = self._unreserved[owner, message_id] = record
        return record

    def list_records(self, owner: QueueOwner, now: datetime) -> list[OfflineRecord]:
        """All records of an owner in the order of their ids; those that are too old are forgotten."""
        self._keep(lambda record: record.at >= now - LIFE)
        return [record for record in self._records.values() if owner.owns(record)]

    def list_states(self) -> list[tuple[int, str, bool]]:
        """Of each record, of whatever owner and age, its id, its process and whether it was marked as failed."""
        return [(record.id, record.process_id, record.error) for record in self._records.values()]

    def _keep(self, stays: Callable[[OfflineRecord], bool]) -> None:
        self._records = {number: record for number, record in self._records.items() if stays(record)}

    def reserve(self, records: Collection[OfflineRecord]) -> str:
        """Reserve records for a new process and return its id."""
        process_id = token_hex(PROCESS_BYTES)
        for record in records:
            record.process_id = process_id
            self._unreserved.pop((QueueOwner(record.client_id, record.connector), record.message_id), None)
        return process_id

    def clear(
        self, owner: QueueOwner, process_id: str, chosen: Callable[[OfflineRecord], bool] = lambda _record: True
    ) -> None:
        """Delete the chosen records of a process."""
        self._keep(lambda record: not (owner.owns(record) and record.process_id == process_id and chosen(record)))

    def mark_failed(self, owner: QueueOwner, process_id: str, message_ids: Collection[str]) -> None:
        """Mark records of a process as failed and give them back; what else is queued under their message ids is lost.

        That holds even if the process has none of them.
        """
        named = [one for one in self._records.values() if owner.owns(one) and one.message_id in message_ids]
        gone = {one.id for one in named if one.process_id != process_id and not one.error}
        marked = [one for one in named if one.process_id == process_id and not one.error]
        again = {one.message_id for one in marked}
        gone |= {one.id for one in named if one.error and not one.process_id and one.message_id in again}
        self._keep(lambda record: record.id not in gone)
        for record in marked:
            record.error, record.process_id = True, ""
            self._unreserved[owner, record.message_id] = record

    def forget(self, client_id: str) -> None:
        """Delete all records of an application."""
        self._keep(lambda record: record.client_id != client_id)
