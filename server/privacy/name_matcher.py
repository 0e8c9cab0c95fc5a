"""Names in a text: whole words in any case, Russian ones in any case of the grammar too.

Words are compared in small letters where those that look alike are the same (`fold_letters`). All names are in one tree
of words, so that looking for them takes time in proportion to the text, however many there are.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice, pairwise
from typing import NamedTuple

from server.privacy.common_words import list_common_words
from server.privacy.detection import Detection, blank_out
from server.privacy.normal_text import fold_letters, normalize_text
from server.privacy.russian_forms import list_forms, write_otherwise
from server.privacy.text_index import TextIndex

_LETTER = r"[^\W\d_]"
_SPACED = rf"(?<!{_LETTER}){_LETTER}(?:[^\w\n]{{1,3}}{_LETTER}(?!{_LETTER})){{2,}}+"
_WORD = re.compile(rf"({_SPACED})|{_LETTER}+")
"""Letters that stand alone are one word together."""
_NEXT_WORD = re.compile(rf"[\W_]{{0,3}}({_LETTER}+)")
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{2,}")
"""Of scripts that write no spaces between words."""
NOBODY = frozenset({"guest", "гость", "client", "клиент", "user", "anonymous", "unknown", "unnamed", "без имени"})
"""What portals and channels call somebody who has no name."""
WIDEST_GAP = 3
"""Characters between two words of a name."""
MOST_WORDS, LONGEST_WORD = 8, 40
WORDS_AT_A_TIME = 64
LONGEST_NAME = 400
MOST_UNSPACED = 50_000
SHORTEST = 3
"""Letters of a word that is a name however it is written."""
SHORTEST_BESIDE_DIGITS = 4
"""Letters of a name that counts before a number."""
MOST_ALONE = 4
"""Words of a name that are replaced where they stand alone."""
MOST_LEFT_OUT = 2
"""Words of one letter before a name in letters that stand apart."""


class _Word(NamedTuple):
    """A word of a text, folded."""

    text: str
    start: int
    end: int
    letters: tuple[int, ...] = ()
    """Where each begins, if they stand apart."""


@dataclass
class _Name:
    words: tuple[str, ...]
    spellings: frozenset[str] | None = None
    """Only so written; None for any case."""
    is_client: bool = False
    is_known: bool = False
    """The portal's own: an employee, a line, a channel."""
    following: dict[str, list["_Name"]] = field(default_factory=dict)
    """The names that go on with a word."""


