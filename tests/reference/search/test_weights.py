"""What each weight of the table does: on made-up pages each part of a score is seen alone."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from reference.pages.page import Page
from reference.pages.registry import pages
from reference.search.compiled import compile_pages
from reference.search.documents import Document
from reference.search.excerpt import make_excerpt
from reference.search.field_index import FieldIndex, collect_fields
from reference.search.indexed_page import IndexedPage
from reference.search.memory_tables import MemoryTables
from reference.search.method_names import MethodNames
from reference.search.page_text import read_sections
from reference.search.ranking import Ranking
from reference.search.vocabulary import read_terms, read_tokens
from reference.search.weights import OFFICIAL_WORDS, OWN_WORDS, WordWeights
from reference.search.word_index import WordIndex

FILLERS = [IndexedPage([list(read_terms(f"filler{number}"))], [], []) for number in range(8)]


def _page(*phrases: str, headings: str = "", body: str = "", code: str = "") -> IndexedPage:
    return IndexedPage([list(read_terms(phrase)) for phrase in phrases], headings.split(), body.split(), code.split())


def _scores(question: str, *pages: IndexedPage, weights: WordWeights = OWN_WORDS) -> Mapping[int, float]:
    return WordIndex(MemoryTables.make([*pages, *FILLERS], weights), weights).score(list(read_terms(question)))


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


@pytest.mark.parametrize(("weights", "share"), [(OWN_WORDS, 0.07), (OFFICIAL_WORDS, 0.2)], ids=["own", "official"])
def test_the_text_adds_its_share(weights: WordWeights, share: float) -> None:
    assert _scores("ferry", _page("harbour", body="ferri"), weights=weights)[0] == pytest.approx(share)


def test_a_word_in_a_heading_counts_more_and_one_in_code_much_less_than_in_the_text() -> None:
    pages = [_page("one", headings="ferri x x"), _page("two", body="ferri x x"), _page("three", code="ferri x x")]
    found = _scores("ferry", *pages)

    assert found[0] / found[1] == pytest.approx(2.09, abs=0.02)
    assert found[2] / found[1] == pytest.approx(0.124, abs=0.005)


@pytest.mark.parametrize(("weights", "share"), [(OWN_WORDS, 1.0), (OFFICIAL_WORDS, 0.874)], ids=["own", "official"])
def test_a_word_of_the_same_meaning_counts_nearly_as_much_as_the_word_itself(
    weights: WordWeights, share: float
) -> None:
    same, other = (
        _scores("client", _page(word), weights=weights)[0] - weights.all_phrases for word in ("client", "customer")
    )

    assert other / same == pytest.approx(share, abs=0.01)


def test_a_word_too_many_in_a_phrase_costs_less_than_a_missing_one() -> None:
    spare = _scores("ferry", _page("ferry harbour"))[0]
    missing = _scores("ferry harbour", _page("ferry"))[0]

    assert spare == pytest.approx(0.326, abs=0.002)
    assert missing < spare


def _document(name: str, text: str) -> Document:
    return Document(Page(f"openchannels://docs/{name}", name, "method", name, name, lambda: text, Path()))


def _index_fields(documents: Sequence[Document]) -> FieldIndex:
    return FieldIndex(collect_fields(documents), len(documents))


def test_a_page_that_declares_a_field_goes_before_one_that_answers_it_and_one_that_mentions_it() -> None:
    found = _index_fields(
        [
            _document("declares", "# x\n\n## Arguments\n\n| Argument |\n| --- |\n| `FERRY_ID` |\n"),
            _document("answers", "# x\n\n## Result\n\nThe FERRY_ID.\n"),
            _document("mentions", "# x\n\n## Behaviour\n\nThe FERRY_ID.\n"),
        ]
    ).score("FERRY_ID")

    assert found[1] / found[0] == pytest.approx(0.7)
    assert found[2] / found[0] == pytest.approx(0.3)


def test_a_word_in_capitals_counts_half_as_much_as_what_is_surely_a_field() -> None:
    fields = _index_fields([_document("declares", "# x\n\n## Arguments\n\n| Argument |\n| --- |\n| `FERRY` |\n")])

    assert fields.score("FERRY")[0] == pytest.approx(fields.score("FERRY=1")[0] / 2)


@pytest.mark.parametrize(
    ("later", "heading"), [("ferry dock", ""), ("ferry dock quay", "Later")], ids=["as good", "better by half"]
)
def test_the_beginning_of_a_page_is_the_excerpt_unless_a_later_part_is_much_better(later: str, heading: str) -> None:
    text = f"# x\n\nferry dock\n\n## Later\n\n{later}\n"

    assert make_excerpt(list(read_sections(text, read_tokens)), {"ferri": 1.0, "dock": 1.0, "quay": 1.0})[0] == heading


@pytest.mark.parametrize(
    ("one", "two", "better"),
    [
        ("## Ferry\n\ndock", "## Two\n\nquay", "Ferry"),
        ("## Ferry\n\ndock", "## Two\n\ndock quay", "Two"),
        ("## One\n\ndock\n\nferry", "## Two\n\nquay", "One"),
        ("## One\n\ndock\n\nferry\n\nport", "## Ferry\n\nquay", "Ferry"),
        ("## One\n\ndock\n\nferry\n\nport\n\npier\n\nship", "## Ferry\n\nquay", "One"),
    ],
    ids=["heading", "line before heading", "anywhere", "heading before two anywhere", "four anywhere before heading"],
)
def test_words_count_most_in_one_line_then_in_the_heading_then_anywhere(one: str, two: str, better: str) -> None:
    weights = dict.fromkeys(("ferri", "dock", "quay", "port", "pier", "ship"), 1.0)

    assert make_excerpt(list(read_sections(f"# x\n\n{two}\n\n{one}\n", read_tokens)), weights)[0] == better


NAMES = MethodNames(("imopenlines.ferry.add", "imopenlines.harbour.delete", "crm.ship.list"))


@pytest.mark.parametrize(
    ("typed", "name", "likeness"),
    [
        ("imopenlines.ferry.add", "imopenlines.ferry.add", 1.0),
        ("ferry.add", "imopenlines.ferry.add", 1.0),
        ("ferries.add", "imopenlines.ferry.add", 0.975),
        ("ferrry.add", "imopenlines.ferry.add", 0.925),
        ("ferry.create", "imopenlines.ferry.add", 0.8),
        ("add.ferry", "imopenlines.ferry.add", 0.96),
        ("imopenlines.harbour.add", "imopenlines.ferry.add", 0.61),
    ],
    ids=["itself", "no scope", "same stem", "slip", "same meaning", "other order", "half"],
)
def test_a_name_is_as_like_as_its_parts(typed: str, name: str, likeness: float) -> None:
    assert dict(NAMES.find_resembling(typed))[name] == pytest.approx(likeness, abs=0.005)


DOCUMENTS = [Document(page) for page in pages().values()]
NUMBERS = {document.page.name: number for number, document in enumerate(DOCUMENTS)}


@pytest.fixture(scope="module")
def ranking() -> Ranking:
    return Ranking(DOCUMENTS, compile_pages(DOCUMENTS))


@pytest.mark.parametrize(
    ("question", "name", "score"),
    [
        ("imopenlines.operator.transfer", "imopenlines.operator.transfer", 2.1),
        ("operator.transfer", "imopenlines.operator.transfer", 2.05),
        ("what is imopenlines.operator.transfer", "imopenlines.operator.transfer", 0.6),
        ("SERVER_ADDRESS", "imopenlines.config.path.get", 0.35 * 0.7),
        ("EMPTY_VOTE_PARAMS", "imopenlines.session.head.vote", 0.606),
    ],
    ids=["whole name", "short name", "name in a question", "field of a result", "error code, which is a field too"],
)
def test_what_a_question_names_adds_its_share_to_no_words(
    question: str, name: str, score: float, ranking: Ranking
) -> None:
    assert ranking.score(question, [])[NUMBERS[name]] == pytest.approx(score, abs=0.008)


@pytest.mark.parametrize(
    ("question", "name", "share"),
    [
        ("operators", "sections/operators", 0.97),
        ("overview of operators", "sections/operators", 1.1),
        ("closing a dialog", "guides/closing", 0.9),
        ("guide to closing a dialog", "guides/closing", 0.95),
        ("a session begins", "OnSessionStart", 0.96),
        ("event when a session begins", "OnSessionStart", 1.0),
        ("spam", "imopenlines.operator.spam", 1.0),
        ("current user", "user.current", 0.85),
    ],
)
def test_the_kind_of_a_page_is_a_share_of_what_its_words_count(
    question: str, name: str, share: float, ranking: Ranking
) -> None:
    wanted = list(read_terms(question))
    words = WordIndex(MemoryTables.make([document.to_index() for document in DOCUMENTS], OWN_WORDS), OWN_WORDS).score(
        wanted
    )

    assert ranking.score("", wanted)[NUMBERS[name]] == pytest.approx(share * words[NUMBERS[name]])
