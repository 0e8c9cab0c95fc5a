from typing import Any

import pytest

from sandbox.seed.seed import (
    NO_RIGHTS_WEBHOOK_PATH,
    OPERATOR_WEBHOOK_PATH,
    SECOND_OPERATOR_WEBHOOK_PATH,
    SUPERVISOR_WEBHOOK_PATH,
)
from sandbox.state.records import Status
from tests.sandbox.client import SandboxClient

GET, LAST = "imopenlines.crm.chat.get", "imopenlines.crm.chat.getLastId"
ADD, DELETE = "imopenlines.crm.chat.user.add", "imopenlines.crm.chat.user.delete"
WRITE = "imopenlines.crm.message.add"
DENIED = (403, "ACCESS_DENIED")
LEAD = {"CRM_ENTITY_TYPE": "lead", "CRM_ENTITY": 501}


def test_the_chats_of_an_object(portal: SandboxClient) -> None:
    chat = {"CHAT_ID": "207", "CONNECTOR_ID": "livechat", "CONNECTOR_TITLE": "Live Chat"}
    assert portal.call(GET, LEAD) == [chat]
    assert portal.call(GET, {"CRM_ENTITY_TYPE": "CONTACT", "CRM_ENTITY": "701"}) == [chat]


def test_closed_dialogs_show_only_on_request(portal: SandboxClient) -> None:
    params = {"CRM_ENTITY_TYPE": "LEAD", "CRM_ENTITY": 502}
    assert portal.call(GET, params) == []
    assert portal.call(GET, {**params, "ACTIVE_ONLY": "n"}) == []
    assert [chat["CHAT_ID"] for chat in portal.call(GET, {**params, "ACTIVE_ONLY": "N"})] == ["210"]


def test_chats_of_connectors_no_longer_in_use_are_left_out(portal: SandboxClient) -> None:
    portal.company.lines[1].connectors = portal.company.lines[5].connectors = ()
    assert portal.call(GET, LEAD) == []
    assert portal.call(LAST, LEAD) == 207


@pytest.mark.parametrize("method", [GET, ADD, WRITE])
@pytest.mark.parametrize(
    ("params", "argument"),
    [
        ({}, "CRM_ENTITY_TYPE"),
        ({"CRM_ENTITY_TYPE": "lead"}, "CRM_ENTITY"),
        ({"CRM_ENTITY_TYPE": "lead", "CRM_ENTITY": "abc"}, "CRM_ENTITY"),
        ({"CRM_ENTITY_TYPE": "lead", "CRM_ENTITY": -5}, "CRM_ENTITY"),
    ],
)
def test_an_argument_error_names_the_argument(portal: SandboxClient, method: str, params: Any, argument: str) -> None:
    answer = portal.post(method, params)
    assert (answer.status_code, answer.json()["error"]) == (400, "ERROR_ARGUMENT")
    assert answer.json()["argument"] == argument


def test_reading_the_chats_needs_the_right_to_the_object(portal: SandboxClient) -> None:
    assert portal.call(GET, LEAD, path=OPERATOR_WEBHOOK_PATH)
    assert portal.expect_refusal(GET, LEAD, path=SECOND_OPERATOR_WEBHOOK_PATH) == DENIED
    unknown = {"CRM_ENTITY_TYPE": "order", "CRM_ENTITY": 1}
    assert portal.call(GET, unknown) == []
    assert portal.expect_refusal(GET, unknown, path=OPERATOR_WEBHOOK_PATH) == DENIED
    portal.switch(modules={"crm": False})
    assert portal.call(GET, LEAD, path=SECOND_OPERATOR_WEBHOOK_PATH)


def test_the_last_chat_asks_for_no_right_and_any_session_counts(portal: SandboxClient) -> None:
    assert portal.call(LAST, LEAD, path=NO_RIGHTS_WEBHOOK_PATH) == 207
    assert portal.call(LAST, {"CRM_ENTITY_TYPE": "lead", "CRM_ENTITY": 502}) == 210


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({}, "CRM_CHAT_EMPTY_CRM_DATA"),
        ({"CRM_ENTITY_TYPE": "lead"}, "CRM_CHAT_EMPTY_CRM_DATA"),
        ({"CRM_ENTITY_TYPE": "lead", "CRM_ENTITY": "x"}, "ERROR_ARGUMENT"),
        ({"CRM_ENTITY_TYPE": "lead", "CRM_ENTITY": 999}, "CRM_CHAT_EMPTY_CRM_DATA"),
    ],
)
def test_the_last_chat_is_refused(portal: SandboxClient, params: dict[str, Any], code: str) -> None:
    assert portal.expect_refusal(LAST, params) == (400, code)


