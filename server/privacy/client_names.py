"""Who the clients are, as far as an answer of the portal tells: names of users of connectors, titles of dialogs."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tools.result_types import decode_name

_USER_CODE = re.compile(r"[^|]+\|\d+\|[^|]*\|([1-9]\d*)")
_MENTION = re.compile(r"\[USER=(\d{1,12})(?: [^\[\]]{0,40})?\]([^\[]{1,200})\[/USER\]", re.IGNORECASE)
_PARENTHESES = re.compile(r"[(\[][^)\]]{0,200}[)\]]")
LONGEST_TITLE = 400
STAFF_METHODS = frozenset({"user.get", "user.search", "user.current", "profile"})
"""Whoever they show works at the company, unless a channel made the user."""
CHANNELS_METHOD = "imconnector.list"
_LINE_NAMES = ("linename", "configname")
_ON = (True, 1, "1", "Y", "y", "true")
_OFF = (False, 0, "0", "N", "n", "false")
_NO_USER = frozenset({"size", "chatid", "text", "message"})
Record = Mapping[str, Any]


@dataclass
class NamedPeople:
    """The names in one answer of the portal."""

    clients: set[str] = field(default_factory=set)
    staff: set[str] = field(default_factory=set)
    """Whoever certainly is no client."""
    places: set[str] = field(default_factory=set)
    """Names of lines and of channels."""


def find_people(answer: Any, method: str = "") -> NamedPeople:
    """Everybody whom an answer of the portal, a JSON value, names: clients, and staff who certainly are no clients.

    `method` is the REST method that answered; of some it says what their answers are about.
    """
    records = list(_list_records(answer))
    codes = {text for record in records for text in record.values() if isinstance(text, str) and "|" in text}
    ids = {found[1] for code in codes if (found := _USER_CODE.fullmatch(code))}
    known = NamedPeople()
    for record in records:
        _add_names(record, ids, known)
        known.places |= {_text(record.get(name)) for name in _LINE_NAMES}
        if method in STAFF_METHODS and "lastname" in record and record.get("externalauthid") != "imconnector":
            known.staff |= set(_list_names(record))
    if method == CHANNELS_METHOD:
        known.places |= {text for record in records for text in record.values() if isinstance(text, str)}
    known.clients, known.staff, known.places = (
        {name for name in map(_join_lines, names) if name} for names in (known.clients, known.staff, known.places)
    )
    return known


def _list_records(value: Any) -> Iterator[Record]:
    """Every object in a JSON value, with its names as one writes them in a row: `lastname`."""
    if isinstance(value, Mapping):
        yield {str(name).lower().replace("_", ""): item for name, item in value.items()}
        value = value.values()
    if not isinstance(value, str | bytes | int | float | None):
        for item in value:
            yield from _list_records(item)


def _add_names(record: Record, ids: set[str], known: NamedPeople) -> None:
    if _is_dialog(record):
        known.clients |= set(_list_names_in_title(record.get("name") or record.get("title")))
    elif (
        record.get("connector") in _ON or record.get("externalauthid") == "imconnector" or _find_user_id(record) in ids
    ):
        known.clients |= set(_list_names(record))
    elif record.get("connector") in _OFF or record.get("usertype") == "employee":
        known.staff |= set(_list_names(record))
    if record.get("role") == "client":
        known.clients |= _text_set(record.get("author"))
    if str(record.get("authorid") or "") in ids:
        known.clients |= _text_set(record.get("authorname"))
    for text in record.values():
        if isinstance(text, str) and ids:
            known.clients |= {name for number, name in _MENTION.findall(text) if number in ids}


def _find_user_id(record: Record) -> str:
    """Id of the user whom a record is about; files and messages have ids of their own."""
    own = None if _NO_USER & record.keys() else record.get("id")
    return str(record.get("userid") or own or "")


def _is_dialog(record: Record) -> bool:
    """Whether it is the chat of a line, or an item of a list with such a chat inside."""
    if "name" not in record and "title" not in record:
        return False
    inside = record.get("chat")
    if isinstance(inside, Mapping) and "title" in record:
        return bool(record.get("lines")) or any(map(_has_a_code, _list_records(inside)))
    return _has_a_code(record)


def _has_a_code(record: Record) -> bool:
    code = record.get("entityid") or record.get("usercode")
    return isinstance(code, str) and bool(_USER_CODE.fullmatch(code))


def _list_names_in_title(title: Any) -> Iterator[str]:
    """`Emma Wilson - Sales` -> Emma Wilson; what stands in parentheses is no part of a name, and a number is none."""
    for text in _text_set(title):
        whole = text[:LONGEST_TITLE].partition(" - ")[0]
        if not any(word.isdecimal() for word in whole.split()):
            yield from (whole, _PARENTHESES.sub(" ", whole))


def _list_names(user: Record) -> Iterator[str]:
    first, last, whole = (_text(user.get(name)) for name in ("firstname", "lastname", "name"))
    yield from (whole, first, last, _text(user.get("username")))
    yield f"{first or whole} {last}" if last and not whole.endswith(last) else ""
    yield f"{first} {last}" if first and last else ""


def _text_set(value: Any) -> set[str]:
    return {value} if isinstance(value, str) else set()


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _join_lines(name: str) -> str:
    """In one row, as tools show it: without the portal's entities."""
    return " ".join(decode_name(name).split())
