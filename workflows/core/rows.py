"""Rows of the portal's lists: their fields, and what of them is not understood."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any

from tools.fields import MAX_ID
from tools.result_types import find_number, read_flag, read_text
from workflows.core.formatting import join_limited
from workflows.core.moments import read_moment

MOST_LABELS = 3


class RowReader:
    """Reads the fields of one row, and remembers which of them are not understood.

    Nothing (null, an empty text, a field that is missing) is understood, unless a field is required.
    """

    def __init__(self, row: object, zone: tzinfo | None = None) -> None:
        self.row: dict[str, Any] = row if isinstance(row, dict) else {}
        self.unclear: list[str] = [] if isinstance(row, dict) else ["form"]
        """Names of the fields that are not understood."""
        self._zone = zone

    def read_id(self, name: str, *, required: bool = False) -> int:
        """An id; 0 where there is none, and where it is not understood."""
        found = self.read_number(name) or 0
        if isinstance(found, float) or not 0 <= found <= MAX_ID or (required and not found):
            self._doubt(name)
            return 0
        return found

    def read_number(self, name: str) -> int | float | None:
        """A finite number; None where there is none, and where it is not understood."""
        value = self.row.get(name)
        found = find_number(value)
        if found is None and value not in (None, ""):
            self._doubt(name)
        return found

    def read_flag(self, name: str) -> bool | None:
        """A switch; None where there is none, and where it is not understood."""
        value = self.row.get(name)
        found = read_flag(value)
        if value is not None and not isinstance(found, bool):
            self._doubt(name)
        return found if isinstance(found, bool) else None

    def read_code(self, name: str, known: Iterable[str] = (), *, required: bool = False) -> str:
        """A text by which something is decided, one of `known` if any are; empty where there is none."""
        value = self.row.get(name)
        found, nothing = read_text(value), value in (None, "")
        if required if nothing else not found or (known and found not in known):
            self._doubt(name)
            return ""
        return found

    def read_moment(self, name: str, *, required: bool = False) -> datetime | None:
        """A moment, in the portal's zone; None where there is none, and where it is not understood."""
        value = self.row.get(name)
        found = read_moment(value, self._zone)
        if found is None and (required or value not in (None, "")):
            self._doubt(name)
        return found

    def _doubt(self, name: str) -> None:
        if name not in self.unclear:
            self.unclear.append(name)


@dataclass
class UnclearRows:
    """What was not understood in the rows of an answer."""

    _left_out: dict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))
    _shown: dict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))

    def add(self, kind: str, fields: Iterable[str], label: str = "", *, shown: bool = False) -> None:
        """Note the fields of a row that are not understood; of none nothing is noted.

        `kind` is what a row is (`session`), `label` what it is called (`session 301`). A row that is `shown` lacks only
        these fields; any other is left out because of them.
        """
        if names := " or ".join(fields):
            (self._shown if shown else self._left_out)[kind, names].append(label)

    def describe(self) -> list[str]:
        """A phrase for each kind and field, such as `1 session whose id could not be read (chat 201)`."""
        left_out = (
            f"{_count(kind, labels)} whose {names} {_name(labels)}" for (kind, names), labels in self._left_out.items()
        )
        shown = (
            f"the {names} of {_count(kind, labels)}, which {_name(labels)}"
            for (kind, names), labels in self._shown.items()
        )
        return [*left_out, *shown]


def _count(kind: str, labels: list[str]) -> str:
    return f"{len(labels)} {kind}{'s' * (len(labels) != 1)}"


def _name(labels: list[str]) -> str:
    named = join_limited(filter(None, labels), MOST_LABELS)
    return f"could not be read{f' ({named})' if named else ''}"
