from typing import Any

import pytest

from sandbox.seed.seed import APPLICATION_PATH, BOT_CLIENT_ID, NO_RIGHTS_WEBHOOK_PATH, SESSION_PATH
from sandbox.state.records import Status
from tests.sandbox.client import SandboxClient

RELEASE, SEND = "imopenlines.bot.session.operator", "imopenlines.bot.session.message.send"
TRANSFER, FINISH = "imopenlines.bot.session.transfer", "imopenlines.bot.session.finish"
METHODS = (RELEASE, SEND, TRANSFER, FINISH)


@pytest.mark.parametrize("method", METHODS)
def test_a_browser_session_is_refused_first_and_then_the_chat_is_asked_for(portal: SandboxClient, method: str) -> None:
    assert portal.expect_refusal(method, path=SESSION_PATH) == (403, "WRONG_AUTH_TYPE")
    assert portal.expect_refusal(method, {"CHAT_ID": "chat217"}) == (400, "CHAT_ID_EMPTY")


def test_a_dialog_is_released_from_its_bot_by_anyone(portal: SandboxClient) -> None:
    assert portal.call(RELEASE, {"chat_id": 217}, path=NO_RIGHTS_WEBHOOK_PATH) is True
    session, chat = portal.read_session(317), portal.read_chat(217)
    assert (session["status"], session["operator_id"]) == (Status.SKIPPED, 4)
    assert (chat["owner"], chat["members"], chat["invited"]) == (0, [117], [4])


def test_a_released_bot_stays_as_an_observer_when_the_line_says_close(portal: SandboxClient) -> None:
    portal.company.lines[5].settings["WELCOME_BOT_LEFT"] = "close"
    portal.company.employees[4].presence = "offline"
    assert portal.call(RELEASE, {"CHAT_ID": 217}) is True
    assert portal.read_chat(217)["members"] == [117, 9]
    assert portal.read_session(317)["operator_id"] == 0


@pytest.mark.parametrize("chat_id", [206, 220, 999])
def test_a_dialog_without_a_bot_is_the_wrong_chat(portal: SandboxClient, chat_id: int) -> None:
    assert portal.expect_refusal(RELEASE, {"CHAT_ID": chat_id}) == (400, "WRONG_CHAT")


def test_releasing_a_closed_dialog_opens_a_session_even_though_it_fails(portal: SandboxClient) -> None:
    sessions = len(portal.read_state()["sessions"])
    assert portal.expect_refusal(RELEASE, {"CHAT_ID": 209}) == (400, "WRONG_CHAT")
    assert len(portal.read_state()["sessions"]) == sessions + 1


@pytest.mark.parametrize(
    ("params", "last"),
    [
        ({"NAME": "WELCOME"}, "Welcome! An operator will be with you shortly."),
        ({"NAME": "DEFAULT", "MESSAGE": "One moment."}, "One moment."),
        ({"NAME": "DEFAULT"}, None),
        ({"NAME": "default", "MESSAGE": "One moment."}, None),
        ({"MESSAGE": "One moment."}, None),
    ],
)
def test_a_bot_message_is_true_whether_or_not_it_was_sent(portal: SandboxClient, params: Any, last: str | None) -> None:
    before = portal.list_texts(217)
    assert portal.call(SEND, {"CHAT_ID": 217, **params}) is True
    assert portal.list_texts(217) == (before if last is None else [*before, last])


def test_a_bot_message_without_a_name_does_not_even_load_the_session(portal: SandboxClient) -> None:
    sessions = len(portal.read_state()["sessions"])
    assert portal.call(SEND, {"CHAT_ID": 209}) is True
    assert len(portal.read_state()["sessions"]) == sessions
    assert portal.call(SEND, {"CHAT_ID": 209, "NAME": "DEFAULT"}) is True
    assert len(portal.read_state()["sessions"]) == sessions + 1


def test_the_greeting_is_that_of_the_line_the_dialog_moved_to(portal: SandboxClient) -> None:
    portal.company.lines[1].settings["WELCOME_MESSAGE_TEXT"] = "Welcome to the support"
    assert portal.call(SEND, {"CHAT_ID": 219, "NAME": "WELCOME"}) is True
    assert portal.list_texts(219)[-1] == "Welcome to the support"


def test_a_greeting_is_sent_only_where_the_line_has_it_on(portal: SandboxClient) -> None:
    before = portal.list_texts(218)
    assert portal.call(SEND, {"CHAT_ID": 218, "NAME": "WELCOME"}) is True
    assert portal.list_texts(218) == before
    assert portal.call(SEND, {"CHAT_ID": 999, "NAME": "WELCOME"}) is True


@pytest.mark.parametrize("method", [TRANSFER, FINISH])
def test_a_webhook_speaks_for_a_bot_only_with_its_client_id(portal: SandboxClient, method: str) -> None:
    params = {"CHAT_ID": 217, "USER_ID": 3}
    assert portal.expect_refusal(method, params) == (403, "ACCESS_DENIED")
    assert portal.expect_refusal(method, {**params, "CLIENT_ID": "other"}) == (400, "BOT_ID_ERROR")
    assert portal.call(method, {**params, "client_id": BOT_CLIENT_ID}) is True


