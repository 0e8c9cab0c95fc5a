from typing import Any

import pytest

from sandbox.seed.seed import NO_SCOPE_WEBHOOK_PATH
from sandbox.state.faults import FaultKind
from sandbox.wire.broken_responses import ConnectionCutError
from tests.sandbox.client import SandboxClient

WRITE = "imopenlines.crm.message.add"
BEARER = "/rest/profile?auth=sandbox-application-token"


def strike(portal: SandboxClient, *rules: Any, seed: int = 0) -> Any:
    return portal.control("faults", {"rules": list(rules), "seed": seed})


def read_faults(portal: SandboxClient) -> Any:
    return portal.send("GET", "/_sandbox/faults").json()


def count_strikes(portal: SandboxClient) -> list[int]:
    return [rule["struck"] for rule in read_faults(portal)["rules"]]


def list_executed(portal: SandboxClient, method: str) -> list[bool]:
    log = portal.send("GET", "/_sandbox/requests").json()["requests"]
    return [record["executed"] for record in log if record["method"] == method]


def test_rules_are_shown_with_their_strikes(portal: SandboxClient) -> None:
    assert read_faults(portal) == {"rules": [], "seed": 0}
    strike(portal, {"kind": "html", "methods": ["profile"], "count": 3}, seed=7)
    portal.post("profile")
    assert read_faults(portal) == {
        "rules": [
            {
                "kind": "html",
                "methods": ["profile"],
                "rate": 1,
                "count": 3,
                "seconds": 0,
                "status": 0,
                "executed": False,
                "struck": 1,
            }
        ],
        "seed": 7,
    }
    portal.control("faults/clear")
    assert read_faults(portal) == {"rules": [], "seed": 0}


def test_a_reset_takes_the_faults_away(portal: SandboxClient) -> None:
    strike(portal, {"kind": "html"})
    portal.control("reset")
    assert read_faults(portal)["rules"] == []


def test_a_rule_strikes_the_methods_it_names_in_any_case(portal: SandboxClient) -> None:
    strike(portal, {"kind": "query_limit", "methods": ["Server.Time"]})
    assert portal.expect_refusal("SERVER.time") == (503, "QUERY_LIMIT_EXCEEDED")
    assert portal.call("profile")


def test_a_rule_without_methods_strikes_all(portal: SandboxClient) -> None:
    strike(portal, {"kind": "query_limit", "methods": None})
    for method in ("profile", "server.time", "batch", "no.such"):
        assert portal.expect_refusal(method) == (503, "QUERY_LIMIT_EXCEEDED")


def test_the_first_rule_that_matches_and_is_not_spent_strikes(portal: SandboxClient) -> None:
    strike(portal, {"kind": "query_limit", "count": 2}, {"kind": "operation_limit", "count": 1}, {"kind": "html"})
    kinds = [portal.post("profile").status_code for _ in range(5)]
    assert kinds == [503, 503, 429, 200, 200]
    assert count_strikes(portal) == [2, 1, 2]


def test_a_campaign_with_the_same_seed_repeats() -> None:
    def run_campaign(seed: int) -> list[int]:
        portal = SandboxClient()
        strike(portal, {"kind": "query_limit", "rate": 0.5}, seed=seed)
        return [portal.post("profile").status_code for _ in range(30)]

    assert run_campaign(1) == run_campaign(1) != run_campaign(2)
    assert set(run_campaign(1)) == {200, 503}


def test_a_rate_of_zero_never_strikes(portal: SandboxClient) -> None:
    strike(portal, {"kind": "html", "rate": 0})
    assert all(portal.call("profile") for _ in range(5))


@pytest.mark.parametrize("status", [500, 502, 503, 504])
@pytest.mark.parametrize("after", [False, True])
def test_a_status_page_comes_before_or_after_the_execution(portal: SandboxClient, status: int, after: bool) -> None:
    strike(portal, {"kind": "status", "status": status, "executed": after})
    answer = portal.post("profile")
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.text.startswith("<html>")
    assert list_executed(portal, "profile") == [after]


