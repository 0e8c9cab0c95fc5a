"""The masks of one portal."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from server.privacy import detectors
from server.privacy.client_names import people
from server.privacy.detectors import Found, Kind
from server.privacy.name_matcher import Names
from server.privacy.pseudonyms import FORM, LOOSE, Pseudonyms
from server.storage.database import State
from tools.fence import straighten_quotes
from tools.tool import InvalidArgumentsError

T = TypeVar("T")
_A_NAME = re.compile(r"[A-Za-z_]\w{0,60}|\d{1,9}", re.ASCII)
"""Of a field, or the id under which something stands in a map."""
_PHONES = re.compile(r"phone|mobile|(?:^|_)(?:tel|fax)(?:_|$)", re.IGNORECASE)
"""Names of fields that hold nothing else."""
_A_PHONE = re.compile(r"\D{0,8}(?:\d\D{0,4}){7,15}")

KINDS: Mapping[str, Kind] = {"phone": "phone", "email": "email", "card": "card", "client": "client"}
SHORTEST_CUT = 3
"""Characters that are left of something where a text was cut off."""


class PortalMasks:
    """Shares what it knows with all servers that use the same state file."""

    def __init__(self, state: State, portal: str) -> None:
        self._state = state
        self._portal = portal
        self._pseudonyms = Pseudonyms(state, portal)
        self._names = Names()
        self._clients: set[str] = set()
        self._newest = 0
        self._written: dict[str, Kind] = {}
        """What was put back into arguments here: hidden wherever it comes back, however it was glued or cut off."""

    def listen(self, answer: Any) -> None:
        """Keep the names of clients for this and later answers, after a restart too."""
        known = people(answer)
        for name in known.staff:
            self._names.leave(name)
        if new := known.clients - self._clients:
            with self._state.changing() as database:
                rows = [(self._portal, name) for name in sorted(new)]
                database.executemany("INSERT OR IGNORE INTO clients (portal, name) VALUES (?, ?)", rows)

    def hidden(self, value: T) -> T:
        """With pseudonyms; names of fields stay."""
        self._learn()
        places: dict[tuple[str, str], list[Found]] = {}

        def look(text: str, field: str) -> str:
            places[text, field] = self._places(text, field)
            return text

        _each_text(value, look)
        self._pseudonyms.keep(
            (place.kind, place.normal, text[place.start : place.end])
            for (text, _), found in places.items()
            for place in found
        )
        masked: T = _each_text(value, lambda text, field: self._masked(text, places[text, field]))
        return masked

    def restored(self, value: T) -> T:
        """With the originals."""
        originals: T = _each_text(value, lambda text, _: LOOSE.sub(self._original, text))
        return originals

    def for_a_person(self, text: str) -> str:
        """With the originals of the pseudonyms that are known."""
        return FORM.sub(lambda found: straighten_quotes(self._pseudonyms.original(found[0]) or found[0]), text)

    def _learn(self) -> None:
        """What others who share the state have learned counts too."""
        with self._state.changing() as database:
            rows = database.execute(
                "SELECT rowid, name FROM clients WHERE portal = ? AND rowid > ? ORDER BY rowid",
                (self._portal, self._newest),
            ).fetchall()
        for row in rows:
            self._newest = row["rowid"]
            self._clients.add(row["name"])
            self._names.add(row["name"])

    def _places(self, text: str, field: str) -> list[Found]:
        """What has to be hidden, from left to right; pseudonyms are hidden already."""
        left = detectors.without(text, (match.span() for match in FORM.finditer(text)))
        if _PHONES.search(field) and _A_PHONE.fullmatch(left):
            return [Found(0, len(text), "phone", "".join(filter(str.isdecimal, text)))]
        places: list[Found] = []
        for found in (detectors.found, self._names.found, self._come_back):
            new = list(found(left))
            left = detectors.without(left, ((place.start, place.end) for place in new))
            places += new
        return _apart(places)

    def _come_back(self, text: str) -> Iterator[Found]:
        for original, kind in self._written.items():
            cut = "|".join(re.escape(original[:end]) for end in range(len(original) - 1, SHORTEST_CUT - 1, -1))
            pattern = re.escape(original) + (f"|(?:{cut})(?=['\"”…]|\\Z)" if cut else "")
            for match in re.finditer(pattern, text):
                yield Found(*match.span(), kind, match[0])

    def _masked(self, text: str, places: list[Found]) -> str:
        parts, end = [], 0
        for place in places:
            parts += [text[end : place.start], self._pseudonyms.of(place.kind, text[place.start : place.end])]
            end = place.end
        return "".join([*parts, text[end:]])

    def _original(self, found: re.Match[str]) -> str:
        pseudonym = f"[{found[1]} {found[2]}]".lower()
        original = self._pseudonyms.original(pseudonym)
        if original is None:
            raise InvalidArgumentsError(
                [f"{pseudonym} stands for nothing here: copy pseudonyms exactly as you got them"]
            )
        self._written[original] = KINDS[found[1].lower()]
        return original


def _apart(places: list[Found]) -> list[Found]:
    """Without those that overlap one that begins before them, or there and is longer."""
    kept: list[Found] = []
    for place in sorted(places, key=lambda one: (one.start, -one.end)):
        if not kept or place.start >= kept[-1].end:
            kept.append(place)
    return kept


def _each_text(value: Any, change: Callable[[str, str], str], field: str = "") -> Any:
    """The value with each text changed, by the field in which it stands; names of fields stay."""
    if isinstance(value, str):
        return change(value, field)
    if isinstance(value, int) and not isinstance(value, bool) and _PHONES.search(field):
        changed = change(str(value), field)
        return value if changed == str(value) else changed
    if isinstance(value, Mapping):
        return {_key(name, change): _each_text(item, change, str(name)) for name, item in value.items()}
    if isinstance(value, list | tuple):
        items = [_each_text(item, change, field) for item in value]
        return items if isinstance(value, list) else tuple(items)
    if is_dataclass(value) and not isinstance(value, type):
        texts = {one.name: _each_text(getattr(value, one.name), change) for one in fields(value) if one.init}
        return replace(value, **texts)
    return value


def _key(name: Any, change: Callable[[str, str], str]) -> Any:
    return name if not isinstance(name, str) or _A_NAME.fullmatch(name) else change(name, "")