def test_an_application_speaks_for_its_own_bot(portal: SandboxClient) -> None:
    assert portal.call(TRANSFER, {"CHAT_ID": 217, "USER_ID": 3}, path=APPLICATION_PATH) is True
    assert portal.company.transfers[-1].initiator == 10
    portal.company.bots[:] = [bot for bot in portal.company.bots if bot.user_id != 10]
    assert portal.expect_refusal(TRANSFER, {"CHAT_ID": 217, "USER_ID": 3}, path=APPLICATION_PATH) == (
        400,
        "BOT_ID_ERROR",
    )


def make_params(**target: Any) -> dict[str, Any]:
    return {"CHAT_ID": 217, "CLIENT_ID": BOT_CLIENT_ID, **target}


def test_a_bot_hands_a_dialog_to_a_user_or_a_line(portal: SandboxClient) -> None:
    assert portal.call(TRANSFER, make_params(USER_ID=3, TRANSFER_ID=4)) is True
    assert portal.read_chat(217)["owner"] == 4
    assert portal.call(TRANSFER, make_params(QUEUE_ID=1, TRANSFER_ID="queue3")) is True
    assert portal.read_session(317)["line_id"] == 3


def test_a_bot_leaves_with_an_exact_y(portal: SandboxClient) -> None:
    portal.company.lines[5].settings["WELCOME_BOT_LEFT"] = "close"
    portal.call(TRANSFER, make_params(USER_ID=3, LEAVE="y"))
    assert portal.read_chat(217)["members"] == [117, 9, 3]
    portal.call(TRANSFER, make_params(USER_ID=4, LEAVE="Y"))
    assert portal.read_chat(217)["members"] == [117, 4]


@pytest.mark.parametrize(
    ("target", "code"),
    [
        ({"USER_ID": 0}, "USER_ID_EMPTY"),
        ({"QUEUE_ID": 0}, "QUEUE_ID_EMPTY"),
        ({}, "TRANSFER_ID_EMPTY"),
        ({"USER_ID": 9}, "OPERATOR_WRONG"),
        ({"QUEUE_ID": 77}, "OPERATOR_WRONG"),
    ],
)
def test_a_bot_cannot_hand_a_dialog_to_nowhere(portal: SandboxClient, target: dict[str, Any], code: str) -> None:
    assert portal.expect_refusal(TRANSFER, make_params(**target)) == (400, code)


def test_an_array_as_transfer_id_is_a_raw_500(portal: SandboxClient) -> None:
    assert portal.post(TRANSFER, make_params(TRANSFER_ID=[3])).status_code == 500


def test_a_bot_finishes_a_dialog_over_its_operator(portal: SandboxClient) -> None:
    params = {"chat_id": 206, "client_id": BOT_CLIENT_ID}
    assert portal.call(FINISH, params) is True
    assert portal.read_session(306)["status"] == Status.CLOSING
    assert portal.read_chat(206)["members"] == [106, 9]
    assert portal.call(FINISH, params) is True
    assert portal.read_session(306)["closed"] is True
    assert portal.call(FINISH, params) is True
    assert portal.call(FINISH, {**params, "chat_id": 999}) is True


def test_a_bot_finishes_nothing_where_the_chat_does_not_load(portal: SandboxClient) -> None:
    portal.switch(load_failures={"206": "chat"})
    assert portal.call(FINISH, {"CHAT_ID": 206, "CLIENT_ID": BOT_CLIENT_ID}) is True
    assert portal.read_session(306)["status"] == Status.CLIENT_AGAIN


def test_a_line_with_a_bot_gives_it_new_dialogs(portal: SandboxClient) -> None:
    answer = portal.control("client-message", {"line_id": 5, "text": "Hi"})
    session, chat = portal.read_session(answer["session_id"]), portal.read_chat(answer["chat_id"])
    assert (session["operator_id"], session["status"], session["wait_answer"]) == (9, Status.NEW, True)
    assert (chat["owner"], chat["invited"]) == (0, [])
    assert 9 in chat["members"]
    assert "Welcome! An operator will be with you shortly." not in portal.list_texts(answer["chat_id"])


def test_what_is_said_to_a_bot_leaves_the_session_unaccepted(portal: SandboxClient) -> None:
    portal.write_as_client(217, "Are you a human?")
    portal.control("operator-message", {"chat_id": 217, "user_id": 9, "text": "No."})
    assert portal.read_session(317)["status"] == Status.NEW


def test_a_bot_may_meet_new_clients_only(portal: SandboxClient) -> None:
    portal.company.lines[5].settings["WELCOME_BOT_JOIN"] = "first"
    chat_id = portal.control("client-message", {"line_id": 5, "text": "Hi"})["chat_id"]
    assert 9 in portal.read_chat(chat_id)["members"]
    portal.call("imopenlines.operator.spam", {"CHAT_ID": chat_id})
    answer = portal.write_as_client(chat_id, "Hello again")
    assert portal.read_session(answer["session_id"])["operator_id"] == 4


def test_an_inactive_line_has_no_bot_and_says_so_to_colleagues_only(portal: SandboxClient) -> None:
    portal.company.lines[5].settings["ACTIVE"] = "N"
    answer = portal.control("client-message", {"line_id": 5, "text": "Hi"})
    assert portal.read_session(answer["session_id"])["operator_id"] == 4
    assert [
        message.to_client for message in portal.company.list_messages(answer["chat_id"]) if "closed" in message.text
    ] == [False]
