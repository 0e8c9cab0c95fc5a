"""Whom a dialog can be handed to: a person, a line, or the queue it came from."""

import re
from collections.abc import Sequence
from typing import Annotated

from pydantic import AfterValidator, WithJsonSchema

from tools.fields import MAX_ID
from tools.result_types import read_number
from tools.tool import InvalidArgumentsError
from tools.untrusted import mark_unless_name
from workflows.core.context import Context
from workflows.core.current_user import CurrentUser
from workflows.core.formatting import join_limited
from workflows.directory.lines_and_users import Directory, LineOrUser

QUEUE = "queue"
MYSELF = frozenset({"me", "myself"})
MOST = 12
_TYPED = re.compile(r"(line|queue|user|operator|employee)[ _:#]*(\d+)", re.IGNORECASE | re.ASCII)


def _check_reference(value: int | str) -> int | str:
    text = str(value).strip()
    if not text:
        raise ValueError("must not be blank")
    typed = _TYPED.fullmatch(text)
    one = read_number(typed[2] if typed else text)
    if isinstance(one, int) and not 1 <= one <= MAX_ID:
        raise ValueError(f"an id is a number from 1 to {MAX_ID}")
    return value


RecipientRef = Annotated[
    int | str,
    AfterValidator(_check_reference),
    WithJsonSchema({"type": "string", "description": "person or line by name or id ('user 4', 'line 2'), or 'queue'"}),
]
"""One type, because some model providers refuse a schema with several."""


async def find_recipient(context: Context, to: int | str, me: CurrentUser) -> LineOrUser | None:
    """The person or line that `to` means; None for the queue of the dialog's own line.

    Raises:
        InvalidArgumentsError: It fits several, or nothing; the error names them.
    """
    text, names = str(to).strip(), Directory(context)
    if text.casefold() == QUEUE:
        return None
    if text.casefold() in MYSELF:
        return LineOrUser(me.id, me.name)
    if typed := _TYPED.fullmatch(text):
        kind, one = typed[1].casefold(), int(typed[2])
        return await (names.find_line(one, "to") if kind in {"line", QUEUE} else names.find_operator(one, "to"))
    if isinstance(one := read_number(text), int):
        return await _find_by_number(names, one, me)
    hits = await names.find_by_name(text, "close")
    if len(hits) == 1:
        return hits[0]
    raise await _make_unclear_error(names, text, hits)


async def _find_by_number(names: Directory, one: int, me: CurrentUser) -> LineOrUser:
    """A number may be a line's or a person's; it is the line's alone only where nobody can have it."""
    lines, person = await names.read_line_names(), await names.find_operator(one, "to")
    if one not in lines:
        return person
    line = LineOrUser(one, lines[one], "line")
    if me.has_users and not person.name:
        return line
    raise await _make_unclear_error(names, str(one), [line, person])


async def _make_unclear_error(names: Directory, text: str, hits: Sequence[LineOrUser]) -> InvalidArgumentsError:
    if hits:
        problem = f"'{text[:80]}' fits several: {_join_hits(hits)}; give one of these as it stands here before its name"
        return InvalidArgumentsError([f"to: {problem}"])
    if near := await names.find_by_name(text):
        problem = f"nobody is called exactly '{text[:80]}'. Perhaps {_join_hits(near)} is meant: then give"
        return InvalidArgumentsError([f"to: {problem} that as it stands here before the name"])
    known = _join_hits(await names.list_all())
    problem = f"nobody and no line is called '{text[:80]}'; there are queue (the dialog's own), {known}"
    return InvalidArgumentsError([f"to: {problem}"])


def _join_hits(hits: Sequence[LineOrUser]) -> str:
    return join_limited((f"{hit.kind} {hit.id} {mark_unless_name(hit.name)}".strip() for hit in hits), MOST)