def test_an_employee_is_added_to_the_last_chat(portal: SandboxClient) -> None:
    assert portal.call(ADD, {**LEAD, "USER_ID": 2}) == 207
    assert 2 in portal.read_chat(207)["members"]
    assert portal.expect_refusal(ADD, {**LEAD, "USER_ID": 2}) == (400, "WRONG_REQUEST")


def test_without_a_chat_the_answer_is_0_whatever_the_user(portal: SandboxClient) -> None:
    nowhere = {"CRM_ENTITY_TYPE": "contact", "CRM_ENTITY": 999}
    assert portal.call(ADD, nowhere) == 0
    assert portal.call(DELETE, {**nowhere, "USER_ID": "nobody"}) == 0


def test_adding_is_refused_in_the_order_of_its_checks(portal: SandboxClient) -> None:
    portal.switch(modules={"im": False})
    assert portal.expect_refusal(ADD, LEAD) == (400, "IM_NOT_INSTALLED")
    portal.switch(modules={"im": True})
    assert portal.expect_refusal(ADD, LEAD, path=NO_RIGHTS_WEBHOOK_PATH) == DENIED
    assert portal.expect_refusal(ADD, {**LEAD, "CHAT_ID": 206}) == (400, "CHAT_NOT_IN_CRM")
    answer = portal.post(ADD, LEAD)
    assert (answer.json()["error"], answer.json()["argument"]) == ("ERROR_ARGUMENT", "Empty USER_ID")
    assert portal.expect_refusal(ADD, {**LEAD, "USER_ID": 6}) == (400, "CRM_CHAT_USER_NOT_ACTIVE")
    assert portal.expect_refusal(ADD, {**LEAD, "USER_ID": 8}) == DENIED


def test_the_last_chat_may_have_no_active_session(portal: SandboxClient) -> None:
    params = {"CRM_ENTITY_TYPE": "lead", "CRM_ENTITY": 502, "USER_ID": 2}
    assert portal.expect_refusal(ADD, params) == (400, "CHAT_NOT_IN_CRM")


def test_adding_needs_the_right_to_join_the_chat_itself(portal: SandboxClient) -> None:
    contact = {"CRM_ENTITY_TYPE": "contact", "CRM_ENTITY": 701, "USER_ID": 2}
    portal.company.lines[1].queue.clear()
    assert portal.expect_refusal(ADD, contact, path=SECOND_OPERATOR_WEBHOOK_PATH) == DENIED


def test_the_history_right_of_the_new_member_is_measured_by_the_caller(portal: SandboxClient) -> None:
    assert portal.expect_refusal(ADD, {**LEAD, "USER_ID": 2}, path=OPERATOR_WEBHOOK_PATH) == DENIED
    portal.company.chats[207].members.remove(3)
    assert portal.call(ADD, {**LEAD, "USER_ID": 3}, path=OPERATOR_WEBHOOK_PATH) == 207


def test_a_participant_is_removed_once(portal: SandboxClient) -> None:
    portal.call(ADD, {**LEAD, "USER_ID": 2})
    assert portal.call(DELETE, {**LEAD, "USER_ID": 2}) == 207
    assert 2 not in portal.read_chat(207)["members"]
    assert portal.expect_refusal(DELETE, {**LEAD, "USER_ID": 2}) == (400, "WRONG_REQUEST")


@pytest.mark.parametrize(
    ("params", "refusal"),
    [
        (LEAD, (400, "CRM_CHAT_EMPTY_USER")),
        ({"USER_ID": 3}, (400, "CRM_CHAT_EMPTY_CRM_DATA")),
        ({"USER_ID": 3, "CRM_ENTITY_TYPE": "lead", "CRM_ENTITY": "x"}, (400, "ERROR_ARGUMENT")),
        ({**LEAD, "USER_ID": 3, "CHAT_ID": 206}, (400, "CHAT_NOT_IN_CRM")),
        ({**LEAD, "USER_ID": 6}, (400, "CRM_CHAT_USER_NOT_ACTIVE")),
    ],
)
def test_removing_is_refused(portal: SandboxClient, params: dict[str, Any], refusal: tuple[int, str]) -> None:
    assert portal.expect_refusal(DELETE, params) == refusal


