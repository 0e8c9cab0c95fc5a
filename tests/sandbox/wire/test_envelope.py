from typing import Any

import pytest

from sandbox.seed.seed import (
    ADMIN_WEBHOOK_PATH,
    APPLICATION_PATH,
    DISMISSED_WEBHOOK_PATH,
    INACTIVE_WEBHOOK_PATH,
    NO_SCOPE_WEBHOOK_PATH,
    SESSION_PATH,
)
from sandbox.state import php
from tests.sandbox.client import SandboxClient

PATH = ADMIN_WEBHOOK_PATH


def test_a_success_is_wrapped_with_its_timing(portal: SandboxClient) -> None:
    answer = portal.post("imopenlines.revision.get")
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    body = answer.json()
    assert body["result"] == {"rest": 2, "web": 1, "mobile": 1}
    assert body["time"] == {
        "start": 1773651601,
        "finish": 1773651601.021,
        "duration": 0.021,
        "processing": 0.004,
        "date_start": "2026-03-16T10:00:01+01:00",
        "date_finish": "2026-03-16T10:00:01+01:00",
        "operating_reset_at": 1773652201,
        "operating": 0,
    }


def test_two_runs_give_identical_answers() -> None:
    first, second = SandboxClient(), SandboxClient()
    for method, params in (("imopenlines.dialog.get", {"CHAT_ID": 206}), ("imopenlines.operator.answer", {})):
        assert first.post(method, params).text == second.post(method, params).text


@pytest.mark.parametrize("suffix", ["", ".json", "/"])
def test_the_format_suffix_and_a_trailing_slash_are_optional(portal: SandboxClient, suffix: str) -> None:
    assert portal.send("GET", f"{PATH}imopenlines.revision.get{suffix}").status_code == 200


def test_parameters_come_from_the_query(portal: SandboxClient) -> None:
    assert portal.send("GET", f"{PATH}imopenlines.dialog.get?chat_id=206").json()["result"]["id"] == 206


def test_the_body_beats_the_query(portal: SandboxClient) -> None:
    answer = portal.send("POST", f"{PATH}imopenlines.dialog.get?CHAT_ID=206", data={"CHAT_ID": "207"})
    assert answer.json()["result"]["id"] == 207


def test_multipart_bodies_are_read(portal: SandboxClient) -> None:
    answer = portal.send("POST", f"{PATH}imopenlines.dialog.get", files={"CHAT_ID": (None, "207")})
    assert answer.json()["result"]["id"] == 207


def test_nested_names_of_a_form_are_read_the_php_way(portal: SandboxClient) -> None:
    form = {
        "PARAMS[LINE_NAME]": "Form line",
        "PARAMS[QUEUE][0][ENTITY_TYPE]": "user",
        "PARAMS[QUEUE][0][ENTITY_ID]": "3",
        "PARAMS[WORKTIME_DAYOFF][]": "SU",
    }
    line_id = portal.send("POST", f"{PATH}imopenlines.config.add", data=form).json()["result"]
    line = portal.call("imopenlines.config.get", {"CONFIG_ID": line_id})
    assert (line["LINE_NAME"], line["QUEUE"], line["WORKTIME_DAYOFF"]) == ("Form line", ["3"], ["SU"])


