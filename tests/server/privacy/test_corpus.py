"""How much of what clients write of themselves is found, in three languages, and how much else is hidden with it.

The README names the figures whose floors are here.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from server.privacy.detectors import find_personal_data
from server.privacy.name_matcher import NameMatcher
from server.privacy.normal_text import normalize_text

CORPUS = Path(__file__).with_name("corpus.txt")
_VALUE = re.compile(r"\{(phone|email|card|name|none)\|([^{}]*)\}")
_CODE = re.compile(r"\\u([0-9a-f]{4})")
RECALL = {"phone": 0.97, "email": 0.96, "card": 1.0, "name": 0.97}
PRECISION = 0.98


class Value(NamedTuple):
    """Something planted in a message, or a spoiler (`none`), and where it is."""

    kind: str
    start: int
    end: int


class Message(NamedTuple):
    """What a client wrote."""

    language: str
    text: str
    values: list[Value]


def read_lines(first: bool) -> Iterator[tuple[str, str]]:
    for line in CORPUS.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            language, _, text = line.partition("\t")
            if (language == "client") is first:
                yield language, _CODE.sub(lambda found: chr(int(found[1], 16)), text.replace("\\n", "\n"))


def read_messages() -> Iterator[Message]:
    for language, line in read_lines(first=False):
        text, values, end = "", list[Value](), 0
        for found in _VALUE.finditer(line):
            text += line[end : found.start()]
            values.append(Value(found[1], len(text), len(text) + len(found[2])))
            text, end = text + found[2], found.end()
        yield Message(language, text + line[end:], values)


def find_places(names: NameMatcher, text: str) -> list[tuple[int, int]]:
    normal = normalize_text(text)
    places = [*find_personal_data(normal.text), *names.find(normal.text)]
    return [normal.locate(place.start, place.end) for place in places]


class Figures:
    """What was found and missed, by kind and by language."""

    def __init__(self) -> None:
        names = NameMatcher()
        for _, name in read_lines(first=True):
            names.add(name)
        self.found: dict[tuple[str, str], list[bool]] = defaultdict(list)
        self.right: list[bool] = []
        self.odd: list[str] = []
        for message in read_messages():
            self._measure(message, find_places(names, message.text))

    def _measure(self, message: Message, places: list[tuple[int, int]]) -> None:
        hidden = {place for start, end in places for place in range(start, end)}
        planted = [value for value in message.values if value.kind != "none"]
        for value in planted:
            whole = all(p in hidden for p in range(value.start, value.end) if message.text[p].isalnum())
            self.found[message.language, value.kind].append(whole)
            self.odd += [] if whole else [f"missed: {message.text[value.start : value.end]!r}"]
        for start, end in places:
            right = any(value.start < end and start < value.end for value in planted)
            self.right.append(right)
            self.odd += [] if right else [f"hidden: {message.text[start:end]!r}"]

    def measure_recall(self, *, kind: str = "", language: str = "") -> float:
        found = [
            one
            for (spoken, what), several in self.found.items()
            for one in several
            if kind in {"", what} and language in {"", spoken}
        ]
        return sum(found) / len(found)


@pytest.fixture(scope="module")
def figures() -> Figures:
    return Figures()


def test_the_corpus_is_large_enough(figures: Figures) -> None:
    assert sum(map(len, figures.found.values())) >= 400
    assert {language for language, _ in figures.found} == {"en", "ru", "de"}
    assert sum(value.kind == "none" for message in read_messages() for value in message.values) >= 100


@pytest.mark.parametrize("kind", RECALL)
def test_as_much_of_a_kind_is_found_as_the_guide_says(figures: Figures, kind: str) -> None:
    assert figures.measure_recall(kind=kind) >= RECALL[kind], "\n".join(figures.odd)


@pytest.mark.parametrize("language", ["en", "ru", "de"])
def test_no_language_is_found_worse(figures: Figures, language: str) -> None:
    assert figures.measure_recall(language=language) >= 0.95, "\n".join(figures.odd)


def test_little_else_is_hidden(figures: Figures) -> None:
    assert sum(figures.right) / len(figures.right) >= PRECISION, "\n".join(figures.odd)
