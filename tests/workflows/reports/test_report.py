"""A report through the server, against a served sandbox whose state says what is true."""

import base64
from collections import Counter
from dataclasses import replace
from datetime import datetime
from statistics import fmean
from typing import Any

import anyio
import pytest
from mcp.types import CallToolResult, ImageContent

from sandbox.state.company import Company
from sandbox.state.records import Transfer
from tests.assistant import Assistant, text_of
from tests.served import ServedSandbox
from tests.workflows.portal_context import open_portal
from tests.workflows.reports import expected_figures
from tools.fence import remove_fences
from workflows.core import pagination
from workflows.reports.tool import ChannelReport

PERIODS = ("today", "yesterday", "last_7_days", "last_30_days", "last_month")


LINES: tuple[tuple[str | int | None, int | None], ...] = ((None, None), (1, 1), ("sales", 2), ("VIP", 3))


LONGEST_TEXT = 3000


HISTORY = "imopenlines.session.history.get"


def _report(client: Assistant, **arguments: Any) -> CallToolResult:
    reply = client.read("channel_report", {name: value for name, value in arguments.items() if value is not None})
    assert not reply.is_error, text_of(reply)
    return reply


def _read_figures(reply: CallToolResult) -> dict[str, Any]:
    data = reply.structured_content
    assert isinstance(data, dict)
    return data


def _check(
    sandbox: ServedSandbox, data: dict[str, Any], period: str, line: int | None, operator: int | None = None
) -> None:
    """Every figure against the state."""
    state = sandbox.look("state")
    span = expected_figures.compute_span(period, datetime.fromisoformat(state["now"]))
    found = expected_figures.select_sessions(state, span, line, operator)
    load = expected_figures.compute_distribution(found)
    votes = [session["vote_head"] for session in found if session["vote_head"]]

    assert data["totals"] == expected_figures.compute_totals(state, found)
    assert data["looked_at"] == len(found)
    assert data["by_hour"] == load["by_hour"]
    assert data["by_channel"] == load["by_channel"]
    by_operator = {row["id"]: row["dialogs"] for row in data["by_operator"] if row["dialogs"]}
    assert by_operator == load["by_operator"]
    assert data["not_taken_yet"] == sum(not session["closed"] and session["status"] < 10 for session in found)
    if operator is None:
        assert data["ratings_received"] == expected_figures.count_ratings(state, span, line)
    assert data["supervisor"] == {"votes": len(votes), "average": round(fmean(votes), 1) if votes else 0}
    assert data["transfers"]["transfers"] == sum(session["transfers"] for session in found)
    assert data["transfers"]["dialogs"] == sum(session["transfers"] > 0 for session in found)
    assert sum(data["transfers"]["by_reason"].values()) == data["transfers"]["transfers"]


@pytest.mark.parametrize("period", PERIODS)
@pytest.mark.parametrize(("line", "number"), LINES)
def test_the_figures_are_those_of_the_state(
    sandbox: ServedSandbox, client: Assistant, period: str, line: str | int | None, number: int | None
) -> None:
    sandbox.control("reset")
    _check(sandbox, _read_figures(_report(client, period=period, line=line)), period, number)


def test_the_figures_of_many_dialogs_are_put_together_from_several_pages(
    sandbox: ServedSandbox, client: Assistant
) -> None:
    sandbox.control("reset")
    sandbox.control("crowd", {"dialogs": 700, "waiting": 40})
    sandbox.control("requests/clear")
    data = _read_figures(_report(client, period="last_30_days"))
    asked = [record["method"] for record in sandbox.look("requests")["requests"]]

    _check(sandbox, data, "last_30_days", None)
    assert data["looked_at"] > 3 * pagination.PAGE
    assert asked.count("imopenlines.v2.Session.list") >= 5
    assert len(data["worth_a_look"]) == 8


def test_transfers_are_told_by_their_reasons() -> None:
    def moved(company: Company) -> None:
        company.transfers.append(replace(company.transfers[-1], reason="noAnswer"))

    async def story() -> tuple[Any, list[Transfer]]:
        async with open_portal() as fresh:
            moved(fresh.company)
            report = await ChannelReport.from_tool({"period": "last_30_days"}).run(fresh.context)
            return report, fresh.company.transfers

    report, transfers = anyio.run(story)

    assert report.moves.by_reason == Counter(transfer.reason for transfer in transfers)
    assert report.moves.by_reason["noAnswer"] == 1
    assert report.moves.dialogs == len({transfer.session_id for transfer in transfers}) < len(transfers)


def test_the_figures_follow_what_happens_on_the_portal(sandbox: ServedSandbox, client: Assistant) -> None:
    sandbox.control("reset")
    before = _read_figures(_report(client, period="today", line=1))
    written = [
        sandbox.control("client-message", {"line_id": 1, "connector": "telegrambot", "name": name, "text": "Hello"})
        for name in ("Ada", "Bob", "Cleo")
    ]
    ids = [message["chat_id"] for message in written]
    sandbox.control("advance", {"seconds": 400})
    for tool in ("operator_answer", "operator_finish"):
        assert not client.call(tool, chat_id=ids[0]).is_error
    sandbox.control("client-message", {"chat_id": ids[0], "text": "0"})
    after = _read_figures(_report(client, period="today", line=1))

    _check(sandbox, after, "today", 1)
    assert after["totals"]["new"] == before["totals"]["new"] + 3
    assert after["totals"]["late"] > before["totals"]["late"]
    assert after["totals"]["dislikes"] == before["totals"]["dislikes"] + 1
    disliked = next(row for row in after["worth_a_look"] if row["chat_id"] == ids[0])
    assert disliked["reasons"][0] == "dislike"
    assert disliked["reasons"][1] == "accepted after 6 min 43 s, late, nobody has answered"


