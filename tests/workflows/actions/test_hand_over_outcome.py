"""Handing a dialog over: the note for colleagues, what is proven after the transfer, and what it takes."""

from typing import Any

import pytest

from sandbox.seed import seed
from sandbox.state.records import LineQueueEntry
from tests.workflows.tool_calls import ToolCaller


@pytest.fixture
def caller() -> ToolCaller:
    return ToolCaller()


def _list_notes(caller: ToolCaller, chat: int) -> list[tuple[str, bool]]:
    """Notices of ours, and whether the client got them."""
    return [(one.text, one.to_client) for one in caller.messages(chat) if one.system and " for " in one.text]


def test_a_note_stands_above_the_transfer_and_only_colleagues_see_it(caller: ToolCaller) -> None:
    text, data = caller.call_ok("hand_over", dialog=204, to="olga", note="She asks for an invoice.")

    assert _list_notes(caller, 204) == [("Anna Keller for Olga Smirnova (3): She asks for an invoice.", False)]
    assert data["note_left"] is True
    assert "Your note is in it, for colleagues only." in text
    assert "transferred" in caller.messages(204)[-1].text


def test_without_the_messengers_scope_a_note_stops_the_call_before_anything() -> None:
    james = ToolCaller(seed.SECOND_OPERATOR_WEBHOOK_PATH)
    text, error = james.call_refused("hand_over", dialog=204, to="olga", note="Please")

    assert "a note needs the scope im" in text
    assert error["advice"].endswith("Or call without note.")
    assert james.chat(204).owner == 4


def test_a_note_that_was_left_is_told_when_the_transfer_fails(caller: ToolCaller) -> None:
    caller.lock_chat(204)
    text, error = caller.call_refused("hand_over", dialog=204, to="olga", note="Please")

    assert "The dialog was not handed over. The portal refused the call." in text
    assert "Done before that, and so it stays: the note for colleagues is in the dialog." in text
    assert error["code"] == "OPERATOR_WRONG"


def test_a_note_whose_answer_was_lost_is_looked_for(caller: ToolCaller) -> None:
    caller.lose_answers("im.message.add", executed=True)
    caller.call_ok("hand_over", dialog=204, to="olga", note="Please")

    assert len(_list_notes(caller, 204)) == 1
    assert caller.chat(204).owner == 3


def test_without_a_note_that_is_wanted_nothing_is_transferred(caller: ToolCaller) -> None:
    caller.lose_answers("im.message.add", executed=False)
    text, _ = caller.call_refused("hand_over", dialog=204, to="olga", note="Please")

    assert "The dialog was not handed over, and it is not known whether the note was left" in text
    assert caller.chat(204).owner == 4


def test_a_lost_answer_to_the_transfer_is_settled_by_a_look(caller: ToolCaller) -> None:
    caller.lose_answers("imopenlines.operator.transfer", executed=True)
    caller.call_ok("hand_over", dialog=204, to="olga")
    assert caller.sent.count("operator.transfer") == 1

    caller.lose_answers("imopenlines.operator.transfer", executed=False)
    text, _ = caller.call_refused("hand_over", dialog=204, to="james")
    assert (
        "It is not known whether the dialog was handed over: no usable answer came, and it is with user 3 now" in text
    )
    assert caller.sent.count("operator.transfer") == 1


def test_true_without_a_transfer_is_seen(caller: ToolCaller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sandbox.methods.operators.transfer_to_user", lambda *_: True)
    text, error = caller.call_refused("hand_over", dialog=204, to="olga")

    assert "The dialog was not handed over: the portal answered true, and it is with user 4 now" in text
    assert "in a minute" in error["advice"]


def test_a_dialog_that_cannot_be_read_afterwards_is_handed_over_without_proof(caller: ToolCaller) -> None:
    caller.lose_answers("imopenlines.dialog.get", executed=False, times=None)  # the first look shares its request
    text, data = caller.call_ok("hand_over", dialog=204, to="olga")

    assert (data["proven"], data["owner"]) == (False, None)
    assert "it is not to be read now" in text


def test_a_dialog_out_of_sight_is_handed_over_without_proof() -> None:
    olga = ToolCaller(seed.OPERATOR_WEBHOOK_PATH)
    olga.company.lines[2].queue = [LineQueueEntry(90, "user", 4)]
    olga.chat(201).owner = olga.session(301).operator_id = 3  # a dialog that she may see only while she is in it
    olga.chat(201).members.append(3)
    text, data = olga.call_ok("hand_over", dialog=201, to="james")

    assert olga.chat(201).owner == 4
    assert (data["proven"], data["owner"]) == (False, None)
    assert "The portal took the transfer" in text
    assert "out of your sight now" in text


@pytest.mark.parametrize(
    ("arguments", "first", "later"),
    [({"to": "queue"}, 4, 4), ({"to": "olga"}, 4, 4), ({"to": "user 3", "note": "Please"}, 5, 5)],
)
def test_it_takes_few_requests(caller: ToolCaller, arguments: dict[str, Any], first: int, later: int) -> None:
    caller.call_all(("hand_over", {"dialog": 204, **arguments}))
    assert len(caller.sent) == first

    warm = ("hand_over", {"dialog": 212, **arguments})
    caller.call_all(("reply", {"dialog": 204, "message": "x", "take": False}), ("channel_overview", {"line": 1}), warm)
    assert len(caller.sent) == later
