"""Writing to a client: the right way into each state of a dialog, once, and with proof."""

import pytest

from sandbox.seed import seed
from sandbox.state.records import Status
from tests.assistant import FENCE
from tests.workflows.actions.replies import HELLO, list_written
from tests.workflows.tool_calls import ToolCaller


def test_a_waiting_dialog_is_taken_and_answered(caller: ToolCaller) -> None:
    text, data = caller.call_ok("reply", dialog=203, message=HELLO)

    assert list_written(caller, 203) == [(1, True)]
    assert caller.chat(203).owner == 1
    assert caller.session(303).status is Status.OPERATOR_WROTE
    assert "The client reads it in Live chat. You took the dialog from the queue and are its operator now." in text
    assert data == {
        "chat_id": 203,
        "message_id": caller.messages(203)[-1].id,
        "client_gets_it": True,
        "owner_id": 1,
        "taken_from": 0,
        "proven": True,
        "notice": None,
        "summary": FENCE.sub("", text),
    }


@pytest.fixture
def caller() -> ToolCaller:
    return ToolCaller()


def test_ones_own_dialog_is_answered_without_taking_it(caller: ToolCaller) -> None:
    text, data = caller.call_ok("reply", dialog="Grace Miller", message=HELLO)

    assert list_written(caller, 206) == [(1, True)]
    assert "You are its operator." in text
    assert data["taken_from"] is None


def test_a_colleagues_dialog_is_left_alone(caller: ToolCaller) -> None:
    before = len(caller.messages(204))
    text, error = caller.call_refused("reply", dialog=204, message=HELLO)

    assert "Nothing was sent: James Carter (4) has chat 204" in text
    assert "take_over=true" in error["advice"]
    assert "session_join chat_id=204" in error["advice"]
    assert (caller.chat(204).owner, len(caller.messages(204))) == (4, before)


def test_a_colleagues_dialog_is_taken_over_when_that_is_wanted(caller: ToolCaller) -> None:
    text, data = caller.call_ok("reply", dialog=204, message=HELLO, take_over=True)

    assert list_written(caller, 204) == [(1, True)]
    assert caller.chat(204).owner == 1
    assert data["taken_from"] == 4
    assert "You took the dialog from James Carter (4)" in text


def test_a_dialog_that_a_bot_has_is_taken_as_if_it_waited(caller: ToolCaller) -> None:
    caller.call_ok("reply", dialog=217, message=HELLO)

    assert caller.chat(217).owner == 1
    assert list_written(caller, 217) == [(1, True)]


def test_whoever_takes_part_writes_without_taking_the_dialog(caller: ToolCaller) -> None:
    caller.chat(204).members.append(1)
    text, data = caller.call_ok("reply", dialog=204, message=HELLO)

    assert list_written(caller, 204) == [(1, True)]
    assert caller.chat(204).owner == data["owner_id"] == 4
    assert "James Carter (4) stays its operator." in text


def test_without_take_a_waiting_dialog_is_left_in_the_queue(caller: ToolCaller) -> None:
    text, _ = caller.call_refused("reply", dialog=203, message=HELLO, take=False)

    assert "waits in the queue, and take is false" in text
    assert caller.chat(203).owner == 0


def test_without_take_a_participant_writes_into_a_waiting_dialog(caller: ToolCaller) -> None:
    caller.chat(203).members.append(1)
    text, data = caller.call_ok("reply", dialog=203, message=HELLO, take=False)

    assert (caller.chat(203).owner, data["owner_id"]) == (0, 0)
    assert "It goes on waiting in the queue." in text


def test_a_closed_dialog_is_not_opened_by_writing(caller: ToolCaller) -> None:
    text, error = caller.call_refused("reply", dialog=209, message=HELLO)

    assert "chat 209" in text
    assert "is closed" in text
    assert "session_start chat_id=209" in error["advice"]
    assert not list_written(caller, 209)


def test_an_earlier_session_is_not_taken_for_the_present_one(caller: ToolCaller) -> None:
    text, _ = caller.call_refused("reply", dialog="session 312", message=HELLO)

    assert "session 312 is over, and chat 212 has session 332 now" in text
    assert not list_written(caller, 212)


def test_in_silent_mode_the_client_would_get_nothing(caller: ToolCaller) -> None:
    text, error = caller.call_refused("reply", dialog=215, message=HELLO)

    assert "is in silent mode, and the client would not get it" in text
    assert "session_mode_silent chat_id=215 activate=false" in error["advice"]


def test_in_silent_mode_colleagues_get_it_when_that_is_wanted(caller: ToolCaller) -> None:
    text, data = caller.call_ok("reply", dialog=215, message=HELLO, even_if_silent=True)

    assert list_written(caller, 215) == [(1, False)]
    assert data["client_gets_it"] is False
    assert "Only colleagues see it (silent mode)." in text


def test_a_closing_dialog_goes_on_closing() -> None:
    olga = ToolCaller(seed.OPERATOR_WEBHOOK_PATH)
    text, _ = olga.call_ok("reply", dialog=208, message=HELLO)

    assert "It goes on closing unless the client writes." in text
    assert olga.session(308).status is Status.CLOSING


def test_a_closing_dialog_that_is_taken_over_is_open_again(caller: ToolCaller) -> None:
    text, _ = caller.call_ok("reply", dialog=208, message=HELLO, take_over=True)

    assert "closing" not in text
    assert caller.session(308).status is Status.OPERATOR_WROTE


def _without_messenger(caller: ToolCaller) -> None:
    for webhook in caller.company.access_keys:
        webhook.scopes = ("imopenlines",)


def test_without_the_messengers_scope_a_dialog_of_crm_is_answered_through_it(caller: ToolCaller) -> None:
    _without_messenger(caller)
    text, _ = caller.call_ok("reply", dialog="deal 601", message=HELLO, even_if_silent=True)

    assert "crm.message.add" in caller.sent
    assert [author for author, _ in list_written(caller, 215)] == [1]
    assert "Sent as message" in text


def test_without_the_messengers_scope_and_crm_nothing_is_taken(caller: ToolCaller) -> None:
    _without_messenger(caller)
    text, error = caller.call_refused("reply", dialog=203, message=HELLO)

    assert "the scope im is not granted, and the dialog belongs to no CRM record" in text
    assert "tick Chat and Notifications (im)" in error["advice"]
    assert caller.chat(203).owner == 0


def test_a_lone_zero_is_refused_where_crm_would_drop_it(caller: ToolCaller) -> None:
    _without_messenger(caller)
    text, _ = caller.call_refused("reply", dialog=214, message="0", take_over=True)

    assert "the portal takes a lone 0 for an empty message" in text
    assert caller.chat(214).owner == 2
