from typing import Any

import pytest

from sandbox.seed.seed import (
    EXTRANET_WEBHOOK_PATH,
    NO_RIGHTS_WEBHOOK_PATH,
    OPERATOR_WEBHOOK_PATH,
    SECOND_OPERATOR_WEBHOOK_PATH,
)
from tests.sandbox.client import SandboxClient

GET, OPEN, HISTORY = "imopenlines.dialog.get", "imopenlines.session.open", "imopenlines.session.history.get"
CODE = "livechat|1|9206|106"
DENIED = (400, "ACCESS_DENIED")


def test_a_dialog_is_shown_as_the_messenger_shows_it(portal: SandboxClient) -> None:
    card = portal.call(GET, {"CHAT_ID": 207})
    assert (card["id"], card["dialog_id"], card["owner"], card["type"]) == (207, "chat207", 3, "lines")
    assert card["entity_id"] == card["entity_link"]["id"] == "livechat|1|9207|107"
    assert card["entity_data_1"] == "Y|LEAD|501|N|N|307|1773646200|0|0|0"
    assert card["entity_data_2"] == "LEAD|501|COMPANY|0|CONTACT|701|DEAL|0"
    assert (card["message_count"], card["manager_list"], card["user_counter"]) == (2, [3], 2)
    assert card["date_create"] == "2026-03-16T08:30:00+01:00"


@pytest.mark.parametrize(
    "params",
    [
        {"CHAT_ID": "206"},
        {"DIALOG_ID": "chat206"},
        {"SESSION_ID": 306},
        {"USER_CODE": CODE},
        {"USER_CODE": f"imol|{CODE}"},
        {"CHAT_ID": 206, "DIALOG_ID": "chat207", "SESSION_ID": 308, "USER_CODE": "x"},
        {"DIALOG_ID": "chat206", "SESSION_ID": 308},
    ],
)
def test_a_dialog_is_found_by_the_first_identifier(portal: SandboxClient, params: dict[str, Any]) -> None:
    assert portal.call(GET, params)["id"] == 206


@pytest.mark.parametrize(
    "params",
    [{}, {"CHAT_ID": 0, "DIALOG_ID": "chat206"}, {"CHAT_ID": 220}, {"CHAT_ID": 999}, {"DIALOG_ID": "206"}],
)
def test_whatever_is_wrong_the_error_is_the_same(portal: SandboxClient, params: dict[str, Any]) -> None:
    assert portal.expect_refusal(GET, params) == (400, "ACCESS_ERROR")


def test_a_dialog_needs_access_and_the_messenger(portal: SandboxClient) -> None:
    assert portal.expect_refusal(GET, {"CHAT_ID": 206}, path=NO_RIGHTS_WEBHOOK_PATH) == (400, "ACCESS_ERROR")
    portal.switch(modules={"im": False})
    assert portal.expect_refusal(GET, {}) == (400, "IM_NOT_INSTALLED")


def test_opening_only_looks_up_the_chat(portal: SandboxClient) -> None:
    sessions = len(portal.read_state()["sessions"])
    assert portal.call(OPEN, {"USER_CODE": "livechat|1|9209|109"}) == {"chatId": "209"}
    assert len(portal.read_state()["sessions"]) == sessions


def test_opening_does_not_know_the_prefix(portal: SandboxClient) -> None:
    assert portal.expect_refusal(OPEN, {"USER_CODE": f"imol|{CODE}"}) == DENIED
    assert portal.expect_refusal(OPEN, {}) == DENIED
    assert portal.expect_refusal(OPEN, {"USER_CODE": CODE}, path=NO_RIGHTS_WEBHOOK_PATH) == DENIED


def test_an_extranet_caller_gets_the_empty_error(portal: SandboxClient) -> None:
    assert portal.expect_refusal(OPEN, {"USER_CODE": CODE}, path=EXTRANET_WEBHOOK_PATH) == (400, "")


