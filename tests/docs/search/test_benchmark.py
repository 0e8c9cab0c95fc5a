from pathlib import Path

import pytest

from bench.search import ids, main


@pytest.mark.parametrize(
    ("name", "answers"),
    [
        ("imopenlines.operator.finish", {"imopenlines.operator.finish"}),
        ("OnSessionStart", {"OnSessionStart"}),
        ("guides/limits", {"limits"}),
        ("guides/errors", {"errors"}),
        ("guides/closing", {"guides:closing"}),
        ("sections/operators", {"sections:operators"}),
        ("errors", {"errors"}),
        ("errors/QUERY_LIMIT_EXCEEDED", {"errors"}),
        ("errors/EMPTY_VOTE_PARAMS", {"imopenlines.session.head.vote"}),
        ("errors/CONFIG_ID_EMPTY", set()),
    ],
)
def test_a_page_counts_as_the_answers_it_stands_for(name: str, answers: set[str]) -> None:
    assert ids(name) == answers


def test_without_questions_the_benchmark_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="Name another file with --queries"):
        main(tmp_path / "none.jsonl", failures=False)
