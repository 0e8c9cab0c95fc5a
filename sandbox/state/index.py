"""Records by what they belong to, so that they are found as quickly in a big company as in a small one."""

from collections.abc import Callable, Collection, Hashable
from itertools import islice
from typing import Generic, TypeVar

Record = TypeVar("Record")


class RecordIndex(Generic[Record]):
    """Groups a collection by a key that never changes; records are added to it and never taken out."""

    def __init__(self, records: Callable[[], Collection[Record]], key: Callable[[Record], Hashable]) -> None:
        self._records = records
        self._key = key
        self._seen = 0
        self._groups: dict[Hashable, list[Record]] = {}

    def find(self, key: Hashable) -> list[Record]:
        """The records of a key, in the order in which they came."""
        records = self._records()
        if len(records) > self._seen:
            for record in islice(records, self._seen, None):
                self._groups.setdefault(self._key(record), []).append(record)
            self._seen = len(records)
        return list(self._groups.get(key, ()))
