"""Writing to a client: the right way into each state of a dialog, once, and with proof."""

from dataclasses import replace
from typing import Any

import anyio
import pytest

from sandbox.seed import seed
from sandbox.state.records import Chat, Message, Status
from tests.workflows.office import Office
from tests.workflows.room import room
from workflows.actions.reply import Reply

HELLO = "Good morning, I am looking into it."


@pytest.fixture
def office() -> Office:
    return Office()


def _written(office: Office, chat: int) -> list[tuple[int, bool]]:
    """Author of each message with our text, and whether the client got it."""
    return [(message.author_id, message.to_client) for message in office.messages(chat) if message.text == HELLO]


def test_a_waiting_dialog_is_taken_and_answered(office: Office) -> None:
    text, data = office.done("reply", dialog=203, message=HELLO)

    assert _written(office, 203) == [(1, True)]
    assert office.chat(203).owner == 1
    assert office.session(303).status is Status.OPERATOR_WROTE
    assert "The client reads it in Live chat. You took the dialog from the queue and are its operator now." in text
    assert data == {
        "chat_id": 203,
        "message_id": office.messages(203)[-1].id,
        "client_gets_it": True,
        "owner_id": 1,
        "taken_from": 0,
        "proven": True,
        "notice": None,
    }


def test_ones_own_dialog_is_answered_without_taking_it(office: Office) -> None:
    text, data = office.done("reply", dialog="Grace Miller", message=HELLO)

    assert _written(office, 206) == [(1, True)]
    assert "You are its operator." in text
    assert data["taken_from"] is None


def test_a_colleagues_dialog_is_left_alone(office: Office) -> None:
    before = len(office.messages(204))
    text, error = office.refused("reply", dialog=204, message=HELLO)

    assert "Nothing was sent: James Carter (4) has chat 204" in text
    assert "take_over=true" in error["advice"]
    assert "session_join chat_id=204" in error["advice"]
    assert (office.chat(204).owner, len(office.messages(204))) == (4, before)


def test_a_colleagues_dialog_is_taken_over_when_that_is_wanted(office: Office) -> None:
    text, data = office.done("reply", dialog=204, message=HELLO, take_over=True)

    assert _written(office, 204) == [(1, True)]
    assert office.chat(204).owner == 1
    assert data["taken_from"] == 4
    assert "You took the dialog from James Carter (4)" in text


def test_a_dialog_that_a_bot_has_is_taken_as_if_it_waited(office: Office) -> None:
    office.done("reply", dialog=217, message=HELLO)

    assert office.chat(217).owner == 1
    assert _written(office, 217) == [(1, True)]


def test_whoever_takes_part_writes_without_taking_the_dialog(office: Office) -> None:
    office.chat(204).members.append(1)
    text, data = office.done("reply", dialog=204, message=HELLO)

    assert _written(office, 204) == [(1, True)]
    assert office.chat(204).owner == data["owner_id"] == 4
    assert "James Carter (4) stays its operator." in text


def test_without_take_a_waiting_dialog_is_left_in_the_queue(office: Office) -> None:
    text, _ = office.refused("reply", dialog=203, message=HELLO, take=False)

    assert "waits in the queue, and take is false" in text
    assert office.chat(203).owner == 0


def test_without_take_a_participant_writes_into_a_waiting_dialog(office: Office) -> None:
    office.chat(203).members.append(1)
    text, data = office.done("reply", dialog=203, message=HELLO, take=False)

    assert (office.chat(203).owner, data["owner_id"]) == (0, 0)
    assert "It goes on waiting in the queue." in text


def test_a_closed_dialog_is_not_opened_by_writing(office: Office) -> None:
    text, error = office.refused("reply", dialog=209, message=HELLO)

    assert "chat 209" in text
    assert "is closed" in text
    assert "session_start chat_id=209" in error["advice"]
    assert not _written(office, 209)


