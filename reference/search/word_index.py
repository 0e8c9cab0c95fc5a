"""Pages by words: the phrases that ask for each, all of them together, and what stands on it."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import accumulate
from math import log

from reference.search.indexed_page import WordTables, list_tokens, weigh_term
from reference.search.vocabulary import Term
from reference.search.weights import WordWeights

_OTHER_PHRASES = 3
_MOST_WORDS, _MOST_PHRASES = 16, 800
"""The rarest words and groups of a question, and how many phrases they may be in, bound the time of a search."""
_SHORT = 5
"""Terms of a question of which a phrase may have every one."""
_NEAREST = 150
"""The best rows of a table are looked at."""
_REMEMBERED = 10_000
"""Words whose weights are kept."""


class WordIndex:
    """The words of all pages; pages are called by their numbers."""

    def __init__(self, tables: WordTables, weights: WordWeights) -> None:
        self._tables = tables
        self._weights = weights
        self._pages = 0
        self._count = lru_cache(_REMEMBERED)(tables.count)
        self.weigh = lru_cache(_REMEMBERED)(self._weigh)
        """How well a word tells pages apart: the mean of what it and its groups do."""

    def _weigh(self, term: Term) -> float:
        return weigh_term(term, self._count_pages(), lambda token: self._count(token)[0])

    def score(self, wanted: Sequence[Term]) -> dict[int, float]:
        """Page -> how well it fits the terms of a question, 0 to about 1; those that fit in nothing are missing."""
        uses = {token: self._count(token)[1] for token in list_tokens(wanted)}
        words = sorted(uses, key=lambda token: uses[token])[:_MOST_WORDS]
        scores = self._score_phrases(wanted, _choose_rarest(words, uses))
        for table, share in (
            (self._tables.questions, self._weights.all_phrases),
            (self._tables.texts, self._weights.text),
        ):
            rows = table.find_rows(words, _NEAREST)
            for page, rank in rows:
                scores[page] = scores.get(page, 0.0) + share * rank / rows[0][1]
        return scores

    def _score_phrases(self, wanted: Sequence[Term], words: Sequence[str]) -> dict[int, float]:
        worth = self._weigh_wanted(wanted)
        whole = sum(map(self.weigh, wanted))
        near: dict[int, list[float]] = {}
        for phrase in self._tables.read_phrases(self._find_phrases(wanted, words)):
            common, neighbours = _compare(worth, phrase.places)
            likeness = common / (whole + self._weights.spare_word * max(0.0, phrase.weight - common))
            side_by_side = (1 + neighbours / max(1, len(wanted) - 1)) / 2
            near.setdefault(phrase.page, []).append(likeness * side_by_side)
        return {page: self._combine(sorted(likenesses, reverse=True)) for page, likenesses in near.items()}

    def _find_phrases(self, wanted: Sequence[Term], words: Sequence[str]) -> list[int]:
        """Rows that may be nearest: by the rarest words, and those with every word, which may all be common ones."""
        nearest = self._tables.phrases.find_rows(words, _NEAREST)
        if len(wanted) <= _SHORT:
            nearest += self._tables.phrases.find_whole_rows([term.tokens() for term in wanted], _NEAREST)
        return list(dict.fromkeys(row for row, _ in nearest))

    def _combine(self, likenesses: Sequence[float]) -> float:
        """The likenesses of a page's phrases, the greatest first, as one."""
        best, second, *others = (*likenesses, 0.0)
        rest = sum(others[:_OTHER_PHRASES]) / _OTHER_PHRASES
        weights = self._weights
        return weights.nearest_phrase * best + weights.second_phrase * second + weights.other_phrases * rest

    def _weigh_wanted(self, wanted: Sequence[Term]) -> dict[str, list[tuple[int, float]]]:
        """Word or group -> which of the wanted terms it stands for, and how much it counts for each."""
        worth: dict[str, list[tuple[int, float]]] = {}
        for place, term in enumerate(wanted):
            whole = self.weigh(term)
            worth.setdefault(term.stem, []).append((place, whole))
            for group in term.groups:
                alike = self._weights.synonym * self._measure_rarity(group)
                worth.setdefault(group, []).append((place, min(whole, alike)))
        return worth

    def _measure_rarity(self, token: str) -> float:
        return log(1 + self._count_pages() / (self._count(token)[0] or 1))

    def _count_pages(self) -> int:
        if not self._pages:
            self._pages = self._tables.count_pages()
        return self._pages


def _choose_rarest(words: Sequence[str], uses: Mapping[str, int]) -> list[str]:
    """The words, as many as together are in not too many phrases; at least the first."""
    so_far = accumulate(uses[word] for word in words)
    return [word for word, count in zip(words, so_far, strict=True) if count <= _MOST_PHRASES] or list(words[:1])


def _compare(worth: Mapping[str, Sequence[tuple[int, float]]], places: Mapping[str, int]) -> tuple[float, int]:
    """How much of what is wanted a phrase has, and how many pairs of it stand side by side in both."""
    found: dict[int, tuple[float, int]] = {}
    for token, place in places.items():
        for wanted, counts in worth.get(token, ()):
            if wanted not in found or counts > found[wanted][0]:
                found[wanted] = counts, place
    neighbours = sum(w + 1 in found and found[w + 1][1] == place + 1 for w, (_, place) in found.items())
    return sum(counts for counts, _ in found.values()), neighbours
