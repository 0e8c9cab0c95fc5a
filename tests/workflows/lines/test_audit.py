"""The check of lines as a tool."""

import shlex
from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.state.company import Company
from tests.assistant import Assistant, assistant, text_of
from tests.workflows.portal_context import run_tool
from workflows.lines.audit import ChannelAudit


@pytest.fixture(scope="module")
def client() -> Iterator[Assistant]:
    with assistant("--sandbox") as client:
        yield client


def _list_findings(data: dict[str, Any]) -> dict[int, list[str]]:
    return {line["id"]: [finding["rule"] for finding in line["findings"]] for line in data["lines"]}


def test_all_lines_of_the_sandbox_are_looked_at() -> None:
    data, text = run_tool(ChannelAudit)

    assert _list_findings(data) == {
        1: [],
        2: ["no_target"],
        3: ["no_target"],
        4: [
            "inactive",
            "off_hours_text_unused",
            "kpi_first_answer_alert_without_time",
            "kpi_first_answer_alert_for_nobody",
            "one_operator",
        ],
        5: ["one_operator", "no_target"],
    }
    assert data["counted"] == {"error": 0, "warning": 4, "note": 5}
    assert text.startswith("Lines looked at: 5. Found: 0 errors, 4 warnings, 5 notes.")
    assert text.endswith("Nothing found: Website support (1)")


def test_a_fix_can_be_called_as_it_stands(client: Assistant) -> None:
    text = text_of(client.call("channel_audit", line="spring"))
    fix = next(line for line in text.splitlines() if "WORKTIME_DAYOFF_RULE" in line).partition("Fix: ")[2]
    tool, *words = shlex.split(fix)

    assert tool == "config_update"
    assert words == [
        "config_id=4",
        "worktime_enable=true",
        "worktime_from=09:00",
        "worktime_to=18:30",
    ]
    reply = client.read("channel_audit", line=4)
    finding = reply.structured_content["lines"][0]["findings"][1]
    assert finding["values"] == {"WORKTIME_ENABLE": "N", "WORKTIME_DAYOFF_RULE": "text"}
    assert not client.call(finding["fix"]["tool"], finding["fix"]["arguments"]).is_error
    assert "off_hours_text_unused" not in str(client.read("channel_audit", line=4).structured_content)


def test_many_findings_are_cut_in_the_text_and_in_the_data_alike() -> None:
    def add_lines(company: Company) -> None:
        for number in range(10, 70):
            company.lines[number] = type(company.lines[4])(**{**vars(company.lines[4]), "id": number})

    data, text = run_tool(ChannelAudit, add_lines)

    assert data["lines_looked_at"] == 50
    assert data["lines_left_out"] == 15
    assert sum(line.startswith("- ") for line in text.splitlines()) == 40
    assert sum(map(len, _list_findings(data).values())) == 40
    assert data["findings_left_out"] == sum(data["counted"].values()) - 40
    assert data["limits"][0] == f"{data['findings_left_out']} more findings: ask for one line."
    assert data["limits"][0] in text
    assert "15 more lines were not looked at" in text


def test_a_portal_without_lines_has_nothing_to_look_at() -> None:
    data, text = run_tool(ChannelAudit, lambda company: company.lines.clear())

    assert data["lines"] == []
    assert text == "Lines looked at: 0. Found: 0 errors, 0 warnings, 0 notes."


def test_where_lines_cannot_be_changed_the_fixes_are_for_others() -> None:
    with assistant("--sandbox", "--toolsets", "channels") as reader:
        text = text_of(reader.call("channel_audit", line=4))

    assert "config_update is not switched on here" in text
    assert "config_update is not" not in run_tool(ChannelAudit, line=4)[1]
