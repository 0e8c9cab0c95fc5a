from typing import Any

import pytest

from sandbox.seed.seed import ADMIN_WEBHOOK_PATH, APPLICATION_ID, APPLICATION_PATH, SESSION_PATH
from tests.sandbox.client import SandboxClient
from tests.sandbox.event_handler import bind

HANDLER = "https://app.example/handler"
METHODS = (
    "events",
    "event.bind",
    "event.unbind",
    "event.get",
    "event.test",
    "event.offline.get",
    "event.offline.list",
    "event.offline.clear",
    "event.offline.error",
)
OPERATOR_APPLICATION = "/rest/3/operator-application/"


@pytest.fixture
def operator(portal: SandboxClient) -> str:
    """The path of the application that acts for an operator."""
    key = {"token": "operator-application", "user_id": 3, "kind": "application", "client_id": APPLICATION_ID}
    portal.control("webhooks", key)
    return OPERATOR_APPLICATION


def get(portal: SandboxClient, path: str = APPLICATION_PATH) -> Any:
    return portal.call("event.get", path=path)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("path", [ADMIN_WEBHOOK_PATH, SESSION_PATH])
def test_events_are_only_for_applications(portal: SandboxClient, method: str, path: str) -> None:
    assert portal.expect_refusal(method, path=path) == (403, "WRONG_AUTH_TYPE")


def test_the_events_of_the_scopes_are_listed(portal: SandboxClient, operator: str) -> None:
    names = portal.call("events", path=APPLICATION_PATH)
    assert {"ONAPPTEST", "ONOFFLINEEVENT", "ONOPENLINEMESSAGEADD", "ONIMCONNECTORLINEDELETE"} <= set(names)
    assert len(portal.call("events", {"scope": "imopenlines"}, path=APPLICATION_PATH)) == 12
    assert portal.call("events", {"SCOPE": "crm"}, path=APPLICATION_PATH) == []
    basic = portal.call("events", {"Scope": ""}, path=APPLICATION_PATH)
    assert set(names) > set(basic) > {"ONAPPINSTALL"}
    portal.company.access_keys[-1].scopes = ("crm",)
    assert portal.call("events", path=operator) == basic
    assert portal.call("events", {"FULL": 1}, path=operator) == names


def test_a_binding_is_shown_as_it_is_kept(portal: SandboxClient) -> None:
    body = {"EVENT": "OnSessionStart", "Handler": HANDLER, "auth_TYPE": "3"}
    assert portal.call("event.bind", body, path=APPLICATION_PATH) is True
    bind(portal, "onOpenLineMessageAdd", handler="")
    bind(portal, "onOpenLineMessageAdd", handler="", auth_connector="mine")
    assert get(portal) == [
        {"event": "ONSESSIONSTART", "handler": HANDLER, "auth_type": "3", "offline": 0},
        {"event": "ONOPENLINEMESSAGEADD", "connector_id": "", "offline": 1},
        {"event": "ONOPENLINEMESSAGEADD", "connector_id": "mine", "offline": 1},
    ]


@pytest.mark.parametrize(
    ("body", "refused"),
    [
        ({"handler": HANDLER}, (400, "ERROR_ARGUMENT")),
        ({"event": "ONAPPTEST"}, (400, "ERROR_ARGUMENT")),
        ({"event": "ONAPPTEST", "handler": HANDLER, "event_type": "later"}, (400, "ERROR_ARGUMENT")),
        ({"event": "ONAPPTEST", "handler": "ftp://app.example/x"}, (400, "ERROR_UNSUPPORTED_PROTOCOL")),
        ({"event": "ONAPPTEST", "handler": "app.example/x"}, (400, "ERROR_UNSUPPORTED_PROTOCOL")),
        ({"event": "ONAPPTEST", "handler": "http://localhost:3000/x"}, (400, "ERROR_WRONG_HANDLER_URL")),
        ({"event": "ONAPPTEST", "handler": "http://[::1/x"}, (400, "ERROR_WRONG_HANDLER_URL")),
        ({"event": "ONAPPTEST", "handler": "https://app.example/" + "x" * 250}, (400, "ERROR_CORE")),
        ({"event": "ONNOTHING", "handler": HANDLER}, (400, "ERROR_EVENT_NOT_FOUND")),
        ({"event": "ONOFFLINEEVENT", "event_type": "offline"}, (400, "ERROR_ARGUMENT")),
    ],
)
def test_a_binding_that_makes_no_sense_is_refused(
    portal: SandboxClient, body: dict[str, Any], refused: tuple[int, str]
) -> None:
    assert portal.expect_refusal("event.bind", body, path=APPLICATION_PATH) == refused
    assert get(portal) == []