class NameMatcher:
    """Finds the names of clients in texts; it knows those that it was told."""

    def __init__(self) -> None:
        self._root = _Name(())
        self._unspaced = TextIndex(most=MOST_UNSPACED)
        self._has_clients = False

    def add(self, name: str) -> None:
        """Learn a client's name; its words count alone too, unless they say nothing or are everybody's."""
        name = normalize_text(name[:LONGEST_NAME]).text
        if " ".join(name.casefold().split()) in NOBODY:
            return
        for part in _UNSPACED.findall(name):
            self._unspaced.add(part, "client")
        for spelled in {name, write_otherwise(name)}:
            self._add_spelling(spelled)

    def _add_spelling(self, name: str) -> None:
        words = _split_words(name)[:MOST_WORDS]
        for several in _join_words(words) if len(words) > 1 else ():
            self._put(several, name)
        for part in name.split():
            if len(joined := _split_words(part)) > 1:
                self._put(joined[:MOST_WORDS], part)
        for word in words[:MOST_ALONE]:
            if len(word) > 1:
                self._put([word], word)

    def leave(self, name: str, *, words_too: bool = False) -> None:
        """Learn what the portal itself calls an employee, a line or a channel: no client's claim hides it.

        With `words_too` each word of it alone counts as well.
        """
        words = _split_words(normalize_text(name[:LONGEST_NAME]).text)[:MOST_WORDS]
        for known in (words, ["".join(words)], *([word] for word in words if words_too)):
            if known:
                self._find_or_add(known).is_known = True

    def find(self, text: str) -> Iterator[Detection]:
        """Where clients' names stand in a normal text, the longest first where several begin."""
        if self._unspaced:
            places = [Detection(start, end, "client", text[start:end]) for start, end, _ in self._unspaced.find(text)]
            yield from places
            text = blank_out(text, [(place.start, place.end) for place in places])
        if not self._has_clients:
            return
        folded, end = fold_letters(text), 0
        words, place = list[_Word](), 0
        for found in _WORD.finditer(folded):
            if found.end() <= end or (found[1] is None and not self._may_begin(folded, found)):
                continue
            own = 1 if found[1] is None else sum(1 for _ in _join_letters(folded, *found.span()))
            while place < len(words) and words[place].start < found.start():
                place += 1
            if place + own + MOST_WORDS > len(words):
                words, place = list(islice(_read_words(folded, found.start()), own + WORDS_AT_A_TIME)), 0
            for start, stop, name in self._find_from(text, words, place, own):
                if start >= end:
                    end = stop
                    if name:
                        yield Detection(start, stop, "client", name)

    def _may_begin(self, folded: str, found: re.Match[str]) -> bool:
        """Whether a client's name can begin with this word; most words are passed over here."""
        names = self._root.following.get(found[0])
        if not names or any(name.is_client for name in names):
            return bool(names)
        after = _NEXT_WORD.match(folded, found.end())
        return after is not None and any(after[1] in name.following for name in names)

    def _find_from(self, text: str, words: list[_Word], first: int, own: int) -> Iterator[tuple[int, int, str]]:
        """Start, end and normal form of the names that begin in these words; empty for the portal's own."""
        place = first
        while place < min(first + own, len(words)):
            at = self._find_at(text, words, place)
            if at is None:
                place += 1
                continue
            name, length, there = at
            if name.is_known and length > 2:  # noqa: PLR2004  (two words of it are the shortest full name within)
                yield from self._find_within(text, words, place, length)
            yield there[0].start, there[-1].end, "" if name.is_known else " ".join(name.words)
            place += length

    def _find_within(self, text: str, words: list[_Word], first: int, length: int) -> Iterator[tuple[int, int, str]]:
        """Full names of clients within a longer name of a line."""
        for place in range(first, first + length):
            for name, there in self._list_names(text, words[place : first + length]):
                if 1 < there < length and name.is_client and not name.is_known:
                    yield words[place].start, words[place + there - 1].end, " ".join(name.words)
                    return

    def _find_at(self, text: str, words: list[_Word], place: int) -> tuple[_Name, int, list[_Word]] | None:
        """The longest name that begins here, the number and the words of it; of equals the portal's own."""
        first, *others = words[place : place + MOST_WORDS]
        for there in _leave_out_letters(first, others):
            if found := list(self._list_names(text, there)):
                name, length = max(found, key=lambda one: (one[1], one[0].is_known, one[0].words[0] == there[0].text))
                return name, length, there[:length]
        return None

    def _list_names(self, text: str, there: list[_Word]) -> Iterator[tuple[_Name, int]]:
        """Every name that begins with the first of these words, with the number of its words."""
        names = [self._root]
        for length, word in enumerate(there, 1):
            names = [longer for name in names for longer in name.following.get(word.text, ())]
            if not names or (length > 1 and not _are_near(text, there[length - 2], word)):
                return
            for name in names:
                if name.is_known or (name.is_client and _fits(name, text, there[:length])):
                    yield name, length

    def _put(self, words: list[str], spelled: str) -> None:
        common = all(word.casefold() in list_common_words() or len(word) < SHORTEST for word in words)
        spellings = _list_spellings(words, spelled) if common else None
        if spellings is not None and not spellings:
            return
        name = self._find_or_add(words)
        if name.is_client:
            both = name.spellings is not None and spellings is not None
            spellings = (name.spellings or frozenset()) | (spellings or frozenset()) if both else None
        name.spellings, name.is_client, self._has_clients = spellings, True, True

    def _find_or_add(self, words: list[str]) -> _Name:
        name = self._root
        for word in words:
            base = fold_letters(word)
            known = (one for one in name.following.get(base, ()) if one.words[-1] == base)
            name = next(known, None) or _add_name(name, word)
        return name


