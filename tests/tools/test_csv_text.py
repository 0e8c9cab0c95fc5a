"""Rows as CSV."""

import csv
import io

import pytest

from tools.csv_text import list_columns, make_csv, make_csv_file, mark_csv
from tools.untrusted import mark_untrusted


def read_cell(value: object) -> str:
    """The only cell of a sheet with this value, as a CSV reader reads it."""
    text = make_csv([{"said": value}], ["said"])
    assert text.count("\n") == 2, "a row is a line"
    return list(csv.reader(io.StringIO(text)))[1][0]


@pytest.mark.parametrize(
    "said",
    [
        '=HYPERLINK("http://evil.example","bill")',
        "+cmd|' /C calc'!A0",
        "-2+3+cmd|' /C calc'!A0",
        "@SUM(1+1)*cmd|' /C calc'!A0",
        "\t=1+1",
        "\r\n=1+1",
        "  =1+1",
        "\uff1d1+1",
        "'=1+1",
        "|calc",
    ],
)
def test_no_cell_begins_as_a_formula_does(said: str) -> None:
    assert read_cell(said).startswith("'")
    assert read_cell(mark_untrusted(said, "client")).startswith("'")


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, ""),
        (7, "7"),
        (-7.5, "-7.5"),
        ("-7", "-7"),
        ("+491234567", "+491234567"),
        (True, "yes"),
        (False, "no"),
        ('She said "no", twice', 'She said "no", twice'),
        ("one\r\n  two\n\nthree\u2028four", "one two three four"),
        ("Ирина", "Ирина"),
        (["a", 3, None], "a; 3; null"),
        ({"type": "deal", "id": 5}, '{"type":"deal","id":5}'),
        (mark_untrusted("Emma", "client"), "Emma"),
        ("hid\u202eden", "hid\\u202eden"),
    ],
)
def test_a_cell_holds_its_value_in_one_line(value: object, cell: str) -> None:
    assert read_cell(value) == cell


def test_headings_may_be_other_than_the_fields_and_gaps_are_empty() -> None:
    rows: list[dict[str, object]] = [{"id": 1, "name": "Ann"}, {"id": 2, "more": 5}]
    assert list_columns(rows) == ["id", "name", "more"]
    assert make_csv(rows, {"id": "No.", "name": "=Name"}) == "No.,'=Name\n1,Ann\n2,\n"


def test_a_model_sees_the_sheet_as_words_of_the_portal_and_a_program_reads_the_file_as_utf_8() -> None:
    text = make_csv([{"name": "Ann"}], ["name"])
    assert mark_csv(text) == mark_untrusted("name\nAnn", "portal")
    assert make_csv_file(text).decode("utf-8-sig") == text
