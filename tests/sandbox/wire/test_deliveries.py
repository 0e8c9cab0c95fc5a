import socket
from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.seed.seed import APPLICATION_PATH, CONNECTOR
from sandbox.state.oauth import APPLICATION_TOKEN
from sandbox.wire.oauth_routes import MEMBER_ID
from tests.sandbox.channel_client import call_method, confirm_delivery, make_message, make_params, send_messages
from tests.sandbox.client import SandboxClient
from tests.sandbox.event_handler import EventHandler, bind, list_deliveries, serve_handler, wait_for_deliveries
from tests.waiting import wait_until

ALWAYS = {"domain", "client_endpoint", "server_endpoint", "member_id", "application_token"}
OF_A_USER = {"access_token", "expires", "expires_in", "scope", "status", "user_id"}


@pytest.fixture
def handler() -> Iterator[EventHandler]:
    with serve_handler() as found:
        yield found


def list_leaves(value: Any) -> list[Any]:
    if isinstance(value, dict | list):
        return [leaf for item in (value.values() if isinstance(value, dict) else value) for leaf in list_leaves(item)]
    return [value]


def test_a_clients_message_is_posted_as_php_writes_it(portal: SandboxClient, handler: EventHandler) -> None:
    bind(portal, "OnOpenLineMessageAdd", handler.address + "?of=me")
    written = portal.write_as_client(201, "Ещё здесь?")
    (form,) = handler.wait_for(1)
    assert (form["event"], form["event_handler_id"]) == ("ONOPENLINEMESSAGEADD", "1")
    assert "eventId" not in form
    assert form["ts"] == str(int(portal.company.messages[written["message_id"]].created.timestamp()))
    assert "data%5BDATA%5D%5Bmessage%5D%5Btext%5D=" in handler.bodies[0]
    headers = handler.headers[0]
    assert (headers["content-type"], headers["path"]) == ("application/x-www-form-urlencoded", "/handler?of=me")
    assert {type(leaf) for leaf in list_leaves(form)} == {str}
    chat = portal.company.chats[201]
    connector, line, outside, client = chat.user_code.split("|")
    assert form["data"]["DATA"] == {
        "connector": {"connector_id": connector, "line_id": line, "chat_id": outside, "user_id": client},
        "chat": {"id": outside},
        "message": {"id": f"outside-{written['message_id']}", "text": "Ещё здесь?", "user_id": client},
    }


def test_no_token_goes_along_when_a_client_is_the_cause(portal: SandboxClient, handler: EventHandler) -> None:
    bind(portal, "OnOpenLineMessageAdd", handler.address)
    portal.write_as_client(201, "Hello?")
    (form,) = handler.wait_for(1)
    assert set(form["auth"]) == ALWAYS
    assert (form["auth"]["application_token"], form["auth"]["member_id"]) == (APPLICATION_TOKEN, MEMBER_ID)
    assert form["auth"]["client_endpoint"] == "http://portal/rest/"
    assert form["auth"]["domain"] == "portal"


def test_the_token_is_that_of_the_binding_or_of_the_cause(portal: SandboxClient, handler: EventHandler) -> None:
    bind(portal, "OnSessionFinish", handler.address)
    bind(portal, "OnSessionFinish", handler.address, auth_type=4)
    portal.call("imopenlines.operator.spam", {"CHAT_ID": 202})
    forms = handler.wait_for(2)
    assert [form["auth"]["user_id"] for form in forms] == ["1", "4"]
    assert all(set(form["auth"]) == ALWAYS | OF_A_USER for form in forms)
    token = forms[1]["auth"]["access_token"]
    profile = portal.send("POST", "/rest/profile", json={"auth": token}).json()
    assert profile["result"]["ID"] == "4"


def test_a_session_starts_and_finishes_without_an_id(portal: SandboxClient, handler: EventHandler) -> None:
    for event in ("OnSessionStart", "OnSessionFinish"):
        bind(portal, event, handler.address)
    portal.write_as_client(221, "Hello again")
    portal.call("imopenlines.operator.spam", {"CHAT_ID": 221})
    forms = handler.wait_for(2)
    assert [form["event"] for form in forms] == ["ONSESSIONSTART", "ONSESSIONFINISH"]
    assert forms[0]["data"] == forms[1]["data"]
    assert forms[0]["data"]["DATA"] == {
        "connector": {"connector_id": "livechat", "line_id": "1", "chat_id": "221", "user_id": "121"},
        "chat": {"chat_id": "221"},
        "line": {"id": "1", "name": "Website support"},
    }


def open_channel_dialog(portal: SandboxClient) -> int:
    send_messages(portal, make_message("m1"))
    chat = max(portal.company.chats)
    portal.call("imopenlines.operator.answer", {"CHAT_ID": chat})
    return chat


