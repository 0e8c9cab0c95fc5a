from typing import Any

import pytest

from sandbox.seed.seed import (
    EXTRANET_WEBHOOK_PATH,
    NO_RIGHTS_WEBHOOK_PATH,
    OPERATOR_WEBHOOK_PATH,
    SECOND_OPERATOR_WEBHOOK_PATH,
    SUPERVISOR_WEBHOOK_PATH,
)
from sandbox.state.records import Status
from tests.sandbox.client import SandboxClient

LIST, ADD, GET, READ = "im.recent.list", "im.message.add", "im.dialog.messages.get", "im.dialog.read"
LINES_ONLY = {"SKIP_DIALOG": "Y", "SKIP_CHAT": "Y"}
OLGA, OWN = OPERATOR_WEBHOOK_PATH, ["chat208", "chat207", "chat218"]


def list_recent(portal: SandboxClient, path: str = OLGA, **params: Any) -> list[Any]:
    items: list[Any] = portal.call(LIST, params, path=path)["items"]
    return items


def find_item(portal: SandboxClient, chat_id: int, path: str = OLGA) -> Any:
    return next(item for item in list_recent(portal, path) if item["chat_id"] == chat_id)


def test_the_list_has_own_dialogs_groups_and_what_the_queue_offers(portal: SandboxClient) -> None:
    assert [item["id"] for item in list_recent(portal)] == [2, "chat223", "chat220", *OWN, "chat202"]
    assert [item["id"] for item in list_recent(portal, **LINES_ONLY)] == [*OWN, "chat202"]
    assert [item["id"] for item in list_recent(portal, SKIP_OPENLINES="Y", SKIP_CHAT="Y")] == [2]
    assert list_recent(portal, ONLY_COPILOT="Y") == []


def test_a_dialog_of_a_line_shows_its_session_and_the_person_who_wrote_last(portal: SandboxClient) -> None:
    found = find_item(portal, 207)
    assert found["lines"] == {"id": 307, "status": 40, "date_create": "2026-03-16T08:30:00+01:00"}
    assert (found["chat"]["entity_id"], found["chat"]["owner"]) == ("livechat|1|9207|107", 3)
    assert (found["message"]["author_id"], found["user"]["id"], found["counter"]) == (3, 3, 0)
    assert found["date_last_activity"] == found["message"]["date"]


def test_an_offered_dialog_has_fewer_fields_and_one_unread_message(portal: SandboxClient) -> None:
    offered, own = find_item(portal, 202), find_item(portal, 207)
    assert (offered["counter"], offered["user"], offered["lines"]["status"]) == (1, {"id": 0}, Status.NEW)
    assert set(own) - set(offered) == {"last_id", "date_last_activity", "options"}
    assert not {"permissions", "role"} & set(offered["chat"])


def test_offered_dialogs_come_with_every_page_unless_they_are_skipped(portal: SandboxClient) -> None:
    second = list_recent(portal, **LINES_ONLY, LIMIT=1, OFFSET=1)
    assert [item["id"] for item in second] == ["chat207", "chat202"]
    skipped = list_recent(portal, **LINES_ONLY, SKIP_UNDISTRIBUTED_OPENLINES="Y")
    assert [item["id"] for item in skipped] == OWN


def test_a_full_page_promises_another_and_the_total_is_unknown(portal: SandboxClient) -> None:
    answer = portal.post(LIST, {**LINES_ONLY, "LIMIT": 2}, path=OLGA).json()
    assert (answer["result"]["hasMore"], answer["next"], answer["total"]) == (True, 3, -1)
    answer = portal.post(LIST, {**LINES_ONLY, "LIMIT": 2, "OFFSET": 2}, path=OLGA).json()
    assert (answer["result"]["hasMore"], "next" in answer) == (False, False)


