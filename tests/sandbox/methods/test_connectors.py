from typing import Any

import pytest

from sandbox.seed.seed import (
    ADMIN_WEBHOOK_PATH,
    APPLICATION_ID,
    APPLICATION_PATH,
    CONNECTOR,
    GROUP_CONNECTOR,
    NO_RIGHTS_WEBHOOK_PATH,
    SESSION_PATH,
)
from tests.sandbox.client import SandboxClient

MY_CHAT = {
    "ID": "My_Chat",
    "NAME": "My chat",
    "ICON": {"DATA_IMAGE": "data:image/svg+xml,"},
    "PLACEMENT_HANDLER": "https://app.example/settings",
}
METHODS = (
    "register",
    "unregister",
    "activate",
    "status",
    "connector.data.set",
    "send.messages",
    "update.messages",
    "delete.messages",
    "send.status.delivery",
    "send.status.reading",
    "chat.name.set",
)


def call(portal: SandboxClient, method: str, params: Any = None, *, path: str = APPLICATION_PATH) -> Any:
    return portal.call(f"imconnector.{method}", params, path=path)


def expect_refusal(
    portal: SandboxClient, method: str, params: Any = None, *, path: str = APPLICATION_PATH
) -> tuple[int, str]:
    return portal.expect_refusal(f"imconnector.{method}", params, path=path)


def expect_failure(portal: SandboxClient, method: str, params: Any = None, *, path: str = APPLICATION_PATH) -> str:
    """Expect a failure that comes with HTTP 200, unwrapped, and return its code."""
    answer = portal.post(f"imconnector.{method}", params, path=path)
    body = answer.json()
    assert (answer.status_code, body["result"]) == (200, False)
    assert set(body) == {"result", "error", "error_description"}
    return str(body["error"])


def read_status(portal: SandboxClient, connector: str, line: Any = 1) -> Any:
    return call(portal, "status", {"CONNECTOR": connector, "LINE": line})


def add_application(portal: SandboxClient, client_id: str = "local.other") -> str:
    key = {"token": "other-application", "user_id": 1, "kind": "application", "client_id": client_id}
    return str(portal.control("webhooks", key)["path"])


def read_connectors(portal: SandboxClient) -> dict[str, Any]:
    return {connector["id"]: connector for connector in portal.read_state()["connectors"]}


@pytest.mark.parametrize("path", [ADMIN_WEBHOOK_PATH, NO_RIGHTS_WEBHOOK_PATH, SESSION_PATH])
@pytest.mark.parametrize("method", METHODS)
def test_only_an_application_is_let_in_and_that_before_anything_else(
    portal: SandboxClient, method: str, path: str
) -> None:
    assert expect_refusal(portal, method, path=path) == (403, "WRONG_AUTH_TYPE")


def test_the_list_loses_the_code_of_a_wrong_authorisation_and_asks_for_a_permission(portal: SandboxClient) -> None:
    assert expect_refusal(portal, "list", path=ADMIN_WEBHOOK_PATH) == (400, "ERROR_CORE")
    portal.switch(anonymous=True)
    assert expect_refusal(portal, "list") == (400, "ACCESS_DENIED")


def test_the_list_names_the_portals_own_connectors_and_those_of_applications(portal: SandboxClient) -> None:
    listed = call(portal, "list")
    assert listed["livechat"] == "Live Chat"
    assert listed[CONNECTOR] == "Sandbox chat"


def test_a_connector_is_registered_in_lower_case_and_works_on_no_line_yet(portal: SandboxClient) -> None:
    assert call(portal, "register", MY_CHAT) == {"result": True}
    assert call(portal, "list")["my_chat"] == "My chat"
    assert read_status(portal, "my_chat") == {
        "LINE": 1,
        "CONNECTOR": "my_chat",
        "ERROR": False,
        "CONFIGURED": False,
        "STATUS": False,
    }


