"""What a report leaves out, and where there is none: the portal gives no figures, or there are too many dialogs."""

import importlib.util
import sys

import pytest

from sandbox.seed.seed import NO_RIGHTS_WEBHOOK_PATH
from tests.assistant import Assistant, assistant, text_of
from tests.served import ServedSandbox
from tests.workflows.portal_context import run_tool
from workflows.core import pagination
from workflows.reports.render import _format_change
from workflows.reports.tool import ChannelReport


@pytest.mark.parametrize(
    ("now", "before", "shown"),
    [
        (12, 8, ", +50 %"),
        (8, 12, ", -33 %"),
        (1000, 998, ""),
        (228, 1, ""),
        (10, 1, ", +900 %"),
        (0, 5, ""),
        (5, 0, ""),
    ],
)
def test_a_change_is_told_where_it_says_something(now: int, before: int, shown: str) -> None:
    assert _format_change(now, before) == shown


def test_a_plan_without_reports_is_told_with_what_remains(sandbox: ServedSandbox, client: Assistant) -> None:
    sandbox.control("reset")
    sandbox.control("switches", {"plan": {"reports": False}})
    reply = client.call("channel_report")

    assert reply.is_error
    assert "Portal's code: TARIFF_RESTRICTION." in text_of(reply)
    assert "What remains: channel_overview and channel_audit" in text_of(reply)


def test_a_user_without_the_right_to_reports_is_told_so(sandbox: ServedSandbox) -> None:
    sandbox.control("reset")
    with assistant(webhook=f"{sandbox.address}{NO_RIGHTS_WEBHOOK_PATH}") as client:
        reply = client.call("channel_report")

    assert reply.is_error
    assert "may not see Open Channels reports" in text_of(reply)


def test_without_matplotlib_the_report_comes_without_a_picture_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    data, text = run_tool(ChannelReport, chart=True)
    plain = run_tool(ChannelReport)[1]

    assert text.splitlines() == [*plain.splitlines(), text.splitlines()[-1]]
    assert text.splitlines()[-1].startswith("No picture: pictures need matplotlib, which is not installed here;")
    assert "pip install 'bitrix24-openchannels-mcp[charts]'" in data["picture"]


def test_what_was_not_looked_at_is_said_and_the_totals_stay_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pagination, "PAGE", 4)
    monkeypatch.setattr(pagination, "MOST_PAGES", 3)
    data, text = run_tool(ChannelReport)

    assert data["totals"]["new"] == 22
    assert data["looked_at"] == 12
    assert sum(data["by_hour"]) == 22
    assert "Of 22 dialogs the 12 that were accepted last were looked at one by one" in text
    assert [row["session_id"] for row in data["worth_a_look"]][-2:] == [318, 332]
