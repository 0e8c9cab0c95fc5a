from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.control.triggers import TRIGGERS
from sandbox.seed.seed import APPLICATION_ID, APPLICATION_PATH
from sandbox.state.oauth import APPLICATION_TOKEN
from sandbox.state.subscriptions import EVENTS
from tests.sandbox.client import SandboxClient
from tests.sandbox.event_handler import EventHandler, bind, list_deliveries, serve_handler, wait_for_deliveries
from tests.sandbox.oauth_client import refresh_tokens

NEVER_TRIGGERED = {"ONAPPPAYMENT", "ONSUBSCRIPTIONRENEW", "ONAPPMETHODCONFIRM", "ONOFFLINEEVENT"}


@pytest.fixture
def handler() -> Iterator[EventHandler]:
    with serve_handler() as found:
        yield found


def strike(portal: SandboxClient, *rules: Any, seed: int = 0) -> None:
    portal.control("events/faults", {"rules": list(rules), "seed": seed})


def send_tests(portal: SandboxClient, count: int) -> None:
    for number in range(count):
        portal.call("event.test", {"n": number}, path=APPLICATION_PATH)


def list_numbers(handler: EventHandler) -> list[int]:
    return [int(form["data"]["QUERY"]["n"]) for form in handler.forms]


def test_an_installation_brings_tokens_and_the_secret(portal: SandboxClient, handler: EventHandler) -> None:
    portal.control("events/install", {"handler": handler.address})
    (form,) = handler.wait_for(1)
    assert (form["event"], form["event_handler_id"]) == ("ONAPPINSTALL", "1")
    assert form["data"] == {"VERSION": "1", "ACTIVE": "Y", "INSTALLED": "Y", "LANGUAGE_ID": "en"}
    auth = form["auth"]
    assert (auth["application_token"], auth["user_id"]) == (APPLICATION_TOKEN, "1")
    assert refresh_tokens(portal, auth["refresh_token"]).status_code == 200
    bound = portal.call("event.get", path=APPLICATION_PATH)
    assert [one["event"] for one in bound] == ["ONAPPINSTALL"]


def test_an_update_takes_the_bindings_away(portal: SandboxClient, handler: EventHandler) -> None:
    portal.control("events/install", {"handler": handler.address})
    bind(portal, "OnSessionStart", handler.address)
    portal.control("events/update")
    _, form = handler.wait_for(2)
    assert form["event"] == "ONAPPUPDATE"
    assert form["data"] == {"VERSION": "2", "PREVIOUS_VERSION": "1", "LANGUAGE_ID": "en"}
    assert form["auth"]["refresh_token"]
    bound = portal.call("event.get", path=APPLICATION_PATH)
    assert [one["event"] for one in bound] == ["ONAPPUPDATE"]


def test_a_removal_brings_no_token_and_ends_all_of_them(portal: SandboxClient, handler: EventHandler) -> None:
    portal.control("events/install", {"handler": handler.address})
    (installed,) = handler.wait_for(1)
    bind(portal, "OnAppUninstall", handler.address, auth_type=1)
    bind(portal, "OnSessionFinish", handler.address)
    shown = portal.control("events/uninstall", {"clean": True})
    assert shown["installed"] is False
    form = handler.wait_for(2)[1]
    assert (form["event"], form["data"]) == ("ONAPPUNINSTALL", {"LANGUAGE_ID": "en", "CLEAN": "1"})
    assert "access_token" not in form["auth"]
    assert refresh_tokens(portal, installed["auth"]["refresh_token"]).status_code == 400
    assert portal.send("GET", "/_sandbox/events/bindings").json() == {"bindings": []}


def test_the_portals_own_user_comes_without_a_binding(portal: SandboxClient, handler: EventHandler) -> None:
    portal.control("events/user-ready")
    portal.control("events/install", {"handler": handler.address})
    portal.control("events/user-ready", {"client_id": APPLICATION_ID})
    _, form = handler.wait_for(2)
    assert (form["event"], form["auth"]["application_token"]) == ("ONAPPUSERREADY", APPLICATION_TOKEN)
    assert "refresh_token" not in form["auth"]
    assert refresh_tokens(portal, form["data"]["refresh_token"]).status_code == 200
    shown = portal.send("GET", "/_sandbox/events/deliveries").text
    assert form["data"]["refresh_token"] not in shown
    assert APPLICATION_TOKEN not in shown


def test_lost_events_are_never_posted(portal: SandboxClient, handler: EventHandler) -> None:
    bind(portal, "OnAppTest", handler.address)
    strike(portal, {"kind": "lost", "events": ["OnAppTest"], "count": 2}, {"kind": "lost", "events": ["ONOTHER"]})
    send_tests(portal, 3)
    found = wait_for_deliveries(portal, 3)
    assert [one["state"] for one in found] == ["lost", "lost", "answered"]
    assert list_numbers(handler) == [2]
    rules = portal.send("GET", "/_sandbox/events/faults").json()["rules"]
    assert [rule["struck"] for rule in rules] == [2, 0]
    assert portal.control("events/faults/clear") == {"rules": [], "seed": 0}