def test_an_answer_goes_to_the_connectors_application_and_to_everybody(
    portal: SandboxClient, handler: EventHandler
) -> None:
    chat = open_channel_dialog(portal)
    bind(portal, "OnImConnectorMessageAdd", handler.address)
    bind(portal, "OnOpenLineMessageAdd", handler.address)
    number = portal.call("im.message.add", {"DIALOG_ID": f"chat{chat}", "MESSAGE": "Good morning"})
    channel, line = (form["data"] for form in handler.wait_for(2))
    signed = "[b]Anna Keller:[/b] [br]Good morning"
    assert channel == {
        "CONNECTOR": CONNECTOR,
        "LINE": "1",
        "MESSAGES": [
            {
                "im": {"chat_id": str(chat), "message_id": str(number)},
                "message": {"user_id": "1", "text": signed},
                "chat": {"id": "c123"},
            }
        ],
    }
    assert (line["CONNECTOR"], line["LINE"]) == (CONNECTOR, "1")
    assert line["DATA"]["message"] == {
        "id": str(number),
        "chat_id": str(chat),
        "user_id": "1",
        "text": signed,
        "system": "N",
    }
    assert (line["DATA"]["connector"]["chat_id"], line["DATA"]["no_session"]) == ("c123", "N")


def test_the_events_of_a_connector_are_not_for_other_applications(portal: SandboxClient, handler: EventHandler) -> None:
    chat = open_channel_dialog(portal)
    bind(portal, "OnImConnectorMessageAdd", handler.address)
    bind(portal, "OnImConnectorLineDelete", handler.address)
    portal.company.connectors[CONNECTOR].application = "local.other"
    portal.call("im.message.add", {"DIALOG_ID": f"chat{chat}", "MESSAGE": "Good morning"})
    portal.call("imopenlines.config.delete", {"CONFIG_ID": 4})
    (form,) = handler.wait_for(1)
    assert (form["event"], form["data"]) == ("ONIMCONNECTORLINEDELETE", "4")


def test_changes_of_operators_are_told_once_delivery_was_confirmed(
    portal: SandboxClient, handler: EventHandler
) -> None:
    chat = open_channel_dialog(portal)
    for change in ("Update", "Delete"):
        bind(portal, f"OnImConnectorMessage{change}", handler.address)
        bind(portal, f"OnOpenLineMessage{change}", handler.address)
    number = portal.call("im.message.add", {"DIALOG_ID": f"chat{chat}", "MESSAGE": "Good morning"})
    portal.control("message-edit", {"message_id": number, "text": "Good evening"})
    confirm_delivery(portal, number, "out-1", "out-2")
    portal.control("message-edit", {"message_id": number, "text": "Good night"})
    portal.control("message-delete", {"message_id": number})
    updated, changed, deleted, gone = (form["data"] for form in handler.wait_for(4))
    place = {"chat_id": str(chat), "message_id": str(number)}
    assert updated["MESSAGES"][0]["message"] == {
        "id": ["out-1", "out-2"],
        "text": "[b]Anna Keller:[/b] [br]Good night",
    }
    assert (changed["DATA"]["im"], changed["CONNECTOR"]) == (place, CONNECTOR)
    assert [item["message"] for item in deleted["MESSAGES"]] == [{"id": "out-1"}, {"id": "out-2"}]
    assert gone["DATA"] == deleted["MESSAGES"]


def test_changes_of_clients_repeat_the_channels_ids(portal: SandboxClient, handler: EventHandler) -> None:
    open_channel_dialog(portal)
    for change in ("Update", "Delete"):
        bind(portal, f"OnOpenLineMessage{change}", handler.address)
    call_method(portal, "update.messages", make_message("m1", "Hello again"))
    call_method(portal, "delete.messages", make_message("m1"))
    updated, deleted = (form["data"] for form in handler.wait_for(2))
    assert set(updated) == set(deleted) == {"DATA"}
    assert (updated["DATA"]["message"]["id"], updated["DATA"]["message"]["text"]) == ("m1", "Hello again")
    assert updated["DATA"]["chat"]["id"] == "c123"


def test_the_dialogs_of_a_connector_show_their_session(portal: SandboxClient, handler: EventHandler) -> None:
    for change in ("Start", "Finish"):
        bind(portal, f"OnImConnectorDialog{change}", handler.address)
    chat = open_channel_dialog(portal)
    portal.call("imopenlines.operator.spam", {"CHAT_ID": chat})
    portal.write_as_client(221, "No application's connector")
    start, finish = (form["data"]["DATA"][0] for form in handler.wait_for(2))
    session, client = str(portal.company.list_sessions(chat)[0].id), str(portal.company.chats[chat].client_id)
    assert start == {
        "connector": {"connector_id": CONNECTOR, "line_id": "1", "chat_id": "c123", "user_id": client},
        "session": {"id": session, "closed": "N", "parent_id": "0", "close_term": "10"},
        "chat": {"id": "c123"},
        "user": {"id": client},
    }
    assert finish["session"]["closed"] == "Y"


