"""Fields of rows, and lists, in the forms in which portals write them; what is not understood is counted and named."""

from typing import Any

import pytest

from tools.result_types import read_flag, read_items, read_number, read_text
from workflows.core.pagination import has_more, read_count, read_rows
from workflows.core.rows import RowReader, UnclearRows

YES: tuple[Any, ...] = (True, "Y", "1", 1, "true")
NO: tuple[Any, ...] = (False, "N", "0", 0, "false")
UNTOLD: tuple[Any, ...] = (None, {}, [], "maybe")
FIVE: tuple[Any, ...] = (5, "5", 5.0)
NO_ID: tuple[Any, ...] = (0, "", None)
ODD: tuple[Any, ...] = (True, False, "x", 2.5, -1, 2**31, [], {}, [5], float("nan"), float("inf"))


@pytest.mark.parametrize(
    ("value", "number"),
    [("22", 22), (22, 22), (22.0, 22), ("22.0", 22), (" 22 ", 22), ("-3", -3), ("0.5", 0.5), ("", None), (None, None)],
)
def test_a_number_may_be_written_as_text(value: Any, number: Any) -> None:
    assert read_number(value) == number
    assert isinstance(read_number(value), type(number))


@pytest.mark.parametrize("value", [True, [], {}, "x", "1e5", "٣", "9" * 5000, "1 2"])
def test_what_is_no_number_passes_as_it_is(value: Any) -> None:
    assert read_number(value) is value
    assert read_count(value) == 0


@pytest.mark.parametrize(
    ("value", "flag"),
    [
        *((one, True) for one in [*YES, "y", "True"]),
        *((one, False) for one in [*NO, "n", ""]),
        *((one, one) for one in ("maybe", 7)),
    ],
)
def test_a_switch_may_be_written_in_many_ways(value: Any, flag: Any) -> None:
    assert read_flag(value) == flag
    assert isinstance(read_flag(value), type(flag))


@pytest.mark.parametrize(
    ("value", "rows"),
    [
        ([{"a": 1}, {"b": 2}], [{"a": 1}, {"b": 2}]),
        ({"1": {"a": 1}, "3": {"b": 2}}, [{"a": 1}, {"b": 2}]),
        *(([], []), ({}, []), (None, []), (False, []), ("", []), ("x", []), (5, [])),
        ([None, {"a": 1}, "x", [1]], [{"a": 1}]),
    ],
)
def test_a_list_may_be_written_as_a_map_or_as_nothing(value: Any, rows: list[Any]) -> None:
    assert read_rows(value) == rows
    assert read_items({"1": 5, "4": None}) == [5, None]


def test_a_text_may_be_written_as_a_number() -> None:
    written: list[Any] = ["x", 2500, 2.5, True, None, [], {}]

    assert [read_text(one) for one in written] == ["x", "2500", "2.5", "", "", "", ""]


@pytest.mark.parametrize(
    ("value", "found"),
    [*((five, 5) for five in FIVE), *((nothing, 0) for nothing in NO_ID), *((odd, 0) for odd in ODD)],
)
def test_an_id_is_understood_or_named(value: Any, found: int) -> None:
    row = RowReader({"operatorId": value})

    assert row.read_id("operatorId") == found
    assert row.unclear == ["operatorId"] * any(value is one for one in ODD)


@pytest.mark.parametrize("row", [{}, {"id": None}, {"id": 0}, {"id": "0"}, {"id": ""}, {"id": "x"}])
def test_what_is_required_is_not_understood_where_it_is_missing(row: dict[str, Any]) -> None:
    reader = RowReader(row)

    assert reader.read_id("id", required=True) == 0
    assert reader.read_moment("dateCreate", required=True) is None
    assert reader.read_code("status", required=True) == ""
    assert reader.unclear == ["id", "dateCreate", "status"]


@pytest.mark.parametrize("row", [None, "x", 5, [], [{"id": 5}], True])
def test_a_row_that_is_no_object_is_not_understood(row: Any) -> None:
    assert RowReader(row).unclear == ["form"]


def test_each_other_field_is_understood_or_named_once() -> None:
    row = RowReader(
        {"wait": "7.5", "vote": "like", "late": "Y", "at": "2026-03-16T08:00:00Z", **{key: {} for key in "abcd"}}
    )

    assert (row.read_number("wait"), row.read_code("vote", {"like"}), row.read_flag("late")) == (7.5, "like", True)
    assert row.read_moment("at") is not None
    assert [row.read_number("gone"), row.read_code("gone"), row.read_flag("gone"), row.read_moment("gone")] == [
        *(None, "", None, None)
    ]
    assert row.unclear == []
    assert row.read_code("vote", {"none"}) == ""
    assert [row.read_number("a"), row.read_code("b"), row.read_flag("c"), row.read_moment("d")] == [
        None,
        "",
        None,
        None,
    ]
    assert row.read_number("a") is None
    assert row.unclear == ["vote", "a", "b", "c", "d"]


def test_what_is_not_understood_is_counted_and_named() -> None:
    unclear = UnclearRows()
    unclear.add("session", [], "session 300")
    unclear.add("session", ["id", "dateCreate"], "chat 201")
    unclear.add("session", ["form"])
    for number in range(301, 306):
        unclear.add("session", ["crmEntityId"], f"session {number}", shown=True)

    assert unclear.describe() == [
        "1 session whose id or dateCreate could not be read (chat 201)",
        "1 session whose form could not be read",
        "the crmEntityId of 5 sessions, which could not be read (session 301, session 302, session 303, 2 more)",
    ]


@pytest.mark.parametrize(
    ("told", "rows", "more"),
    [
        *((one, 200, False) for one in NO),
        *((one, 3, True) for one in YES),
        *((one, 200, True) for one in UNTOLD),
        *((one, 199, False) for one in UNTOLD),
    ],
)
def test_where_the_portal_does_not_tell_another_page_follows_a_full_one(told: Any, rows: int, *, more: bool) -> None:
    assert has_more({"hasNextPage": told}, rows, 200) is more