def test_doubled_events_come_twice(portal: SandboxClient, handler: EventHandler) -> None:
    bind(portal, "OnAppTest", handler.address)
    strike(portal, {"kind": "doubled", "count": 1})
    send_tests(portal, 2)
    handler.wait_for(3)
    assert list_numbers(handler) == [0, 0, 1]
    assert handler.forms[0] == handler.forms[1]


def test_late_events_come_after_those_that_are_not(portal: SandboxClient, handler: EventHandler) -> None:
    bind(portal, "OnAppTest", handler.address)
    strike(portal, {"kind": "late", "seconds": 0.3, "count": 1})
    send_tests(portal, 3)
    handler.wait_for(3)
    assert list_numbers(handler) == [1, 2, 0]


def test_reordered_events_change_places_with_the_next(portal: SandboxClient, handler: EventHandler) -> None:
    bind(portal, "OnAppTest", handler.address)
    strike(portal, {"kind": "reordered", "seconds": 30, "count": 1})
    send_tests(portal, 2)
    handler.wait_for(2)
    assert list_numbers(handler) == [1, 0]
    strike(portal, {"kind": "reordered", "seconds": 0.1, "count": 1})
    send_tests(portal, 1)
    handler.wait_for(3)


def test_a_campaign_with_the_same_seed_repeats() -> None:
    def run_campaign(seed: int) -> list[str]:
        portal = SandboxClient()
        with serve_handler() as handler:
            bind(portal, "OnAppTest", handler.address)
            strike(portal, {"kind": "lost", "rate": 0.5}, seed=seed)
            send_tests(portal, 20)
            return [one["state"] for one in wait_for_deliveries(portal, 20)]

    assert run_campaign(1) == run_campaign(1) != run_campaign(2)


@pytest.mark.parametrize(
    ("action", "body"),
    [
        ("events/faults", {"rules": {}}),
        ("events/faults", {"seed": True}),
        ("events/faults", {"rules": [{"kind": "magic"}]}),
        ("events/faults", {"rules": [{"kind": "lost", "rate": 2}]}),
        ("events/faults", {"rules": [{"kind": "lost", "count": 0}]}),
        ("events/faults", {"rules": [{"kind": "lost", "events": "all"}]}),
        ("events/faults", {"rules": [{"kind": "late", "seconds": -1}]}),
        ("events/install", {"client_id": "local.unknown"}),
        ("events/install", {"handler": "app"}),
        ("events/trigger", {}),
        ("events/trigger", {"event": "OnNothing"}),
        ("events/trigger", {"event": "OnSessionStart", "chat_id": 220}),
        ("events/trigger", {"event": "OnImConnectorMessageAdd", "chat_id": 201}),
        ("events/trigger", {"event": "OnImConnectorMessageAdd", "connector": "unknown"}),
        ("events/trigger", {"event": "OnImConnectorLineDelete", "line_id": 99}),
        ("message-edit", {"message_id": 1, "text": "Hi"}),
        ("message-delete", {}),
    ],
)
def test_what_makes_no_sense_is_answered_with_400(portal: SandboxClient, action: str, body: dict[str, Any]) -> None:
    answer = portal.send("POST", f"/_sandbox/{action}", json=body)
    assert answer.status_code == 400
    assert answer.json()["error"]


def test_every_event_that_happens_here_can_be_triggered() -> None:
    assert {name for names in EVENTS.values() for name in names} - set(TRIGGERS) == NEVER_TRIGGERED


@pytest.mark.parametrize("event", sorted(set(TRIGGERS) - {"ONAPPUSERREADY"}))
def test_a_triggered_event_happens(portal: SandboxClient, handler: EventHandler, event: str) -> None:
    portal.company.oauth.applications[APPLICATION_ID].handler = handler.address
    bind(portal, event, handler.address)
    shown = portal.control("events/trigger", {"event": event.title()})
    assert shown["event"] == event
    wait_for = wait_for_deliveries(portal, len(list_deliveries(portal)))
    assert event in [one["event"] for one in wait_for]
    assert event in [form["event"] for form in handler.forms]


def test_a_triggered_event_is_about_the_dialog_that_is_named(portal: SandboxClient, handler: EventHandler) -> None:
    bind(portal, "OnSessionFinish", handler.address)
    shown = portal.control("events/trigger", {"event": "OnSessionFinish", "chat_id": 206})
    assert (shown["chat_id"], shown["session_id"]) == (206, 306)
    (form,) = handler.wait_for(1)
    assert form["data"]["DATA"]["chat"]["chat_id"] == "206"
    assert portal.read_chat(206)["session_id"] == 0
