from urllib.parse import parse_qsl

import pytest

from sandbox.seed.seed import ADMIN_WEBHOOK_PATH, APPLICATION_ID, NO_SCOPE_WEBHOOK_PATH
from sandbox.state.oauth import APPLICATION_REDIRECT, APPLICATION_SCOPES, RegisteredApplication
from tests.sandbox.client import SandboxClient
from tests.sandbox.oauth_client import (
    ask_for_tokens,
    authorize,
    call_method,
    exchange_code,
    get_code,
    get_tokens,
    read_counters,
    read_outcome,
    refresh_tokens,
)


def test_a_browser_is_sent_to_the_registered_address_with_a_code(portal: SandboxClient) -> None:
    answer = authorize(portal)
    address, _, query = answer.headers["location"].partition("?")
    sent = dict(parse_qsl(query))
    assert (answer.status_code, address) == (302, APPLICATION_REDIRECT)
    assert len(sent.pop("code")) == 70
    assert len(sent.pop("member_id")) == 32
    assert sent == {
        "state": "s t",
        "domain": "portal",
        "scope": ",".join(APPLICATION_SCOPES),
        "server_domain": "portal",
    }


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/back", "http://localhost:9/back", "http://[::1]:9/back?x=1"])
def test_a_loopback_address_may_be_given_instead(portal: SandboxClient, address: str) -> None:
    sent_to = authorize(portal, redirect_uri=address).headers["location"]
    assert sent_to.startswith(address + ("&code=" if "?" in address else "?code="))


@pytest.mark.parametrize(
    "asked",
    [
        {"client_id": "local.unknown"},
        {"client_id": ""},
        {"redirect_uri": "https://elsewhere.example/back"},
        {"redirect_uri": "http://localhost@elsewhere.example/back"},
        {"redirect_uri": "javascript://localhost/%0aalert(1)"},
        {"redirect_uri": "http://[broken/"},
        {"redirect_uri": ""},
    ],
)
def test_a_failed_authorization_shows_a_page_and_redirects_nobody(portal: SandboxClient, asked: dict[str, str]) -> None:
    answer = authorize(portal, **asked)
    assert answer.status_code == 400
    assert answer.headers["content-type"].startswith("text/html")
    assert "location" not in answer.headers
    assert read_counters(portal)["codes_issued"] == 0


def test_the_registered_address_can_be_changed(portal: SandboxClient) -> None:
    portal.control("oauth", {"redirect_uri": "https://app.example/back"})
    assert authorize(portal).headers["location"].startswith("https://app.example/back?code=")


def test_a_code_buys_a_pair_of_tokens(portal: SandboxClient) -> None:
    answer = get_tokens(portal)
    access, renewal = answer.pop("access_token"), answer.pop("refresh_token")
    assert len({access, renewal}) == 2
    assert len(answer.pop("member_id")) == 32
    assert answer == {
        "expires": 1773651600 + 3600,
        "expires_in": 3600,
        "client_endpoint": "http://portal/rest/",
        "server_endpoint": "http://portal/rest/",
        "domain": "portal",
        "scope": ",".join(APPLICATION_SCOPES),
        "status": "L",
        "user_id": 1,
    }


@pytest.mark.parametrize("name", ["auth", "access_token"])
def test_an_access_token_is_taken_from_header_query_or_body(portal: SandboxClient, name: str) -> None:
    token = get_tokens(portal)["access_token"]
    assert call_method(portal, token).json()["result"]["ID"] == "1"
    assert portal.send("GET", "/rest/profile", params={name: token}).json()["result"]["ID"] == "1"
    assert portal.send("POST", "/rest/profile", json={name: token}).json()["result"]["ID"] == "1"
    assert call_method(portal, token, "app.info").json()["result"]["CODE"] == APPLICATION_ID


def test_a_code_works_once(portal: SandboxClient) -> None:
    code = get_code(portal)
    assert exchange_code(portal, code).status_code == 200
    assert read_outcome(exchange_code(portal, code)) == (400, "invalid_grant")


def test_a_code_lives_thirty_seconds(portal: SandboxClient) -> None:
    early, late = get_code(portal), get_code(portal)
    portal.control("advance", {"seconds": 29})
    assert exchange_code(portal, early).status_code == 200
    portal.control("advance", {"seconds": 1})
    assert read_outcome(exchange_code(portal, late)) == (400, "invalid_grant")


def test_a_refresh_rotates_the_refresh_token(portal: SandboxClient) -> None:
    first = get_tokens(portal)
    second = refresh_tokens(portal, first["refresh_token"]).json()
    assert second["refresh_token"] != first["refresh_token"]
    assert read_outcome(refresh_tokens(portal, first["refresh_token"])) == (400, "invalid_grant")
    assert call_method(portal, second["access_token"]).status_code == 200
    assert refresh_tokens(portal, second["refresh_token"]).status_code == 200
    seen = read_counters(portal)
    assert (seen["tokens_issued"], seen["refreshes"], seen["refreshes_rejected"]) == (3, 2, 1)