def _add_name(name: _Name, word: str) -> _Name:
    longer = _Name((*name.words, fold_letters(word)))
    for form in {fold_letters(form) for form in (word, *list_forms(word.casefold()))}:
        name.following.setdefault(form, []).append(longer)
    return longer


def _read_words(folded: str, start: int) -> Iterator[_Word]:
    for found in _WORD.finditer(folded, start):
        if found[1] is None:
            yield _Word(found[0], found.start(), found.end())
        else:
            yield from _join_letters(folded, *found.span())


def _join_letters(folded: str, start: int, end: int) -> Iterator[_Word]:
    """The words that letters with something between them are; where they stand further apart, a word ends."""
    places = [place for place in range(start, end) if folded[place].isalpha()]
    nearest = min(other - one for one, other in pairwise(places))
    word = [places[0]]
    for place in [*places[1:], 0]:
        if place and place - word[-1] == nearest:
            word.append(place)
            continue
        if len(word) <= LONGEST_WORD:
            yield _Word("".join(folded[one] for one in word), word[0], word[-1] + 1, tuple(word))
        word = [place]


def _leave_out_letters(first: _Word, others: list[_Word]) -> Iterator[list[_Word]]:
    """The words, and if the letters of the first stand apart, without some at its ends: those may be other words."""
    yield [first, *others]
    count = len(first.letters)
    for before in range(min(MOST_LEFT_OUT + 1, count)):
        for after in range(min(MOST_LEFT_OUT + 1, count - before)):
            if before or after:
                start, end = first.letters[before], first.letters[count - after - 1] + 1
                word = _Word(first.text[before : count - after], start, end)
                yield [word] if after else [word, *others]


def _are_near(text: str, one: _Word, other: _Word) -> bool:
    gap = text[one.end : other.start] if other.start - one.end <= WIDEST_GAP else "\n"
    return "\n" not in gap and not any(map(str.isalnum, gap))


def _fits(name: _Name, text: str, there: list[_Word]) -> bool:
    """Whether it is written so, and is no part of something with digits."""
    start, end = there[0].start, there[-1].end
    beside_digits = text[max(0, start - 1) : start].isdigit() or text[end : end + 1].isdigit()
    if beside_digits and end - start < SHORTEST_BESIDE_DIGITS:
        return False
    written = " ".join(text[word.start : word.end] for word in there)
    return name.spellings is None or written in name.spellings


def _split_words(name: str) -> list[str]:
    """As they are written, so that the same are found in a text."""
    return [word for found in _WORD.finditer(name) for word in _list_words(found) if len(word) <= LONGEST_WORD]


def _join_words(words: list[str]) -> Iterator[list[str]]:
    """A name of several words as people and addresses write it: whole, first and last, some words together."""
    for several in [words, [words[0], words[-1]]]:
        yield several
        yield ["".join(several)]
        yield ["".join(reversed(several))]
    for place in range(len(words) - 1):
        yield [*words[:place], words[place] + words[place + 1], *words[place + 2 :]]


def _list_words(found: re.Match[str]) -> list[str]:
    if found[1] is None:
        return [found[0]]
    words = _join_letters(found[0], 0, len(found[0]))
    return ["".join(found[0][place] for place in word.letters) for word in words]


def _list_spellings(words: list[str], spelled: str) -> frozenset[str]:
    """As given and in capitals; none where it is written small, as any other word."""
    given = " ".join(words)
    return frozenset({given, given.upper()}) if spelled != spelled.lower() else frozenset()
