from typing import Any

import pytest

from sandbox.seed.seed import ADMIN_WEBHOOK_PATH
from tests.sandbox.client import SandboxClient


@pytest.mark.parametrize("host", ["10.0.0.7", "testclient"])
def test_only_loopback_clients_are_answered(host: str) -> None:
    stranger = SandboxClient(client_host=host)
    for verb, action in (("GET", "state"), ("POST", "reset")):
        assert stranger.send(verb, f"/_sandbox/{action}").status_code == 403


def test_a_client_is_written_for_by_chat_or_user_code(portal: SandboxClient) -> None:
    answer = portal.control("client-message", {"user_code": "livechat|1|9206|106", "text": "Hello?"})
    assert (answer["chat_id"], answer["session_id"]) == (206, 306)
    assert portal.read_chat(206)["last_message"] == "Hello?"


def test_a_client_may_send_files(portal: SandboxClient) -> None:
    files = [{"name": "photo.jpg", "size": 2048}]
    portal.control("client-message", {"chat_id": 206, "text": "", "files": files})
    history = portal.call("imopenlines.session.history.get", {"SESSION_ID": 306})
    assert [(file["name"], file["size"]) for file in history["files"].values()] == [("photo.jpg", 2048)]


def test_a_new_client_gets_a_chat_of_the_line(portal: SandboxClient) -> None:
    new = {"line_id": 2, "connector": "telegrambot", "name": "Ada Byron", "text": "Good morning"}
    answer = portal.control("client-message", new)
    chat = portal.read_chat(answer["chat_id"])
    assert chat["name"] == "Ada Byron - Sales"
    assert chat["user_code"].startswith("telegrambot|2|")
    assert chat["session_id"] == answer["session_id"]


def test_a_new_client_may_be_one_whom_crm_knows(portal: SandboxClient) -> None:
    new = {"line_id": 2, "connector": "telegrambot", "name": "A. Volkov", "text": "Good day", "crm": {"CONTACT": 701}}
    chat_id = portal.control("client-message", new)["chat_id"]
    chats = portal.call(
        "imopenlines.crm.chat.get", {"CRM_ENTITY_TYPE": "contact", "CRM_ENTITY": 701, "ACTIVE_ONLY": "N"}
    )
    assert str(chat_id) in {str(chat["CHAT_ID"]) for chat in chats}


@pytest.mark.parametrize("crm", [{"CONTACT": 999}, ["CONTACT", 701], "CONTACT"])
def test_a_new_client_cannot_be_one_whom_crm_lacks(portal: SandboxClient, crm: object) -> None:
    new = {"line_id": 2, "text": "Good day", "crm": crm}
    assert portal.send("POST", "/_sandbox/client-message", json=new).status_code == 400
    assert len(portal.read_state()["chats"]) == len(SandboxClient().read_state()["chats"])


def test_an_operator_may_be_written_for(portal: SandboxClient) -> None:
    portal.control("operator-message", {"chat_id": 206, "user_id": 1, "text": "Corrected."})
    assert portal.read_chat(206)["status"] == 40


def test_the_clock_moves_by_calls_and_by_hand(portal: SandboxClient) -> None:
    assert portal.control("advance", {"seconds": 3600})["now"] == "2026-03-16T11:00:00+01:00"
    assert portal.call("server.time") == "2026-03-16T11:00:01+01:00"


def test_a_reset_brings_the_seed_back(portal: SandboxClient) -> None:
    before = portal.read_state()
    portal.write_as_client(201, "Hello?")
    portal.switch(anonymous=True)
    portal.control("reset")
    assert portal.read_state() == before
    assert portal.call("profile")


