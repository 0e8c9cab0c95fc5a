"""Slips of the finger: which word was meant by one that looks nearly like it."""

from collections.abc import Iterable
from functools import lru_cache

from reference.search.words import split_words, stem_word

_ONE_SLIP, _TWO_SLIPS = 4, 8
"""Letters from which on so many slips are believed."""
_LONG_WORD = 5
"""Letters from which on an unknown word of a sentence is taken for a known one with a slip."""
_MOST_CORRECTED = 4
"""Words of a text; it bounds the time that a text of nothing but unknown ones takes."""
_REMEMBERED = 1000


class Spelling:
    """Known words, for those who mistype them."""

    def __init__(self, known: Iterable[str], stems: Iterable[str]) -> None:
        """From words that may be meant, and the stems of all that are no slips."""
        self._known: dict[str, list[str]] = {}
        for word in known:
            self._known.setdefault(word[0], []).append(word)
        self._stems = {stem_word(word) for alike in self._known.values() for word in alike}.union(stems)

    def correct(self, text: str) -> str:
        """The text in lower case, with its first unknown words replaced by those that were meant."""
        found = split_words(text)
        unknown = [word for word in dict.fromkeys(found) if stem_word(word) not in self._stems]
        meant = {word: self._guess(word) for word in unknown[:_MOST_CORRECTED]}
        return " ".join(meant.get(word, word) for word in found)

    @lru_cache(_REMEMBERED)  # noqa: B019  (there is one such object)
    def _guess(self, typed: str) -> str:
        """The nearest known word with the same first letter, or the same word where none is near."""
        if len(typed) < _LONG_WORD:
            return typed
        likely = [word for word in self._known.get(typed[0], ()) if is_slip(typed, word)]
        return min(likely, key=lambda word: (count_slips(typed, word), word), default=typed)


def is_slip(typed: str, meant: str) -> bool:
    """Whether few enough letters were added, left out, exchanged or swapped with their neighbours."""
    allowed = (len(meant) >= _ONE_SLIP) + (len(meant) >= _TWO_SLIPS)
    return abs(len(typed) - len(meant)) <= allowed and count_slips(typed, meant) <= allowed


def count_slips(typed: str, meant: str) -> int:
    """How many letters have to be added, left out, exchanged or swapped to get from one word to the other."""
    from rapidfuzz.distance import OSA  # noqa: PLC0415  (most questions have no slip; it loads in 20 ms)

    return OSA.distance(typed, meant)
