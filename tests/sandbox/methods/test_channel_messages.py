from typing import Any

import pytest

from sandbox.domain.client_messages import INCOMPLETE
from sandbox.seed.seed import APPLICATION_PATH, CONNECTOR, GROUP_CONNECTOR
from sandbox.state.company import DELETED
from sandbox.state.records import Status
from tests.sandbox.channel_client import (
    CHAT,
    EMMA,
    call_method,
    confirm_delivery,
    expect_refusal,
    make_message,
    make_params,
    send_messages,
)
from tests.sandbox.client import SandboxClient

RECEIVING = ("send.messages", "update.messages", "delete.messages")
STATUSES = ("send.status.delivery", "send.status.reading")


def test_a_first_message_makes_a_client_a_chat_a_session_and_a_greeting(portal: SandboxClient) -> None:
    (item,) = send_messages(portal, make_message("m1"))
    assert item["SUCCESS"] is True
    chat = portal.read_chat(int(item["session"]["CHAT_ID"]))
    assert chat["user_code"] == f"{CONNECTOR}|1|c123|{item['user']}"
    assert chat["name"] == "Emma Stone - Website support"
    session = portal.read_session(int(item["session"]["ID"]))
    assert (session["status"], session["closed"]) == (Status.NEW, False)
    assert "Hello" in portal.list_texts(chat["id"])
    assert "Welcome! An operator will be with you shortly." in portal.list_texts(chat["id"])


def test_an_answer_repeats_the_message_with_the_portals_ids(portal: SandboxClient) -> None:
    message = {"id": "m1", "date": 1773265993, "text": "Hello", "disable_crm": "Y"}
    user, chat = {**EMMA, "skip_phone_validate": "Y"}, {**CHAT, "name": "Support", "url": "https://c.example/123"}
    (item,) = send_messages(portal, {"user": user, "message": message, "chat": chat})
    assert item == {
        "user": item["user"],
        "message": {"id": "m1", "date": {}, "text": "Hello"},
        "chat": {"id": "c123", "name": "Support", "description": "Link to the original post: https://c.example/123"},
        "extra": {"skip_phone_validate": "Y", "disable_tracker": "Y"},
        "session": item["session"],
        "SUCCESS": True,
    }
    assert item["user"].isdecimal()


def test_the_same_client_writes_on_in_the_same_session_and_nothing_is_weeded_out(portal: SandboxClient) -> None:
    first, second = send_messages(portal, make_message("m1"), make_message("m1"))
    assert (first["user"], first["session"]) == (second["user"], second["session"])
    assert portal.list_texts(int(first["session"]["CHAT_ID"])).count("Hello") == 2


def test_names_of_keys_inside_messages_may_have_any_case(portal: SandboxClient) -> None:
    (item,) = send_messages(portal, {"USER": {"ID": "u1"}, "Message": {"Text": "Hi"}, "chat": {"Id": "c1"}})
    assert item["SUCCESS"] is True


@pytest.mark.parametrize(
    ("user", "name"),
    [
        ({"id": "u1"}, "Guest"),
        ({"id": "u1", "name": "Ada Byron"}, "Ada Byron"),
        ({"id": "u1", "name": "Ada Augusta Byron"}, "Ada Augusta Byron"),
        ({"id": "u1", "last_name": "Byron"}, "Byron"),
    ],
)
def test_a_client_is_named_as_the_channel_says(portal: SandboxClient, user: Any, name: str) -> None:
    (item,) = send_messages(portal, make_message("m1", user=user))
    assert portal.company.clients[int(item["user"])].name == name


@pytest.mark.parametrize("method", RECEIVING)
def test_a_client_whose_name_is_left_out_becomes_a_guest(portal: SandboxClient, method: str) -> None:
    (item,) = send_messages(portal, make_message("m1"))
    call_method(portal, method, make_message("m1", user={"id": "u42"}))
    assert portal.company.clients[int(item["user"])].name == "Guest"