def test_a_date_takes_the_place_of_the_offset_and_includes_its_own_dialog(portal: SandboxClient) -> None:
    date = find_item(portal, 207)["date_last_activity"]
    assert list_recent(portal, **LINES_ONLY, LAST_MESSAGE_DATE=date, OFFSET=1)[0]["id"] == "chat207"
    everything = list_recent(portal, **LINES_ONLY)
    assert list_recent(portal, **LINES_ONLY, LAST_MESSAGE_DATE="yesterday") == everything


def test_unread_dialogs_can_be_asked_for_alone(portal: SandboxClient) -> None:
    portal.write_as_client(207, "He has not come.")
    ids = [found["id"] for found in list_recent(portal, **LINES_ONLY, UNREAD_ONLY="Y")]
    assert ids == ["chat207", "chat208", "chat202"]
    assert find_item(portal, 207)["counter"] == 1


def test_a_closed_dialog_leaves_the_list_and_an_answered_one_leaves_the_queue(portal: SandboxClient) -> None:
    portal.call("imopenlines.operator.spam", {"CHAT_ID": 207}, path=OLGA)
    portal.call("imopenlines.operator.answer", {"CHAT_ID": 202}, path=OLGA)
    found = {found["id"]: found for found in list_recent(portal, **LINES_ONLY)}
    assert set(found) == {"chat202", "chat208", "chat218"}
    assert (found["chat202"]["lines"]["status"], found["chat202"]["counter"]) == (Status.ACCEPTED, 0)


def test_the_text_in_the_list_is_one_line_without_markup(portal: SandboxClient) -> None:
    portal.call(ADD, {"DIALOG_ID": "chat207", "MESSAGE": "[b]Thank\nyou[/b] [USER=4]James[/USER]"}, path=OLGA)
    assert find_item(portal, 207)["message"]["text"] == "Thank you James"
    original = list_recent(portal, **LINES_ONLY, GET_ORIGINAL_TEXT="Y")[0]["message"]["text"]
    assert original == "[b]Thank\nyou[/b] [USER=4]James[/USER]"


def test_a_message_of_the_operator_goes_to_the_client_and_moves_the_session(portal: SandboxClient) -> None:
    portal.write_as_client(207, "Is he coming?")
    assert portal.read_session(307)["status"] == Status.CLIENT_AGAIN
    number = portal.call(ADD, {"DIALOG_ID": "chat207", "MESSAGE": " He is around the corner. "}, path=OLGA)
    message = portal.company.messages[number]
    assert (message.text, message.to_client, message.author_id) == ("He is around the corner.", True, 3)
    assert portal.read_session(307)["status"] == Status.OPERATOR_WROTE
    assert find_item(portal, 207)["counter"] == 0


def test_in_silent_mode_the_client_gets_nothing_and_the_session_does_not_move(portal: SandboxClient) -> None:
    portal.call("imopenlines.session.mode.silent", {"CHAT_ID": 206, "ACTIVATE": "Y"})
    number = portal.call(ADD, {"DIALOG_ID": "chat206", "MESSAGE": "Ask the accountant first."})
    assert not portal.company.messages[number].to_client
    assert portal.read_session(306)["status"] == Status.CLIENT_AGAIN
    shown = portal.call(GET, {"DIALOG_ID": "chat206", "LIMIT": 1})["messages"][0]
    assert shown["params"] == {"CLASS": "bx-messenger-content-item-system", "COMPONENT_ID": "HiddenMessage"}


def test_a_participant_may_write_without_becoming_the_operator(portal: SandboxClient) -> None:
    portal.call("imopenlines.session.join", {"CHAT_ID": 207})
    portal.call(ADD, {"DIALOG_ID": "chat207", "MESSAGE": "I am helping Olga."})
    assert (portal.read_chat(207)["owner"], portal.read_session(307)["status"]) == (3, Status.OPERATOR_WROTE)


def test_whoever_is_not_in_the_chat_may_not_write(portal: SandboxClient) -> None:
    answer = {"DIALOG_ID": "chat202", "MESSAGE": "Hello"}
    assert portal.expect_refusal(ADD, answer, path=OLGA) == (400, "CANCELED"), "being offered a dialog is not enough"
    assert portal.expect_refusal(ADD, answer, path=SUPERVISOR_WEBHOOK_PATH) == (400, "CANCELED")


