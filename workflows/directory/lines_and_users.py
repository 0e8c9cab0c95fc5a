"""Lines and operators by name or id, as one portal shows them to one caller's credentials."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Literal
from weakref import WeakKeyDictionary

import anyio
from pydantic import AfterValidator, WithJsonSchema
from typing_extensions import TypedDict

from tools.channels import ConfigListGet
from tools.fields import MAX_ID
from tools.messenger import UserGet, UserSearch
from tools.method import RefusedByResultError, UnexpectedResultError
from tools.result_types import read_flag, read_number, read_object, read_whole
from tools.tool import InvalidArgumentsError
from tools.untrusted import mark_unless_name, mark_untrusted, quote_argument
from tools.user_fields import SHORTEST_WORD, Scalar
from workflows.core.attempts import read_helper
from workflows.core.chat_state import ChatState
from workflows.core.context import Context, run_together
from workflows.core.current_user import CurrentUser
from workflows.core.formatting import join_limited
from workflows.core.pagination import read_rows
from workflows.directory.names import LONGEST_NAME, Tolerance, clean_name, match_name
from workflows.directory.short_names import list_full_names
from workflows.directory.spelling import list_beginnings

if TYPE_CHECKING:
    from portal.client import Portal

FRESH = 300.0
"""Seconds for which names are taken for true."""
PAGE, MOST_PAGES = 200, 10
"""Lines on a page, and pages that are read."""
MOST_CANDIDATES = 20
MOST_FULL_NAMES = 3
"""Of those that a short form may stand for, looked for among people who are in no queue."""
MOST_EMPLOYEES = 50
"""On a page of the portal's users."""


def _check_reference(value: int | str) -> int | str:
    if isinstance(value, str) and not value.strip():
        raise ValueError("must not be blank")
    if isinstance(asked := read_number(value), int) and not 1 <= asked <= MAX_ID:
        raise ValueError(f"an id is a number from 1 to {MAX_ID}")
    return value


AS_TEXT = WithJsonSchema({"type": "string", "description": "id or name"})
"""One type, because some model providers refuse a schema with several."""
LineRef = Annotated[int | str, AfterValidator(_check_reference), AS_TEXT]
OperatorRef = Annotated[int | str, AfterValidator(_check_reference), AS_TEXT]


Kind = Literal["line", "user"]


class NamedData(TypedDict):
    """A line or an employee as a program reads it."""

    id: int
    name: str


@dataclass(frozen=True)
class LineOrUser:
    """A line or an employee, by id and name."""

    id: int
    name: str
    """Empty where the portal tells none."""
    kind: Kind = "user"

    def __str__(self) -> str:
        """For a reader; marked if it is no plain name."""
        return f"{mark_unless_name(self.name)} ({self.id})" if self.name else f"{self.kind} {self.id}"

    def data(self) -> NamedData:
        """For a program; the name is marked if it is no plain one."""
        return {"id": self.id, "name": mark_unless_name(self.name)}


@dataclass(eq=False)
class _CachedNames:
    """Names that were read from one portal."""

    lines: dict[int, str] = field(default_factory=dict)
    operators: dict[int, str] = field(default_factory=dict)
    employees: dict[int, str] = field(default_factory=dict)
    """Those who are in no queue; empty where the portal does not tell the name."""
    off: frozenset[int] = frozenset()
    """Lines that are switched off."""
    unattended: frozenset[int] = frozenset()
    """Lines with nobody in their queue."""
    unreadable: int = 0
    """Lines without a readable id."""
    at: float = float("-inf")
    asking: anyio.Lock = field(default_factory=anyio.Lock)


_CACHE: "WeakKeyDictionary[Portal, _CachedNames]" = WeakKeyDictionary()