def test_today_is_the_portals_day(sandbox: ServedSandbox, client: Assistant) -> None:
    sandbox.control("reset")
    sandbox.control("advance", {"seconds": 15 * 3600})
    data = _read_figures(_report(client, period="today"))

    assert data["period"]["from"] == "2026-03-17T00:00:00+01:00"
    assert data["totals"]["new"] == 0
    assert data["before"]["from"] == "2026-03-16T00:00:00+01:00"


@pytest.mark.parametrize("line", [None, 1])
@pytest.mark.parametrize(("period", "days"), [("yesterday", 1), ("today", 1), ("this_week", 7), ("last_7_days", 7)])
def test_the_period_before_has_the_figures_of_its_own_days(
    sandbox: ServedSandbox, client: Assistant, period: str, days: int, line: int | None
) -> None:
    sandbox.control("reset")
    sandbox.control("advance", {"seconds": days * 86400})
    before = _read_figures(_report(client, period=period, line=line))["before"]
    state = sandbox.look("state")
    span = tuple(datetime.fromisoformat(before.pop(end)) for end in ("from", "to"))

    expected = expected_figures.compute_totals(state, expected_figures.select_sessions(state, (span[0], span[1]), line))
    assert before == expected
    assert before["new"] > 0


def test_without_comparison_nothing_is_asked_about_the_period_before(client: Assistant) -> None:
    reply = _report(client, compare=False)

    assert "before" not in _read_figures(reply)
    assert "before" not in text_of(reply)


def test_one_operators_dialogs_are_a_report_too(sandbox: ServedSandbox, client: Assistant) -> None:
    sandbox.control("reset")
    data = _read_figures(_report(client, operator="james"))

    _check(sandbox, data, "last_7_days", None, operator=4)
    assert data["operator"] == {"id": 4, "name": "James Carter"}
    assert data["missing"] == ["dialogs that James Carter (4) answered and others have now: call without operator"]
    assert [row["id"] for row in data["by_operator"]] == [4]


def test_the_text_is_short_and_names_people_and_lines(sandbox: ServedSandbox, client: Assistant) -> None:
    sandbox.control("reset")
    text = text_of(_report(client))

    assert len(text.encode()) < LONGEST_TEXT
    assert "James Carter (4): has 9, answered 5 after 6 min 24 s" in text
    assert "nobody has taken it for 3 h 20 min; Sales" in text


def test_each_dialog_worth_a_look_can_be_read_next(sandbox: ServedSandbox, client: Assistant) -> None:
    sandbox.control("reset")
    highlights = _read_figures(_report(client))["worth_a_look"]

    assert [row["session_id"] for row in highlights] == [301, 317, 303, 310, 318, 332]
    assert highlights[3]["reasons"] == ["dislike", "supervisor's vote 2 of 5", "first answer after 50 min"]
    for row in highlights:
        history = client.call("session_history_get", session_id=row["session_id"])
        assert f" in chat {row['chat_id']} " in text_of(history)


def test_a_dialog_that_was_transferred_twice_is_worth_a_look(sandbox: ServedSandbox, client: Assistant) -> None:
    sandbox.control("reset")
    assert not client.call("operator_transfer", chat_id=216, user_id=5).is_error
    highlights = _read_figures(_report(client, line=2))["worth_a_look"]

    assert next(row for row in highlights if row["chat_id"] == 216)["reasons"] == ["transferred 2 times"]


def test_whoever_waits_hears_of_each_step(client: Assistant) -> None:
    heard: list[tuple[float, str | None]] = []

    async def listen(progress: float, total: float | None, message: str | None) -> None:  # noqa: ARG001
        heard.append((progress, message))

    async def story() -> None:
        await client.client.call_tool("channel_report", {}, progress_callback=listen)

    client.run_async(story)

    assert [words for _, words in heard if words and " of 3: " in words] == [
        "1 of 3: finding out which period, line and operator are meant",
        "2 of 3: asking for sums, dialogs and ratings",
        "3 of 3: asking for transfers and messages of 22 dialogs",
    ]
    assert [at for at, _ in heard] == sorted(at for at, _ in heard)


def test_few_questions_are_asked(sandbox: ServedSandbox, client: Assistant) -> None:
    sandbox.control("reset")
    _report(client)
    sandbox.control("requests/clear")
    assert not client.call("channel_report", period="last_30_days").is_error
    requests = sandbox.look("requests")["requests"]
    asked = [record["method"] for record in requests if record["method"] != "batch"]

    assert len([record for record in requests if not record["in_batch"]]) == 3
    assert asked.count(HISTORY) == len(sandbox.look("state")["sessions"])
    assert sorted(method for method in asked if method != HISTORY) == [
        "imopenlines.v2.Session.Rating.list",
        "imopenlines.v2.Session.Transfer.list",
        "imopenlines.v2.Session.list",
        "imopenlines.v2.Session.list",
        "imopenlines.v2.Stat.get",
        "imopenlines.v2.Stat.get",
        "server.time",
    ]


def test_a_picture_comes_as_an_image_and_not_a_second_time_as_data(sandbox: ServedSandbox, client: Assistant) -> None:
    sandbox.control("reset")
    plain, drawn = _report(client, period="yesterday"), _report(client, period="yesterday", chart=True)
    (image,) = (block for block in drawn.content if isinstance(block, ImageContent))

    assert image.mime_type == "image/png"
    assert base64.b64decode(image.data).startswith(b"\x89PNG")
    assert remove_fences(text_of(drawn)) == remove_fences(text_of(plain))
    assert drawn.structured_content == plain.structured_content
