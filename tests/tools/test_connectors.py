"""Connectors as an assistant meets them: a channel lives through its life, and no failure hides inside a success."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.seed.seed import ADMIN_WEBHOOK_PATH, APPLICATION_PATH, CONNECTOR
from tests.assistant import Assistant, assistant, text_of, words_of
from tests.recording import Recording, recording_portal
from tests.served import ServedSandbox, serve_sandbox
from tools.fence import remove_fences
from tools.registry import methods
from tools.tool import InvalidArgumentsError
from tools.untrusted import change_texts

PLACE = {"connector": "my_chat", "line": 2}
EMMA = {"id": "u42", "name": "Emma", "last_name": "Stone"}


def _said(number: str, **message: Any) -> dict[str, Any]:
    return {"user": EMMA, "message": {"id": number, **message}, "chat": {"id": "c123"}}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[ServedSandbox]:
    with serve_sandbox() as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def client(sandbox: ServedSandbox) -> Iterator[Assistant]:
    with assistant("--structured", webhook=f"{sandbox.address}{APPLICATION_PATH}") as connected:
        yield connected


@pytest.fixture(scope="module")
def told() -> Iterator[tuple[Recording, Assistant]]:
    with recording_portal() as portal, assistant("--structured", webhook=portal.webhook) as client:
        yield portal, client


def _read(client: Assistant, tool: str, **arguments: Any) -> Any:
    reply = client.call(tool, arguments)
    assert not reply.is_error, text_of(reply)
    return change_texts(reply.structured_content, remove_fences)


def _done(client: Assistant, tool: str, **arguments: Any) -> Any:
    return _read(client, f"imconnector_{tool}", **arguments)


def test_a_channel_lives_from_its_registration_to_its_end(sandbox: ServedSandbox, client: Assistant) -> None:
    sandbox.control("reset")
    _done(client, "register", **methods()["imconnector_register"].example)
    assert _done(client, "list")["my_chat"] == "My chat"
    assert _done(client, "status", **PLACE)["STATUS"] is False
    early = client.call("imconnector_send_messages", {**PLACE, "messages": [_said("m1", text="Hello")]})
    assert "imconnector_activate" in text_of(early)
    _done(client, "activate", **PLACE, active=True)
    _done(client, "connector_data_set", **PLACE, data={"name": "Support"})
    assert _done(client, "status", **PLACE)["STATUS"] is True

    (taken,) = _done(client, "send_messages", **PLACE, messages=[_said("m1", text="Hello")])["messages"]
    assert taken["message_id"] == "m1"
    state = _read(client, "dialog_get", chat_id=taken["chat_id"])
    assert (state["connector"], state["session_id"]) == ("my_chat", taken["session_id"])
    _done(client, "update_messages", **PLACE, messages=[_said("m1", text="Hello again")])
    _done(client, "chat_name_set", **PLACE, chat_id="c123", user_id="u42", name="Order 48213")
    assert _read(client, "dialog_get", chat_id=taken["chat_id"])["title"] == "Order 48213"
    assert "Hello again" in str(_read(client, "session_history_get", session_id=taken["session_id"]))

    written = {"chat_id": taken["chat_id"], "user_id": 4, "text": "Good morning"}
    message = {
        "im": {"message_id": sandbox.control("operator-message", written)["message_id"]},
        "message": {"id": ["m2"]},
    }
    _done(client, "send_status_delivery", **PLACE, messages=[message])
    _done(client, "send_status_reading", **PLACE, messages=[message])
    _done(client, "delete_messages", **PLACE, messages=[_said("m1")])
    shown = _read(client, "session_history_get", session_id=taken["session_id"], detail="full")
    outside = [one["params"].get("connectorMid") for one in shown["message"].values() if one["params"]]
    assert [ids for ids in outside if ids] == [["m2"], ["m1"]]

    _done(client, "activate", **PLACE, active=False)
    assert _done(client, "status", **PLACE)["CONFIGURED"] is False
    _done(client, "unregister", id="my_chat")
    assert "my_chat" not in _done(client, "list")


def test_a_webhook_is_told_to_be_an_application(sandbox: ServedSandbox) -> None:
    with assistant(webhook=f"{sandbox.address}{ADMIN_WEBHOOK_PATH}") as client:
        for tool, arguments in (("list", {}), ("status", PLACE)):
            reply = client.call(f"imconnector_{tool}", arguments)
            assert reply.is_error
            assert "openchannels-mcp login" in text_of(reply)


def test_in_the_embedded_portal_connectors_work_without_signing_in() -> None:
    with assistant("--sandbox", "--structured") as client:
        assert _done(client, "status", connector=CONNECTOR, line=1)["STATUS"] is True


def test_messages_that_were_not_taken_are_a_failure_which_names_them_and_saves_the_others(
    sandbox: ServedSandbox, client: Assistant
) -> None:
    sandbox.control("reset")
    lost = [{"url": "https://files.invalid/plan.pdf"}]
    mixed = [_said("m1", text="Hello"), _said("m2", files=lost), _said("m3", text="Bye")]
    reply = client.call("imconnector_send_messages", {"connector": CONNECTOR, "line": 1, "messages": mixed})

    assert reply.is_error
    assert "has taken 2 of 3 messages" in text_of(reply)
    assert "call again only for m2." in text_of(reply)
    assert "m1 (chat 401), m3 (chat 401): taken already, sending again would double them." in text_of(reply)
    assert "Cause: m2: Not all the required data" in words_of(reply)
    texts = [chat["last_message"] for chat in sandbox.look("state")["chats"]]
    assert "Bye" in texts


def _result(tool: str, raw: Any) -> Any:
    method = methods()[f"imconnector_{tool}"]
    return method.from_tool(method.example).result(raw)


HIDDEN: list[tuple[str, Any, str]] = [
    ("register", {"result": False, "error": "NAME_REQUIRED", "error_description": ""}, "NAME_REQUIRED"),
    ("unregister", {"result": False, "error": "NO_APPLICATION_ID"}, "NO_APPLICATION_ID"),
    ("register", {"result": False}, "nothing was done"),
    ("activate", False, "nothing was done"),
    ("connector_data_set", False, "nothing was done"),
    ("send_status_delivery", {"SUCCESS": False, "DATA": []}, "nothing was done"),
    ("chat_name_set", {"SUCCESS": False, "DATA": {"RESULT": {}}}, "nothing was done"),
    ("send_messages", {"SUCCESS": False, "DATA": []}, "nothing was done"),
    ("send_messages", {"SUCCESS": True, "DATA": []}, "probably executed"),
    ("send_messages", {"SUCCESS": True, "DATA": {"RESULT": []}}, "probably executed"),
    ("send_messages", {"SUCCESS": True, "DATA": {"RESULT": [{"user": "5"}]}}, "probably executed"),
    ("send_messages", {"SUCCESS": True, "DATA": {"RESULT": [{"SUCCESS": False}]}}, "taken 0 of 1"),
    ("update_messages", {"SUCCESS": True, "DATA": {"RESULT": [{"SUCCESS": False}]}}, "changed 0 of 1"),
    ("delete_messages", {"SUCCESS": True, "DATA": {"RESULT": [{"SUCCESS": False, "ERRORS": []}]}}, "no reason given"),
    ("status", {"LINE": 1, "CONNECTOR": "my_chat"}, "does not know"),
]


@pytest.mark.parametrize(("tool", "raw", "words"), HIDDEN)
def test_a_failure_inside_a_success_is_a_failure(
    told: tuple[Recording, Assistant], tool: str, raw: Any, words: str
) -> None:
    portal, client = told
    portal.result = raw
    reply = client.call(f"imconnector_{tool}", methods()[f"imconnector_{tool}"].example)

    assert reply.is_error
    assert words in text_of(reply)


FAILED = {"result": False, "error": "APPLICATION_REGISTRATION_ERROR", "error_description": "No"}


@pytest.mark.parametrize("answer", [FAILED, {"result": FAILED}], ids=["unwrapped", "nested"])
def test_a_failed_registration_has_its_code_and_advice_wherever_the_portal_puts_it(
    told: tuple[Recording, Assistant], answer: Any
) -> None:
    portal, client = told
    register = methods()["imconnector_register"]
    portal.answers = [(200, json.dumps(answer).encode())]
    error = client.call("imconnector_register", register.example).structured_content["error"]

    assert error["code"] == "APPLICATION_REGISTRATION_ERROR"
    assert error["advice"] == register.errors["APPLICATION_REGISTRATION_ERROR"]


def test_numbers_in_strings_become_numbers_and_a_message_without_a_session_has_none() -> None:
    item = {"user": "585", "SUCCESS": True, "session": {"ID": "323", "CHAT_ID": "1767"}, "message": {"date": {}}}
    taken = {"message_id": "m1001", "user_id": 585}
    assert _result("send_messages", {"SUCCESS": True, "DATA": {"RESULT": [item]}}) == {
        "messages": [{**taken, "chat_id": 1767, "session_id": 323}]
    }
    del item["session"]
    assert _result("send_messages", {"SUCCESS": True, "DATA": {"RESULT": [item]}}) == {"messages": [taken]}
    assert _result("list", []) == {}


SAID = _said("m1", text="Hello")
WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("register", {"id": "My.Chat"}, "id: should match the pattern"),
    ("register", {"icon": {"color": "#69acc0"}}, "icon.data_image is required"),
    ("register", {"icon": {"data_image": "https://example.com/icon.svg"}}, "icon.data_image"),
    ("register", {"placement_handler": "app.example.com"}, "placement_handler"),
    ("activate", {"connector": "My_Chat"}, "connector"),
    ("activate", {"active": "N"}, "active: should be true or false"),
    ("activate", {"line": 0}, "line"),
    ("connector_data_set", {"data": {}}, "give at least one of id, url, url_im, name"),
    ("connector_data_set", {"data": {"name": " "}}, "data.name: must not be blank"),
    ("send_messages", {"messages": []}, "messages"),
    ("send_messages", {"messages": [_said("m1")]}, "messages.0: give at least one of text, files"),
    ("send_messages", {"messages": [{**SAID, "chat": {"id": "c|1"}}]}, "messages.0.chat.id: must not contain |"),
    ("send_messages", {"messages": [{**SAID, "user": {"name": "Emma"}}]}, "messages.0.user.id is required"),
    ("send_messages", {"messages": [{**SAID, "extra": 1}]}, "unknown argument 'messages.0.extra'"),
    ("send_messages", {"messages": [{**SAID, "user": {**EMMA, "gender": "M"}}]}, "messages.0.user.gender"),
    ("update_messages", {"messages": [_said("m1", files=[{"url": "https://a.example/b"}])]}, "give the new text"),
    ("delete_messages", {"messages": [SAID]}, "unknown argument 'messages.0.message.text'"),
    (
        "send_status_delivery",
        {"messages": [{"im": {"message_id": 1}, "message": {"id": "m1"}}]},
        "message.id: should be a list",
    ),
    ("chat_name_set", {"chat_id": "c|1"}, "chat_id: must not contain |"),
]


@pytest.mark.parametrize(("tool", "change", "problem"), WRONG)
def test_what_the_portal_would_misread_is_refused_before_it_is_sent(
    tool: str, change: dict[str, Any], problem: str
) -> None:
    method = methods()[f"imconnector_{tool}"]
    with pytest.raises(InvalidArgumentsError, match=re.escape(problem)):
        method.from_tool({**method.example, **change})


def test_a_connector_is_switched_off_by_the_one_text_that_means_off() -> None:
    activate = methods()["imconnector_activate"]
    sent = [activate.from_tool({**PLACE, "active": on}).to_wire()["ACTIVE"] for on in (True, False)]
    assert sent == ["1", "0"]