class Directory:
    """Finds lines and employees by name or id.

    Names are read when they are first needed, and kept for five minutes for each `Portal` object. That object stands
    for the credentials too, so nobody is shown names that other credentials may see.
    """

    def __init__(self, context: Context, clock: Callable[[], float] = anyio.current_time) -> None:
        self._context = context
        self._clock = clock
        self._known = _CACHE.setdefault(context.portal, _CachedNames())
        self._failure: Exception | None = None
        """Why the lines cannot be read: they are not asked for again in the same call."""

    async def read_line_names(self, *, older: float = FRESH) -> Mapping[int, str]:
        """Names of all lines by id; read anew where they were read more than `older` seconds ago."""
        await self._refresh(self._clock() - older)
        return self._known.lines

    @property
    def unreadable(self) -> list[str]:
        """What could not be read of the lines, in words."""
        number = self._known.unreadable
        return [f"{number} {'line' if number == 1 else 'lines'} whose id could not be read"] if number else []

    def is_off(self, line_id: int) -> bool:
        """Whether a line is known to be switched off: the messenger refuses messages into its channels."""
        return line_id in self._known.off

    def is_unattended(self, line_id: int) -> bool:
        """Whether a line is known to have nobody in its queue."""
        return line_id in self._known.unattended

    async def find_line(self, which: int | str, argument: str = "line") -> LineOrUser:
        """The one line that an id or a name means.

        Raises:
            InvalidArgumentsError: None fits, or several do; the error begins with `argument` and names them.
            PortalError: The portal does not list the lines.
        """
        return await self._find_one(which, argument, "line")

    async def find_operator(self, who: int | str, argument: str = "operator") -> LineOrUser:
        """The one employee that an id or a name means; an id is taken as it is, though it stands in no queue.

        Raises:
            InvalidArgumentsError: Nobody's name fits, or several do; the error begins with `argument` and names them.
            PortalError: The portal does not list the lines with their queues.
        """
        if isinstance(asked := read_number(who), int):
            return await self.read_user(asked)
        return await self._find_one(who, argument, "user")

    async def find_by_name(self, text: str, tolerance: Tolerance = "any") -> list[LineOrUser]:
        """Lines and operators whose name fits best; where none fits, employees who are in no queue. No ids."""
        began = self._clock()
        await self._refresh(began - FRESH)
        if found := match_name(text, {one: one.name for one in await self.list_all()}, tolerance):
            return found
        strangers = await self._refresh_and_search(text, began)
        known = [*await self.list_all(), *(LineOrUser(one, name) for one, name in strangers.items())]
        return match_name(text, {one: one.name for one in known}, tolerance)

    async def list_all(self) -> list[LineOrUser]:
        """All lines, and all operators whose name a queue gives."""
        await self._refresh(self._clock() - FRESH)
        lines = [LineOrUser(one, name, "line") for one, name in self._known.lines.items()]
        return lines + [LineOrUser(one, name) for one, name in self._known.operators.items()]

    async def read_user_names(self, ids: Iterable[int]) -> dict[int, str]:
        """Names of employees by id, empty where the portal tells none; it does without the queues of lines."""
        await read_helper(partial(self._refresh, self._clock() - FRESH), None, "", [])
        known, wanted = self._known, list(dict.fromkeys(ids))
        strangers = [one for one in wanted if one not in known.operators and one not in known.employees]
        if asked := strangers[:MOST_EMPLOYEES]:
            found = await self._ask_employees(UserGet(filter={"ID": list[Scalar](asked)}))
            known.employees |= {**dict.fromkeys(asked, ""), **found}
        return {one: known.operators.get(one) or known.employees.get(one, "") for one in wanted}

    async def read_user(self, one: int) -> LineOrUser:
        """An employee, or a bot, by id, with the name if the portal tells it."""
        return LineOrUser(one, (await self.read_user_names((one,)))[one])

    async def _find_one(self, which: int | str, argument: str, kind: Kind) -> LineOrUser:
        """What is not found is looked for once more in fresh lists, as the kept ones may be too old to hold it."""
        began = self._clock()
        await self._refresh(began - FRESH)
        named = self._names_of(kind)
        if not (hits := match_id_or_name(which, named)):
            strangers = await self._refresh_and_search(str(which) if kind == "user" else "", began)
            named = self._names_of(kind)
            if not (hits := match_id_or_name(which, named)) and strangers:
                hits, named = list(strangers), strangers
        if len(hits) == 1:
            return LineOrUser(hits[0], named[hits[0]], kind)
        raise InvalidArgumentsError([_describe_choice(argument, which, hits, named)])

    def _names_of(self, kind: Kind) -> Mapping[int, str]:
        return self._known.lines if kind == "line" else self._known.operators

    async def _refresh_and_search(self, text: str, newer_than: float) -> Mapping[int, str]:
        """Employees of no queue who are called so, while what is known is brought up to date beside that."""
        _, strangers = await run_together(partial(self._refresh, newer_than), partial(self._search_employees, text))
        found: Mapping[int, str] = strangers
        return found

    async def _search_employees(self, text: str) -> Mapping[int, str]:
        """Those whose name fits; the portal also looks for the text in positions, and knows one spelling."""
        text = text.strip()
        found = await self._ask_employees(UserSearch(filter={"FIND": text})) if len(text) >= SHORTEST_WORD else {}
        if not match_name(text, found):
            written = [text, *list_full_names(text.casefold())[:MOST_FULL_NAMES]]
            beginnings = dict.fromkeys(one for name in written for one in list_beginnings(name))
            others = [one for one in beginnings if len(one) >= SHORTEST_WORD and one != text]
            questions = (partial(self._ask_employees, UserSearch(filter={"FIND": one})) for one in others)
            for more in await run_together(*questions):
                found |= more
        return {one: found[one] for one in match_name(text, found)}

    async def _refresh(self, newer_than: float) -> None:
        async with self._known.asking:
            if self._known.at >= newer_than:
                return
            if self._failure:
                raise self._failure
            began = self._clock()
            try:
                lines = await self._read_lines()
            except Exception as error:
                self._failure = error
                raise
            readable = [line for line in lines if read_whole(line.get("ID")) > 0]
            self._known.lines = {line["ID"]: clean_name(line.get("LINE_NAME")) for line in readable}
            self._known.off = frozenset(line["ID"] for line in readable if read_flag(line.get("ACTIVE")) is False)
            self._known.unattended = frozenset(line["ID"] for line in readable if line.get("QUEUE") in ([], {}))
            self._known.unreadable = len(lines) - len(readable)
            self._known.operators = dict(_read_operators(lines))
            self._known.employees = {}
            self._known.at = began

    async def _read_lines(self) -> list[dict[str, Any]]:
        lines: list[dict[str, Any]] = []
        for page in range(MOST_PAGES):
            asked = ConfigListGet(select=["ID", "LINE_NAME", "ACTIVE"], queue=True, limit=PAGE, offset=page * PAGE)
            found = await self._context.ask(asked)
            lines += map(read_object, found)
            if len(found) < PAGE:
                break
        return lines

    async def _ask_employees(self, question: UserGet | UserSearch) -> dict[int, str]:
        """Employees by id; none where the credentials lack the scope of users."""
        from portal.errors import PortalError

        try:
            found = await self._context.ask(question)
        except (PortalError, RefusedByResultError, UnexpectedResultError):
            return {}
        named = {user.get("id"): clean_name(user.get("name")) for user in read_rows(found["users"])}
        return {one: name for one, name in named.items() if isinstance(one, int) and name}