@pytest.mark.parametrize("case", [str.lower, str.upper])
def test_the_names_of_parameters_may_have_any_case(portal: SandboxClient, case: Any) -> None:
    body = {case(name): value for name, value in {**MY_CHAT, "ICON": {case("DATA_IMAGE"): "data:,"}}.items()}
    assert call(portal, "register", body) == {"result": True}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"ID": "my.chat", "NAME": ""}, "APPLICATION_REGISTRATION_ERROR_POINT"),
        ({"ID": "", "NAME": ""}, "CONNECTOR_ID_REQUIRED"),
        ({"ID": 12}, "CONNECTOR_ID_REQUIRED"),
        ({"NAME": None, "ICON": {}}, "NAME_REQUIRED"),
        ({"ICON": "data:image/svg+xml,", "PLACEMENT_HANDLER": ""}, "ICON_REQUIRED"),
        ({"ICON": {"DATA_IMAGE": ["data:"]}}, "ICON_REQUIRED"),
        ({"PLACEMENT_HANDLER": ""}, "NO_PLACEMENT_HANDLER"),
    ],
)
def test_a_registration_fails_with_http_200_at_the_first_thing_missing(
    portal: SandboxClient, change: Any, code: str
) -> None:
    assert expect_failure(portal, "register", MY_CHAT | change) == code
    assert "my_chat" not in call(portal, "list")


def test_a_registration_fails_where_nothing_can_be_stored_or_the_application_is_unknown(portal: SandboxClient) -> None:
    nobody = add_application(portal, client_id="")
    assert expect_failure(portal, "register", MY_CHAT, path=nobody) == "NO_APPLICATION_ID"
    assert expect_failure(portal, "unregister", {"ID": "my_chat"}, path=nobody) == "NO_APPLICATION_ID"
    portal.switch(connector_storage_fails=True)
    assert expect_failure(portal, "register", MY_CHAT) == "APPLICATION_REGISTRATION_ERROR"
    assert expect_failure(portal, "unregister", {"ID": "my_chat"}) == "APPLICATION_UNREGISTRATION_ERROR"


def test_in_a_batch_a_failed_registration_stands_among_results_and_errors(portal: SandboxClient) -> None:
    shown = portal.call("batch", {"cmd": {"a": "imconnector.register?ID=", "b": "profile"}}, path=APPLICATION_PATH)
    assert shown["result"]["a"] is False
    assert shown["result_error"]["a"]["error"] == "CONNECTOR_ID_REQUIRED"
    assert shown["result_error"]["a"]["result"] is False


def test_registering_again_changes_only_what_is_given_and_takes_the_connector_from_its_owner(
    portal: SandboxClient,
) -> None:
    call(portal, "register", MY_CHAT | {"CHAT_GROUP": True})
    call(portal, "register", MY_CHAT | {"NAME": "Other chat"}, path=add_application(portal))
    assert read_connectors(portal)["my_chat"]["application"] == "local.other"
    assert call(portal, "list")["my_chat"] == "Other chat"
    assert portal.company.connectors["my_chat"].chat_group


@pytest.mark.parametrize("active", ["1", 1, True, "Y", "N", "false", "off"])
def test_any_filled_value_switches_a_connector_on(portal: SandboxClient, active: Any) -> None:
    place = {"CONNECTOR": "anything", "LINE": 99}
    assert call(portal, "activate", {**place, "ACTIVE": active}) is True
    assert read_status(portal, "anything", 99)["STATUS"] is True


@pytest.mark.parametrize("active", ["0", 0, False, "", []])
def test_an_empty_value_switches_it_off_with_its_data_whether_or_not_it_was_on(
    portal: SandboxClient, active: Any
) -> None:
    place = {"CONNECTOR": CONNECTOR, "LINE": 1}
    call(portal, "connector.data.set", {**place, "DATA": {"NAME": "Support"}})
    for _ in range(2):
        assert call(portal, "activate", {**place, "ACTIVE": active}) is True
        assert read_status(portal, CONNECTOR)["CONFIGURED"] is False
    assert read_connectors(portal)[CONNECTOR]["lines"] == {}