def test_an_incomplete_message_fails_alone_and_the_whole_is_still_a_success(portal: SandboxClient) -> None:
    nothing, nobody, good = send_messages(
        portal, make_message("m1", ""), make_message("m2", user={"name": "Emma"}), make_message("m3")
    )
    assert nothing == {"SUCCESS": False, "ERRORS": [INCOMPLETE]}
    assert nobody["SUCCESS"] is False
    assert good["SUCCESS"] is True


def test_files_are_fetched_and_those_that_cannot_be_are_dropped(portal: SandboxClient) -> None:
    plan = {"url": "https://c.example/plan.pdf"}
    lost = {"url": "https://c.invalid/lost.pdf", "name": "lost.pdf"}
    both, none = send_messages(
        portal,
        make_message("m1", message={"id": "m1", "files": [plan, lost]}),
        make_message("m2", message={"id": "m2", "files": [lost]}),
    )
    history = portal.call("imopenlines.session.history.get", {"SESSION_ID": both["session"]["ID"]})
    assert [file["name"] for file in history["files"].values()] == ["plan.pdf"]
    assert none["ERRORS"] == [INCOMPLETE]


def test_a_message_may_be_an_employees(portal: SandboxClient) -> None:
    (item,) = send_messages(portal, make_message("m1", message={"id": "m1", "text": "From my phone", "user_id": 3}))
    written = portal.company.list_messages(int(item["session"]["CHAT_ID"]))
    assert (3, "From my phone") in [(message.author_id, message.text) for message in written]


def test_a_group_connector_has_one_chat_for_all_who_write_in_it(portal: SandboxClient) -> None:
    first, second = send_messages(
        portal, make_message("m1"), make_message("m2", user={"id": "u43", "name": "Liam"}), connector=GROUP_CONNECTOR
    )
    assert first["session"] == second["session"]
    assert first["user"] != second["user"]
    chat = portal.read_chat(int(first["session"]["CHAT_ID"]))
    assert chat["user_code"] == f"{GROUP_CONNECTOR}|1|c123|0"
    authors = [message.author_id for message in portal.company.list_messages(chat["id"]) if message.author_id]
    assert authors == [int(first["user"]), int(second["user"])]


def test_a_message_for_a_line_that_is_not_there_is_a_success_without_a_session(portal: SandboxClient) -> None:
    portal.call("imconnector.activate", make_params(line=99) | {"ACTIVE": "1"}, path=APPLICATION_PATH)
    (item,) = send_messages(portal, make_message("m1"), line=99)
    assert item["SUCCESS"] is True
    assert "session" not in item


def test_a_vote_that_was_asked_for_is_taken_for_one(portal: SandboxClient) -> None:
    (item,) = send_messages(portal, make_message("m1"))
    chat_id, session_id = int(item["session"]["CHAT_ID"]), int(item["session"]["ID"])
    portal.call("imopenlines.operator.answer", {"CHAT_ID": chat_id})
    portal.call("imopenlines.operator.finish", {"CHAT_ID": chat_id})
    send_messages(portal, make_message("m2", "1"))
    session = portal.read_session(session_id)
    assert (session["vote"], session["closed"]) == (5, False)


def test_an_empty_list_is_a_success(portal: SandboxClient) -> None:
    assert send_messages(portal) == []


@pytest.mark.parametrize("messages", ["Hello", ["Hello"], [[1]], [{}], [{"user": EMMA, "chat": CHAT}]])
def test_the_structure_is_checked_when_messages_are_sent(portal: SandboxClient, messages: Any) -> None:
    assert expect_refusal(portal, "send.messages", make_params(MESSAGES=messages)) == (400, "ERROR_ARGUMENT")


@pytest.mark.parametrize("method", ["update.messages", "delete.messages"])
def test_the_structure_is_not_checked_when_they_are_changed_or_deleted(portal: SandboxClient, method: str) -> None:
    crashed = portal.post(f"imconnector.{method}", make_params(MESSAGES="Hello"), path=APPLICATION_PATH)
    assert crashed.status_code == 500
    for message in ({}, "Hello", {"user": EMMA}):
        assert [item["SUCCESS"] for item in call_method(portal, method, message)] == [False]


