"""Writing to a client: the right way into each state of a dialog, once, and with proof."""

from dataclasses import replace
from typing import Any

import anyio
import pytest

from sandbox.seed import seed
from sandbox.state.records import Chat, Message, Status
from tests.workflows.portal_context import open_portal
from tests.workflows.tool_calls import ToolCaller
from workflows.actions.reply import Reply

HELLO = "Good morning, I am looking into it."


@pytest.fixture
def caller() -> ToolCaller:
    return ToolCaller()


def _written(caller: ToolCaller, chat: int) -> list[tuple[int, bool]]:
    """Author of each message with our text, and whether the client got it."""
    return [(message.author_id, message.to_client) for message in caller.messages(chat) if message.text == HELLO]


def test_a_waiting_dialog_is_taken_and_answered(caller: ToolCaller) -> None:
    text, data = caller.call_ok("reply", dialog=203, message=HELLO)

    assert _written(caller, 203) == [(1, True)]
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
    }


def test_ones_own_dialog_is_answered_without_taking_it(caller: ToolCaller) -> None:
    text, data = caller.call_ok("reply", dialog="Grace Miller", message=HELLO)

    assert _written(caller, 206) == [(1, True)]
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

    assert _written(caller, 204) == [(1, True)]
    assert caller.chat(204).owner == 1
    assert data["taken_from"] == 4
    assert "You took the dialog from James Carter (4)" in text


def test_a_dialog_that_a_bot_has_is_taken_as_if_it_waited(caller: ToolCaller) -> None:
    caller.call_ok("reply", dialog=217, message=HELLO)

    assert caller.chat(217).owner == 1
    assert _written(caller, 217) == [(1, True)]


def test_whoever_takes_part_writes_without_taking_the_dialog(caller: ToolCaller) -> None:
    caller.chat(204).members.append(1)
    text, data = caller.call_ok("reply", dialog=204, message=HELLO)

    assert _written(caller, 204) == [(1, True)]
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
    assert not _written(caller, 209)


def test_an_earlier_session_is_not_taken_for_the_present_one(caller: ToolCaller) -> None:
    text, _ = caller.call_refused("reply", dialog="session 312", message=HELLO)

    assert "session 312 is over, and chat 212 has session 332 now" in text
    assert not _written(caller, 212)


def test_in_silent_mode_the_client_would_get_nothing(caller: ToolCaller) -> None:
    text, error = caller.call_refused("reply", dialog=215, message=HELLO)

    assert "is in silent mode, and the client would not get it" in text
    assert "session_mode_silent chat_id=215 activate=false" in error["advice"]


def test_in_silent_mode_colleagues_get_it_when_that_is_wanted(caller: ToolCaller) -> None:
    text, data = caller.call_ok("reply", dialog=215, message=HELLO, even_if_silent=True)

    assert _written(caller, 215) == [(1, False)]
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
    for webhook in caller.company.webhooks:
        webhook.scopes = ("imopenlines",)


def test_without_the_messengers_scope_a_dialog_of_crm_is_answered_through_it(caller: ToolCaller) -> None:
    _without_messenger(caller)
    text, _ = caller.call_ok("reply", dialog="deal 601", message=HELLO, even_if_silent=True)

    assert "crm.message.add" in caller.sent
    assert [author for author, _ in _written(caller, 215)] == [1]
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


def test_a_lost_answer_to_sending_is_not_sent_again_when_the_message_is_there(caller: ToolCaller) -> None:
    caller.lose_answers("im.message.add", executed=True)
    _, data = caller.call_ok("reply", dialog=206, message=HELLO)

    assert _written(caller, 206) == [(1, True)]
    assert data["message_id"] == caller.messages(206)[-1].id
    assert caller.sent.count("im.message.add") == 1


def test_a_lost_answer_to_sending_is_told_when_the_message_is_not_there(caller: ToolCaller) -> None:
    caller.lose_answers("im.message.add", executed=False)
    text, error = caller.call_refused("reply", dialog=203, message=HELLO)

    assert "It is not known whether the message was sent" in text
    assert "Do not send it again before you know" in error["advice"]
    assert error["done"] == ["you took the dialog and are its operator"]
    assert caller.sent.count("im.message.add") == 1


def test_the_same_text_from_before_is_no_proof(caller: ToolCaller) -> None:
    caller.call_ok("reply", dialog=206, message=HELLO)
    caller.lose_answers("im.message.add", executed=False)

    assert "not known" in caller.call_refused("reply", dialog=206, message=HELLO)[0]


