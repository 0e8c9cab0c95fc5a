"""Rows of the statistics as a report reads them: what is not understood is noted, and never becomes 0."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any

from tools.fields import MAX_ID
from workflows.core.rows import RowReader, UnclearRows

HIGHEST_VOTE = 5
VOTES = ("like", "dislike", "none")


@dataclass(frozen=True)
class ReportedSession:
    """A session; an id is 0, and anything else None or empty, where there is none or it could not be read."""

    id: int
    chat_id: int = 0
    line_id: int = 0
    operator_id: int = 0
    """Who has it now, or is offered it."""
    began: datetime | None = None
    """Read of sessions only that nobody has taken."""
    waited: int | None = None
    """Seconds until somebody accepted it, which the portal counts as its first answer."""
    late: bool = False
    """By that the first answer missed the line's target."""
    vote: str = ""
    supervisor_vote: int = 0
    """1 to 5; 0 where there is none."""
    spam: bool = False


@dataclass(frozen=True)
class ReportedRating:
    """A rating that came in."""

    session_id: int
    line_id: int = 0
    operator_id: int = 0
    vote: str = ""
    supervisor_vote: int = 0
    at: datetime | None = None


@dataclass(frozen=True)
class ReportedTransfer:
    """A transfer of a session."""

    session_id: int
    reason: str
    """Empty where there is none or it could not be read."""


def read_amount(reader: RowReader, name: str, *, required: bool = False) -> int | None:
    """A number of things or seconds, rounded; None where there is none, and where it is not understood."""
    found = reader.read_number(name)
    if found is not None and 0 <= found <= MAX_ID:
        return round(found)
    if (found is not None or required) and name not in reader.unclear:
        reader.unclear.append(name)
    return None


@dataclass(frozen=True)
class ReportGaps:
    """What a report lacks: whole parts of it, and fields of rows."""

    parts: list[str] = field(default_factory=list)
    """In phrases."""
    rows: UnclearRows = field(default_factory=UnclearRows)

    def describe(self) -> list[str]:
        """A phrase for everything."""
        return [*self.parts, *self.rows.describe()]


class ReportRows:
    """Reads the rows of all lists of a report, and notes in `gaps` what of them is not understood.

    A date without an offset is meant in `zone`, the portal's. A row that stands in two lists is noted once.
    """

    def __init__(self, gaps: ReportGaps, zone: tzinfo | None) -> None:
        self._gaps = gaps
        self._zone = zone
        self._noted: set[str] = set()

    def read_sessions(self, rows: Iterable[Mapping[str, Any]], *, untaken: bool = False) -> list[ReportedSession]:
        """Sessions; of those that nobody has taken it matters when they began, and of the others how they went."""
        return [self._read_session(row, untaken=untaken) for row in rows]

    def read_ratings(self, rows: Iterable[Mapping[str, Any]]) -> list[ReportedRating]:
        """Ratings."""
        return [self._read_rating(row) for row in rows]

    def read_transfers(self, rows: Iterable[object]) -> list[ReportedTransfer]:
        """Transfers."""
        return [self._read_transfer(row) for row in rows]

    def _read_session(self, row: Mapping[str, Any], *, untaken: bool) -> ReportedSession:
        reader = RowReader(row, self._zone)
        session = ReportedSession(
            reader.read_id("id", required=True),
            reader.read_id("chatId", required=True),
            reader.read_id("configId", required=True),
            reader.read_id("operatorId"),
            reader.read_moment("dateCreate", required=True) if untaken else None,
            None if untaken else read_amount(reader, "waitAnswer"),
            not untaken and reader.read_flag("kpiFirstAnswer") is False,
            "" if untaken else reader.read_code("vote", VOTES),
            0 if untaken else _read_supervisor_vote(reader),
            not untaken and reader.read_code("status") == "spam",
        )
        self._note("session", reader, session.id, session.chat_id)
        return session

    def _read_rating(self, row: Mapping[str, Any]) -> ReportedRating:
        reader = RowReader(row, self._zone)
        rating = ReportedRating(
            reader.read_id("sessionId", required=True),
            reader.read_id("configId"),
            reader.read_id("operatorId"),
            reader.read_code("vote", VOTES),
            _read_supervisor_vote(reader),
            reader.read_moment("dateVote"),
        )
        self._note("rating", reader, rating.session_id)
        return rating

    def _read_transfer(self, row: object) -> ReportedTransfer:
        reader = RowReader(row, self._zone)
        transfer = ReportedTransfer(reader.read_id("sessionId", required=True), reader.read_code("reason"))
        self._note("transfer", reader, transfer.session_id)
        return transfer

    def _note(self, kind: str, reader: RowReader, session_id: int, chat_id: int = 0) -> None:
        key = f"{kind} {reader.row} {reader.unclear}"
        if reader.unclear and key not in self._noted:
            self._noted.add(key)
            label = f"session {session_id}" if session_id else f"chat {chat_id}" if chat_id else ""
            self._gaps.rows.add(kind, reader.unclear, label, shown=True)


def _read_supervisor_vote(reader: RowReader) -> int:
    vote = read_amount(reader, "voteHead") or 0
    if vote <= HIGHEST_VOTE:
        return vote
    reader.unclear.append("voteHead")
    return 0
