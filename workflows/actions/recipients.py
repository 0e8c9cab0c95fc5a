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
from workflows.core.current_user import Caller
from workflows.core.formatting import listed
from workflows.directory.names import Named, Names

QUEUE = "queue"
MYSELF = frozenset({"me", "myself"})
MOST = 12
_TYPED = re.compile(r"(line|queue|user|operator|employee)[ _:#]*(\d+)", re.IGNORECASE | re.ASCII)


def _nameable(value: int | str) -> int | str:
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
    AfterValidator(_nameable),
    WithJsonSchema({"type": "string", "description": "person or line by name or id ('user 4', 'line 2'), or 'queue'"}),
]
"""One type, because some model providers refuse a schema with several."""


async def recipient(context: Context, to: int | str, me: Caller) -> Named | None:
    """The person or line meant, None for the queue; InvalidArgumentsError where it may be several, or nothing."""
    text, names = str(to).strip(), Names(context)
    if text.casefold() == QUEUE:
        return None
    if text.casefold() in MYSELF:
        return Named(me.id, me.name)
    if typed := _TYPED.fullmatch(text):
        kind, one = typed[1].casefold(), int(typed[2])
        return await (names.line(one, "to") if kind in {"line", QUEUE} else names.operator(one, "to"))
    if isinstance(one := read_number(text), int):
        return await _numbered(names, one, me)
    hits = await names.called(text)
    if len(hits) == 1:
        return hits[0]
    raise await _unclear(names, text, hits)


async def _numbered(names: Names, one: int, me: Caller) -> Named:
    """A number may be a line's or a person's; it is the line's alone only where nobody can have it."""
    lines, person = await names.lines(), await names.operator(one, "to")
    if one not in lines:
        return person
    line = Named(one, lines[one], "line")
    if me.has_users and not person.name:
        return line
    raise await _unclear(names, str(one), [line, person])


async def _unclear(names: Names, text: str, hits: Sequence[Named]) -> InvalidArgumentsError:
    if hits:
        problem = f"'{text[:80]}' fits several: {_listed(hits)}; give one of these as it stands here before its name"
        return InvalidArgumentsError([f"to: {problem}"])
    known = _listed(await names.known())
    problem = f"nobody and no line is called '{text[:80]}'; there are queue (the dialog's own), {known}"
    return InvalidArgumentsError([f"to: {problem}"])


def _listed(hits: Sequence[Named]) -> str:
    return listed((f"{hit.kind} {hit.id} {mark_unless_name(hit.name)}".strip() for hit in hits), MOST)
