"""What each weight of the table does: on made-up pages each part of a score is seen alone."""

from collections.abc import Mapping

import pytest

from reference.search.vocabulary import read_terms
from reference.search.weights import OFFICIAL_WORDS, OWN_WORDS, WordWeights
from reference.search.word_index import IndexedPage, index_in_memory

FILLERS = [IndexedPage([list(read_terms(f"filler{number}"))], [], []) for number in range(8)]


def _page(*phrases: str, headings: str = "", body: str = "", code: str = "") -> IndexedPage:
    return IndexedPage([list(read_terms(phrase)) for phrase in phrases], headings.split(), body.split(), code.split())


def _scores(question: str, *pages: IndexedPage, weights: WordWeights = OWN_WORDS) -> Mapping[int, float]:
    return index_in_memory([*pages, *FILLERS], weights).score(list(read_terms(question)))


@pytest.mark.parametrize(
    ("phrases", "score"),
    [
        (1, 0.615),
        (2, 0.685),
        (5, 0.965),
    ],
    ids=["the nearest phrase and all together", "the second", "three more"],
)
def test_each_phrase_that_is_the_question_adds_its_share(phrases: int, score: float) -> None:
    assert _scores("ferry harbour", _page(*["ferry harbour"] * phrases))[0] == pytest.approx(score)


@pytest.mark.parametrize(("weights", "share"), [(OWN_WORDS, 0.035), (OFFICIAL_WORDS, 0.2)], ids=["own", "official"])
def test_the_text_adds_its_share(weights: WordWeights, share: float) -> None:
    assert _scores("ferry", _page("harbour", body="ferri"), weights=weights)[0] == pytest.approx(share)


def test_a_word_in_a_heading_counts_more_and_one_in_code_much_less_than_in_the_text() -> None:
    pages = [_page("one", headings="ferri x x"), _page("two", body="ferri x x"), _page("three", code="ferri x x")]
    found = _scores("ferry", *pages)

    assert found[0] / found[1] == pytest.approx(2.09, abs=0.02)
    assert found[2] / found[1] == pytest.approx(0.124, abs=0.005)


def test_a_word_of_the_same_meaning_counts_nearly_as_much_as_the_word_itself() -> None:
    same, other = (_scores("client", _page(word))[0] - OWN_WORDS.all_phrases for word in ("client", "customer"))

    assert other / same == pytest.approx(0.874, abs=0.01)


def test_a_word_too_many_in_a_phrase_costs_less_than_a_missing_one() -> None:
    spare = _scores("ferry", _page("ferry harbour"))[0]
    missing = _scores("ferry harbour", _page("ferry"))[0]

    assert spare == pytest.approx(0.326, abs=0.002)
    assert missing < spare
