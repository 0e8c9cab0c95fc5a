"""Names beside the ids in a portal's answer: of employees, of lines, of chats."""

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any

import anyio

from portal.errors import PortalError
from tools.dialogs import DialogGet
from tools.fields import MAX_ID
from tools.message_view import join_lines
from tools.method import Method, NamedThing, RefusedByResultError, UnexpectedResultError
from tools.naming import name_field
from tools.result_types import read_text, read_whole
from tools.tool import Tool
from workflows.core.attempts import ask_tolerantly, describe_failure, is_failure
from workflows.core.context import Context, run_together
from workflows.directory.lines_and_users import Directory

LONGEST_WAIT = 10.0
"""Seconds that an answer waits for names."""
MOST_CHATS = 50
"""Titles of chats are asked for one by one, so many in a request."""
MISSING = "missing"

Names = Mapping[NamedThing, Mapping[int, str]]


async def add_names(context: Context, call: Tool, result: Any) -> Any:
    """The result of a call with a name beside each id that its method lists in `names`; other tools' as it is.

    Beside `operatorId` stands `operatorName`, beside `CHAT_ID` stands `CHAT_NAME`, beside the list `QUEUE` the map
    `QUEUE_NAMES` by id. Names are as the portal gives them, in one line; an id without a known name gets none. The
    portal is asked for what is not known, once for all ids. Where that fails only the names are missing: an object says
    so in `missing`.
    """
    fields = call.names if isinstance(call, Method) else {}
    ids = _collect_ids(result, fields)
    if not ids:
        return result
    missing = list[str]()
    with anyio.move_on_after(LONGEST_WAIT) as waiting:
        named = await _read_names(context.sharing_requests(), ids, missing)
    if waiting.cancelled_caught:
        named, missing = {}, [f"names (the portal did not tell them within {LONGEST_WAIT:.0f} seconds)"]
    decorated = _decorate(result, fields, named)
    if missing and isinstance(decorated, dict):
        return {**decorated, MISSING: [*decorated.get(MISSING, []), *missing]}
    return decorated


def _collect_ids(value: Any, fields: Mapping[str, NamedThing]) -> dict[NamedThing, list[int]]:
    """Ids by what they are of, each once, in their order."""
    found: dict[NamedThing, dict[int, None]] = {}
    if fields:
        for row in _list_objects(value):
            for field, thing in fields.items():
                found.setdefault(thing, {}).update(dict.fromkeys(_read_ids(row.get(field))))
    return {thing: list(ids) for thing, ids in found.items() if ids}


def _list_objects(value: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, Mapping):
        yield value
    for item in value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ():
        yield from _list_objects(item)


def _read_ids(value: Any) -> Iterable[int]:
    items = value if isinstance(value, list) else [value]
    return [number for item in items if 0 < (number := read_whole(item)) <= MAX_ID]


async def _read_names(context: Context, ids: Mapping[NamedThing, list[int]], missing: list[str]) -> Names:
    directory = Directory(context)
    readers: Mapping[NamedThing, Any] = {
        "user": directory.read_user_names,
        "line": lambda _: directory.read_line_names(),
        "chat": partial(_read_titles, context),
    }
    found = await run_together(*(partial(_try, partial(readers[thing], ids[thing])) for thing in ids))
    for thing, names in zip(ids, found, strict=True):
        if isinstance(names, Exception):
            missing.append(f"names of {thing}s ({describe_failure(names)})")
    return {thing: {} if isinstance(names, Exception) else names for thing, names in zip(ids, found, strict=True)}


async def _try(reader: Any) -> Any:
    """What a reader gives, or why it fails: whatever the reason, the answer itself is there already."""
    try:
        return await reader()
    except (PortalError, RefusedByResultError, UnexpectedResultError) as error:
        return error


async def _read_titles(context: Context, chats: list[int]) -> Mapping[int, str]:
    """Titles of the first fifty chats, usually the client's name and the line's; none of those that cannot be seen."""
    asked = chats[:MOST_CHATS]
    answers = await run_together(*(partial(ask_tolerantly, context, DialogGet(chat_id=one)) for one in asked))
    shown = dict(zip(asked, answers, strict=True))
    return {one: join_lines(read_text(answer["title"])) for one, answer in shown.items() if not is_failure(answer)}


def _decorate(value: Any, fields: Mapping[str, NamedThing], named: Names) -> Any:
    if isinstance(value, list):
        return [_decorate(item, fields, named) for item in value]
    if not isinstance(value, Mapping):
        return value
    row: dict[str, Any] = {}
    for field, item in value.items():
        row[field] = _decorate(item, fields, named)
        if field in fields and name_field(field) not in value:
            _add_name(row, field, item, named.get(fields[field], {}))
    return row


def _add_name(row: dict[str, Any], field: str, value: Any, names: Mapping[int, str]) -> None:
    known = {str(one): names[one] for one in _read_ids(value) if names.get(one)}
    if known:
        row[name_field(field)] = known if isinstance(value, list) else next(iter(known.values()))
