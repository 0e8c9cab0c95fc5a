"""The masks of one portal."""

import re
from collections.abc import Mapping
from functools import partial
from itertools import islice
from threading import Lock
from typing import Any, TypeVar

import anyio

from server.privacy.client_names import find_people
from server.privacy.detection import Detection, PersonalDataKind, blank_out
from server.privacy.detectors import find_personal_data
from server.privacy.introduction import meet_portal
from server.privacy.known_names import KnownNames
from server.privacy.normal_text import normalize_text
from server.privacy.owners import MaskOwners
from server.privacy.pseudonyms import FORM, LOOSE, Pseudonyms, escape_pseudonyms
from server.privacy.restored import RestoredPseudonyms
from server.privacy.text_index import TextIndex
from server.privacy.texts import PHONE_FIELDS, change_texts, make_chat_owner
from server.storage.database import State
from tools.fence import straighten_quotes
from tools.tool import InvalidArgumentsError
from workflows.core.context import Context

T = TypeVar("T")
_A_PHONE = re.compile(r"\D{0,8}(?:\d\D{0,4}){7,15}")

KINDS: Mapping[str, PersonalDataKind] = {"phone": "phone", "email": "email", "card": "card", "client": "client"}
MOST_PLACES = 3_000
"""That are hidden one by one in a text, by each way of looking."""
LONG = 65_536
SHORTEST_CUT = 3
"""Characters that are left of something where a text was cut off."""
CUT_AT = "'\"”…"