def test_an_earlier_session_is_not_taken_for_the_present_one(office: Office) -> None:
    text, _ = office.refused("reply", dialog="session 312", message=HELLO)

    assert "session 312 is over, and chat 212 has session 332 now" in text
    assert not _written(office, 212)


def test_in_silent_mode_the_client_would_get_nothing(office: Office) -> None:
    text, error = office.refused("reply", dialog=215, message=HELLO)

    assert "is in silent mode, and the client would not get it" in text
    assert "session_mode_silent chat_id=215 activate=false" in error["advice"]


def test_in_silent_mode_colleagues_get_it_when_that_is_wanted(office: Office) -> None:
    text, data = office.done("reply", dialog=215, message=HELLO, even_if_silent=True)

    assert _written(office, 215) == [(1, False)]
    assert data["client_gets_it"] is False
    assert "Only colleagues see it (silent mode)." in text


def test_a_closing_dialog_goes_on_closing() -> None:
    olga = Office(seed.OPERATOR_WEBHOOK_PATH)
    text, _ = olga.done("reply", dialog=208, message=HELLO)

    assert "It goes on closing unless the client writes." in text
    assert olga.session(308).status is Status.CLOSING


def test_a_closing_dialog_that_is_taken_over_is_open_again(office: Office) -> None:
    text, _ = office.done("reply", dialog=208, message=HELLO, take_over=True)

    assert "closing" not in text
    assert office.session(308).status is Status.OPERATOR_WROTE


def _without_messenger(office: Office) -> None:
    for webhook in office.company.access_keys:
        webhook.scopes = ("imopenlines",)


def test_without_the_messengers_scope_a_dialog_of_crm_is_answered_through_it(office: Office) -> None:
    _without_messenger(office)
    text, _ = office.done("reply", dialog="deal 601", message=HELLO, even_if_silent=True)

    assert "crm.message.add" in office.sent
    assert [author for author, _ in _written(office, 215)] == [1]
    assert "Sent as message" in text


def test_without_the_messengers_scope_and_crm_nothing_is_taken(office: Office) -> None:
    _without_messenger(office)
    text, error = office.refused("reply", dialog=203, message=HELLO)

    assert "the scope im is not granted, and the dialog belongs to no CRM record" in text
    assert "tick Chat and Notifications (im)" in error["advice"]
    assert office.chat(203).owner == 0


def test_a_lone_zero_is_refused_where_crm_would_drop_it(office: Office) -> None:
    _without_messenger(office)
    text, _ = office.refused("reply", dialog=214, message="0", take_over=True)

    assert "the portal takes a lone 0 for an empty message" in text
    assert office.chat(214).owner == 2


def test_a_lost_answer_to_sending_is_not_sent_again_when_the_message_is_there(office: Office) -> None:
    office.lose("im.message.add", executed=True)
    _, data = office.done("reply", dialog=206, message=HELLO)

    assert _written(office, 206) == [(1, True)]
    assert data["message_id"] == office.messages(206)[-1].id
    assert office.sent.count("im.message.add") == 1


def test_a_lost_answer_to_sending_is_told_when_the_message_is_not_there(office: Office) -> None:
    office.lose("im.message.add", executed=False)
    text, error = office.refused("reply", dialog=203, message=HELLO)

    assert "It is not known whether the message was sent" in text
    assert "Do not send it again before you know" in error["advice"]
    assert error["done"] == ["you took the dialog and are its operator"]
    assert office.sent.count("im.message.add") == 1


def test_the_same_text_from_before_is_no_proof(office: Office) -> None:
    office.done("reply", dialog=206, message=HELLO)
    office.lose("im.message.add", executed=False)

    assert "not known" in office.refused("reply", dialog=206, message=HELLO)[0]


def test_a_lost_answer_to_taking_is_settled_by_a_look(office: Office) -> None:
    office.lose("imopenlines.operator.answer", executed=True)
    office.done("reply", dialog=203, message=HELLO)

    assert _written(office, 203) == [(1, True)]
    assert office.sent.count("operator.answer") == 1