@pytest.mark.parametrize("method", [*RECEIVING, *STATUSES])
def test_an_unknown_connector_is_refused_before_the_line_is_looked_at(portal: SandboxClient, method: str) -> None:
    portal.switch(connector_provider_missing=True)
    body = make_params("nobody", 99, MESSAGES=[])
    assert expect_refusal(portal, method, body) == (400, "IMCONNECTOR_NO_CORRECT_PROVIDER")
    portal.switch(connector_provider_missing=False)
    assert expect_refusal(portal, method, body) == (400, "IMCONNECTOR_NOT_SPECIFIED_CORRECT_CONNECTOR")


@pytest.mark.parametrize("method", RECEIVING)
def test_a_line_takes_messages_only_while_the_connector_is_on(portal: SandboxClient, method: str) -> None:
    assert expect_refusal(portal, method, make_params(line=2, MESSAGES=[make_message("m1")])) == (
        400,
        "NOT_ACTIVE_LINE",
    )
    assert expect_refusal(portal, method, make_params("livechat", MESSAGES=[make_message("m1")])) == (
        400,
        "NOT_ACTIVE_LINE",
    )


def test_a_message_is_changed_by_the_channels_ids(portal: SandboxClient) -> None:
    (item,) = send_messages(portal, make_message("m1"))
    chat_id = int(item["session"]["CHAT_ID"])
    (changed,) = call_method(portal, "update.messages", make_message("m1", "Goodbye"))
    assert (changed["user"], changed["SUCCESS"]) == (item["user"], True)
    assert "session" not in changed
    assert "Hello" not in portal.list_texts(chat_id)
    assert "Goodbye" in portal.list_texts(chat_id)


@pytest.mark.parametrize("wrong", [{"message": {"id": "m9", "text": "x"}}, {"chat": {"id": "c9"}}])
@pytest.mark.parametrize("method", ["update.messages", "delete.messages"])
def test_an_unknown_message_is_a_success_that_changes_nothing(portal: SandboxClient, method: str, wrong: Any) -> None:
    (item,) = send_messages(portal, make_message("m1"))
    (unknown,) = call_method(portal, method, make_message("m1", "x") | wrong)
    assert unknown["SUCCESS"] is True
    assert "Hello" in portal.list_texts(int(item["session"]["CHAT_ID"]))


def test_a_deleted_message_leaves_its_place(portal: SandboxClient) -> None:
    (item,) = send_messages(portal, make_message("m1"))
    call_method(portal, "delete.messages", {"user": EMMA, "message": {"id": "m1"}, "chat": CHAT})
    assert DELETED in portal.list_texts(int(item["session"]["CHAT_ID"]))
    history = portal.call("imopenlines.session.history.get", {"SESSION_ID": item["session"]["ID"]})
    deleted = [message for message in history["message"].values() if "isDeleted" in message["params"]]
    assert [message["params"]["connectorMid"] for message in deleted] == [["m1"]]


def test_a_connector_may_forbid_that_clients_delete(portal: SandboxClient) -> None:
    portal.company.connectors[CONNECTOR].settings["DEL_EXTERNAL_MESSAGES"] = False
    (item,) = send_messages(portal, make_message("m1"))
    call_method(portal, "delete.messages", make_message("m1"))
    assert "Hello" in portal.list_texts(int(item["session"]["CHAT_ID"]))


def test_only_the_first_confirmation_of_a_message_gives_it_its_outside_ids(portal: SandboxClient) -> None:
    (item,) = send_messages(portal, make_message("m1"))
    chat_id = int(item["session"]["CHAT_ID"])
    answer = portal.control("operator-message", {"chat_id": chat_id, "user_id": 3, "text": "Good morning"})
    message = portal.company.messages[answer["message_id"]]
    assert message.sending
    for outside in ("m2", "m3"):
        assert confirm_delivery(portal, message.id, outside) == {"SUCCESS": True, "DATA": []}
    assert (message.sending, message.external_ids) == (False, ["m2"])
    (reader,) = portal.call("imopenlines.dialog.get", {"CHAT_ID": chat_id})["readed_list"]
    assert reader["message_id"] == message.id