def test_an_event_beyond_the_scopes_is_not_found(portal: SandboxClient, operator: str) -> None:
    portal.company.access_keys[-1].scopes = ("crm",)
    body = {"event": "ONSESSIONSTART", "handler": HANDLER}
    assert portal.expect_refusal("event.bind", body, path=operator) == (400, "ERROR_EVENT_NOT_FOUND")


def test_the_same_is_not_bound_twice(portal: SandboxClient) -> None:
    bind(portal, "ONSESSIONSTART", HANDLER)
    answer = portal.post("event.bind", {"event": "onsessionstart", "handler": HANDLER}, path=APPLICATION_PATH)
    assert answer.json()["error"] == "ERROR_CORE"
    assert "Handler already binded" in answer.json()["error_description"]
    bind(portal, "ONSESSIONSTART", HANDLER, auth_type=3)
    bind(portal, "ONSESSIONSTART", "http://127.0.0.1:3000/handler")
    assert len(get(portal)) == 3


def test_who_is_no_administrator_binds_only_for_oneself(portal: SandboxClient, operator: str) -> None:
    body = {"event": "ONSESSIONSTART", "handler": HANDLER}
    assert portal.call("event.bind", body, path=operator) is True
    bind(portal, "ONSESSIONSTART", HANDLER, auth_type=4)
    assert [one["auth_type"] for one in get(portal, operator)] == ["3"]
    assert len(get(portal)) == 2
    for refused in ({"auth_type": 4}, {"event_type": "offline"}):
        assert portal.expect_refusal("event.bind", body | refused, path=operator) == (403, "ACCESS_DENIED")


def test_bindings_are_taken_away_and_counted(portal: SandboxClient) -> None:
    for user_id in (0, 3, 4):
        bind(portal, "ONSESSIONSTART", HANDLER, auth_type=user_id)
    bind(portal, "ONSESSIONSTART")

    def unbind(**more: Any) -> Any:
        return portal.call("event.unbind", {"event": "onSessionStart", **more}, path=APPLICATION_PATH)["count"]

    assert portal.expect_refusal("event.unbind", {"event": "ONSESSIONSTART"}, path=APPLICATION_PATH) == (
        400,
        "ERROR_ARGUMENT",
    )
    assert unbind(handler="https://other.example/") == 0
    assert unbind(handler=HANDLER, auth_type="3") == 1
    assert unbind(handler=HANDLER) == 2
    assert unbind(event_type="offline", auth_connector="mine") == 0
    assert unbind(event_type="offline") == 1
    assert get(portal) == []


def test_who_is_no_administrator_unbinds_with_a_number_only(portal: SandboxClient, operator: str) -> None:
    body = {"event": "ONSESSIONSTART", "handler": HANDLER}
    portal.call("event.bind", body, path=operator)
    bind(portal, "ONSESSIONSTART", HANDLER)
    for user_id in ("3", 4):
        refused = portal.expect_refusal("event.unbind", body | {"auth_type": user_id}, path=operator)
        assert refused == (403, "ACCESS_DENIED")
    assert portal.call("event.unbind", body | {"auth_type": 3}, path=operator) == {"count": 1}
    assert portal.call("event.unbind", body, path=operator) == {"count": 0}
    assert len(get(portal)) == 1


def test_features_depend_on_the_plan(portal: SandboxClient) -> None:
    def ask(code: str) -> str:
        answer: str = portal.call("feature.get", {"code": code})["value"]
        return answer

    assert (ask("rest_offline_extended"), ask("rest_auth_connector"), ask("unknown")) == ("Y", "Y", "N")
    portal.switch(plan={"offline_extended": False, "auth_connector": False})
    assert (ask("rest_offline_extended"), ask("rest_auth_connector")) == ("N", "N")
    assert portal.expect_refusal("feature.get") == (400, "CODE_EMPTY")
    body = {"event": "ONSESSIONSTART", "event_type": "offline", "auth_connector": "mine"}
    assert portal.expect_refusal("event.bind", body, path=APPLICATION_PATH) == (403, "WRONG_LICENSE")