def test_removing_needs_rights_and_the_messenger(portal: SandboxClient) -> None:
    params = {**LEAD, "USER_ID": 3}
    assert portal.expect_refusal(DELETE, params, path=NO_RIGHTS_WEBHOOK_PATH) == DENIED
    refused = portal.expect_refusal(DELETE, params, path=SUPERVISOR_WEBHOOK_PATH)
    assert refused == (403, "CHAT_DELETE_USER_PERMISSION_DENIED")
    portal.switch(modules={"im": False})
    assert portal.expect_refusal(DELETE, params) == (400, "IM_NOT_INSTALLED")


@pytest.mark.parametrize("method", [ADD, DELETE])
def test_the_messengers_own_exception_names_the_reason(portal: SandboxClient, method: str) -> None:
    portal.switch(pending={"code": "USER_KICK_FORBIDDEN", "text": "No"})
    assert portal.expect_refusal(method, {**LEAD, "USER_ID": 2})[1] == "USER_KICK_FORBIDDEN"


def make_message(**changes: Any) -> dict[str, Any]:
    return LEAD | {"USER_ID": 2, "CHAT_ID": 207, "MESSAGE": "The courier is on the way."} | changes


def test_a_message_is_written_as_anyone_who_is_in_the_chat(portal: SandboxClient) -> None:
    assert portal.expect_refusal(WRITE, make_message(), path=OPERATOR_WEBHOOK_PATH) == (400, "CANCELED")
    portal.call(ADD, {**LEAD, "USER_ID": 2})
    number = portal.call(WRITE, make_message(), path=OPERATOR_WEBHOOK_PATH)
    written = portal.company.messages[number]
    assert (written.author_id, written.text, written.to_client) == (2, "The courier is on the way.", True)
    assert written.attach
    assert portal.read_session(307)["status"] == Status.OPERATOR_WROTE
    history = portal.call("imopenlines.session.history.get", {"SESSION_ID": 307})
    assert history["message"][str(number)]["params"]["attach"][0]["blocks"]


@pytest.mark.parametrize(
    ("changes", "argument"),
    [
        ({"USER_ID": None}, "USER_ID"),
        ({"USER_ID": "x"}, "USER_ID"),
        ({"CHAT_ID": 0}, "CHAT_ID"),
        ({"CHAT_ID": "chat207"}, "CHAT_ID"),
        ({"MESSAGE": ""}, "MESSAGE"),
        ({"MESSAGE": "0"}, "MESSAGE"),
    ],
)
def test_writing_names_the_wrong_argument(portal: SandboxClient, changes: dict[str, Any], argument: str) -> None:
    answer = portal.post(WRITE, make_message(**changes))
    assert (answer.json()["error"], answer.json()["argument"]) == ("ERROR_ARGUMENT", argument)


def test_writing_needs_both_the_callers_and_the_senders_right(portal: SandboxClient) -> None:
    assert portal.expect_refusal(WRITE, make_message(), path=NO_RIGHTS_WEBHOOK_PATH) == DENIED
    assert portal.expect_refusal(WRITE, make_message(USER_ID=8)) == DENIED
    assert portal.expect_refusal(WRITE, make_message(CHAT_ID=206)) == (400, "CHAT_NOT_IN_CRM")


def test_a_message_that_is_not_stored(portal: SandboxClient) -> None:
    portal.switch(message_storage_fails=True)
    assert portal.expect_refusal(WRITE, make_message(USER_ID=3)) == (400, "MESSAGE_ADD_ERROR")
    portal.switch(message_storage_fails=False, pending={"code": "NO_SPACE", "text": "You cannot send messages"})
    assert portal.expect_refusal(WRITE, make_message(USER_ID=3)) == (400, "NO_SPACE")
    assert portal.call(WRITE, make_message(USER_ID=3))


def test_nothing_is_written_to_a_client_of_an_inactive_line(portal: SandboxClient) -> None:
    closed = make_message(CRM_ENTITY=503, CHAT_ID=218, USER_ID=3)
    before = portal.list_texts(218)
    assert portal.expect_refusal(WRITE, closed) == (400, "ERROR_FROM_OTHER_MODULE")
    assert portal.list_texts(218) == before


def test_an_array_as_message_is_a_raw_500(portal: SandboxClient) -> None:
    assert portal.post(WRITE, make_message(MESSAGE=["text"])).status_code == 500