@pytest.mark.parametrize(
    ("method", "required"),
    [
        ("activate", ("CONNECTOR", "LINE", "ACTIVE")),
        ("status", ("CONNECTOR",)),
        ("connector.data.set", ("CONNECTOR", "LINE", "DATA")),
        ("send.messages", ("CONNECTOR", "LINE", "MESSAGES")),
        ("update.messages", ("CONNECTOR", "LINE", "MESSAGES")),
        ("delete.messages", ("CONNECTOR", "LINE", "MESSAGES")),
        ("send.status.delivery", ("CONNECTOR", "LINE", "MESSAGES")),
        ("send.status.reading", ("CONNECTOR", "LINE", "MESSAGES")),
        ("chat.name.set", ("CONNECTOR", "LINE", "CHAT_ID", "NAME", "USER_ID")),
    ],
)
def test_what_is_missing_is_named_in_the_order_of_the_portal(
    portal: SandboxClient, method: str, required: tuple[str, ...]
) -> None:
    given: dict[str, Any] = {}
    for name in required:
        answer = portal.post(f"imconnector.{method}", given, path=APPLICATION_PATH)
        assert (answer.status_code, answer.json()["error"]) == (400, "ERROR_ARGUMENT")
        assert answer.json()["argument"] == name
        given[name] = CONNECTOR if name == "CONNECTOR" else "1"


def test_without_a_line_the_status_is_that_of_line_zero(portal: SandboxClient) -> None:
    assert call(portal, "status", {"CONNECTOR": CONNECTOR})["LINE"] == 0
    assert call(portal, "status", {"CONNECTOR": CONNECTOR})["STATUS"] is False
    assert read_status(portal, CONNECTOR, "1")["STATUS"] is True


def test_data_is_added_to_and_an_empty_value_clears_nothing(portal: SandboxClient) -> None:
    place = {"CONNECTOR": CONNECTOR, "LINE": 1}
    assert call(portal, "connector.data.set", {**place, "DATA": {"id": "c1", "URL": "https://c.example"}}) is True
    assert call(portal, "connector.data.set", {**place, "DATA": {"NAME": "Support", "URL": ""}}) is True
    kept = {"ID": "c1", "URL": "https://c.example", "NAME": "Support"}
    assert read_connectors(portal)[CONNECTOR]["lines"]["1"]["data"] == kept


def test_data_that_is_no_object_crashes_the_portal(portal: SandboxClient) -> None:
    body = {"CONNECTOR": CONNECTOR, "LINE": 1, "DATA": "Support"}
    assert portal.post("imconnector.connector.data.set", body, path=APPLICATION_PATH).status_code == 500


def test_unregistering_switches_off_everywhere_and_forgets_the_connector(portal: SandboxClient) -> None:
    assert call(portal, "unregister", {"ID": CONNECTOR.upper()}) == {"result": True}
    assert CONNECTOR not in call(portal, "list")
    assert read_status(portal, CONNECTOR)["STATUS"] is False
    assert call(portal, "unregister", {"ID": CONNECTOR}) == {"result": True}
    assert expect_failure(portal, "unregister", {"ID": ""}) == "APPLICATION_UNREGISTRATION_ERROR"


def test_unregistering_anothers_connector_only_switches_it_off(portal: SandboxClient) -> None:
    call(portal, "unregister", {"ID": CONNECTOR}, path=add_application(portal))
    assert read_connectors(portal)[CONNECTOR]["application"] == APPLICATION_ID
    assert read_status(portal, CONNECTOR)["STATUS"] is False


def test_a_deleted_line_is_gone_for_connectors_too(portal: SandboxClient) -> None:
    assert portal.call("imopenlines.config.delete", {"CONFIG_ID": 1}) is True
    assert read_status(portal, GROUP_CONNECTOR)["STATUS"] is False
