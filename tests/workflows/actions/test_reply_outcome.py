"""Writing to a client: what is known when an answer of the portal was lost, what is proven, and what it takes."""

from dataclasses import replace
from typing import Any

import anyio
import pytest

from sandbox.seed import seed
from sandbox.state.records import Chat, Message
from tests.workflows.actions.replies import HELLO, list_written
from tests.workflows.portal_context import open_portal
from tests.workflows.tool_calls import ToolCaller
from workflows.actions.reply import Reply


def test_a_lost_answer_to_sending_is_not_sent_again_when_the_message_is_there(caller: ToolCaller) -> None:
    caller.lose_answers("im.message.add", executed=True)
    _, data = caller.call_ok("reply", dialog=206, message=HELLO)

    assert list_written(caller, 206) == [(1, True)]
    assert data["message_id"] == caller.messages(206)[-1].id
    assert caller.sent.count("im.message.add") == 1


@pytest.fixture
def caller() -> ToolCaller:
    return ToolCaller()


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

    assert list_written(caller, 203) == [(1, True)]
    assert caller.sent.count("operator.answer") == 1


def test_nothing_is_sent_where_the_dialog_was_perhaps_taken(caller: ToolCaller) -> None:
    caller.lose_answers("imopenlines.operator.answer", executed=False)
    text, _ = caller.call_refused("reply", dialog=203, message=HELLO)

    assert "It is not known whether the dialog was taken; nothing was sent: it is waiting in the queue now" in text
    assert not list_written(caller, 203)


def test_an_interception_that_did_nothing_is_seen(caller: ToolCaller) -> None:
    caller.lock_chat(204)
    text, error = caller.call_refused("reply", dialog=204, message=HELLO, take_over=True)

    assert "the dialog could not be taken: it is with user 4 now" in text
    assert "done" not in error
    assert not list_written(caller, 204)


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

    assert list_written(caller, 206) == [(1, True)]
    assert data["proven"] is False
    assert "The dialog could not be read afterwards." in text


@pytest.mark.parametrize(
    ("arguments", "first", "later"),
    [({"dialog": 206}, 3, 3), ({"dialog": 203}, 5, 3), ({"dialog": 204, "take_over": True}, 7, 3)],
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

    assert list_written(olga, 202) == [(3, True)]
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