def test_nothing_is_sent_where_the_dialog_was_perhaps_taken(office: Office) -> None:
    office.lose("imopenlines.operator.answer", executed=False)
    text, _ = office.refused("reply", dialog=203, message=HELLO)

    assert "It is not known whether the dialog was taken; nothing was sent: it is waiting in the queue now" in text
    assert not _written(office, 203)


def test_an_interception_that_did_nothing_is_seen(office: Office) -> None:
    office.lock(204)
    text, error = office.refused("reply", dialog=204, message=HELLO, take_over=True)

    assert "the dialog could not be taken: it is with user 4 now" in text
    assert "done" not in error
    assert not _written(office, 204)


def test_a_dialog_that_somebody_is_just_taking_is_told_with_the_portals_empty_code(office: Office) -> None:
    office.lock(203)
    text, error = office.refused("reply", dialog=203, message=HELLO)

    assert text.startswith(
        "reply failed. Nothing was sent: the dialog could not be taken. The portal refused the call."
    )
    assert error["code"] == ""
    assert "somebody takes it at this moment" in error["advice"]


def test_what_was_done_is_told_when_the_message_is_refused(office: Office) -> None:
    office.company.switches.message_storage_fails = True
    text, error = office.refused("reply", dialog=203, message=HELLO)

    assert "The message was not sent. The portal refused the call." in text
    assert "Done before that, and so it stays: you took the dialog and are its operator." in text
    assert (error["code"], error["done"]) == ("PARAMS_ERROR", ["you took the dialog and are its operator"])
    assert office.chat(203).owner == 1


def test_what_the_portal_says_after_the_message_is_repeated(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    notice = "The message was not delivered: the channel is closed for answers."
    say = office.company.say

    def complain(chat: Chat, author: int, text: str, **details: Any) -> Message:
        message = say(chat, author, text, **details)
        if text == HELLO:
            office.company.announce(chat, notice)
        return message

    monkeypatch.setattr(office.company, "say", complain)
    text, data = office.done("reply", dialog=206, message=HELLO)

    assert data["notice"] == notice
    assert notice in text


def test_a_dialog_that_cannot_be_read_afterwards_is_told(office: Office) -> None:
    office.lose("im.dialog.messages.get", executed=False, times=None)
    text, data = office.done("reply", dialog=206, message=HELLO)

    assert _written(office, 206) == [(1, True)]
    assert data["proven"] is False
    assert "The dialog could not be read afterwards." in text


@pytest.mark.parametrize(
    ("arguments", "first", "later"),
    [({"dialog": 206}, 3, 3), ({"dialog": 203}, 4, 3), ({"dialog": 204, "take_over": True}, 6, 3)],
)
def test_it_takes_few_requests(office: Office, arguments: dict[str, Any], first: int, later: int) -> None:
    office.replies(("reply", {**arguments, "message": HELLO}))
    assert len(office.sent) == first

    office.replies(("scope", {}), *[("reply", {**arguments, "message": HELLO})] * 2)
    assert len(office.sent) == later


def test_an_operator_answers_with_an_operators_rights() -> None:
    olga = Office(seed.OPERATOR_WEBHOOK_PATH)
    olga.done("reply", dialog=202, message=HELLO)
    text, _ = olga.refused("reply", dialog=201, message=HELLO)

    assert _written(olga, 202) == [(3, True)]
    assert "no chat and no session 201" in text


def test_each_step_is_told_to_whoever_listens() -> None:
    told: list[str] = []

    async def listen(_: float, doing: str) -> None:
        told.append(doing)

    async def write() -> None:
        async with room() as fresh:
            await Reply.from_tool({"dialog": 203, "message": HELLO}).run(replace(fresh.context, report=listen))

    anyio.run(write)

    assert told == ["taking the dialog", "sending the message"]
