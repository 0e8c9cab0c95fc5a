"""The load of a team: what each person has on each line, and which waiting dialogs somebody else should take."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from workflows.core.formatting import format_duration
from workflows.core.rows import RowReader, UnclearRows
from workflows.directory.presence import ABSENT, STATUSES
from workflows.inbox.waiting import WaitingDialog
from workflows.reports.rows import read_amount


@dataclass(frozen=True)
class LinePlace:
    """What one person has on one line."""

    user: int
    line: int
    status: str
    """online, offline or pause."""
    open: int
    """Open dialogs, those included that they are offered."""
    limit: int
    """MAX_CHAT of the line; 0 for none."""
    free: int
    """How many more they may get; means nothing without a limit."""


def read_places(rows: Iterable[Mapping[str, Any]], unclear: UnclearRows) -> list[LinePlace]:
    """Rows of `imopenlines.v2.Operator.list`; what cannot be read of one is noted, and it is left out."""
    found = []
    for item in rows:
        row = RowReader(item)
        place = LinePlace(
            row.read_id("userId", required=True),
            row.read_id("configId", required=True),
            row.read_code("status", STATUSES, required=True),
            read_amount(row, "activeSessions", required=True) or 0,
            read_amount(row, "maxChat") or 0,
            read_amount(row, "freeSlots") or 0,
        )
        unclear.add("operator", row.unclear, f"user {place.user}" if place.user else "")
        if not row.unclear:
            found.append(place)
    return found


@dataclass(frozen=True)
class PersonLoad:
    """What one person has on all lines of the answer."""

    user: int
    status: str
    """online, offline or pause; empty for somebody who is in no queue."""
    places: list[LinePlace]
    waiting: list[WaitingDialog]
    """Of these, where the client waits for an answer; longest first."""

    @property
    def open(self) -> int:
        """Open dialogs on all lines: as the portal counts where they are in the queue, elsewhere those that wait."""
        counted = {place.line for place in self.places}
        others = sum(dialog.line_id not in counted for dialog in self.waiting)
        return sum(place.open for place in self.places) + others

    @property
    def is_away(self) -> bool:
        """Whether they are offline or on a break."""
        return self.status in ABSENT


@dataclass(frozen=True)
class Proposal:
    """A dialog that somebody else should get."""

    dialog: WaitingDialog
    holder: int
    """Who has it or is offered it; 0 for nobody."""
    to: int
    why: str


@dataclass(frozen=True)
class Moves:
    """Which dialogs to move."""

    proposals: list[Proposal]
    stuck: list[WaitingDialog] = field(default_factory=list)
    """Those that should move, but nobody of their line is online with a free place."""


def find_holder(dialog: WaitingDialog) -> int:
    """Who has a dialog or is offered it; 0 for nobody, and where a bot has it."""
    return 0 if dialog.bot else dialog.owner or dialog.offered_to


def select_team(places: list[LinePlace], line: int | None) -> list[LinePlace]:
    """All places of everybody who is in the queue of a line; all there are without one."""
    team = {place.user for place in places if line in {None, place.line}}
    return [place for place in places if place.user in team]


def sum_by_person(places: Iterable[LinePlace], waiting: Iterable[WaitingDialog]) -> list[PersonLoad]:
    """A row a person, the one with most clients waiting first, then the one with most open dialogs.

    Whoever has a waiting dialog is among them, though in no queue.
    """
    dialogs = list(waiting)
    by_user: dict[int, list[LinePlace]] = {holder: [] for one in dialogs if (holder := find_holder(one))}
    for place in places:
        by_user.setdefault(place.user, []).append(place)
    people = [
        PersonLoad(user, own[0].status if own else "", own, [one for one in dialogs if find_holder(one) == user])
        for user, own in by_user.items()
    ]
    return sorted(people, key=lambda one: (-len(one.waiting), -one.open, one.user))


def propose_moves(people: Iterable[PersonLoad], waiting: Iterable[WaitingDialog], now: datetime) -> Moves:
    """Who should take which waiting dialog, longest wait first: of whoever is away or over the limit, or of nobody.

    A dialog goes to somebody of its line who is online with a free place, to whom fewest dialogs are open; each
    proposal counts for the next. Of somebody over the limit as many move as are too many.
    """
    team = {one.user: one for one in people}
    planned, moved, moves = Counter[int](), Counter[tuple[int, int]](), Moves([])
    for dialog in waiting:
        holder = find_holder(dialog)
        if dialog.bot or not (why := _explain_move(team.get(holder), dialog, moved)):
            continue
        if to := _find_taker(team, dialog, planned):
            waited = format_duration((now - dialog.since).total_seconds())
            moves.proposals.append(Proposal(dialog, holder, to, f"waits {waited}, {why}"))
            planned[to] += 1
            moved[holder, dialog.line_id] += 1
        else:
            moves.stuck.append(dialog)
    return moves


def _explain_move(holder: PersonLoad | None, dialog: WaitingDialog, moved: Mapping[tuple[int, int], int]) -> str:
    """Why a dialog should move; empty where it should stay."""
    if holder is None:
        return "nobody has it"
    if holder.is_away:
        return f"its operator is {ABSENT[holder.status]}"
    place = next((one for one in holder.places if one.line == dialog.line_id), None)
    if place and place.limit and moved[holder.user, place.line] < place.open - place.limit:
        return f"its operator has {place.open} of {place.limit} dialogs"
    return ""


def _find_taker(team: Mapping[int, PersonLoad], dialog: WaitingDialog, planned: Mapping[int, int]) -> int:
    """Who of the line has most room; 0 where nobody has."""
    able = (
        person
        for person in team.values()
        for place in person.places
        if place.line == dialog.line_id and person.user != find_holder(dialog) and _has_room(person, place, planned)
    )
    return min(((one.open + planned[one.user], one.user) for one in able), default=(0, 0))[1]


def _has_room(person: PersonLoad, place: LinePlace, planned: Mapping[int, int]) -> bool:
    return place.status == "online" and (not place.limit or place.free > planned[person.user])


def list_users(people: Iterable[PersonLoad], moves: Moves) -> Iterator[int]:
    """Everybody who needs a name."""
    yield from (one.user for one in people)
    yield from (one.holder for one in moves.proposals if one.holder)
