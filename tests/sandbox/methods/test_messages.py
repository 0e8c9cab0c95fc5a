import pytest

from sandbox.seed.seed import NO_RIGHTS_WEBHOOK_PATH, OPERATOR_WEBHOOK_PATH, SECOND_OPERATOR_WEBHOOK_PATH
from sandbox.state.records import Status
from tests.sandbox.client import SandboxClient

START, SAVE, LEAD = "imopenlines.message.session.start", "imopenlines.message.quick.save", "imopenlines.crm.lead.create"
CANNOT = (400, "CANT_SAVE_QUICK_ANSWER")


def find_first_message(portal: SandboxClient, chat_id: int) -> int:
    return portal.company.list_messages(chat_id)[0].id


def test_a_session_started_from_a_message_replaces_the_open_one(portal: SandboxClient) -> None:
    first = portal.company.list_messages(207)[0]
    assert portal.call(START, {"CHAT_ID": 207, "MESSAGE_ID": first.id}) is True
    chat = portal.read_chat(207)
    session = portal.read_session(chat["session_id"])
    assert (portal.read_session(307)["closed"], portal.read_session(307)["status"]) == (True, Status.CLOSED)
    assert (session["parent_id"], session["operator_id"], chat["owner"]) == (307, 1, 1)
    copy = portal.company.list_messages(207)[-1]
    assert (copy.text, copy.author_id, copy.to_client) == (first.text, 107, False)


def test_a_session_started_from_a_message_stays_on_its_line_and_silent(portal: SandboxClient) -> None:
    portal.call("imopenlines.operator.transfer", {"CHAT_ID": 206, "QUEUE_ID": 3})
    portal.call("imopenlines.session.mode.silent", {"CHAT_ID": 206, "ACTIVATE": "Y"})
    portal.call(START, {"CHAT_ID": 206, "MESSAGE_ID": find_first_message(portal, 206)})
    chat = portal.read_chat(206)
    assert (portal.read_session(chat["session_id"])["line_id"], chat["entity_data_3"]) == (3, "Y")


@pytest.mark.parametrize("foreign", [0, 9999, 1001])
def test_starting_from_a_message_that_is_not_there_is_true_without_effect(portal: SandboxClient, foreign: int) -> None:
    assert portal.call(START, {"CHAT_ID": 207, "MESSAGE_ID": foreign}) is True
    assert portal.read_chat(207)["session_id"] == 307


def test_starting_from_a_message_of_a_closed_dialog_loads_a_session_first(portal: SandboxClient) -> None:
    sessions = len(portal.read_state()["sessions"])
    assert portal.call(START, {"CHAT_ID": 209, "MESSAGE_ID": 9999}) is True
    loaded = portal.read_chat(209)["session_id"]
    assert len(portal.read_state()["sessions"]) == sessions + 1
    assert portal.call(START, {"CHAT_ID": 209, "MESSAGE_ID": find_first_message(portal, 209)}) is True
    assert portal.read_session(portal.read_chat(209)["session_id"])["parent_id"] == loaded
    assert portal.read_session(loaded)["closed"] is True


def test_starting_in_a_locked_chat_is_true_without_effect(portal: SandboxClient) -> None:
    portal.switch(locked_chats=[207])
    assert portal.call(START, {"CHAT_ID": 207, "MESSAGE_ID": find_first_message(portal, 207)}) is True
    assert portal.read_chat(207)["session_id"] == 307


def test_a_message_becomes_a_quick_answer_once(portal: SandboxClient) -> None:
    params = {"CHAT_ID": 207, "MESSAGE_ID": find_first_message(portal, 207)}
    count = len(portal.company.quick_answers)
    assert portal.call(SAVE, params, path=OPERATOR_WEBHOOK_PATH) is True
    assert portal.call(SAVE, params) is True
    assert len(portal.company.quick_answers) == count + 1
    portal.company.messages[params["MESSAGE_ID"]].text = "Thank you for your patience, I am looking into it."
    portal.company.quick_answers.pop()
    assert portal.call(SAVE, params) is True
    assert len(portal.company.quick_answers) == count


