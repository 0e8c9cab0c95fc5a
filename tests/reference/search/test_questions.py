"""The ways in which people ask for each page, held against the pages there are."""

import tomllib
from collections import Counter
from pathlib import Path

import pytest

from reference.pages.registry import pages

QUESTIONS = Path(__file__).resolve().parents[3] / "reference" / "search" / "questions.toml"
ASKED = {"section", "guide", "tool", "method", "event"}
COMING = {f"tools/{name}" for name in ("inbox", "dialog", "reply", "hand_over", "close_dialog")}
"""Pages whose questions were there before them."""
COUNTS = {"en": range(14, 51), "ru": range(10, 37)}

Questions = dict[str, dict[str, list[str]]]


@pytest.fixture(scope="module")
def questions() -> Questions:
    return tomllib.loads(QUESTIONS.read_text(encoding="utf-8"))


def test_every_page_but_those_of_single_codes_has_its_questions(questions: Questions) -> None:
    asked = {page.name for page in pages().values() if page.kind in ASKED}
    assert set(questions) == asked | {"errors"} | COMING


def test_each_page_has_enough_phrases_in_both_languages_and_not_too_many(questions: Questions) -> None:
    for page, phrases in questions.items():
        assert set(phrases) == set(COUNTS), page
        for language, allowed in COUNTS.items():
            assert len(phrases[language]) in allowed, (page, language)


def test_no_phrase_stands_twice(questions: Questions) -> None:
    uses = Counter(
        " ".join(phrase.casefold().split())
        for phrases in questions.values()
        for of_language in phrases.values()
        for phrase in of_language
    )
    assert [phrase for phrase, count in uses.items() if count > 1] == []
