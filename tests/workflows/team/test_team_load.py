"""The load of a team, and whom to move."""

from typing import Any

import anyio
import pytest

from sandbox.domain.transfers import transfer_to_user
from sandbox.state.company import Company
from tests.workflows.portal_context import open_portal, run_tool
from workflows.actions.hand_over import HandOver
from workflows.team.tool import TeamLoad

ALL_TEAM = {1, 2, 3, 4, 5}


def _set_presence(company: Company, **status: str) -> None:
    for number, presence in status.items():
        company.employees[int(number.removeprefix("user"))].presence = presence


def _find(data: dict[str, Any], user: int) -> dict[str, Any]:
    return next(one for one in data["people"] if one["id"] == user)


def test_each_person_stands_once_with_all_their_lines() -> None:
    data, text = run_tool(TeamLoad)

    assert {one["id"] for one in data["people"]} == ALL_TEAM
    assert len(data["people"]) == len(ALL_TEAM)
    james = _find(data, 4)
    assert (james["name"], james["status"], james["open"]) == ("James Carter", "online", 5)
    assert [(place["line"], place["open"], place["limit"]) for place in james["lines"]] == [
        *(("Website support", 4, None), ("Sales", 1, None), ("Night desk", 0, None))
    ]
    assert "Martin Vogel (2): 1 open (VIP 1 of 5)" in text


def test_what_nobody_has_and_what_lies_with_somebody_away_is_proposed_longest_wait_first() -> None:
    data, text = run_tool(TeamLoad, line="Sales")

    assert [one["arguments"] for one in data["proposals"]] == [
        {"dialog": "201", "to": "user 4"},
        {"dialog": "205", "to": "user 4"},
    ]
    assert [one["why"] for one in data["proposals"]] == [
        "waits 3 h 20 min, nobody has it",
        "waits 50 min, its operator is on a break",
    ]
    assert data["proposals"][1]["from"] == {"id": 5, "name": "Sofia Marino"}
    assert "Proposed (nothing has been moved):" in text


def test_every_proposal_is_a_call_that_hand_over_takes() -> None:
    async def story() -> tuple[int, list[dict[str, Any]]]:
        async with open_portal() as fresh:
            _set_presence(fresh.company, user3="offline", user5="pause")
            call = TeamLoad()
            proposed = call.structured(await call.run(fresh.context))["proposals"]
            for one in proposed:
                done = await HandOver.from_tool(one["arguments"]).run(fresh.context)
                assert done.to.id == one["to"]["id"]
            left = call.structured(await call.run(fresh.context))["proposals"]
            return len(proposed), left

    number, left = anyio.run(story)
    assert number >= 3
    assert left == []


def test_where_nobody_is_online_the_dialogs_are_named_and_nothing_is_proposed() -> None:
    data, text = run_tool(
        TeamLoad, lambda company: _set_presence(company, user4="offline", user5="offline"), line="Sales"
    )

    assert data["proposals"] == []
    assert {one["chat_id"] for one in data["nobody_can_take"]} == {201, 205, 216}
    assert "Nobody of the line is online with a free place: chat 201 (Sales)" in text
    assert "James Carter (4), offline" in text


@pytest.mark.parametrize(("limit", "moved"), [("0", 0), ("5", 0), ("4", 0), ("3", 1), ("2", 2)])
def test_whoever_has_more_than_the_limit_gives_as_many_as_are_too_many(limit: str, moved: int) -> None:
    def set_limit(company: Company) -> None:
        company.lines[1].settings |= {"MAX_CHAT": limit, "TYPE_MAX_CHAT": "closed"}
        for session in company.sessions.values():
            if session.operator_id == 3 and session.line_id == 1:
                session.closed = True

    data = run_tool(TeamLoad, set_limit, line=1)[0]
    from_james = [one for one in data["proposals"] if one["from"] and one["from"]["id"] == 4]

    assert _find(data, 4)["lines"][0]["open"] == 4
    assert len(from_james) == moved
    assert all(one["to"]["id"] == 3 and f"has 4 of {limit}" in one["why"] for one in from_james)


def test_whoever_is_full_is_proposed_nothing() -> None:
    def fill(company: Company) -> None:
        company.lines[2].settings |= {"MAX_CHAT": "2", "TYPE_MAX_CHAT": "closed"}

    data = run_tool(TeamLoad, fill, line="Sales")[0]

    assert [one["arguments"]["dialog"] for one in data["proposals"]] == ["201"]
    assert [one["chat_id"] for one in data["nobody_can_take"]] == [205]


def test_somebody_in_no_queue_who_has_a_waiting_dialog_is_among_the_people() -> None:
    def hand_over(company: Company) -> None:
        company.lines[3].queue.clear()
        assert transfer_to_user(company, company.chats[216], 4, 2)

    data, text = run_tool(TeamLoad, hand_over)
    martin = _find(data, 2)

    assert (martin["name"], martin["status"], martin["lines"]) == ("Martin Vogel", None, [])
    assert martin["open"] == martin["waiting"] == 1
    assert "Martin Vogel (2), in no queue: 1 open, 1 of them waits for an answer" in text


def test_few_requests_are_made() -> None:
    async def story() -> list[str]:
        async with open_portal() as fresh:
            call = TeamLoad()
            await call.run(fresh.context)
            fresh.requests.clear()
            fresh.company.requests.clear()
            await call.run(fresh.context)
            return fresh.requests

    assert len(anyio.run(story)) <= 5
