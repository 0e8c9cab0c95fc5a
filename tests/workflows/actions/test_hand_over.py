"""Handing a dialog over: to whom it can go, and what is checked before."""

from dataclasses import replace
from typing import Any

import pytest

from sandbox.domain.queues import count_free_places
from sandbox.seed import seed
from sandbox.state.records import Status
from tests.workflows.tool_calls import ToolCaller


@pytest.fixture
def caller() -> ToolCaller:
    return ToolCaller()


@pytest.mark.parametrize("to", ["Olga", "olga smirnova", "user 3", "operator #3", "Ольге Смирновой", "Smrinova"])
def test_a_person_gets_it_by_name_or_id(caller: ToolCaller, to: str) -> None:
    text, data = caller.call_ok("hand_over", dialog=204, to=to)

    assert caller.chat(204).owner == 3
    assert data["owner"] == {"id": 3, "name": "Olga Smirnova"}
    assert (data["taken_from"], data["proven"], data["unchecked"]) == (4, True, None)
    assert text.startswith("Olga Smirnova (3) has chat 204")
    assert "Before it was with James Carter (4)." in text


@pytest.mark.parametrize("to", ["Smirnov", "Smirnava", "Смирнова Игоря Ивановича"])
def test_a_name_that_may_be_anothers_moves_nothing_and_the_nearest_is_named(caller: ToolCaller, to: str) -> None:
    text, _ = caller.call_refused("hand_over", dialog=204, to=to)

    assert caller.chat(204).owner == 4
    assert "user 3 Olga Smirnova" in text


@pytest.mark.parametrize("to", ["Wholesale", "line 12", "queue12", "12"])
def test_a_line_gets_it_by_name_or_id(caller: ToolCaller, to: str) -> None:
    sales = caller.company.lines[2]
    caller.company.lines[12] = replace(sales, id=12, settings=sales.settings | {"LINE_NAME": "Wholesale"})
    text, data = caller.call_ok("hand_over", dialog=204, to=to)

    assert caller.session(304).line_id == 12
    assert (data["owner"], data["line_id"], data["to"]["kind"]) == (None, 12, "line")
    assert "waits in the queue of Wholesale (12) now" in text


def test_it_goes_back_into_the_queue_of_its_line(caller: ToolCaller) -> None:
    text, _ = caller.call_ok("hand_over", dialog=204, to="queue")

    assert caller.chat(204).owner == 0
    assert caller.session(304).status is Status.SKIPPED
    assert "waits in the queue of Website support (1) now" in text


def test_a_dialog_of_the_lines_bot_is_released_by_the_bots_own_way(caller: ToolCaller) -> None:
    caller.call_ok("hand_over", dialog=217, to="queue")

    assert "bot.session.operator" in caller.sent
    assert caller.session(317).operator_id == 4


def test_a_dialog_that_no_bot_has_cannot_be_released(caller: ToolCaller) -> None:
    caller.call_ok("hand_over", dialog=217, to="queue")
    text, error = caller.call_refused("hand_over", dialog=217, to="queue")

    assert "The dialog was not handed over. The portal refused the call." in text
    assert (error["code"], error["advice"].partition(":")[0]) == ("WRONG_CHAT", "No bot holds this dialog")


def test_a_lost_answer_to_the_release_cannot_be_settled_by_a_look(caller: ToolCaller) -> None:
    caller.lose_answers("imopenlines.bot.session.operator", executed=True)
    text, _ = caller.call_refused("hand_over", dialog=217, to="queue")

    assert "It is not known whether the dialog was handed over" in text


def test_a_moved_dialog_goes_back_into_the_queue_where_it_is_now(caller: ToolCaller) -> None:
    caller.call_ok("hand_over", dialog=219, to="queue")

    assert caller.session(319).line_id == 1


def test_a_waiting_dialog_can_be_given_to_a_person(caller: ToolCaller) -> None:
    _, data = caller.call_ok("hand_over", dialog=203, to="james")

    assert caller.chat(203).owner == 4
    assert data["taken_from"] == 0


AMBIGUOUS = [
    ("4", "'4' fits several: line 4 Spring campaign, user 4 James Carter"),
    ("s", "'s' fits several: line 2 Sales, line 4 Spring campaign"),
    ("nobody", "nobody and no line is called 'nobody'; there are queue (the dialog's own), line 1 Website support"),
    ("arter", "line 5 Night desk, user 3 Olga Smirnova, user 4 James Carter"),
    ("line 77", "to: nothing fits '77'; there are <portal "),
    (" ", "to: must not be blank"),
    ("0", "an id is a number from 1"),
    ("user 0", "an id is a number from 1"),
]


@pytest.mark.parametrize(("to", "words"), AMBIGUOUS)
def test_what_is_not_clear_is_refused_with_those_it_may_be(caller: ToolCaller, to: str, words: str) -> None:
    text, _ = caller.call_refused("hand_over", dialog=204, to=to)

    assert words in text
    assert caller.chat(204).owner == 4


def test_a_person_and_a_line_of_one_name_are_told_apart(caller: ToolCaller) -> None:
    caller.company.lines[3].settings["LINE_NAME"] = "Olga's clients"
    text, _ = caller.call_refused("hand_over", dialog=204, to="olga")

    assert "line 3 Olga's clients, user 3 Olga Smirnova" in text


@pytest.mark.parametrize("to", ["me", "Myself", "Anna"])
def test_whoever_calls_is_not_looked_for_among_others(caller: ToolCaller, to: str) -> None:
    """`me` is a part of James."""
    text, _ = caller.call_refused("hand_over", dialog=203, to=to)

    assert caller.chat(203).owner == 0
    assert "Anna Keller (1) is you" in text
    assert "operator_answer chat_id=203 takes it" in text


