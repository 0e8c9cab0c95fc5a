"""Names as people type them: in any spelling, in part, in another order, with a slip of the finger."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from math import log

from docs.search.vocabulary import terms
from docs.search.words import stem, words

SCOPES = ("imopenlines", "imconnector", "on", "v2")
"""Beginnings that people leave out."""
_SAME_STEM, _SLIP, _SYNONYM = 0.95, 0.85, 0.6
_OUT_OF_ORDER = 0.04
_REMEMBERED = 1000


class Names:
    """The names of methods and events, to be looked up by what resembles them."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = {name: words(name) for name in names}
        counts: dict[str, int] = {}
        for parts in self._names.values():
            for part in set(parts):
                counts[part] = counts.get(part, 0) + 1
        self._weights = {part: log(1 + len(self._names) / count) for part, count in counts.items()}
        self._weights.update(dict.fromkeys(SCOPES, 0.8))

    def resembling(self, typed: str) -> Iterator[tuple[str, float]]:
        """The names that have something of what was typed, each with how much: 1 is the same words in order."""
        options = [option for word in words(typed) for option in self._understand(word)]
        scoped = any(scope in option for option in options for scope in SCOPES)
        for name, own in self._names.items():
            wanted = own if scoped else [part for part in own if part not in SCOPES]
            likeness = self._likeness(options, wanted)
            if likeness > 0:
                yield name, likeness

    def _likeness(self, options: Sequence[Mapping[str, float]], wanted: Sequence[str]) -> float:
        places: list[int] = []
        matched = 0.0
        for option in options:
            best = max(
                (i for i, part in enumerate(wanted) if i not in places and part in option),
                key=lambda i: option[wanted[i]],
                default=None,
            )
            if best is not None:
                places.append(best)
                matched += option[wanted[best]] * self._weights[wanted[best]]
        whole = sum(map(self._weight, options)) + sum(self._weights[part] for part in wanted)
        return 2 * matched / whole - _OUT_OF_ORDER * (places != sorted(places)) if matched else 0.0

    def _weight(self, option: Mapping[str, float]) -> float:
        return max((self._weights[part] for part in option), default=self._rarest)

    @cached_property
    def _rarest(self) -> float:
        return max(self._weights.values())

    @lru_cache(_REMEMBERED)  # noqa: B019  (there is one such object)
    def _understand(self, word: str) -> list[Mapping[str, float]]:
        """The parts of names that a word may mean, each with how surely; several words if it was one too few."""
        alike = {part: _SAME_STEM for part in self._weights if stem(part) == stem(word)}
        if word in alike:
            return [alike | {word: 1.0}]
        if alike := alike or {part: _SLIP for part in self._weights if is_slip(word, part)}:
            return [alike]
        if parts := self._divide(word):
            return [{part: 1.0} for part in parts]
        return [{part: _SYNONYM for part in self._weights if _groups(part) & _groups(word)}]

    def _divide(self, word: str) -> list[str]:
        """`opensession` as its two words; nothing if it is not made of known ones."""
        if word in self._weights:
            return [word]
        for at in range(2, len(word) - 1):
            if word[:at] in self._weights and (rest := self._divide(word[at:])):
                return [word[:at], *rest]
        return []


def _groups(word: str) -> set[str]:
    return {group for _, groups in terms(word) for group in groups}


def is_slip(typed: str, meant: str) -> bool:
    """Whether a word is another with one letter added, left out, exchanged or swapped; two in a long word."""
    allowed = 0 if len(meant) < 4 else 1 if len(meant) < 8 else 2
    return abs(len(typed) - len(meant)) <= allowed and distance(typed, meant) <= allowed


def distance(one: str, other: str) -> int:
    """How many letters have to be added, left out, exchanged or swapped with their neighbour."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one):
        before, last, row = row, before, [i + 1]
        for j, against in enumerate(other):
            cost = min(before[j + 1] + 1, row[j] + 1, before[j] + (letter != against))
            if i and j and letter == other[j - 1] and one[i - 1] == against:
                cost = min(cost, last[j - 1] + 1)
            row.append(cost)
    return row[-1]
