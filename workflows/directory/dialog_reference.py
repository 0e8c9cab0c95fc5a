"""The ways in which people and programs name a dialog, told apart without asking the portal."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Literal
from urllib.parse import SplitResult, parse_qsl, urlsplit

from tools.fields import MAX_ID

Kind = Literal["number", "chat", "session", "user_code", "crm", "client"]
LONGEST = 500
SHORTEST_NAME = 2
CRM_CODES = {"L": "lead", "D": "deal", "C": "contact", "CO": "company"}
CRM_TYPES = {"1": "lead", "2": "deal", "3": "contact", "4": "company"}
"""The portal's numbers of the kinds of records, as they stand in newer links."""
IN_RUSSIAN = {
    "чат": "chat", "диалог": "dialog", "сессия": "session", "лид": "lead", "сделка": "deal", "контакт": "contact",
    "компания": "company",
}  # fmt: skip
"""How the Russian portal calls what a number may be of."""
FORMS = (
    "a chat id (203 or chat203), session 301, a USER_CODE, a CRM record (deal 5), a link copied from the portal, or "
    "the client's name"
)


@dataclass(frozen=True)
class DialogReference:
    """What a dialog is named by."""

    kind: Kind
    id: int = 0
    text: str = ""
    """USER_CODE, kind of the CRM record, or client's name."""
    host: str = ""
    """Portal that a link names, with its port if it has one."""

    def __str__(self) -> str:
        match self.kind:
            case "crm":
                return f"{self.text} {self.id}"
            case "chat" | "session":
                return f"{self.kind} {self.id}"
            case "number":
                return str(self.id)
            case _:
                return f"'{self.text[:80]}'"


def parse_reference(value: int | str) -> DialogReference:
    """What a reference names, told from its form alone.

    Raises:
        ValueError: It can name no dialog: it is blank, too long, no id, or a link to something else.
    """
    text = str(value).strip()
    if not text:
        raise ValueError("must not be blank")
    if len(text) > LONGEST:
        raise ValueError(f"is longer than {LONGEST} characters: give {FORMS}")
    return _parse_link(text) if _is_link(text) else _parse_plain(text)


def _parse_plain(text: str) -> DialogReference:
    known = _WORD.sub(lambda word: IN_RUSSIAN.get(word[0].lower(), word[0]), text)
    for pattern, make in _PATTERNS:
        if found := pattern.fullmatch(known):
            return make(found)
    if len(text) < SHORTEST_NAME:
        raise ValueError(f"is too short for a name: give {FORMS}")
    return DialogReference("client", text=text)


def _parse_id(digits: str) -> int:
    number = int(digits)
    if not 1 <= number <= MAX_ID:
        raise ValueError(f"an id is a number from 1 to {MAX_ID}")
    return number


def _make_record(found: re.Match[str]) -> DialogReference:
    kind = found[1]
    return DialogReference("crm", _parse_id(found[2]), CRM_CODES.get(kind.upper()) or kind.lower())


def _make_numbered(kind: Kind) -> Callable[[re.Match[str]], DialogReference]:
    return lambda found: DialogReference(kind, _parse_id(found[1]))


_BETWEEN = r"(?:_?id)?[ _:=#№-]*"
_PATTERNS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], DialogReference]], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE | re.ASCII), make)
    for pattern, make in (
        (r"(-?\d+)", _make_numbered("number")),
        (rf"(?:chat|dialog){_BETWEEN}(\d+)", _make_numbered("chat")),
        (rf"session{_BETWEEN}(\d+)", _make_numbered("session")),
        (r"imol\|(\d+)", _make_numbered("session")),  # so the portal's links to a history name it
        (r"(?:imol\|)?([\w.-]+\|\d+\|[^|]*\|\d+)", lambda found: DialogReference("user_code", text=found[1])),
        (rf"(?:crm{_BETWEEN})?(lead|deal|contact|company){_BETWEEN}(\d+)", _make_record),
        (r"(CO|L|D|C)_(\d+)", _make_record),
    )
)
_WORD = re.compile(r"^[^\W\d_]+")
_IN_QUERY = ("im_dialog", "im_history", "im_lines")
_RECORD_PATH = re.compile(r"/crm/(?:type/)?(\w+)/(?:details|show)/(\d+)(?:/|$)", re.ASCII)
_SWITCHES = {"y", "n", ""}


def _is_link(text: str) -> bool:
    lower = text.lower()
    return "://" in lower or lower[0] in "/?#" or "/crm/" in lower or any(f"{name}=" in lower for name in _IN_QUERY)


def _parse_link(text: str) -> DialogReference:
    try:
        parts = urlsplit(text if "://" in text or text[0] in "/?#" else f"https://{text}")
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise ValueError("is a link that cannot be read") from None
    found = _find_in_address(parts)
    return replace(found, host=f"{host}:{port}" if port else host)


def _find_in_address(parts: SplitResult) -> DialogReference:
    if record := _RECORD_PATH.search(parts.path):
        kind = CRM_TYPES.get(record[1], record[1].lower())
        if kind not in CRM_CODES.values():
            raise ValueError("is a link to a CRM record that is no lead, deal, contact or company")
        return DialogReference("crm", _parse_id(record[2]), kind)
    for value in _list_values(parts):
        if value.isdecimal():
            raise ValueError(f"is a link to a dialog with a person ({value[:20]}), not with a client")
        found = _parse_plain(value)
        if found.kind != "client":
            return found
    raise ValueError("is a link that names no dialog: it should hold IM_DIALOG=chat203 or /crm/deal/details/5/")


def _list_values(parts: SplitResult) -> Iterator[str]:
    """What the address says of a dialog: in its query, then behind the hash."""
    for where in (parts.query, parts.fragment.partition("?")[2] or parts.fragment):
        given = {name.lower(): value for name, value in parse_qsl(where)}
        yield from (given[name] for name in _IN_QUERY if given.get(name, "").lower() not in _SWITCHES)
    if found := re.search(r"chat\d+", parts.fragment, re.IGNORECASE | re.ASCII):
        yield found[0]
