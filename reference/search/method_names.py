"""Names as people type them: in any spelling, in part, in another order, with a slip of the finger."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from math import log

from reference.search.spelling import is_slip
from reference.search.vocabulary import read_terms
from reference.search.weights import OUT_OF_ORDER, SAME_MEANING, SAME_STEM, SCOPE_PART, SLIP
from reference.search.words import split_words, stem_word

TYPED = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[._][A-Za-z0-9]+)+|[A-Za-z]*[a-z][A-Z]\w*")
"""What is written as a name: with dots, underscores or humps."""
_SCOPES = ("imopenlines", "imconnector", "on", "v2")
"""Beginnings that people leave out."""
_REMEMBERED = 1000


class MethodNames:
    """Names of methods and events, to be looked up by what resembles them."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = {name: split_words(name) for name in names}
        counts: dict[str, int] = {}
        for parts in self._names.values():
            for part in set(parts):
                counts[part] = counts.get(part, 0) + 1
        self._weights = {part: log(1 + len(self._names) / count) for part, count in counts.items()}
        self._weights.update(dict.fromkeys(_SCOPES, SCOPE_PART))
        self._rarest = max(self._weights.values())

    def find_resembling(self, typed: str) -> Iterator[tuple[str, float]]:
        """The names that share something with what was typed, and how much: 1 is the same words in the same order."""
        meant = [option for word in split_words(typed) for option in self._find_meanings(word)]
        scoped = any(scope in option for option in meant for scope in _SCOPES)
        for name, parts in self._names.items():
            likeness = self._compare(meant, [part for part in parts if scoped or part not in _SCOPES])
            if likeness > 0:
                yield name, likeness

    def _compare(self, meant: Sequence[Mapping[str, float]], parts: Sequence[str]) -> float:
        """How alike they are: twice the weight of what is common, divided by the weight of both."""
        places: list[int] = []
        common = 0.0
        for option in meant:
            free = [place for place, part in enumerate(parts) if part in option and place not in places]
            if free:
                place = max(free, key=lambda place: option[parts[place]])
                places.append(place)
                common += option[parts[place]] * self._weights[parts[place]]
        if not places:
            return 0.0
        both = sum(map(self._weigh, meant)) + sum(self._weights[part] for part in parts)
        return 2 * common / both - (OUT_OF_ORDER if places != sorted(places) else 0.0)

    def _weigh(self, option: Mapping[str, float]) -> float:
        return max((self._weights[part] for part in option), default=self._rarest)

    @lru_cache(_REMEMBERED)  # noqa: B019  (there is one such object)
    def _find_meanings(self, word: str) -> list[Mapping[str, float]]:
        """The parts of names that a word may mean, and how surely; of several words if a space is missing in it."""
        alike = {part: SAME_STEM for part in self._weights if stem_word(part) == stem_word(word)}
        if word in self._weights:
            return [alike | {word: 1.0}]
        if alike := alike or {part: SLIP for part in self._weights if is_slip(word, part)}:
            return [alike]
        if divided := self._divide(word):
            return [{part: 1.0} for part in divided]
        return [{part: SAME_MEANING for part in self._weights if _find_groups(part) & _find_groups(word)}]

    def _divide(self, word: str) -> list[str]:
        """`opensession` as its two words; nothing where it is not made of known ones."""
        if word in self._weights:
            return [word]
        for at in range(2, len(word) - 1):
            if word[:at] in self._weights and (rest := self._divide(word[at:])):
                return [word[:at], *rest]
        return []


def _find_groups(word: str) -> set[str]:
    return {group for term in read_terms(word) for group in term.groups}