async def find_owner(context: Context, chat: ChatState, me: CurrentUser) -> LineOrUser:
    """Whoever has a dialog, with the name if the portal tells it; id 0 for the queue, or for the line's welcome bot."""
    if chat.owner in {0, me.id}:
        return LineOrUser(chat.owner, me.name if chat.owner else "")
    return await Directory(context).read_user(chat.owner)


def match_id_or_name(which: int | str, named: Mapping[int, str]) -> list[int]:
    """Ids of `named` that a text means: itself where it is one of them, else those whose name fits it best."""
    asked = read_number(which) if isinstance(which, str) else which
    return [asked] if asked in named else match_name(str(which), named)


def _read_operators(lines: Iterable[Mapping[str, Any]]) -> Iterable[tuple[int, str]]:
    """Whoever is in a queue, by the name that the queue gives; those without one are asked for when needed."""
    for line in lines:
        for key, shown in read_object(line.get("QUEUE_USERS_FIELDS")).items():
            name = clean_name(read_object(shown).get("USER_NAME"))
            if isinstance(one := read_number(key), int) and name:
                yield one, name


def _describe_choice(argument: str, which: int | str, hits: list[int], named: Mapping[int, str]) -> str:
    shown = join_limited((f"{one} {named[one]}" for one in (hits or named)), MOST_CANDIDATES)
    known = mark_untrusted(shown, "portal") if shown else "none"
    asked = quote_argument(str(which)[:LONGEST_NAME])
    if hits:
        return f"{argument}: {asked} fits several: {known}; give the id"
    return f"{argument}: nothing fits {asked}; there are {known}"