@pytest.mark.parametrize("body", ["{broken", "[1, 2]", "NaN", '"text"', "{" * 100, "[" * 200_000])
def test_malformed_json_silently_means_no_parameters(portal: SandboxClient, body: str) -> None:
    headers = {"content-type": "application/json"}
    answer = portal.send("POST", f"{PATH}imopenlines.config.get", content=body, headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (400, "CONFIG_ID_EMPTY")


@pytest.mark.parametrize(
    ("sent", "number"),
    [
        ("1763", 1763),
        ("12abc", 12),
        ("chat1763", 0),
        (1.9, 1),
        ("1.9", 1),
        ("1e3", 1000),
        (True, 1),
        (None, 0),
        ([0], 1),
        ({}, 0),
        ("-5", -5),
        ("9" * 5000, php.INT_MAX),
        (10**30, php.INT_MAX),
        (float("inf"), 0),
        ("", 0),
        (" 7", 7),
        ("\u0663", 0),
        ("7\u0663", 7),
    ],
)
def test_integers_are_cast_as_php_casts_them(sent: Any, number: int) -> None:
    assert php.to_integer(sent) == number


@pytest.mark.parametrize("false", ["", "0", 0, False, None, [], {}])
def test_php_takes_these_for_false(false: Any) -> None:
    assert not php.is_truthy(false)


@pytest.mark.parametrize("true", ["N", "false", "0.0", [0], -1])
def test_php_takes_these_for_true(true: Any) -> None:
    assert php.is_truthy(true)


def test_an_unknown_method_is_reported_before_the_credentials_are_looked_at(portal: SandboxClient) -> None:
    assert portal.expect_refusal("imopenlines.nothing", path="/rest/1/wrong/") == (404, "ERROR_METHOD_NOT_FOUND")


def test_classic_names_are_found_in_any_case(portal: SandboxClient) -> None:
    assert portal.call("IMOPENLINES.Revision.GET")["rest"] == 2
    params = {"CRM_ENTITY_TYPE": "lead", "CRM_ENTITY": 501}
    assert portal.call("imopenlines.crm.chat.getlastid", params) == 207


def test_names_of_the_second_generation_must_be_exact(portal: SandboxClient) -> None:
    assert portal.call("imopenlines.v2.Session.list")["hasNextPage"] is False
    assert portal.expect_refusal("imopenlines.v2.session.list") == (404, "ERROR_METHOD_NOT_FOUND")


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/rest/", "NO_AUTH_FOUND"),
        ("/rest/1/wrong/", "INVALID_CREDENTIALS"),
        ("/rest/2/sandbox-admin-token/", "INVALID_CREDENTIALS"),
        (INACTIVE_WEBHOOK_PATH, "INVALID_CREDENTIALS"),
        (DISMISSED_WEBHOOK_PATH, "authorization_error"),
        (NO_SCOPE_WEBHOOK_PATH, "insufficient_scope"),
    ],
)
def test_credentials_are_refused_with_401(portal: SandboxClient, path: str, code: str) -> None:
    assert portal.expect_refusal("imopenlines.revision.get", path=path) == (401, code)


def test_a_login_may_stand_for_the_user_id(portal: SandboxClient) -> None:
    assert portal.call("profile", path="/rest/anna/sandbox-admin-token/")["ID"] == "1"


def test_an_access_token_may_come_as_bearer_or_parameter(portal: SandboxClient) -> None:
    headers = {"authorization": "Bearer sandbox-application-token"}
    assert portal.send("POST", "/rest/profile", headers=headers).json()["result"]["ID"] == "1"
    assert portal.send("GET", "/rest/profile?auth=sandbox-application-token").json()["result"]["ID"] == "1"
    assert portal.send("GET", "/rest/profile?auth=sandbox-admin-token").json()["error"] == "invalid_token"


def test_the_plan_may_not_include_rest(portal: SandboxClient) -> None:
    portal.switch(plan={"rest": False})
    assert portal.expect_refusal("imopenlines.revision.get") == (401, "ACCESS_DENIED")


def test_a_hold_refuses_so_many_calls_before_the_method_runs(portal: SandboxClient) -> None:
    portal.switch(hold={"code": "OVERLOAD_LIMIT", "status": 401, "text": "Too much", "calls": 2})
    for _ in range(2):
        assert portal.expect_refusal("imopenlines.revision.get") == (401, "OVERLOAD_LIMIT")
    assert portal.call("imopenlines.revision.get")


def test_a_deleted_portal_does_not_even_look_for_the_method(portal: SandboxClient) -> None:
    portal.switch(hold={"code": "PORTAL_DELETED", "status": 403})
    assert portal.expect_refusal("imopenlines.nothing") == (403, "PORTAL_DELETED")