def test_messages_of_the_portals_own_connectors_are_only_marked_as_read(portal: SandboxClient) -> None:
    (message,) = (found for found in portal.company.list_messages(207) if found.to_client)
    assert confirm_delivery(portal, message.id, "m1")["SUCCESS"] is True
    assert (message.external_ids, portal.company.chats[207].client_read) == ([], message.id)


@pytest.mark.parametrize("message_id", [0, 99999])
def test_a_confirmation_of_nothing_is_a_success(portal: SandboxClient, message_id: int) -> None:
    assert confirm_delivery(portal, message_id, "m1") == {"SUCCESS": True, "DATA": []}


def test_a_message_that_is_in_no_dialog_is_not_touched(portal: SandboxClient) -> None:
    (message,) = portal.company.list_messages(220)
    confirm_delivery(portal, message.id, "m1")
    assert (message.external_ids, portal.company.chats[220].client_read) == ([], 0)


def test_that_something_was_read_changes_nothing(portal: SandboxClient) -> None:
    (item,) = send_messages(portal, make_message("m1"))
    chat_id = int(item["session"]["CHAT_ID"])
    written = portal.control("operator-message", {"chat_id": chat_id, "user_id": 3, "text": "Good morning"})
    before = portal.read_state()
    answer = confirm_delivery(portal, written["message_id"], "m2", method="send.status.reading")
    assert answer == {"SUCCESS": True, "DATA": []}
    assert {**portal.read_state(), "now": "", "requests": 0} == {**before, "now": "", "requests": 0}
    assert portal.company.messages[written["message_id"]].sending


def rename_chat(portal: SandboxClient, connector: str = CONNECTOR, **params: Any) -> Any:
    body = make_params(connector, CHAT_ID="c123", NAME="Order 48213", **params)
    return portal.call("imconnector.chat.name.set", body, path=APPLICATION_PATH)


def test_a_chat_is_renamed_by_the_channels_ids(portal: SandboxClient) -> None:
    (item,) = send_messages(portal, make_message("m1"))
    assert rename_chat(portal, USER_ID="u42") == {"SUCCESS": True, "DATA": {"RESULT": {}}}
    assert portal.read_chat(int(item["session"]["CHAT_ID"]))["name"] == "Order 48213"


def test_the_chat_of_an_unknown_client_is_not_renamed_and_that_is_a_success(portal: SandboxClient) -> None:
    before = [chat["name"] for chat in portal.read_state()["chats"]]
    assert rename_chat(portal, USER_ID="u99")["SUCCESS"] is True
    assert [chat["name"] for chat in portal.read_state()["chats"]] == before


def test_a_group_chat_is_renamed_without_a_user_and_fails_where_there_is_none(portal: SandboxClient) -> None:
    body = make_params(GROUP_CONNECTOR, CHAT_ID="c123", NAME="Order 48213")
    assert expect_refusal(portal, "chat.name.set", body) == (400, "CHAT_RENAMING_FAILED")
    (item,) = send_messages(portal, make_message("m1"), connector=GROUP_CONNECTOR)
    assert rename_chat(portal, GROUP_CONNECTOR)["SUCCESS"] is True
    assert portal.read_chat(int(item["session"]["CHAT_ID"]))["name"] == "Order 48213"


def test_dialogs_of_a_connector_in_use_are_found_in_crm(portal: SandboxClient) -> None:
    (item,) = send_messages(portal, make_message("m1"))
    chat_id = int(item["session"]["CHAT_ID"])
    portal.call("imopenlines.operator.answer", {"CHAT_ID": chat_id})
    portal.call("imopenlines.crm.lead.create", {"CHAT_ID": chat_id})
    kind, number = portal.company.chats[chat_id].crm_main or ("", 0)
    found = portal.call("imopenlines.crm.chat.get", {"CRM_ENTITY_TYPE": kind.lower(), "CRM_ENTITY": number})
    assert [chat["CONNECTOR_ID"] for chat in found] == [CONNECTOR]