def test_writing_into_a_dialog_that_nobody_accepted_leaves_it_waiting(portal: SandboxClient) -> None:
    portal.call("imopenlines.session.join", {"CHAT_ID": 202})
    portal.call(ADD, {"DIALOG_ID": "chat202", "MESSAGE": "One moment please."})
    assert (portal.read_session(302)["status"], portal.read_chat(202)["owner"]) == (Status.CLIENT_FIRST, 0)


def test_writing_into_a_closing_dialog_does_not_bring_it_back(portal: SandboxClient) -> None:
    portal.call(ADD, {"DIALOG_ID": "chat208", "MESSAGE": "One more thing."}, path=OLGA)
    assert portal.read_session(308)["status"] == Status.CLOSING


def test_closing_takes_everybody_out_of_a_chat(portal: SandboxClient) -> None:
    answer = {"DIALOG_ID": "chat209", "MESSAGE": "Has your parcel arrived?"}
    assert portal.expect_refusal(ADD, answer, path=OLGA) == (400, "CANCELED")


def test_writing_into_a_closed_dialog_starts_a_session_of_the_writer(portal: SandboxClient) -> None:
    portal.call("imopenlines.session.join", {"CHAT_ID": 209}, path=OLGA)
    portal.call(ADD, {"DIALOG_ID": "chat209", "MESSAGE": "Has your parcel arrived?"}, path=OLGA)
    chat = portal.read_chat(209)
    session = portal.read_session(chat["session_id"])
    assert session["id"] != 309
    assert (chat["owner"], session["mode"], session["status"]) == (3, "output", Status.OPERATOR_WROTE)


def test_nothing_is_written_while_the_line_or_its_channel_is_off(portal: SandboxClient) -> None:
    assert portal.expect_refusal(ADD, {"DIALOG_ID": "chat218", "MESSAGE": "Hello"}, path=OLGA) == (
        400,
        "ERROR_FROM_OTHER_MODULE",
    )


def test_a_system_message_stays_inside_and_is_signed_by_an_application(portal: SandboxClient) -> None:
    notice = {"DIALOG_ID": "chat207", "MESSAGE": "The courier called.", "SYSTEM": "Y"}
    own = portal.company.messages[portal.call(ADD, notice, path=OLGA)]
    assert (own.author_id, own.to_client, own.text) == (0, False, "The courier called.")
    portal.control(
        "webhooks", {"token": "app", "user_id": 1, "kind": "application", "client_id": "x", "scopes": ["im"]}
    )
    signed = portal.company.messages[portal.call(ADD, notice, path="/rest/1/app/")]
    assert signed.text == "[b]x[/b]\nThe courier called."


def test_a_reply_names_the_message_it_answers(portal: SandboxClient) -> None:
    first = portal.company.list_messages(207)[0].id
    portal.call(ADD, {"DIALOG_ID": "chat207", "MESSAGE": "About this", "REPLY_ID": first}, path=OLGA)
    assert portal.call(GET, {"DIALOG_ID": "chat207"}, path=OLGA)["messages"][0]["params"] == {"REPLY_ID": str(first)}


def test_a_text_that_is_too_long_is_cut(portal: SandboxClient) -> None:
    number = portal.call(ADD, {"DIALOG_ID": "chat207", "MESSAGE": "x" * 20007}, path=OLGA)
    assert portal.company.messages[number].text == "x" * 20000 + " (...)"


def test_the_messenger_itself_writes_to_people_and_groups_too(portal: SandboxClient) -> None:
    portal.call(ADD, {"DIALOG_ID": 4, "MESSAGE": "Are you there, James?"}, path=OLGA)
    portal.call(ADD, {"DIALOG_ID": "chat220", "MESSAGE": "Good morning!"}, path=OLGA)
    assert [found["id"] for found in list_recent(portal)][:2] == ["chat220", 4]