def test_the_message_is_looked_for_before_the_chat(portal: SandboxClient) -> None:
    assert portal.expect_refusal(SAVE, {"CHAT_ID": 0, "MESSAGE_ID": 0}) == CANNOT
    assert portal.expect_refusal(SAVE, {"CHAT_ID": 0, "MESSAGE_ID": 1001}) == (400, "CHAT_ID")
    assert portal.expect_refusal(SAVE, {"CHAT_ID": 220, "MESSAGE_ID": 1001}) == (400, "CHAT_TYPE")
    denied = portal.expect_refusal(SAVE, {"CHAT_ID": 206, "MESSAGE_ID": 1001}, path=NO_RIGHTS_WEBHOOK_PATH)
    assert denied == (400, "ACCESS_DENIED")
    portal.switch(anonymous=True)
    assert portal.expect_refusal(SAVE, {"CHAT_ID": 206, "MESSAGE_ID": 1001}) == (400, "USER_ID")
    portal.switch(modules={"im": False})
    assert portal.expect_refusal(SAVE, {"CHAT_ID": 206, "MESSAGE_ID": 1001}) == (400, "IM_LOAD_ERROR")


def test_the_chat_of_the_message_is_checked_too(portal: SandboxClient) -> None:
    foreign = find_first_message(portal, 214)
    refused = portal.expect_refusal(SAVE, {"CHAT_ID": 207, "MESSAGE_ID": foreign}, path=OPERATOR_WEBHOOK_PATH)
    assert refused == (400, "ACCESS_DENIED")


def test_a_quick_answer_needs_an_open_session_a_right_and_storage(portal: SandboxClient) -> None:
    assert portal.expect_refusal(SAVE, {"CHAT_ID": 209, "MESSAGE_ID": find_first_message(portal, 209)}) == CANNOT
    portal.company.recents.add((8, 207))
    params = {"CHAT_ID": 207, "MESSAGE_ID": find_first_message(portal, 207)}
    assert portal.expect_refusal(SAVE, params, path=NO_RIGHTS_WEBHOOK_PATH) == CANNOT
    portal.switch(quick_answer_storage_fails=True)
    assert portal.expect_refusal(SAVE, params) == CANNOT


def test_a_crm_record_is_created_as_the_line_says(portal: SandboxClient) -> None:
    assert portal.call(LEAD, {"CHAT_ID": 206}) is True
    chat = portal.read_chat(206)
    assert chat["entity_data_1"].startswith("Y|LEAD|901|")
    assert chat["entity_data_2"] == "LEAD|901|COMPANY|0|CONTACT|0|DEAL|0"
    assert portal.call(LEAD, {"CHAT_ID": 216}, path=SECOND_OPERATOR_WEBHOOK_PATH) is True
    assert portal.read_chat(216)["entity_data_1"].startswith("Y|DEAL|902|")


def test_a_bound_chat_is_true_without_a_new_record(portal: SandboxClient) -> None:
    records = portal.read_state()["crm"]
    assert portal.call(LEAD, {"CHAT_ID": 207}) is True
    assert portal.read_state()["crm"] == records


def test_only_the_operator_saves_to_crm(portal: SandboxClient) -> None:
    assert portal.expect_refusal(LEAD, {"CHAT_ID": 204}) == (400, "ERROR_USER_NOT_OPERATOR")


def test_saving_to_crm_loads_step_by_step(portal: SandboxClient) -> None:
    for stage, code in (
        ("chat", "IMOL_CHAT_ERROR_NOT_LOAD_CHAT"),
        ("session", "IMOL_CHAT_ERROR_ANSWER_NOT_LOAD_SESSION"),
        ("data", "IMOL_CHAT_ERROR_NOT_LOAD_DATA"),
    ):
        portal.switch(load_failures={"206": stage})
        assert portal.expect_refusal(LEAD, {"CHAT_ID": 206}) == (400, code)
    portal.switch(load_failures={}, modules={"crm": False})
    assert portal.expect_refusal(LEAD, {"CHAT_ID": 206}) == (400, "IMOL_CHAT_ERROR_NOT_LOAD_CRM")


def test_a_dialog_of_a_deleted_line_has_no_session_to_save(portal: SandboxClient) -> None:
    portal.call("imopenlines.config.delete", {"CONFIG_ID": 1})
    refused = portal.expect_refusal(LEAD, {"CHAT_ID": 209})
    assert refused == (400, "IMOL_CHAT_ERROR_ANSWER_NOT_LOAD_SESSION")


def test_saving_a_closed_dialog_opens_a_session(portal: SandboxClient) -> None:
    sessions = len(portal.read_state()["sessions"])
    assert portal.expect_refusal(LEAD, {"CHAT_ID": 209}) == (400, "ERROR_USER_NOT_OPERATOR")
    assert len(portal.read_state()["sessions"]) == sessions + 1
