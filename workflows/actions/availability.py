"""Whether somebody, or a line, can take a dialog now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from tools.channels import ConfigGet
from tools.messenger import UserGet
from tools.statistics import V2OperatorList
from workflows.core.attempts import attempt, is_refusal
from workflows.core.context import Context, run_together
from workflows.core.current_user import CurrentUser
from workflows.core.formatting import join_limited
from workflows.core.pagination import read_count, read_rows
from workflows.directory.lines_and_users import Directory, LineOrUser
from workflows.directory.presence import ABSENT
from workflows.lines.line import OpenLine, UnreadableSettingError

MOST_OTHERS = 4
EMPLOYEES = frozenset({"employee", None})
"""USER_TYPE of whoever can take a dialog, where it is told."""


@dataclass(frozen=True)
class Availability:
    """Whether a recipient can take a dialog, and what speaks against it; an empty text says that nothing does."""

    line: OpenLine
    """The line that the dialog is in then."""
    never: str = ""
    """Why the portal would not do it, or the client would be lost."""
    not_now: str = ""
    """Why the client would probably wait."""
    unchecked: str = ""
    """What the portal does not tell."""
    others: Sequence[int] = ()
    """Operators of the line who could take it now."""


@dataclass(frozen=True)
class OperatorLoads:
    """Rows of `imopenlines.v2.Operator.list`: who is online, and who has a slot left."""

    rows: tuple[Mapping[str, Any], ...] = ()
    known: bool = True
    """False where the portal shows no reports."""

    @property
    def free(self) -> list[int]:
        """Operators who are online and can take one more."""
        return [
            read_count(row.get("userId")) for row in self.rows if row.get("status") == "online" and not _is_full(row)
        ]

    def of_user(self, person: int) -> Mapping[str, Any] | None:
        """One operator's."""
        return next((row for row in self.rows if read_count(row.get("userId")) == person), None)


def _is_full(row: Mapping[str, Any]) -> bool:
    """Without a limit (maxChat 0) it never is, whatever freeSlots says."""
    return read_count(row.get("maxChat")) > 0 and read_count(row.get("freeSlots")) <= 0


async def check_line(context: Context, line_id: int, *, without: int = 0) -> Availability:
    """Whether a line can take a dialog now.

    `without` is the user who gives the dialog up, and does not count among those who could take it.

    Raises:
        PortalError: The portal does not show the line's settings.
    """
    line, load = await run_together(
        partial(_read_line, context, line_id),
        partial(_read_loads, context, V2OperatorList(config_id=line_id, limit=200)),
    )
    others = [one for one in load.free if one != without]
    try:
        is_off, queue = line.off("ACTIVE"), line.queue
    except UnreadableSettingError as error:
        return Availability(line, unchecked=f"whether {line} can take it: its {error.setting} could not be read")
    if is_off:
        why = f"the line {line} is switched off (config_update config_id={line_id} active=true switches it on)"
        return Availability(line, never=why)
    if not set(queue) - {without}:
        return Availability(line, never=f"nobody else is in the queue of {line}")
    if not load.known:
        return Availability(line, unchecked="whether anybody in its queue is online")
    not_now = "" if others else f"nobody else in the queue of {line} is online with a free slot"
    return Availability(line, not_now=not_now, others=others)


async def check_user(
    context: Context, person: LineOrUser, line_id: int, me: CurrentUser, *, without: int = 0
) -> Availability:
    """Whether a person can take a dialog that is on a line now.

    `without` is the user who gives the dialog up, and does not count among the others who could take it.

    Raises:
        PortalError: The portal does not show the line's settings.
    """
    line, load, elsewhere, user = await run_together(
        partial(_read_line, context, line_id),
        partial(_read_loads, context, V2OperatorList(config_id=line_id, limit=200)),
        partial(_read_loads, context, V2OperatorList(user_id=person.id)),
        partial(_read_user, context, person, me),
    )
    others = [one for one in load.free if one not in {person.id, me.id, without}]
    if never := _find_obstacle(person, line, user):
        return Availability(line, never=never, others=others)
    row = load.of_user(person.id) or elsewhere.of_user(person.id) or {}
    presence = _read_presence(row, user or {})
    against = [
        *([] if person.id in line.readable_queue else [f"is not in the queue of {line}"]),
        *([f"is {ABSENT[presence]}"] if presence in ABSENT else []),
        *(["has no free slot"] if row.get("configId") == line_id and _is_full(row) else []),
    ]
    not_now = f"{person} {' and '.join(against)}" if against else ""
    return Availability(
        line, not_now=not_now, unchecked="" if presence else f"whether {person} is online", others=others
    )


def _find_obstacle(person: LineOrUser, line: OpenLine, user: Mapping[str, Any] | None) -> str:
    """The portal hides some employees from others, but none of a queue is a stranger."""
    if user is None:
        known = person.id in line.readable_queue
        return "" if known else f"there is no employee {person.id} (bots and clients cannot take a dialog)"
    if user.get("active") is False:
        return f"{person} is dismissed or blocked"
    return "" if user.get("type") in EMPLOYEES else f"{person} is a guest from outside"


def _read_presence(row: Mapping[str, Any], user: Mapping[str, Any]) -> str:
    """By the reports, else by the list of users; empty where neither tells."""
    if row.get("status"):
        return str(row["status"])
    return {True: "online", False: "offline", None: ""}[user.get("online")]


async def _read_line(context: Context, line_id: int) -> OpenLine:
    return OpenLine(await context.ask(ConfigGet(config_id=line_id)))


async def _read_loads(context: Context, question: V2OperatorList) -> OperatorLoads:
    answer = await attempt(context, question)
    return OperatorLoads(known=False) if is_refusal(answer) else OperatorLoads(tuple(read_rows(answer["operators"])))


async def _read_user(context: Context, person: LineOrUser, me: CurrentUser) -> Mapping[str, Any] | None:
    """An employee as far as the scopes show; None for nobody."""
    if not me.has_users:
        return {}
    answer = await attempt(context, UserGet(filter={"ID": [person.id]}))
    if is_refusal(answer):
        return {}
    return next(iter(answer["users"]), None)


async def name_operators(context: Context, people: Sequence[int]) -> str:
    """Operators by name and id, in one line; the first four, then how many more."""
    names = await Directory(context).read_user_names(people[:MOST_OTHERS])
    return join_limited((str(LineOrUser(one, names.get(one, ""))) for one in people), MOST_OTHERS)