def test_a_refresh_token_lives_half_a_year(portal: SandboxClient) -> None:
    early, late = get_tokens(portal)["refresh_token"], get_tokens(portal)["refresh_token"]
    portal.control("advance", {"seconds": 180 * 86400 - 1})
    assert refresh_tokens(portal, early).status_code == 200
    portal.control("advance", {"seconds": 1})
    assert read_outcome(refresh_tokens(portal, late)) == (400, "invalid_grant")


@pytest.mark.parametrize("by_control", [True, False])
def test_an_access_token_expires_and_can_be_renewed(portal: SandboxClient, by_control: bool) -> None:
    pair = get_tokens(portal)
    if by_control:
        portal.control("oauth", {"expire": True})
    else:
        portal.control("advance", {"seconds": 3600})
    assert read_outcome(call_method(portal, pair["access_token"])) == (401, "expired_token")
    renewed = refresh_tokens(portal, pair["refresh_token"]).json()
    assert call_method(portal, renewed["access_token"]).status_code == 200


def test_a_revoked_grant_is_gone_for_good(portal: SandboxClient) -> None:
    pair, code = get_tokens(portal), get_code(portal)
    portal.control("oauth", {"revoke": True})
    assert read_outcome(call_method(portal, pair["access_token"])) == (401, "invalid_token")
    assert read_outcome(refresh_tokens(portal, pair["refresh_token"])) == (400, "invalid_grant")
    assert read_outcome(exchange_code(portal, code)) == (400, "invalid_grant")
    assert get_tokens(portal)["access_token"]


def test_an_unknown_token_is_invalid(portal: SandboxClient) -> None:
    assert read_outcome(call_method(portal, "nonsense")) == (401, "invalid_token")
    assert read_outcome(call_method(portal, get_tokens(portal)["refresh_token"])) == (401, "invalid_token")


@pytest.mark.parametrize(
    ("asked", "refused"),
    [
        ({}, (400, "invalid_request")),
        ({"grant_type": "password", "code": "x"}, (400, "invalid_request")),
        ({"grant_type": "authorization_code"}, (400, "invalid_request")),
        ({"grant_type": "refresh_token", "code": "x"}, (400, "invalid_request")),
        ({"grant_type": "refresh_token", "refresh_token": "x"}, (400, "invalid_grant")),
        ({"grant_type": "authorization_code", "code": "x", "client_id": "local.unknown"}, (401, "invalid_client")),
        ({"grant_type": "authorization_code", "code": "x", "client_secret": "wrong"}, (401, "invalid_client")),
    ],
)
def test_a_wrong_request_for_tokens_is_refused(
    portal: SandboxClient, asked: dict[str, str], refused: tuple[int, str]
) -> None:
    answer = ask_for_tokens(portal, **asked)
    assert read_outcome(answer) == refused
    assert answer.json()["error_description"]


def test_a_code_is_of_no_use_to_another_application(portal: SandboxClient) -> None:
    portal.company.oauth.register(RegisteredApplication("local.other", "other-secret", 1))
    stolen = {"client_id": "local.other", "client_secret": "other-secret", "code": get_code(portal)}
    assert read_outcome(ask_for_tokens(portal, grant_type="authorization_code", **stolen)) == (400, "invalid_grant")


def test_scopes_are_enforced_and_shown_as_they_are(portal: SandboxClient) -> None:
    token = get_tokens(portal)["access_token"]
    assert call_method(portal, token, "imopenlines.revision.get").status_code == 200
    portal.control("oauth", {"scopes": ["crm"]})
    refused = call_method(portal, token, "imopenlines.revision.get")
    assert read_outcome(refused) == (401, "insufficient_scope")
    assert "access token" in refused.json()["error_description"]
    assert call_method(portal, token, "scope").json()["result"] == ["crm"]
    assert not [
        name for name in call_method(portal, token, "methods").json()["result"] if name.startswith("imopenlines.")
    ]
    assert get_tokens(portal)["scope"] == "crm"


def test_a_portal_may_hide_the_methods_beyond_the_scopes(portal: SandboxClient) -> None:
    portal.switch(scope_hides_methods=True)
    for method in ("imopenlines.revision.get", "no.such"):
        assert portal.expect_refusal(method, path=NO_SCOPE_WEBHOOK_PATH) == (404, "ERROR_METHOD_NOT_FOUND")
    batch = {"cmd": {"a": "imopenlines.revision.get"}}
    answer = portal.call("batch", batch, path=NO_SCOPE_WEBHOOK_PATH)
    assert answer["result_error"]["a"]["error"] == "ERROR_METHOD_NOT_FOUND"
    assert portal.call("scope", path=NO_SCOPE_WEBHOOK_PATH) == ["crm", "user"]
    assert "imopenlines.revision.get" not in portal.call("methods", path=NO_SCOPE_WEBHOOK_PATH)
    assert portal.call("imopenlines.revision.get", path=ADMIN_WEBHOOK_PATH)


def test_calls_with_an_access_token_are_logged_without_it(portal: SandboxClient) -> None:
    token = get_tokens(portal)["access_token"]
    portal.send("GET", "/rest/profile", params={"auth": token})
    assert token not in portal.send("GET", "/_sandbox/requests").text