def test_a_lost_answer_to_taking_is_settled_by_a_look(caller: ToolCaller) -> None:
    caller.lose_answers("imopenlines.operator.answer", executed=True)
    caller.call_ok("reply", dialog=203, message=HELLO)

    assert _written(caller, 203) == [(1, True)]
    assert caller.sent.count("operator.answer") == 1


def test_nothing_is_sent_where_the_dialog_was_perhaps_taken(caller: ToolCaller) -> None:
    caller.lose_answers("imopenlines.operator.answer", executed=False)
    text, _ = caller.call_refused("reply", dialog=203, message=HELLO)

    assert "It is not known whether the dialog was taken; nothing was sent: it is waiting in the queue now" in text
    assert not _written(caller, 203)


def test_an_interception_that_did_nothing_is_seen(caller: ToolCaller) -> None:
    caller.lock_chat(204)
    text, error = caller.call_refused("reply", dialog=204, message=HELLO, take_over=True)

    assert "the dialog could not be taken: it is with user 4 now" in text
    assert "done" not in error
    assert not _written(caller, 204)


def test_a_dialog_that_somebody_is_just_taking_is_told_with_the_portals_empty_code(caller: ToolCaller) -> None:
    caller.lock_chat(203)
    text, error = caller.call_refused("reply", dialog=203, message=HELLO)

    assert text.startswith(
        "reply failed. Nothing was sent: the dialog could not be taken. The portal refused the call."
    )
    assert error["code"] == ""
    assert "somebody takes it at this moment" in error["advice"]


def test_what_was_done_is_told_when_the_message_is_refused(caller: ToolCaller) -> None:
    caller.company.switches.message_storage_fails = True
    text, error = caller.call_refused("reply", dialog=203, message=HELLO)

    assert "The message was not sent. The portal refused the call." in text
    assert "Done before that, and so it stays: you took the dialog and are its operator." in text
    assert (error["code"], error["done"]) == ("PARAMS_ERROR", ["you took the dialog and are its operator"])
    assert caller.chat(203).owner == 1


def test_what_the_portal_says_after_the_message_is_repeated(
    caller: ToolCaller, monkeypatch: pytest.MonkeyPatch
) -> None:
    notice = "The message was not delivered: the channel is closed for answers."
    say = caller.company.say

    def complain(chat: Chat, author: int, text: str, **details: Any) -> Message:
        message = say(chat, author, text, **details)
        if text == HELLO:
            caller.company.announce(chat, notice)
        return message

    monkeypatch.setattr(caller.company, "say", complain)
    text, data = caller.call_ok("reply", dialog=206, message=HELLO)

    assert data["notice"] == notice
    assert notice in text


def test_a_dialog_that_cannot_be_read_afterwards_is_told(caller: ToolCaller) -> None:
    caller.lose_answers("im.dialog.messages.get", executed=False, times=None)
    text, data = caller.call_ok("reply", dialog=206, message=HELLO)

    assert _written(caller, 206) == [(1, True)]
    assert data["proven"] is False
    assert "The dialog could not be read afterwards." in text


@pytest.mark.parametrize(
    ("arguments", "first", "later"),
    [({"dialog": 206}, 3, 3), ({"dialog": 203}, 4, 3), ({"dialog": 204, "take_over": True}, 6, 3)],
)
def test_it_takes_few_requests(caller: ToolCaller, arguments: dict[str, Any], first: int, later: int) -> None:
    caller.call_all(("reply", {**arguments, "message": HELLO}))
    assert len(caller.sent) == first

    caller.call_all(("scope", {}), *[("reply", {**arguments, "message": HELLO})] * 2)
    assert len(caller.sent) == later


def test_an_operator_answers_with_an_operators_rights() -> None:
    olga = ToolCaller(seed.OPERATOR_WEBHOOK_PATH)
    olga.call_ok("reply", dialog=202, message=HELLO)
    text, _ = olga.call_refused("reply", dialog=201, message=HELLO)

    assert _written(olga, 202) == [(3, True)]
    assert "no chat and no session 201" in text


def test_each_step_is_told_to_whoever_listens() -> None:
    told: list[str] = []

    async def listen(_: float, doing: str) -> None:
        told.append(doing)

    async def write() -> None:
        async with open_portal() as fresh:
            await Reply.from_tool({"dialog": 203, "message": HELLO}).run(replace(fresh.context, report=listen))

    anyio.run(write)

    assert told == ["taking the dialog", "sending the message"]