class PortalMasks:
    """Hides what belongs to the clients of one portal, and puts it back.

    Names and pseudonyms are shared with all servers that use the same state file. Each use may raise `StorageError` or
    `OSError` where the state cannot be kept.
    """

    def __init__(self, state: State, portal: str) -> None:
        self._pseudonyms = Pseudonyms(state, portal)
        self._owners = MaskOwners(state, portal)
        self._names = KnownNames(state, portal)
        self._written = TextIndex()
        """What was put back into arguments here: hidden wherever it comes back, however it was glued or cut off."""
        self._working = Lock()
        self._met = False

    async def meet(self, context: Context) -> None:
        """Learn once what the portal calls its employees, lines and channels; their names are never hidden."""
        if not self._met:
            self._met = True
            await meet_portal(context)

    def listen(self, answer: Any, method: str = "") -> Any:
        """Keep the names of clients for this and later answers, after a restart too; see `Masks.listen`."""
        self._names.keep(find_people(answer, method))
        return self.escape(answer)

    def escape(self, value: T) -> T:
        """The value, in which nothing reads as a pseudonym."""
        escaped: T = change_texts(value, lambda text, _, __: escape_pseudonyms(text))
        return escaped

    def hide(self, value: T) -> T:
        """The value with pseudonyms in its texts; names of fields stay."""
        return self._hide(value, "", None)

    async def hide_result(self, value: T, chats: frozenset[int], restored: RestoredPseudonyms | None) -> T:
        """The same for what a reading call found, in a thread of its own; see `Masks.hide_result`."""
        owner = make_chat_owner(next(iter(chats))) if len(chats) == 1 else ""
        return await anyio.to_thread.run_sync(partial(self._hide, value, owner, restored))

    def restore(self, value: T, restored: RestoredPseudonyms | None = None) -> T:
        """The value with the originals in place of pseudonyms; see `Masks.restore`."""
        restored = restored or RestoredPseudonyms()

        def restore_in(item: Any, used: set[str]) -> Any:
            return change_texts(item, lambda text, _, __: LOOSE.sub(partial(self._restore_one, used), text))

        with self._working:
            if not isinstance(value, Mapping):
                return restore_in(value, restored.everywhere)  # type: ignore[no-any-return]
            originals: dict[Any, Any] = {}
            for name, item in value.items():
                used = set[str]()
                originals |= restore_in({name: item}, used)
                restored.add(name, used)
            return originals  # type: ignore[return-value]

    def find_owners(self, pseudonym: str) -> frozenset[str]:
        """Whose a pseudonym is: `chat 201`, `user 101`."""
        return self._owners.find(pseudonym)

    def show_originals(self, text: str) -> str:
        """A text for the person who answers for the calls, with the originals of the pseudonyms that are known."""
        return FORM.sub(lambda found: straighten_quotes(self._pseudonyms.find_original(found[0]) or found[0]), text)

    def _hide(self, value: T, owner: str, reading: RestoredPseudonyms | None) -> T:
        """With `reading`, whose the hidden things are is kept, but for those that the assistant itself brought."""
        places: dict[tuple[str, str], list[Detection]] = {}
        owned: set[tuple[str, str, str]] = set()

        def find(text: str, name: str, whose: str) -> str:
            found = places[text, name] = places.get((text, name)) or self._find_places(text, name)
            if whose:
                owned.update(
                    (place.kind, text[place.start : place.end], whose) for place in found if place.kind != "rest"
                )
            return text

        with self._working:
            self._names.learn()
            change_texts(value, find, owner=owner)
            self._pseudonyms.keep(
                (place.kind, place.normal, text[place.start : place.end])
                for (text, _), found in places.items()
                for place in found
                if place.kind != "rest"
            )
            if reading is not None:
                named = ((self._pseudonyms.get(kind, original), whose) for kind, original, whose in owned)
                self._owners.keep(one for one in named if one[0] not in reading.everywhere)
            masked: T = change_texts(value, lambda text, name, _: self._replace(text, places[text, name]))
        return masked

    def _find_places(self, text: str, name: str) -> list[Detection]:
        """What has to be hidden, from left to right; where it is too much for anybody, all the rest of the text."""
        if len(text) > LONG:  # of most texts with too much in them the beginning suffices to know
            places = self._find_places(text[: max(LONG, len(text) // 4)], name)
            if places and places[-1].kind == "rest":
                return [*places[:-1], places[-1]._replace(end=len(text))]
        normal = normalize_text(text)
        letters = blank_out(normal.text, (match.span() for match in FORM.finditer(normal.text)))
        if PHONE_FIELDS.search(name) and _A_PHONE.fullmatch(letters):
            return [Detection(0, len(text), "phone", "".join(filter(str.isdecimal, normal.text)))]
        places, end = self._find_up_to(letters)
        while end < len(letters):
            rest, letters = Detection(normal.starts[end], len(text), "rest", ""), letters[:end]
            places, end = self._find_up_to(letters)
        located = [Detection(*normal.locate(one.start, one.end), one.kind, one.normal) for one in places]
        return _drop_overlapping([*located, rest] if len(letters) < len(normal.text) else located)

    def _find_up_to(self, text: str) -> tuple[list[Detection], int]:
        """What has to be hidden in a normal text, and the place before which all of it was found.

        Pseudonyms are hidden already.
        """
        places: list[Detection] = []
        left = text
        for find in (find_personal_data, self._names.find, self._find_returned):
            new = list(islice(find(left), MOST_PLACES))
            if len(new) == MOST_PLACES:
                # They come in no order, so that some before the last may be missing: half as many are surely found.
                return places, sorted(place.start for place in new)[MOST_PLACES // 2]
            left = blank_out(left, ((place.start, place.end) for place in new)) if new else left
            places += new
        return places, len(text)

    def _find_returned(self, text: str) -> list[Detection]:
        if not self._written:
            return []
        found = islice(self._written.find(text, cut_at=CUT_AT, shortest_cut=SHORTEST_CUT), MOST_PLACES)
        places = [Detection(start, end, KINDS[kind], text[start:end]) for start, end, kind in found]
        return places if len(places) == MOST_PLACES else _drop_overlapping(places)

    def _replace(self, text: str, places: list[Detection]) -> str:
        parts, end = [], 0
        for place in places:
            parts += [text[end : place.start], self._pseudonyms.get(place.kind, text[place.start : place.end])]
            end = place.end
        return "".join([*parts, text[end:]])

    def _restore_one(self, used: set[str], found: re.Match[str]) -> str:
        pseudonym = f"[{found[1]} {found[2]}]".lower()
        original = self._pseudonyms.find_original(pseudonym)
        if original is None:
            raise InvalidArgumentsError(
                [f"{pseudonym} stands for nothing here: copy pseudonyms exactly as you got them"]
            )
        used.add(pseudonym)
        self._written.add(normalize_text(original).text, found[1].lower())
        return original


def _drop_overlapping(places: list[Detection]) -> list[Detection]:
    """Without those that overlap one that begins before them, or there and is longer."""
    kept: list[Detection] = []
    for place in sorted(places, key=lambda one: (one.start, -one.end)):
        if not kept or place.start >= kept[-1].end:
            kept.append(place)
    return kept
