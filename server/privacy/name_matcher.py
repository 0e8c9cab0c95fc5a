"""Names in a text: whole words in any case, Russian ones in any case of the grammar too."""

# ruff: noqa: RUF001  Russian endings

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from server.privacy.common_words import list_common_words
from server.privacy.detectors import Detection, blank_out

_WORD = re.compile(r"[^\W_]+(?:[\u0300-\u036f]+[^\W_]*)*")
_LETTERS = re.compile(r"[^\W\d_]")
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{2,}")
"""Of scripts that write no spaces between words."""
_RUSSIAN = re.compile(r"[а-яё]{4,}")
NOBODY = frozenset({"guest", "гость", "client", "клиент", "user", "anonymous", "unknown", "unnamed", "без имени"})
"""What portals and channels call somebody who has no name."""
WIDEST_GAP = 3
"""Characters between two words of a name."""
MOST_WORDS, LONGEST_WORD = 8, 40
SHORTEST = 3
"""Letters of a word that is a name however it is written."""
MOST_ALONE = 4
"""Words of a name that are replaced where they stand alone."""

_ENDINGS = (
    (re.compile(r"(.+[ое]в|.+ин)а"), ("а", "ой", "у", "ою")),  # Орлова, and Марина with it
    (re.compile(r"(.+[кцнс])ая"), ("ая", "ой", "ую", "ою")),
    (re.compile(r"(.+)а"), ("а", "ы", "и", "е", "у", "ой", "ою", "ей")),
    (re.compile(r"(.+)я"), ("я", "и", "е", "ю", "ей", "ею")),
    (re.compile(r"(.+[кцнс])ий"), ("ий", "ого", "ому", "им", "ом", "ия", "ию", "ием", "ии")),
    (re.compile(r"(.+)й"), ("й", "я", "ю", "ем", "и", "е")),
    (re.compile(r"(.+)ь"), ("ь", "я", "ю", "ем", "ём", "е", "и", "ью")),
    (re.compile(r"(.+[бвгджзклмнпрстфхцчшщ])"), ("", "а", "у", "ом", "ем", "ым", "е", "ы")),
)


@dataclass(frozen=True)
class _Name:
    words: tuple[str, ...]
    spellings: frozenset[str] | None
    """Only so written; None for any case."""
    hidden: bool


class NameMatcher:
    """Finds the names of clients in texts; it knows those that it was told."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, ...], _Name] = {}
        self._beginning: dict[str, list[_Name]] = {}
        self._bases: dict[str, set[str]] = {}
        self._unspaced: set[str] = set()

    def add(self, name: str) -> None:
        """Learn a client's name; its words count alone too, unless they say nothing or are everybody's."""
        words = _split_words(name)[:MOST_WORDS]
        if not any(map(_LETTERS.search, words)) or " ".join(name.casefold().split()) in NOBODY:
            return
        if found := set(_UNSPACED.findall(name)) - self._unspaced:
            self._unspaced |= found
            self.__dict__.pop("_unspaced_pattern", None)
        if len(words) > 1:
            self._put(words, name)
            self._put(["".join(words)], name)
        for part in name.split():
            if len(joined := _split_words(part)) > 1:
                self._put(joined[:MOST_WORDS], part)
        for word in words[:MOST_ALONE]:
            if len(word) > 1 and word.isalpha():
                self._put([word], word)

    def leave(self, name: str) -> None:
        """Learn the full name of a colleague, which is not hidden though a client may share a part of it."""
        words = tuple(map(_normalize, _split_words(name)[:MOST_WORDS]))
        if len(words) > 1 and words not in self._known:
            self._keep(_Name(words, None, hidden=False))

    def find(self, text: str) -> Iterator[Detection]:
        """Where they stand in a text, the longest first where several begin."""
        if self._unspaced:
            places = [Detection(*match.span(), "client", match[0]) for match in self._unspaced_pattern.finditer(text)]
            yield from places
            text = blank_out(text, [(place.start, place.end) for place in places])
        words = list(_WORD.finditer(text)) if self._known else []
        place = 0
        while place < len(words):
            name = self._find_at(text, words, place)
            if name and name.hidden:
                end = words[place + len(name.words) - 1].end()
                yield Detection(words[place].start(), end, "client", " ".join(name.words))
            place += len(name.words) if name else 1

    @cached_property
    def _unspaced_pattern(self) -> re.Pattern[str]:
        """Compiled anew after a name was added."""
        return re.compile("|".join(re.escape(name) for name in sorted(self._unspaced, key=len, reverse=True)))

    def _put(self, words: list[str], spelled: str) -> None:
        bases = tuple(map(_normalize, words))
        common = all(base in list_common_words() or len(base) < SHORTEST for base in bases)
        spellings = _list_spellings(words, spelled) if common else None
        known = self._known.get(bases)
        if spellings is not None and known and known.hidden:
            spellings = None if known.spellings is None else spellings | known.spellings
        if spellings is None or spellings:
            self._keep(_Name(bases, spellings, hidden=True))

    def _keep(self, name: _Name) -> None:
        old = self._known.get(name.words)
        self._known[name.words] = name
        starting = self._beginning.setdefault(name.words[0], [])
        if old:
            starting.remove(old)
        starting.append(name)
        starting.sort(key=lambda one: -len(one.words))
        for base in name.words:
            for form in _list_forms(base):
                self._bases.setdefault(form, set()).add(base)

    def _find_at(self, text: str, words: list[re.Match[str]], place: int) -> _Name | None:
        candidates = [
            name for base in self._bases.get(_normalize(words[place][0]), ()) for name in self._list_starting(base)
        ]
        candidates.sort(key=lambda one: (-len(one.words), not one.hidden))
        return next((name for name in candidates if self._fits(name, text, words, place)), None)

    def _list_starting(self, base: str) -> list[_Name]:
        return self._beginning.get(base, [])

    def _fits(self, name: _Name, text: str, words: list[re.Match[str]], place: int) -> bool:
        there = words[place : place + len(name.words)]
        if len(there) < len(name.words):
            return False
        if any(
            base not in self._bases.get(_normalize(word[0]), ()) for base, word in zip(name.words, there, strict=True)
        ):
            return False
        gaps = [text[before.end() : after.start()] for before, after in pairwise(there)]
        if any(len(gap) > WIDEST_GAP or "\n" in gap for gap in gaps):
            return False
        return name.spellings is None or " ".join(word[0] for word in there) in name.spellings


def _split_words(name: str) -> list[str]:
    return [word for word in _WORD.findall(name) if len(word) <= LONGEST_WORD]


def _normalize(word: str) -> str:
    return unicodedata.normalize("NFC", word).casefold().replace("ё", "е")


def _list_spellings(words: list[str], spelled: str) -> frozenset[str]:
    """As given and in capitals; none where it is written small, as any other word."""
    given = " ".join(words)
    return frozenset({given, given.upper()}) if spelled != spelled.lower() else frozenset()


def _list_forms(base: str) -> set[str]:
    """The word in all cases of Russian grammar, if it is Russian."""
    forms = {base}
    if _RUSSIAN.fullmatch(base):
        for pattern, endings in _ENDINGS:
            if found := pattern.fullmatch(base):
                forms |= {found[1] + ending for ending in endings}
                if endings != _ENDINGS[0][1]:
                    break
    return forms