WRONG: list[tuple[dict[str, Any], tuple[int, str]]] = [
    ({"DIALOG_ID": "chat207"}, (400, "MESSAGE_EMPTY")),
    ({"DIALOG_ID": "chat207", "MESSAGE": "  "}, (400, "MESSAGE_EMPTY")),
    ({"DIALOG_ID": "chat207", "MESSAGE": ["Hello"]}, (400, "MESSAGE_EMPTY")),
    ({"MESSAGE": "Hello"}, (400, "PARAMS_ERROR")),
    ({"DIALOG_ID": "somebody", "MESSAGE": "Hello"}, (400, "USER_ID_EMPTY")),
    ({"DIALOG_ID": 999, "MESSAGE": "Hello"}, (400, "USER_NOT_FOUND")),
    ({"DIALOG_ID": "chat0", "MESSAGE": "Hello"}, (400, "CHAT_ID_EMPTY")),
    ({"DIALOG_ID": "chat9999", "MESSAGE": "Hello"}, (400, "CHAT_ID")),
    ({"DIALOG_ID": "chat223", "MESSAGE": "Hello"}, (403, "ACCESS_ERROR")),
    ({"DIALOG_ID": "chat207", "MESSAGE": "Hello", "ATTACH": {"BLOCKS": []}}, (400, "ATTACH_ERROR")),
    ({"DIALOG_ID": "chat207", "MESSAGE": "Hello", "KEYBOARD": [{}]}, (400, "KEYBOARD_ERROR")),
    ({"DIALOG_ID": "chat207", "MESSAGE": "Hello", "MENU": {"ITEMS": [{}]}}, (400, "MENU_ERROR")),
    ({"DIALOG_ID": "chat207", "MESSAGE": "Hello", "REPLY_ID": 9999}, (403, "REPLY_ACCESS_ERROR")),
    ({"DIALOG_ID": "chat207", "MESSAGE": "Hello", "REPLY_ID": 1055}, (403, "REPLY_FROM_OTHER_CHAT_ERROR")),
]


@pytest.mark.parametrize(("params", "refusal"), WRONG)
def test_a_message_is_refused_with_the_code_of_what_is_wrong(
    portal: SandboxClient, params: dict[str, Any], refusal: tuple[int, str]
) -> None:
    assert portal.expect_refusal(ADD, params, path=OLGA) == refusal


def list_texts(portal: SandboxClient, path: str = OLGA, **params: Any) -> list[str]:
    messages = portal.call(GET, {"DIALOG_ID": "chat206", **params}, path=path)["messages"]
    return [message["text"][:10] for message in messages]


def test_messages_come_newest_first_with_their_authors_and_files(portal: SandboxClient) -> None:
    page = portal.call(GET, {"DIALOG_ID": "chat219"})
    assert [message["author_id"] for message in page["messages"]] == [119, 4, 119]
    assert [(user["id"], user["connector"]) for user in page["users"]] == [(119, True), (4, False)]
    assert page["messages"][0]["params"] == {"FILE_ID": [page["files"][0]["id"]]}
    assert page["files"][0]["name"] == "checkout-error.png"


def test_older_messages_come_newest_first_and_newer_ones_oldest_first(portal: SandboxClient) -> None:
    first, second, third = (message.id for message in portal.company.list_messages(206))
    path = SUPERVISOR_WEBHOOK_PATH
    assert list_texts(portal, path, LAST_ID=third) == ["Sorry abou", "My invoice"]
    assert list_texts(portal, path, FIRST_ID=first) == ["Sorry abou", "Miller Gar"]
    assert list_texts(portal, path, FIRST_ID=first, LAST_ID=second, LIMIT=1) == ["Sorry abou"], "FIRST_ID wins"


def test_unread_messages_lengthen_the_page_and_too_many_move_it(portal: SandboxClient) -> None:
    for number in range(4):
        portal.write_as_client(207, f"unread {number}")
    page = [message["text"][:8] for message in _read_messages(portal, LIMIT=5)]
    assert page[:4] == ["unread 3", "unread 2", "unread 1", "unread 0"]
    assert len(page) == 6
    moved = [message["text"][:8] for message in _read_messages(portal, LIMIT=2)]
    assert moved[:2] == ["unread 1", "unread 0"], "the newest are not in it"