def test_calls_are_logged_without_their_token(portal: SandboxClient) -> None:
    portal.send("POST", f"{ADMIN_WEBHOOK_PATH}imopenlines.dialog.get?auth=secret", data={"CHAT_ID": "999"})
    portal.call("batch", {"cmd": {"a": "profile"}})
    log = portal.send("GET", "/_sandbox/requests")
    assert "secret" not in log.text
    assert "sandbox-admin-token" not in log.text
    first, inner, outer = log.json()["requests"]
    assert first == {
        "at": "2026-03-16T10:00:01+01:00",
        "method": "imopenlines.dialog.get",
        "params": {"CHAT_ID": "999"},
        "user_id": 1,
        "status": 400,
        "outcome": "ACCESS_ERROR",
        "in_batch": False,
        "executed": False,
    }
    assert (inner["method"], inner["in_batch"], outer["method"]) == ("profile", True, "batch")
    portal.control("requests/clear")
    assert portal.send("GET", "/_sandbox/requests").json() == {"requests": []}


def test_a_key_of_any_kind_can_be_added(portal: SandboxClient) -> None:
    key = {"token": "new-key", "user_id": 2, "kind": "session", "scopes": ["imopenlines"]}
    path = portal.control("webhooks", key)["path"]
    refused = portal.expect_refusal("imopenlines.bot.session.finish", {"CHAT_ID": 217}, path=path)
    assert refused == (403, "WRONG_AUTH_TYPE")


def test_switches_are_patched_and_shown(portal: SandboxClient) -> None:
    shown = portal.control(
        "switches", {"modules": {"crm": False}, "locked_chats": [206], "load_failures": {"7": "chat"}}
    )
    assert shown["modules"] == {"im": True, "pull": True, "imbot": True, "crm": False}
    assert (shown["locked_chats"], shown["load_failures"]) == ([206], {"7": "chat"})
    shown = portal.control("switches", {"pending": {"code": "X"}, "hold": {"code": "Y", "status": 503}})
    assert shown["pending"] == {"code": "X", "text": ""}
    assert portal.control("switches", {"pending": None, "hold": None})["hold"] is None


@pytest.mark.parametrize(
    ("action", "body"),
    [
        ("switches", {"nonsense": True}),
        ("switches", {"modules": {"crm": "off"}}),
        ("switches", {"modules": {"mail": True}}),
        ("switches", {"anonymous": 1}),
        ("switches", {"locked_chats": ["x"]}),
        ("switches", {"load_failures": {"206": "everything"}}),
        ("switches", {"remote_lines": []}),
        ("switches", {"pending": {"text": "no code"}}),
        ("switches", {"hold": {"code": "X"}}),
        ("switches", {"hold": {"code": "X", "status": 400, "calls": -1}}),
        ("advance", {}),
        ("advance", {"seconds": -1}),
        ("advance", {"seconds": 1e300}),
        ("client-message", {"text": "Hi"}),
        ("client-message", {"chat_id": 206}),
        ("client-message", {"chat_id": 220, "text": "Hi"}),
        ("client-message", {"line_id": 77, "text": "Hi"}),
        ("client-message", {"chat_id": 206, "text": "Hi", "files": ["a.png"]}),
        ("client-message", {"chat_id": 206, "text": "Hi", "files": [{"name": "a.png", "size": "big"}]}),
        ("operator-message", {"chat_id": 206, "user_id": 6, "text": "Hi"}),
        ("webhooks", {"token": "t", "user_id": 1, "kind": "magic"}),
        ("webhooks", {"token": "t", "user_id": 1, "scopes": "crm"}),
    ],
)
def test_bad_input_is_refused_in_words(portal: SandboxClient, action: str, body: Any) -> None:
    before = portal.read_state()
    answer = portal.send("POST", f"/_sandbox/{action}", json=body)
    assert answer.status_code == 400
    assert answer.json()["error"]
    assert {**portal.read_state(), "now": ""} == {**before, "now": ""}


@pytest.mark.parametrize("body", ["{", "[]", "1"])
def test_a_body_that_is_no_object_is_refused(portal: SandboxClient, body: str) -> None:
    assert portal.send("POST", "/_sandbox/switches", content=body).status_code == 400


def test_a_wrong_switch_leaves_the_others_of_the_patch_alone(portal: SandboxClient) -> None:
    body = {"anonymous": True, "nonsense": True}
    assert portal.send("POST", "/_sandbox/switches", json=body).status_code == 400
    assert portal.company.switches.anonymous is False