def test_a_login_page_comes_with_status_200_and_nothing_is_executed(portal: SandboxClient) -> None:
    strike(portal, {"kind": "html"})
    answer = portal.post("profile")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "USER_PASSWORD" in answer.text
    assert list_executed(portal, "profile") == [False]


def test_half_of_the_json_comes_as_a_complete_answer(portal: SandboxClient) -> None:
    whole = SandboxClient().post("imopenlines.revision.get").content
    strike(portal, {"kind": "truncate"})
    answer = portal.post("imopenlines.revision.get")
    assert answer.content == whole[: len(whole) // 2]
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert list_executed(portal, "imopenlines.revision.get") == [True]


def test_the_right_json_may_come_under_a_wrong_content_type(portal: SandboxClient) -> None:
    strike(portal, {"kind": "content_type"})
    answer = portal.post("profile")
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.json()["result"]["NAME"] == "Anna"
    assert list_executed(portal, "profile") == [True]


@pytest.mark.parametrize("kind", ["delay", "trickle"])
def test_a_slow_answer_is_the_right_one(portal: SandboxClient, kind: str) -> None:
    strike(portal, {"kind": kind, "seconds": 0.01})
    assert portal.call("profile")["NAME"] == "Anna"
    assert list_executed(portal, "profile") == [True]


@pytest.mark.parametrize(("kind", "ran"), [("drop_before", False), ("drop_after", True), ("reset", True)])
def test_without_a_connection_to_cut_the_client_gets_a_connection_error(
    portal: SandboxClient, kind: str, ran: bool
) -> None:
    strike(portal, {"kind": kind})
    with pytest.raises(ConnectionCutError) as error:
        portal.post("profile")
    assert isinstance(error.value, ConnectionError)
    assert list_executed(portal, "profile") == [ran]


def test_an_expired_token_strikes_access_tokens_only(portal: SandboxClient) -> None:
    strike(portal, {"kind": "expired_token", "count": 1}, {"kind": "query_limit", "methods": ["server.time"]})
    assert portal.call("profile")
    assert portal.expect_refusal("server.time") == (503, "QUERY_LIMIT_EXCEEDED")
    refused = portal.send("GET", BEARER)
    assert (refused.status_code, refused.json()["error"]) == (401, "expired_token")
    assert portal.send("GET", BEARER).status_code == 200
    assert list_executed(portal, "profile") == [True, False, True]


def test_the_operating_limit_refuses_without_executing(portal: SandboxClient) -> None:
    strike(portal, {"kind": "operation_limit"})
    assert portal.expect_refusal("profile") == (429, "OPERATION_TIME_LIMIT")
    assert list_executed(portal, "profile") == [False]


def test_a_rule_that_names_inner_methods_leaves_a_batch_alone(portal: SandboxClient) -> None:
    strike(portal, {"kind": "query_limit", "methods": ["profile"]})
    assert portal.call("batch", {"cmd": {"a": "profile"}})["result"]["a"]
    assert count_strikes(portal) == [0]


def test_a_rule_that_names_the_batch_strikes_it_whole(portal: SandboxClient) -> None:
    strike(portal, {"kind": "operation_limit", "methods": ["batch"]})
    assert portal.expect_refusal("batch", {"cmd": {"a": "profile"}}) == (429, "OPERATION_TIME_LIMIT")
    assert list_executed(portal, "profile") == []


def test_the_operating_limit_strikes_the_inner_call_it_names(portal: SandboxClient) -> None:
    strike(portal, {"kind": "operation_limit", "methods": ["profile"], "count": 1})
    answer = portal.call("batch", {"cmd": {"a": "profile", "b": "server.time", "c": "profile"}})
    assert answer["result_error"]["a"]["error"] == "OPERATION_TIME_LIMIT"
    assert list(answer["result"]) == ["b", "c"]
    assert list_executed(portal, "profile") == [False, True]


def test_executed_writes_can_be_counted_by_their_text(portal: SandboxClient) -> None:
    new = {"CRM_ENTITY_TYPE": "lead", "CRM_ENTITY": 501, "USER_ID": 3, "CHAT_ID": 207}
    for kind, text in (("status", "kept"), ("html", "lost")):
        strike(portal, {"kind": kind, **({"status": 502, "executed": True} if kind == "status" else {})})
        portal.post(WRITE, new | {"MESSAGE": text})
    portal.control("faults/clear")
    inner = "CRM_ENTITY_TYPE=lead&CRM_ENTITY=501&USER_ID=3&CHAT_ID=207&MESSAGE=inner"
    portal.call("batch", {"cmd": {"good": f"{WRITE}?{inner}", "bad": f"{WRITE}?MESSAGE=refused"}})
    log = portal.send("GET", "/_sandbox/requests").json()["requests"]
    ran = {record["params"]["MESSAGE"]: record["executed"] for record in log if record["method"] == WRITE}
    assert ran == {"kept": True, "lost": False, "inner": True, "refused": False}
    texts = portal.list_texts(207)
    assert [any(text in said for said in texts) for text in ran] == list(ran.values())


def test_a_refused_call_was_not_executed(portal: SandboxClient) -> None:
    portal.post("imopenlines.revision.get", path=NO_SCOPE_WEBHOOK_PATH)
    portal.post("no.such")
    portal.post("imopenlines.config.get")
    portal.post("batch", {"cmd": {}})
    assert [record.executed for record in portal.company.requests] == [False, False, False, True]


def test_calls_that_never_ran_are_logged_without_their_token(portal: SandboxClient) -> None:
    strike(portal, {"kind": "html"})
    portal.send("GET", BEARER)
    (record,) = portal.send("GET", "/_sandbox/requests").json()["requests"]
    assert (record["outcome"], record["status"], record["params"]) == ("html", 200, {})


@pytest.mark.parametrize(
    "body",
    [
        {"rules": {}},
        {"rules": ["html"]},
        {"rules": [{}]},
        {"rules": [{"kind": "nonsense"}]},
        {"rules": [{"kind": ["html"]}]},
        {"rules": [{"kind": "html", "colour": "red"}]},
        {"rules": [{"kind": "html", "methods": "profile"}]},
        {"rules": [{"kind": "html", "methods": []}]},
        {"rules": [{"kind": "html", "rate": 1.5}]},
        {"rules": [{"kind": "html", "rate": True}]},
        {"rules": [{"kind": "html", "count": 0}]},
        {"rules": [{"kind": "html", "count": 1.5}]},
        {"rules": [{"kind": "html", "seconds": 1}]},
        {"rules": [{"kind": "delay"}]},
        {"rules": [{"kind": "delay", "seconds": -1}]},
        {"rules": [{"kind": "status"}]},
        {"rules": [{"kind": "status", "status": 418}]},
        {"rules": [{"kind": "status", "status": [500]}]},
        {"rules": [{"kind": "html", "status": 500}]},
        {"rules": [{"kind": "html", "executed": True}]},
        {"rules": [{"kind": "status", "status": 500, "executed": "yes"}]},
        {"seed": "x"},
        {"seed": True},
        {"rule": []},
    ],
)
def test_rules_that_make_no_sense_are_refused_in_words(portal: SandboxClient, body: Any) -> None:
    strike(portal, {"kind": "html"})
    answer = portal.send("POST", "/_sandbox/faults", json=body)
    assert answer.status_code == 400
    assert answer.json()["error"]
    assert len(read_faults(portal)["rules"]) == 1, "the rules in force stay"


def test_every_kind_can_be_asked_for(portal: SandboxClient) -> None:
    extra: dict[FaultKind, Any] = {
        FaultKind.DELAY: {"seconds": 1},
        FaultKind.TRICKLE: {"seconds": 1},
        FaultKind.STATUS: {"status": 500},
    }
    rules = strike(portal, *({"kind": kind, **extra.get(kind, {})} for kind in FaultKind))["rules"]
    assert [rule["kind"] for rule in rules] == list(FaultKind)