def test_history_holds_the_messages_of_one_session_newest_first(portal: SandboxClient) -> None:
    history = portal.call(HISTORY, {"SESSION_ID": 312})
    assert [item["text"] for item in history["message"].values()] == ["Hello?"]
    history = portal.call(HISTORY, {"SESSION_ID": "306"})
    assert (history["chatId"], history["sessionId"], history["userId"]) == (206, 306, "chat206")
    ids = list(history["message"])
    assert history["usersMessage"] == {"chat206": ids}
    assert ids == sorted(ids, key=int, reverse=True)


def test_history_spells_its_keys_oddly(portal: SandboxClient) -> None:
    history = portal.call(HISTORY, {"SESSION_ID": 319})
    message = next(iter(history["message"].values()))
    assert set(message) == {"id", "chatid", "senderid", "recipientid", "date", "text", "textlegacy", "params"}
    assert message["params"] == {"fileId": [5001]}
    assert history["openlines"] == {"canvoteashead": {"1": True}}
    file = history["files"]["5001"]
    assert (file["chatid"], file["name"], file["type"]) == (219, "checkout-error.png", "image")
    assert {"authorname", "urldownload", "viewerattrs", "mediaurl", "isvoicenote"} <= set(file)
    client = history["users"]["119"]
    assert (client["firstName"], client["connector"]) == ("Ella", True)
    assert history["users"]["4"]["workPosition"] == "Support Engineer"
    chat = history["chat"]["219"]
    assert (chat["owner"], chat["entityId"], chat["muteList"]) == (
        "4",
        "livechat|5|9219|119",
        {"119": False, "4": False},
    )
    assert chat["entityData1"].split("|")[5:8:2] == ["319", "1"]
    assert history["userInGroup"] == {"5": {"id": 5, "users": ["4"]}}
    assert history["userInChat"] == {"219": [119, 4]}


def test_empty_maps_of_history_are_lists(portal: SandboxClient) -> None:
    history = portal.call(HISTORY, {"SESSION_ID": 301})
    assert history["files"] == history["userInGroup"] == []
    assert next(iter(history["message"].values()))["params"] == []


def test_history_of_a_chat_is_that_of_its_last_session(portal: SandboxClient) -> None:
    assert portal.call(HISTORY, {"CHAT_ID": 212})["sessionId"] == 332
    assert portal.call(HISTORY, {"CHAT_ID": 212, "SESSION_ID": 312})["sessionId"] == 312


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({}, "MISSING_REQUIRED_PARAM"),
        ({"SESSION_ID": 0, "CHAT_ID": "0"}, "MISSING_REQUIRED_PARAM"),
        ({"SESSION_ID": "abc"}, "INVALID_SESSION_ID"),
        ({"CHAT_ID": 220}, "INVALID_SESSION_ID"),
        ({"SESSION_ID": -1}, "ACCESS_DENIED"),
        ({"SESSION_ID": 9999}, "ACCESS_DENIED"),
    ],
)
def test_history_is_refused(portal: SandboxClient, params: dict[str, Any], code: str) -> None:
    assert portal.expect_refusal(HISTORY, params) == (400, code)


def test_history_is_for_the_operator_the_permitted_and_readers_of_the_crm_object(portal: SandboxClient) -> None:
    assert portal.call(HISTORY, {"SESSION_ID": 309}, path=OPERATOR_WEBHOOK_PATH)
    assert portal.expect_refusal(HISTORY, {"SESSION_ID": 309}, path=SECOND_OPERATOR_WEBHOOK_PATH) == DENIED
    portal.company.sessions[309].crm_main = ("CONTACT", 701)
    assert portal.call(HISTORY, {"SESSION_ID": 309}, path=SECOND_OPERATOR_WEBHOOK_PATH)


def test_a_session_without_messages_is_denied(portal: SandboxClient) -> None:
    for message in portal.company.list_messages(202):
        del portal.company.messages[message.id]
    assert portal.expect_refusal(HISTORY, {"SESSION_ID": 302}) == DENIED
