"""How often the right page is found for questions that were written without looking at the pages.

The questions of asked.toml are divided by a hash, once and for all. Those for development may give ideas for words,
phrases and weights. Those held out are for this test alone: nobody looks at its single results, and nothing is changed
for one of its questions.
"""

import tomllib
from hashlib import sha256
from pathlib import Path

import pytest

from reference.pages.registry import pages
from reference.search.search import search

ASKED: dict[str, dict[str, str]] = tomllib.loads(Path(__file__).with_name("asked.toml").read_text(encoding="utf-8"))


def _is_held_out(question: str) -> bool:
    return sha256(question.encode()).digest()[0] % 2 == 0


def _measure_recall(*, held_out: bool) -> tuple[float, float]:
    """Per cent of questions whose right page is the first, and among five."""
    places = []
    for question, answers in (asked for kind in ASKED.values() for asked in kind.items()):
        if _is_held_out(question) is held_out:
            found = [pages()[hit.uri].name for hit in search(question)]
            places.append([name in answers.split() for name in found])
    return tuple(100 * sum(any(right[:most]) for right in places) / len(places) for most in (1, 5))  # type: ignore[return-value]


def test_every_answer_is_a_page() -> None:
    answers = {name for kind in ASKED.values() for names in kind.values() for name in names.split()}

    assert answers <= {page.name for page in pages().values()}


def test_both_halves_are_large_enough_to_tell_something() -> None:
    held_out = [_is_held_out(question) for kind in ASKED.values() for question in kind]

    assert min(held_out.count(True), held_out.count(False)) > 100


@pytest.mark.parametrize(("held_out", "first", "among_five"), [(False, 80, 92), (True, 75, 94)])
def test_the_right_page_is_found_as_often_as_it_was(held_out: bool, first: float, among_five: float) -> None:
    found = _measure_recall(held_out=held_out)
    print(f"held out: {held_out}, first {found[0]:.1f} %, among five {found[1]:.1f} %")  # noqa: T201  (pytest -rP)

    assert found >= (first, among_five)
    assert found[1] >= among_five
