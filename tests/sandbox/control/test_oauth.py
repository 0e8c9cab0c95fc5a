from typing import Any

import pytest

from sandbox.seed.seed import APPLICATION_ID, APPLICATION_SECRET
from sandbox.state.oauth import APPLICATION_REDIRECT, APPLICATION_SCOPES
from tests.sandbox.client import SandboxClient
from tests.sandbox.oauth_client import (
    call_method,
    get_tokens,
    read_counters,
    read_outcome,
    refresh_tokens,
)


@pytest.mark.parametrize(("code", "status"), [("PAYMENT_REQUIRED", 401), ("invalid_request", 400)])
def test_the_server_refuses_as_long_as_it_is_told_to(portal: SandboxClient, code: str, status: int) -> None:
    pair = get_tokens(portal)
    portal.control("oauth", {"fail": code})
    assert read_outcome(refresh_tokens(portal, pair["refresh_token"])) == (status, code)
    portal.control("oauth", {"fail": None})
    assert refresh_tokens(portal, pair["refresh_token"]).status_code == 200
    assert read_counters(portal)["refreshes_rejected"] == 1


def test_the_server_may_be_slow_and_name_a_foreign_portal(portal: SandboxClient) -> None:
    seen = portal.control("oauth", {"delay": 0.01, "endpoint": "https://elsewhere.example/rest/"})
    assert (seen["delay"], seen["endpoint"]) == (0.01, "https://elsewhere.example/rest/")
    assert get_tokens(portal)["client_endpoint"] == "https://elsewhere.example/rest/"
    portal.control("oauth", {"delay": 0, "endpoint": None})
    assert get_tokens(portal)["client_endpoint"] == "http://portal/rest/"


def test_the_counters_are_shown_without_tokens(portal: SandboxClient) -> None:
    pair = get_tokens(portal)
    seen = portal.send("GET", "/_sandbox/oauth")
    for secret in (pair["access_token"], pair["refresh_token"], APPLICATION_SECRET):
        assert secret not in seen.text
    assert seen.json() == {
        "codes_issued": 1,
        "tokens_issued": 1,
        "refreshes": 0,
        "refreshes_rejected": 0,
        "delay": 0,
        "endpoint": None,
        "fail": None,
        "applications": [
            {
                "client_id": APPLICATION_ID,
                "user_id": 1,
                "redirect_uri": APPLICATION_REDIRECT,
                "scopes": list(APPLICATION_SCOPES),
            }
        ],
    }


def test_a_reset_forgets_all_grants(portal: SandboxClient) -> None:
    pair = get_tokens(portal)
    portal.control("reset")
    assert read_outcome(call_method(portal, pair["access_token"])) == (401, "invalid_token")
    assert read_counters(portal)["tokens_issued"] == 0


@pytest.mark.parametrize(
    "body",
    [
        {"explode": True},
        {"expire": 1},
        {"scopes": "crm"},
        {"scopes": [1]},
        {"delay": -1},
        {"delay": True},
        {"endpoint": 1},
        {"fail": False},
        {"redirect_uri": None},
    ],
)
def test_settings_that_make_no_sense_are_refused_in_words(portal: SandboxClient, body: Any) -> None:
    before = read_counters(portal)
    answer = portal.send("POST", "/_sandbox/oauth", json={"revoke": True, **body})
    assert answer.status_code == 400
    assert answer.json()["error"]
    assert read_counters(portal) == before