def test_an_array_where_php_wants_a_string_is_a_raw_500(portal: SandboxClient) -> None:
    answer = portal.post("imopenlines.session.head.vote", {"SESSION_ID": 309, "RATING": [5]})
    assert answer.status_code == 500
    assert answer.headers["content-type"].startswith("text/html")


def test_upper_cased_methods_take_any_case_and_the_others_only_upper(portal: SandboxClient) -> None:
    assert portal.call("imopenlines.dialog.get", {"chat_id": 206})["id"] == 206
    assert portal.expect_refusal("imopenlines.session.join", {"chat_id": 206}) == (400, "CHAT_ID")


def test_every_portal_has_the_basic_methods(portal: SandboxClient) -> None:
    assert portal.call("scope") == ["imopenlines", "im", "imbot", "user"]
    assert portal.call("server.time") == "2026-03-16T10:00:02+01:00"
    assert portal.call("profile") == {
        "ID": "1",
        "ADMIN": True,
        "NAME": "Anna",
        "LAST_NAME": "Keller",
        "PERSONAL_GENDER": "F",
        "TIME_ZONE": "",
    }
    assert portal.call("app.info") == {"SCOPE": ["imopenlines", "im", "imbot", "user"], "LICENSE": "de_ent250"}
    assert portal.call("app.info", path=APPLICATION_PATH)["CODE"] == "local.sandbox"
    assert portal.expect_refusal("app.info", path=SESSION_PATH) == (403, "WRONG_AUTH_TYPE")


def test_methods_shows_what_the_scopes_allow(portal: SandboxClient) -> None:
    assert "imopenlines.operator.answer" in portal.call("methods")
    assert "imopenlines.operator.answer" not in portal.call("methods", path=NO_SCOPE_WEBHOOK_PATH)


def test_method_get_tells_existing_from_available(portal: SandboxClient) -> None:
    known = {"name": "imopenlines.operator.answer"}
    assert portal.call("method.get", known) == {"isExisting": True, "isAvailable": True}
    without = portal.call("method.get", known, path=NO_SCOPE_WEBHOOK_PATH)
    assert without == {"isExisting": True, "isAvailable": False}
    assert portal.call("method.get", {"NAME": "no.such"}) == {"isExisting": False, "isAvailable": False}


def test_text_that_is_no_valid_unicode_survives_the_wire(portal: SandboxClient) -> None:
    headers = {"content-type": "application/json"}
    body = '{"PARAMS": {"LINE_NAME": "\\ud800 half"}}'
    line_id = portal.send("POST", f"{PATH}imopenlines.config.add", content=body, headers=headers).json()["result"]
    assert portal.call("imopenlines.config.get", {"CONFIG_ID": line_id})["LINE_NAME"] == "\ud800 half"


def test_reserved_names_never_reach_a_method(portal: SandboxClient) -> None:
    portal.send("GET", f"{PATH}imopenlines.dialog.get?CHAT_ID=206&start=50&state=x&sessid=1")
    assert portal.company.requests[-1].params == {"CHAT_ID": "206"}
    answer = portal.send("GET", f"{PATH}imopenlines.dialog.get?CHAT_ID=206&token=x")
    assert (answer.status_code, answer.json()["error"]) == (403, "ACCESS_DENIED")


def test_names_nested_too_deep_are_dropped(portal: SandboxClient) -> None:
    answer = portal.send("POST", f"{PATH}imopenlines.dialog.get", data={"CHAT_ID": "206", "x" + "[y]" * 100: "1"})
    assert answer.json()["result"]["id"] == 206
    assert portal.company.requests[-1].params == {"CHAT_ID": "206"}


def test_json_nested_too_deep_means_no_parameters(portal: SandboxClient) -> None:
    body = '{"CHAT_ID": 206, "x": ' + "[" * 600 + "]" * 600 + "}"
    headers = {"content-type": "application/json"}
    answer = portal.send("POST", f"{PATH}imopenlines.dialog.get", content=body, headers=headers)
    assert answer.json()["error"] == "ACCESS_ERROR"
