"""The masks of one portal."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from server.privacy.client_names import find_people
from server.privacy.detectors import Detection, PersonalDataKind, blank_out, find_personal_data
from server.privacy.name_matcher import NameMatcher
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

KINDS: Mapping[str, PersonalDataKind] = {"phone": "phone", "email": "email", "card": "card", "client": "client"}
SHORTEST_CUT = 3
"""Characters that are left of something where a text was cut off."""


class PortalMasks:
    """Hides what belongs to the clients of one portal, and puts it back.

    Names and pseudonyms are shared with all servers that use the same state file. Each use may raise `sqlite3.Error` or
    `OSError` where the state cannot be kept.
    """

    def __init__(self, state: State, portal: str) -> None:
        self._state = state
        self._portal = portal
        self._pseudonyms = Pseudonyms(state, portal)
        self._names = NameMatcher()
        self._clients: set[str] = set()
        self._newest = 0
        self._written: dict[str, PersonalDataKind] = {}
        """What was put back into arguments here: hidden wherever it comes back, however it was glued or cut off."""

    def listen(self, answer: Any) -> None:
        """Keep the names of clients for this and later answers, after a restart too."""
        known = find_people(answer)
        for name in known.staff:
            self._names.leave(name)
        if new := known.clients - self._clients:
            with self._state.open_transaction() as database:
                rows = [(self._portal, name) for name in sorted(new)]
                database.executemany("INSERT OR IGNORE INTO clients (portal, name) VALUES (?, ?)", rows)

    def hide(self, value: T) -> T:
        """The value with pseudonyms in its texts; names of fields stay."""
        self._learn_names()
        places: dict[tuple[str, str], list[Detection]] = {}

        def find(text: str, field: str) -> str:
            places[text, field] = self._find_places(text, field)
            return text

        _change_texts(value, find)
        self._pseudonyms.keep(
            (place.kind, place.normal, text[place.start : place.end])
            for (text, _), found in places.items()
            for place in found
        )
        masked: T = _change_texts(value, lambda text, field: self._replace(text, places[text, field]))
        return masked

    def restore(self, value: T) -> T:
        """The value with the originals in place of pseudonyms.

        Raises:
            InvalidArgumentsError: A pseudonym was never given on this portal.
        """
        originals: T = _change_texts(value, lambda text, _: LOOSE.sub(self._restore_one, text))
        return originals

    def show_originals(self, text: str) -> str:
        """A text for the person who answers for the calls, with the originals of the pseudonyms that are known."""
        return FORM.sub(lambda found: straighten_quotes(self._pseudonyms.find_original(found[0]) or found[0]), text)

    def _learn_names(self) -> None:
        """What others who share the state have learned counts too."""
        with self._state.open_transaction() as database:
            rows = database.execute(
                "SELECT rowid, name FROM clients WHERE portal = ? AND rowid > ? ORDER BY rowid",
                (self._portal, self._newest),
            ).fetchall()
        for row in rows:
            self._newest = row["rowid"]
            self._clients.add(row["name"])
            self._names.add(row["name"])

    def _find_places(self, text: str, field: str) -> list[Detection]:
        """What has to be hidden, from left to right; pseudonyms are hidden already."""
        left = blank_out(text, (match.span() for match in FORM.finditer(text)))
        if _PHONES.search(field) and _A_PHONE.fullmatch(left):
            return [Detection(0, len(text), "phone", "".join(filter(str.isdecimal, text)))]
        places: list[Detection] = []
        for find in (find_personal_data, self._names.find, self._find_returned):
            new = list(find(left))
            left = blank_out(left, ((place.start, place.end) for place in new))
            places += new
        return _drop_overlapping(places)

    def _find_returned(self, text: str) -> Iterator[Detection]:
        for original, kind in self._written.items():
            cut = "|".join(re.escape(original[:end]) for end in range(len(original) - 1, SHORTEST_CUT - 1, -1))
            pattern = re.escape(original) + (f"|(?:{cut})(?=['\"”…]|\\Z)" if cut else "")
            for match in re.finditer(pattern, text):
                yield Detection(*match.span(), kind, match[0])

    def _replace(self, text: str, places: list[Detection]) -> str:
        parts, end = [], 0
        for place in places:
            parts += [text[end : place.start], self._pseudonyms.get(place.kind, text[place.start : place.end])]
            end = place.end
        return "".join([*parts, text[end:]])

    def _restore_one(self, found: re.Match[str]) -> str:
        pseudonym = f"[{found[1]} {found[2]}]".lower()
        original = self._pseudonyms.find_original(pseudonym)
        if original is None:
            raise InvalidArgumentsError(
                [f"{pseudonym} stands for nothing here: copy pseudonyms exactly as you got them"]
            )
        self._written[original] = KINDS[found[1].lower()]
        return original


def _drop_overlapping(places: list[Detection]) -> list[Detection]:
    """Without those that overlap one that begins before them, or there and is longer."""
    kept: list[Detection] = []
    for place in sorted(places, key=lambda one: (one.start, -one.end)):
        if not kept or place.start >= kept[-1].end:
            kept.append(place)
    return kept


def _change_texts(value: Any, change: Callable[[str, str], str], field: str = "") -> Any:
    """The value with each text changed, by the field in which it stands; names of fields stay."""
    if isinstance(value, str):
        return change(value, field)
    if isinstance(value, int) and not isinstance(value, bool) and _PHONES.search(field):
        changed = change(str(value), field)
        return value if changed == str(value) else changed
    if isinstance(value, Mapping):
        return {_change_key(name, change): _change_texts(item, change, str(name)) for name, item in value.items()}
    if isinstance(value, list | tuple):
        items = [_change_texts(item, change, field) for item in value]
        return items if isinstance(value, list) else tuple(items)
    if is_dataclass(value) and not isinstance(value, type):
        texts = {one.name: _change_texts(getattr(value, one.name), change) for one in fields(value) if one.init}
        return replace(value, **texts)
    return value


def _change_key(name: Any, change: Callable[[str, str], str]) -> Any:
    return name if not isinstance(name, str) or _A_NAME.fullmatch(name) else change(name, "")
