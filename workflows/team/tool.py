"""Who has how much to do now, and whom to move."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Annotated, Any

from typing_extensions import Doc, TypedDict

from tools.effect import Effect
from tools.error_advice import explain_missing_reports
from tools.shortening import count_kept
from tools.statistics import V2OperatorList, V2SessionList
from tools.untrusted import mark_unless_name
from workflows.core.attempts import read_helper
from workflows.core.composite import Composite
from workflows.core.context import Context
from workflows.core.formatting import format_duration, join_limited
from workflows.core.pagination import read_pages
from workflows.core.rows import UnclearRows
from workflows.directory.lines_and_users import Directory, LineOrUser, LineRef
from workflows.directory.presence import ABSENT, remember_presence
from workflows.inbox.page import InboxPage, make_page
from workflows.inbox.waiting import InboxFilter, WaitingDialog
from workflows.team.load import (
    LinePlace,
    Moves,
    PersonLoad,
    Proposal,
    list_users,
    propose_moves,
    read_places,
    select_team,
    sum_by_person,
)

MOST_WAITING = 100
MOST_PROPOSALS = 10
MOST_STUCK = 5
NO_LOAD = "so there is no load. inbox shows who waits, and hand_over checks who could take a dialog."


@dataclass(frozen=True)
class TeamState:
    """The load of a team, and what should move."""

    people: list[PersonLoad]
    unassigned: int
    """Waiting dialogs that nobody has or is offered."""
    moves: Moves
    page: InboxPage
    names: Mapping[int, str]
    missing: list[str]
    most: int = 50
    """People who are shown."""


class PlaceData(TypedDict):
    """What a person has on a line; no limit is null."""

    line_id: int
    line: str | None
    open: int
    limit: int | None
    free: int | None


class PersonLoadData(TypedDict):
    """What a person has; the wait in seconds, null where nobody waits."""

    id: int
    name: str
    status: str | None
    open: int
    waiting: int
    longest_wait: int | None
    lines: list[PlaceData]


class TeamLoadData(TypedDict):
    """The load of a team."""

    now: str
    people: list[PersonLoadData]
    people_left_out: int
    unassigned: int
    proposals: list[dict[str, Any]]
    proposals_left_out: int
    nobody_can_take: list[dict[str, Any]]
    missing: list[str]


class TeamLoad(Composite):
    """Show who has how many open dialogs now against the limit, who is away while clients wait, and whom to move.

    Proposes hand_over calls; changes nothing.
    """

    title = "Load of the team"
    data_type = TeamLoadData
    effects = Effect.READ
    needs = (V2OperatorList, V2SessionList)
    errors = explain_missing_reports(NO_LOAD)
    asks = (
        "`imopenlines.config.list.get` with the queues, for names; kept for five minutes",
        "`imopenlines.v2.Operator.list`: at most 1,000 places in queues, 200 a page",
        "what `inbox` asks, for the dialogs in which a client waits",
        "`user.get` for names that no queue gives, where the webhook has the scope `user_brief` or wider",
    )
    details = """
    - A person stands once, with what they have on each line, also where one line is asked for; who waits is then only
      told of that line. Open dialogs are those of the portal's own count, which holds offered ones too; `limit` is
      MAX_CHAT of the line, and `free` counts as TYPE_MAX_CHAT of the line says.
    - A client waits as in `inbox`. A dialog should move when its operator is offline or on a break, or has more dialogs
      on its line than the limit, or when nobody has it; longest wait first.
    - It goes to whoever of its line is online with a free place and has fewest open dialogs; each proposal counts for
      the next. hand_over checks all of it again.
    - Where nobody of the line is online with a free place, the dialog is named instead.
    """
    answer = (
        "`now`, `people` `[{id, name, status (online, offline, pause; null for somebody in no queue), open, waiting, "
        "longest_wait (seconds), lines [{line_id, line, open, limit, free}]}]`, `people_left_out`, `unassigned`, "
        "`proposals` `[{tool, arguments, from, to, line, why}]`, `proposals_left_out`, `nobody_can_take` `[{chat_id, "
        "line_id, line}]`, `missing` (in words: what could not be read)."
    )
    example = {"line": "Sales"}
    example_answer = """\