def _read_messages(portal: SandboxClient, **params: Any) -> list[Any]:
    messages: list[Any] = portal.call(GET, {"DIALOG_ID": "chat207", **params}, path=OLGA)["messages"]
    return messages


@pytest.mark.parametrize(
    ("params", "refusal"),
    [
        ({}, (400, "DIALOG_ID_EMPTY")),
        ({"DIALOG_ID": "207x"}, (400, "DIALOG_ID_EMPTY")),
        ({"DIALOG_ID": "chat207", "FIRST_ID": "x"}, (400, "FIRST_ID_STRING")),
        ({"DIALOG_ID": "chat207", "LAST_ID": "x"}, (400, "LAST_ID_STRING")),
        ({"DIALOG_ID": "chat9999"}, (403, "ACCESS_ERROR")),
        ({"DIALOG_ID": "5"}, (403, "ACCESS_ERROR")),
    ],
)
def test_messages_are_refused_with_the_code_of_what_is_wrong(
    portal: SandboxClient, params: dict[str, Any], refusal: tuple[int, str]
) -> None:
    assert portal.expect_refusal(GET, params, path=OLGA) == refusal


def test_who_may_join_a_dialog_may_read_it(portal: SandboxClient) -> None:
    assert portal.call(GET, {"DIALOG_ID": "chat206"}, path=SUPERVISOR_WEBHOOK_PATH)["messages"]
    assert portal.expect_refusal(GET, {"DIALOG_ID": "chat206"}, path=NO_RIGHTS_WEBHOOK_PATH) == (403, "ACCESS_ERROR")
    assert portal.expect_refusal(GET, {"DIALOG_ID": "chat220"}, path=EXTRANET_WEBHOOK_PATH) == (403, "ACCESS_ERROR")


def test_reading_clears_the_counter_up_to_a_message(portal: SandboxClient) -> None:
    first = portal.write_as_client(207, "One")["message_id"]
    second = portal.write_as_client(207, "Two")["message_id"]
    until = portal.call(READ, {"DIALOG_ID": "chat207", "MESSAGE_ID": first}, path=OLGA)
    assert until == {"dialogId": "chat207", "chatId": 207, "lastId": first, "counter": 1}
    assert portal.call(READ, {"DIALOG_ID": "chat207"}, path=OLGA)["lastId"] == second
    assert find_item(portal, 207)["counter"] == 0
    assert portal.call("imopenlines.dialog.get", {"CHAT_ID": 207}, path=OLGA)["counter"] == 0


def test_read_marks_never_move_back(portal: SandboxClient) -> None:
    last = portal.call(READ, {"DIALOG_ID": "chat207"}, path=OLGA)["lastId"]
    assert portal.call(READ, {"DIALOG_ID": "chat207", "MESSAGE_ID": 1}, path=OLGA)["lastId"] == last


@pytest.mark.parametrize("dialog_id", ["chat202", "chat206", "chat9999"])
def test_a_dialog_in_the_queue_or_of_others_is_not_marked_as_read(portal: SandboxClient, dialog_id: str) -> None:
    assert portal.call(READ, {"DIALOG_ID": dialog_id}, path=OLGA) is False


def test_marking_nothing_as_read_is_refused(portal: SandboxClient) -> None:
    assert portal.expect_refusal(READ, {"DIALOG_ID": ""}) == (400, "DIALOG_ID_EMPTY")


@pytest.mark.parametrize("method", [LIST, ADD, GET, READ])
def test_the_messenger_needs_its_scope_and_its_module(portal: SandboxClient, method: str) -> None:
    assert portal.expect_refusal(method, path=SECOND_OPERATOR_WEBHOOK_PATH) == (401, "insufficient_scope")
    portal.switch(modules={"im": False})
    assert portal.expect_refusal(method) == (404, "ERROR_METHOD_NOT_FOUND")