def test_without_the_scope_of_users_a_number_that_is_a_line_may_still_be_a_person() -> None:
    james = ToolCaller(seed.SECOND_OPERATOR_WEBHOOK_PATH)
    text, _ = james.call_refused("hand_over", dialog=204, to="2")

    assert "'2' fits several: line 2 Sales, user 2" in text


NEVER: list[tuple[str, str]] = [
    ("user 6", "Peter Novak (6) is dismissed or blocked"),
    ("user 9", "there is no employee 9 (bots and clients cannot take a dialog)"),
    ("user 101", "there is no employee 101"),
    ("user 1", "Anna Keller (1) is you"),
    ("James", "James Carter (4) has chat 204"),
    ("campaign", "the line Spring campaign (4) is switched off"),
]


@pytest.mark.parametrize(("to", "words"), NEVER)
def test_whoever_cannot_have_it_is_refused_whatever_is_allowed(caller: ToolCaller, to: str, words: str) -> None:
    text, error = caller.call_refused("hand_over", dialog=204, to=to, even_if_offline=True)

    assert f"Nothing was changed: {words}" in text
    assert "done" not in error
    assert caller.chat(204).owner == 4


def test_a_guest_from_outside_cannot_have_it(caller: ToolCaller) -> None:
    caller.company.employees[3].extranet = True
    text, _ = caller.call_refused("hand_over", dialog=204, to="user 3")

    assert "Nothing was changed" in text


def test_a_line_without_anybody_cannot_have_it(caller: ToolCaller) -> None:
    caller.company.lines[2].queue.clear()
    text, _ = caller.call_refused("hand_over", dialog=204, to="sales", even_if_offline=True)

    assert "nobody else is in the queue of Sales (2)" in text


def _set_offline(caller: ToolCaller, person: int) -> None:
    caller.company.employees[person].presence = "offline"


def _fill_slots(caller: ToolCaller, person: int) -> None:
    caller.company.lines[1].settings["MAX_CHAT"] = "1"
    assert count_free_places(caller.company, caller.company.lines[1], person) == 0


@pytest.mark.parametrize(("hinder", "words"), [(_set_offline, "is offline"), (_fill_slots, "has no free slot")])
def test_whoever_cannot_answer_now_gets_it_only_when_that_is_wanted(
    caller: ToolCaller, hinder: Any, words: str
) -> None:
    hinder(caller, 3)
    text, error = caller.call_refused("hand_over", dialog=204, to="olga")
    assert f"Olga Smirnova (3) {words}" in text
    assert "even_if_offline=true" in error["advice"]
    assert caller.chat(204).owner == 4

    caller.call_ok("hand_over", dialog=204, to="olga", even_if_offline=True)
    assert caller.chat(204).owner == 3


def test_whoever_is_outside_the_queue_and_on_a_break_is_refused_with_those_who_could(caller: ToolCaller) -> None:
    text, error = caller.call_refused("hand_over", dialog=204, to="sofia")

    assert "Sofia Marino (5) is not in the queue of Website support (1) and is on a break" in text
    assert error["advice"].endswith("Online with a free slot: Olga Smirnova (3).")


def test_a_line_where_nobody_is_there_gets_it_only_when_that_is_wanted(caller: ToolCaller) -> None:
    for person in (1, 2):
        _set_offline(caller, person)
    text, _ = caller.call_refused("hand_over", dialog=204, to="vip")
    assert "nobody else in the queue of VIP (3) is online with a free slot" in text
    assert "even_if_offline=true hands it over all the same. Or choose another line." in text

    caller.call_ok("hand_over", dialog=204, to="vip", even_if_offline=True)
    assert caller.session(304).line_id == 3


def test_the_queue_is_no_help_where_only_the_giver_is_in_it(caller: ToolCaller) -> None:
    caller.company.lines[1].queue = [entry for entry in caller.company.lines[1].queue if entry.entity_id == 4]
    text, _ = caller.call_refused("hand_over", dialog=204, to="queue", even_if_offline=True)

    assert "nobody else is in the queue of Website support (1)" in text


def test_without_reports_presence_is_that_of_the_list_of_users(caller: ToolCaller) -> None:
    caller.company.switches.plan.reports = False
    _set_offline(caller, 3)
    text, _ = caller.call_refused("hand_over", dialog=204, to="olga")

    assert "Olga Smirnova (3) is offline" in text


def test_what_could_not_be_checked_is_said() -> None:
    james = ToolCaller(seed.SECOND_OPERATOR_WEBHOOK_PATH)
    text, data = james.call_ok("hand_over", dialog=204, to="olga")

    assert data["unchecked"] == "whether Olga Smirnova (3) is online"
    assert "Not checked, as the portal does not tell: whether Olga Smirnova (3) is online." in text


def test_a_line_that_cannot_be_checked_is_said_too(caller: ToolCaller) -> None:
    caller.company.switches.plan.reports = False
    _, data = caller.call_ok("hand_over", dialog=204, to="sales")

    assert data["unchecked"] == "whether anybody in its queue is online"


def test_a_closed_dialog_is_not_opened_by_handing_it_over(caller: ToolCaller) -> None:
    sessions = len(caller.company.sessions)
    text, _ = caller.call_refused("hand_over", dialog=209, to="olga")

    assert "is closed" in text
    assert len(caller.company.sessions) == sessions


def test_what_waits_in_that_queue_already_is_left_there(caller: ToolCaller) -> None:
    for to in ("queue", "website"):
        assert "waits in that queue already" in caller.call_refused("hand_over", dialog=203, to=to)[0]