2 people; in 3 dialogs a client waits, 1 of them nobody's.
- James Carter (4): 5 open, 1 of them waits for an answer, longest 1 h 19 min (Website support 4, Sales 1, Night desk 0)
- Sofia Marino (5), on a break: 1 open, 1 of them waits for an answer, longest 50 min (Sales 1)
Proposed (nothing has been moved):
- hand_over dialog=201 to='user 4': chat 201 to James Carter (4); waits 3 h 20 min, nobody has it
- hand_over dialog=205 to='user 4': chat 205 of Sofia Marino (5) to James Carter (4); waits 50 min, its operator is \
on a break"""

    line: Annotated[LineRef | None, Doc("all lines unless given")] = None

    async def run(self, context: Context) -> TeamState:
        """The load, and what should move."""
        context, unclear = context.sharing_requests(), UnclearRows()
        names, gaps = Directory(context), list[str]()
        line_id = None if self.line is None else (await names.find_line(self.line)).id
        await context.tell("asking who has how much")
        loads = await read_pages(context, V2OperatorList, "operators", unclear)
        remember_presence(context, loads)
        places = select_team(read_places(loads, unclear), line_id)
        page = await make_page(context, InboxFilter(MOST_WAITING, line_id))
        people = sum_by_person(places, page.dialogs)
        moves = propose_moves(people, page.dialogs, page.now)
        found = await read_helper(
            partial(names.read_user_names, list(list_users(people, moves))), {}, "the names of operators", gaps
        )
        unassigned = sum(not (one.owner or one.offered_to or one.bot) for one in page.dialogs)
        more = [f"more than {MOST_WAITING} clients wait; those who wait longest are here"] * page.following
        missing = [*page.missing, *unclear.describe(), *gaps, *more]
        return TeamState(people, unassigned, moves, page, found, list(dict.fromkeys(missing)))

    def text(self, result: TeamState) -> str:
        """A line a person, then a line a proposal."""
        return "\n".join(_render(result))

    def structured(self, result: TeamState) -> TeamLoadData:
        """The same as a program reads it."""
        moves = result.moves
        return {
            "now": result.page.now.isoformat(),
            "people": [_make_person(result, one) for one in result.people[: result.most]],
            "people_left_out": max(0, len(result.people) - result.most),
            "unassigned": result.unassigned,
            "proposals": [_make_proposal(result, one) for one in moves.proposals[:MOST_PROPOSALS]],
            "proposals_left_out": max(0, len(moves.proposals) - MOST_PROPOSALS),
            "nobody_can_take": [
                {"chat_id": one.chat_id, "line_id": one.line_id, "line": _name_line(result, one.line_id)}
                for one in moves.stuck[:MOST_PROPOSALS]
            ],
            "missing": result.missing,
        }

    def shorten(self, result: TeamState, share: float) -> TeamState | None:
        """Fewer people."""
        shown = min(result.most, len(result.people))
        return replace(result, most=count_kept(shown, share)) if shown > 1 else None


def _render(state: TeamState) -> Iterator[str]:
    waiting = len(state.page.dialogs)
    yield f"{len(state.people)} people; in {waiting} dialogs a client waits, {state.unassigned} of them nobody's."
    yield from (_render_person(state, one) for one in state.people[: state.most])
    if more := len(state.people) - state.most:
        yield from [f"{more} more people: give a line."] * (more > 0)
    proposals, stuck = state.moves.proposals, state.moves.stuck
    if proposals:
        yield "Proposed (nothing has been moved):"
    yield from (_render_proposal(state, one) for one in proposals[:MOST_PROPOSALS])
    if len(proposals) > MOST_PROPOSALS:
        yield f"{len(proposals) - MOST_PROPOSALS} more after these: call again."
    if stuck:
        yield f"Nobody of the line is online with a free place: {join_limited(_name_stuck(state), MOST_STUCK)}"
    if not (proposals or stuck):
        yield "Nothing needs to be moved."
    if state.missing:
        yield f"Not known: {'; '.join(state.missing)}."


def _name_stuck(state: TeamState) -> Iterator[str]:
    return (f"chat {one.chat_id} ({_name_line(state, one.line_id)})" for one in state.moves.stuck)


def _render_person(state: TeamState, one: PersonLoad) -> str:
    number, longest = len(one.waiting), format_duration(max((_measure(state, each) for each in one.waiting), default=0))
    waits = f", {number} of them wait{'s' * (number == 1)} for an answer, longest {longest}" if number else ""
    lines = ", ".join(_describe_place(state, place) for place in one.places)
    away = f", {ABSENT[one.status]}" if one.is_away else "" if one.status else ", in no queue"
    return f"- {_name(state, one.user)}{away}: {one.open} open{waits}{f' ({lines})' if lines else ''}"


def _describe_place(state: TeamState, place: LinePlace) -> str:
    limit = f" of {place.limit}" if place.limit else ""
    return f"{_name_line(state, place.line)} {place.open}{limit}"


def _render_proposal(state: TeamState, one: Proposal) -> str:
    holder = f" of {_name(state, one.holder)}" if one.holder else ""
    call = f"hand_over dialog={one.dialog.chat_id} to='user {one.to}'"
    return f"- {call}: chat {one.dialog.chat_id}{holder} to {_name(state, one.to)}; {one.why}"


def _make_person(state: TeamState, one: PersonLoad) -> PersonLoadData:
    return {
        "id": one.user,
        "name": mark_unless_name(state.names.get(one.user, "")),
        "status": one.status or None,
        "open": one.open,
        "waiting": len(one.waiting),
        "longest_wait": _measure(state, one.waiting[0]) if one.waiting else None,
        "lines": [
            {
                "line_id": place.line,
                "line": mark_unless_name(state.page.lines.get(place.line, "")) or None,
                "open": place.open,
                "limit": place.limit or None,
                "free": place.free if place.limit else None,
            }
            for place in one.places
        ],
    }


def _make_proposal(state: TeamState, one: Proposal) -> dict[str, Any]:
    return {
        "tool": "hand_over",
        "arguments": {"dialog": str(one.dialog.chat_id), "to": f"user {one.to}"},
        "from": LineOrUser(one.holder, state.names.get(one.holder, "")).data() if one.holder else None,
        "to": LineOrUser(one.to, state.names.get(one.to, "")).data(),
        "line": _name_line(state, one.dialog.line_id),
        "why": one.why,
    }


def _measure(state: TeamState, dialog: WaitingDialog) -> int:
    return max(0, int((state.page.now - dialog.since).total_seconds()))


def _name(state: TeamState, user: int) -> str:
    return str(LineOrUser(user, state.names.get(user, "")))


def _name_line(state: TeamState, line: int) -> str:
    return mark_unless_name(state.page.lines.get(line, "")) or f"line {line}"
