import json
from pathlib import Path

import pytest

from bench import call, limits
from bench.__main__ import TABLES, run
from bench.figures import percentile, ratio
from bench.profile import Spent, packages, report
from bench.results import Results
from bench.served import ROOT
from bench.table import Table, shown

TABLE = Table("Ferries", "Ours beside theirs.", ("ferry", "knots"), (("ours", 12.345), ("theirs", None)), ("At sea.",))


def test_a_table_is_the_same_in_the_terminal_in_markdown_and_in_json() -> None:
    assert TABLE.text().splitlines() == [
        "Ferries",
        "Ours beside theirs.",
        "",
        "ferry   knots",
        "ours     12.3",
        "theirs      -",
        "At sea.",
    ]
    assert "| ours | 12.3 |" in TABLE.markdown()
    assert TABLE.data()["rows"] == [{"ferry": "ours", "knots": 12.345}, {"ferry": "theirs", "knots": None}]


@pytest.mark.parametrize("rows", [(), (("ours",),)])
def test_a_table_without_its_figures_cannot_be_made(rows: tuple[tuple[str, ...], ...]) -> None:
    with pytest.raises(ValueError, match="each row needs 2 cells"):
        Table("Ferries", "", ("ferry", "knots"), rows)


def test_figures_have_three_digits_and_counts_have_all() -> None:
    assert [*map(shown, (0.1234, 12.34, 1234.5, 1234567, None))] == ["0.12", "12.3", "1,234", "1,234,567", "-"]


def test_what_was_not_measured_has_no_ratio() -> None:
    assert (ratio(3.0, 2.0), ratio(None, 2.0), ratio(3.0, None), ratio(3.0, 0.0)) == (1.5, None, None, None)
    assert (percentile([1.0, 2.0, 3.0], 50), percentile([5.0], 99)) == (2.0, 5.0)


def test_a_peer_that_is_not_installed_is_named_and_not_guessed() -> None:
    assert limits.row(50, "no_such_library, one list") == (
        "no_such_library, one list",
        50,
        None,
        None,
        "not installed",
        None,
        None,
    )


def test_what_a_call_adds_is_less_the_bare_request_and_own_is_less_the_empty_server_too() -> None:
    taken = {
        call.BARE: [0.001],
        "empty server, stdio": [0.002],
        "tool call, stdio": [0.007],
        "empty server, HTTP": [0.003],
        "tool call, HTTP": [0.003],
        "empty server, stdio by hand": [0.001],
        "tool call, stdio by hand": [0.003],
        call.INSIDE: [0.0015],
    }

    found = {row[0]: row[1:] for row in call.rows(taken)}

    assert found["tool call, stdio"] == pytest.approx((7, 7, 6, 6, 4))
    assert found[call.INSIDE] == pytest.approx((1.5, 1.5, 0.5, 0.5, 0.5))
    assert found["tool call, HTTP"] == pytest.approx((3, 3, 2, 2, -1))
    assert found[call.PEER][0] == "not installed"


def test_a_table_that_cannot_be_made_fails_the_run(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["no_such_table"], short=True) == 1
    assert "Not measured: no_such_table" in capsys.readouterr().err


def test_a_page_of_results_says_on_what_they_were_measured() -> None:
    results = Results()
    results.add("ferries", TABLE)

    assert "- versions: openchannels-mcp " in results.markdown()
    assert results.markdown().endswith(f"{TABLE.markdown()}\n")
    assert json.loads(json.dumps(results.data()))["tables"] == {"ferries": json.loads(json.dumps(TABLE.data()))}


def test_the_results_that_are_here_have_every_table() -> None:
    kept = json.loads((ROOT / "bench" / "results.json").read_text(encoding="utf-8"))
    assert tuple(kept["tables"]) == TABLES


def test_a_profile_names_modules_and_gives_the_time_of_c_to_its_caller() -> None:
    ours = (str(ROOT / "server" / "calls.py"), 7, "answer")
    found = {
        ours: Spent(10, 1.0, 4.0, {}),
        ("~", 0, "<method 'sub' of 're.Pattern' objects>"): Spent(20, 3.0, 3.0, {ours: 3.0}),
        ("~", 0, "<method 'poll' of 'select.epoll' objects>"): Spent(5, 50.0, 50.0, {ours: 50.0}),
    }

    lines = [line.split() for line in report(found, 10)]

    assert packages({function: spent for function, spent in found.items() if spent.own < 50}) == [
        ("server (ours)", 4.0)
    ]
    assert ["server.calls:7", "answer", "25.0%", "10"] in lines
    assert not any(str(Path.home()) in word for line in lines for word in line)