def test_a_connector_that_is_switched_off_is_told_with_small_letters(
    portal: SandboxClient, handler: EventHandler
) -> None:
    bind(portal, "OnImConnectorStatusDelete", handler.address)
    portal.call("imconnector.activate", make_params(ACTIVE=0), path=APPLICATION_PATH)
    (form,) = handler.wait_for(1)
    assert form["data"] == {"connector": CONNECTOR, "line": "1"}


def test_a_test_echoes_the_parameters_to_the_application_itself(portal: SandboxClient, handler: EventHandler) -> None:
    bind(portal, "OnAppTest", handler.address)
    sent = {"any": "data", "yes": True, "no": False, "nothing": None, "empty": [], "list": [1, {"a": "b"}]}
    assert portal.call("event.test", sent, path=APPLICATION_PATH) == 1
    (form,) = handler.wait_for(1)
    assert form["data"] == {
        "QUERY": {"any": "data", "yes": "1", "no": "0", "list": ["1", {"a": "b"}]},
        "LANGUAGE_ID": "en",
    }
    assert set(form["auth"]) == ALWAYS | OF_A_USER


def test_the_same_is_delivered_once_a_hit(portal: SandboxClient, handler: EventHandler) -> None:
    bind(portal, "OnAppTest", handler.address)
    portal.call("batch", {"cmd": ["event.test?a=1", "event.test?a=1", "event.test?a=2"]}, path=APPLICATION_PATH)
    portal.call("event.test", {"a": "1"}, path=APPLICATION_PATH)
    assert [form["data"]["QUERY"]["a"] for form in handler.wait_for(3)] == ["1", "2", "1"]


@pytest.mark.parametrize("status", [500, 302])
def test_nothing_is_sent_twice_whatever_the_handler_answers(
    portal: SandboxClient, handler: EventHandler, status: int
) -> None:
    handler.status = status
    bind(portal, "OnAppTest", handler.address)
    portal.call("event.test", {"a": "1"}, path=APPLICATION_PATH)
    (one,) = wait_for_deliveries(portal, 1)
    assert (one["state"], one["status"], one["event"]) == ("answered", status, "ONAPPTEST")
    portal.call("event.test", {"a": "2"}, path=APPLICATION_PATH)
    assert len(handler.wait_for(2)) == 2


def test_a_handler_that_is_not_there_is_tried_once(portal: SandboxClient) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    bind(portal, "OnAppTest", f"http://127.0.0.1:{port}/")
    portal.call("event.test", path=APPLICATION_PATH)
    (one,) = wait_for_deliveries(portal, 1)
    assert (one["state"], one["error"]) == ("failed", "ConnectionRefusedError")


def test_a_slow_handler_holds_up_neither_the_portal_nor_other_handlers(portal: SandboxClient) -> None:
    with serve_handler() as slow, serve_handler() as quick:
        slow.held.clear()
        for handler in (slow, quick):
            bind(portal, "OnAppTest", handler.address)
        portal.call("event.test", path=APPLICATION_PATH)
        quick.wait_for(1)
        assert slow.forms == []
        slow.held.set()
        slow.wait_for(1)


def test_a_reset_forgets_the_bindings_and_what_is_on_its_way(portal: SandboxClient, handler: EventHandler) -> None:
    bind(portal, "OnAppTest", handler.address)
    portal.control("events/faults", {"rules": [{"kind": "late", "seconds": 600}]})
    portal.call("event.test", path=APPLICATION_PATH)
    portal.control("reset")
    assert list_deliveries(portal) == []
    assert portal.call("event.get", path=APPLICATION_PATH) == []
    assert handler.forms == []


def test_whoever_fetches_events_is_woken_at_most_once_a_second(portal: SandboxClient, handler: EventHandler) -> None:
    bind(portal, "OnOfflineEvent", handler.address, options={"minTimeout": 60})
    bind(portal, "OnOpenLineMessageAdd")
    bind(portal, "OnSessionStart")
    portal.write_as_client(221, "Hello again")
    portal.write_as_client(221, "Hello?")
    forms = handler.wait_for(2)
    assert all("data" not in form for form in forms)
    assert wait_until(lambda: len(portal.call("event.offline.list", path=APPLICATION_PATH))) == 3


def test_a_cascade_of_events_ends_after_the_seventh(portal: SandboxClient, handler: EventHandler) -> None:
    bind(portal, "OnAppTest", handler.address)
    portal.call("event.test", {"n": 1}, path=APPLICATION_PATH)
    for count in range(1, 8):
        token = handler.wait_for(count)[-1]["auth"]["access_token"]
        portal.send("POST", "/rest/event.test", json={"auth": token, "n": count + 1})
    portal.call("event.test", {"n": "fresh"}, path=APPLICATION_PATH)
    assert [form["data"]["QUERY"]["n"] for form in handler.wait_for(8)] == [*"1234567", "fresh"]
