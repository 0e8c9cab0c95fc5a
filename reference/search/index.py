"""Pages by words: the phrases that ask for each, all of them together, and what stands on it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain
from math import log

from reference.search.corpus import Document
from reference.search.fulltext import FullText
from reference.search.vocabulary import Term

_BEST, _SECOND, _OTHERS, _TOGETHER, _TEXT = 0.47, 0.07, 0.28, 0.145, 0.035
"""Shares in a score: the nearest phrase, the second, the mean of the three after it, all together, the page's text."""
_OTHER_PHRASES = 3
_SYNONYM = 0.9
"""What a word of the same meaning counts beside the word itself."""
_SPARE = 0.3
"""What a word too many in a phrase counts against it, beside a missing one."""
_HEADING = 3.0
"""What a word in a heading weighs beside one in the text."""
_MOST_WORDS, _MOST_PHRASES = 16, 800
"""The rarest words and groups of a question, and how many phrases they may be in, bound the time of a search."""
_NEAREST = 200
"""The best rows of a table are looked at."""


@dataclass(frozen=True, slots=True)
class _Phrase:
    document: int
    places: Mapping[str, int]
    """Word or group -> where in the phrase it stands first."""
    weight: float


class Index:
    """All documents, to be asked for words; they are called by their numbers."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self._pages = len(documents)
        self._counts = _counts(documents)
        self._phrases = [
            _Phrase(number, _places(phrase), sum(map(self.weight, set(phrase))))
            for number, document in enumerate(documents)
            for phrase in document.phrases
        ]
        self._uses = Counter(chain.from_iterable(phrase.places for phrase in self._phrases))
        self._tables = FullText()
        self._tables.fill("phrases", {"words": 1.0}, ([" ".join(phrase.places)] for phrase in self._phrases))
        self._tables.fill("questions", {"words": 1.0}, ([_joined(document.phrases)] for document in documents))
        self._tables.fill("texts", {"headings": _HEADING, "body": 1.0}, map(_headings_and_body, documents))

    def weight(self, term: Term) -> float:
        """How well a word tells pages apart: the mean of what it and its groups do."""
        known = [self._rarity(token) for token in term.tokens() if token in self._counts]
        return sum(known) / len(known) if known else self._rarity(term.stem)

    def scores(self, wanted: Sequence[Term]) -> dict[int, float]:
        """Document -> how well it fits the words, 0 to 1."""
        words = sorted(dict.fromkeys(_tokens(wanted)), key=lambda token: self._uses.get(token, 0))[:_MOST_WORDS]
        scores = self._by_phrase(wanted, self._rarest(words))
        for table, share in (("questions", _TOGETHER), ("texts", _TEXT)):
            rows = self._tables.rows(table, words, _NEAREST)
            for document, rank in rows:
                scores[document] = scores.get(document, 0.0) + share * rank / rows[0][1]
        return scores

    def _by_phrase(self, wanted: Sequence[Term], words: Sequence[str]) -> dict[int, float]:
        worth = self._worth(wanted)
        whole = sum(map(self.weight, wanted))
        near: dict[int, list[float]] = {}
        for row, _ in self._tables.rows("phrases", words, _NEAREST):
            phrase = self._phrases[row]
            common, neighbours = _common(worth, phrase.places)
            likeness = common / (whole + _SPARE * max(0.0, phrase.weight - common))
            side_by_side = (1 + neighbours / max(1, len(wanted) - 1)) / 2
            near.setdefault(phrase.document, []).append(likeness * side_by_side)
        return {document: _share(sorted(likenesses, reverse=True)) for document, likenesses in near.items()}

    def _rarest(self, words: Sequence[str]) -> list[str]:
        """The words up to the one with which they are in too many phrases."""
        uses = accumulate(self._uses.get(word, 0) for word in words)
        return [word for word, so_far in zip(words, uses, strict=True) if so_far <= _MOST_PHRASES] or list(words[:1])

    def _worth(self, wanted: Sequence[Term]) -> dict[str, list[tuple[int, float]]]:
        """Word or group -> which of the wanted terms it stands for, and how much it counts for each."""
        worth: dict[str, list[tuple[int, float]]] = {}
        for place, term in enumerate(wanted):
            worth.setdefault(term.stem, []).append((place, self.weight(term)))
            for group in term.groups:
                worth.setdefault(group, []).append((place, _SYNONYM * self._rarity(group)))
        return worth

    def _rarity(self, token: str) -> float:
        return log(1 + self._pages / self._counts.get(token, 1))


def _counts(documents: Iterable[Document]) -> dict[str, int]:
    """Word or group -> how many documents are asked for with it."""
    return Counter(
        token for document in documents for token in {token for phrase in document.phrases for token in _tokens(phrase)}
    )


def _places(phrase: Sequence[Term]) -> dict[str, int]:
    places: dict[str, int] = {}
    for place, term in enumerate(phrase):
        for token in term.tokens():
            places.setdefault(token, place)
    return places


def _common(worth: Mapping[str, Sequence[tuple[int, float]]], places: Mapping[str, int]) -> tuple[float, int]:
    """How much of what is wanted a phrase has, and how often two of it stand side by side in both."""
    found: dict[int, tuple[float, int]] = {}
    for token, place in places.items():
        for wanted, counts in worth.get(token, ()):
            if wanted not in found or counts > found[wanted][0]:
                found[wanted] = counts, place
    neighbours = sum(w + 1 in found and found[w + 1][1] == place + 1 for w, (_, place) in found.items())
    return sum(counts for counts, _ in found.values()), neighbours


def _share(likenesses: Sequence[float]) -> float:
    best, second, *others = (*likenesses, 0.0)
    return _BEST * best + _SECOND * second + _OTHERS * sum(others[:_OTHER_PHRASES]) / _OTHER_PHRASES


def _headings_and_body(document: Document) -> tuple[str, str]:
    headings = chain.from_iterable(section.tokens for section in document.sections)
    body = chain.from_iterable(line.tokens for section in document.sections for line in section.lines)
    return " ".join(headings), " ".join(body)


def _joined(texts: Iterable[Iterable[Term]]) -> str:
    return " ".join(token for text in texts for token in _tokens(text))


def _tokens(found: Iterable[Term]) -> Iterator[str]:
    for stem, groups in found:
        yield stem
        yield from groups
