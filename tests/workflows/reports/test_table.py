"""A report as one table for a spreadsheet."""

import csv
from io import StringIO
from typing import Any

from sandbox.state.company import Company
from server.config.answer_form import AnswerForm
from server.protocol.results import make_bounded_answer
from tests.workflows.portal_context import run_tool
from tests.workflows.reports.sample_reports import REPORTS
from tools.fence import remove_marks_in
from workflows.reports.tool import ChannelReport


def _read(table: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(table)))


def test_the_table_holds_what_the_data_holds() -> None:
    data, (table, text) = run_tool(ChannelReport)[0], run_tool(ChannelReport, format="csv")
    rows = _read(table["csv"])
    people = {row["id"]: row for row in rows if row["part"] == "person"}

    assert "\n".join(table["csv"].splitlines()) in remove_marks_in(text)
    assert rows[0]["name"] == "all lines"
    assert [int(rows[0][name]) for name in ("dialogs", "closed", "accepted", "first_answer", "in_time")] == [
        *(data["totals"][name] for name in ("new", "closed", "accepted")),
        *(data["first_answers"]["average"], data["totals"]["in_time"]),
    ]
    for one in data["by_operator"]:
        row = people[str(one["id"])]
        assert row["name"] == one["name"]
        assert [int(row[name]) for name in ("dialogs", "answered", "first_answer", "likes", "dislikes")] == [
            one[name] for name in ("dialogs", "answered", "first_answer", "likes", "dislikes")
        ]
    assert {row["name"]: int(row["dialogs"]) for row in rows if row["part"] == "channel"} == data["by_channel"]
    hours = {int(row["id"]): int(row["dialogs"]) for row in rows if row["part"] == "hour"}
    assert hours == {hour: number for hour, number in enumerate(data["by_hour"]) if number}
    dialogs = [int(row["id"]) for row in rows if row["part"] == "dialog"]
    assert dialogs == [found["session_id"] for found in data["worth_a_look"]]
    assert table["rows_left_out"] == 0
    assert "by_operator" not in table


def test_a_name_that_is_a_formula_is_none_in_the_table() -> None:
    def rename(company: Company) -> None:
        for line in company.lines.values():
            for number, fields in line.user_fields.items():
                line.user_fields[number] = {**fields, "USER_NAME": "=HYPERLINK(1)" if number == 4 else ""}

    rows = _read(run_tool(ChannelReport, rename, format="csv")[0]["csv"])

    assert "'=HYPERLINK(1)" in {row["name"] for row in rows}


def test_a_table_that_is_too_long_is_cut_and_says_how_to_go_on() -> None:
    call = ChannelReport(format="csv")
    report = REPORTS["fifteen operators"]
    whole, cut = call.text(report), make_bounded_answer(call, report, AnswerForm(structured=False, characters=1500))
    data: Any = remove_marks_in(call.structured(report))

    assert "cut off" not in whole
    assert len(_read(data["csv"])) == 2 + 15 + 24
    assert len(cut.text()) <= 1500
    rows = len([line for line in remove_marks_in(cut.text()).splitlines() if line.startswith(("person,", "hour,"))])
    assert f"{15 + 24 - rows} more rows are cut off: give a line or a shorter period" in cut.text()
