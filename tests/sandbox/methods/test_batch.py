from typing import Any

import pytest

from sandbox.seed.seed import NO_SCOPE_WEBHOOK_PATH
from tests.sandbox.client import SandboxClient


def run_batch(portal: SandboxClient, cmd: Any, halt: Any = 0, **path: str) -> Any:
    return portal.call("batch", {"cmd": cmd, "halt": halt}, **path)


def test_a_map_of_commands_is_answered_by_the_same_keys(portal: SandboxClient) -> None:
    answer = run_batch(portal, {"one": "imopenlines.revision.get", "two": "imopenlines.config.get?CONFIG_ID=0"})
    assert answer["result"] == {"one": {"rest": 2, "web": 1, "mobile": 1}}
    assert answer["result_error"] == {
        "two": {"error": "CONFIG_ID_EMPTY", "error_description": "Config ID can't be empty"}
    }
    assert answer["result_total"] == answer["result_next"] == []
    assert list(answer["result_time"]) == ["one"]


def test_a_list_of_commands_is_answered_by_lists_only_without_gaps(portal: SandboxClient) -> None:
    good, bad = "imopenlines.revision.get", "imopenlines.config.get"
    assert isinstance(run_batch(portal, [good, good, bad])["result"], list)
    answer = run_batch(portal, [bad, good])
    assert list(answer["result"]) == ["1"]
    assert isinstance(answer["result_error"], list)


def test_halt_is_php_truthiness(portal: SandboxClient) -> None:
    cmd = {"bad": "imopenlines.config.get", "good": "imopenlines.revision.get"}
    assert run_batch(portal, cmd, halt=1)["result"] == []
    assert run_batch(portal, cmd, halt="N")["result"] == []
    assert list(run_batch(portal, cmd, halt="0")["result"]) == ["good"]


def test_only_fifty_commands_are_run(portal: SandboxClient) -> None:
    answer = run_batch(portal, ["imopenlines.revision.get"] * 52)
    assert len(answer["result"]) == 50
    assert {error["error"] for error in answer["result_error"].values()} == {"ERROR_BATCH_LENGTH_EXCEEDED"}
    assert list(answer["result_error"]) == ["50", "51"]


@pytest.mark.parametrize("method", ["batch", "download", "upload"])
def test_some_methods_are_not_allowed_within_a_batch(portal: SandboxClient, method: str) -> None:
    answer = run_batch(portal, {"inner": f"{method}?cmd[a]=profile"})
    assert answer["result_error"]["inner"]["error"] == "ERROR_BATCH_METHOD_NOT_ALLOWED"


def test_only_the_lower_case_spelling_is_not_allowed(portal: SandboxClient) -> None:
    answer = run_batch(portal, {"inner": "BATCH?cmd[a]=profile", "other": "Download"})
    assert answer["result"]["inner"]["result"]["a"]["ID"] == "1"
    assert answer["result_error"]["other"]["error"] == "ERROR_METHOD_NOT_FOUND"


def test_the_operating_limit_counts_the_commands_and_not_the_batch(portal: SandboxClient) -> None:
    portal.switch(hold={"code": "OPERATION_TIME_LIMIT", "status": 429})
    assert portal.expect_refusal("imopenlines.revision.get") == (429, "OPERATION_TIME_LIMIT")
    answer = run_batch(portal, {"one": "imopenlines.revision.get"})
    assert answer["result_error"]["one"]["error"] == "OPERATION_TIME_LIMIT"


def test_reserved_names_of_a_command_never_reach_its_method(portal: SandboxClient) -> None:
    run_batch(portal, ["imopenlines.dialog.get?CHAT_ID=206&start=50&auth=x"])
    assert portal.company.requests[0].params == {"CHAT_ID": "206"}


def test_a_command_that_is_no_string_leaves_no_trace(portal: SandboxClient) -> None:
    answer = run_batch(portal, {"odd": ["profile"], "even": "profile"})
    assert list(answer["result"]) == ["even"]
    assert answer["result_error"] == []


def test_an_unknown_method_fails_alone(portal: SandboxClient) -> None:
    answer = run_batch(portal, {"unknown": "no.such", "known": "profile"})
    assert answer["result_error"]["unknown"]["error"] == "ERROR_METHOD_NOT_FOUND"
    assert "known" in answer["result"]


def test_a_missing_scope_has_an_empty_description(portal: SandboxClient) -> None:
    answer = run_batch(portal, {"item": "imopenlines.revision.get"}, path=NO_SCOPE_WEBHOOK_PATH)
    assert answer["result_error"]["item"] == {"error": "insufficient_scope", "error_description": ""}


def test_references_reach_into_earlier_answers(portal: SandboxClient) -> None:
    cmd = {
        "open": "imopenlines.session.open?USER_CODE=livechat%7C1%7C9206%7C106",
        "card": "imopenlines.dialog.get?CHAT_ID=$result[open][chatId]",
        "text": "imopenlines.dialog.get?DIALOG_ID=chat$RESULT[open][chatId]",
    }
    answer = run_batch(portal, cmd)
    assert answer["result"]["card"]["id"] == answer["result"]["text"]["id"] == 206


def test_a_broken_reference_gives_the_deepest_level_it_reached(portal: SandboxClient) -> None:
    cmd = {"lines": "imopenlines.config.list.get", "one": "imopenlines.config.get?CONFIG_ID=$result[lines][0][NOPE]"}
    answer = run_batch(portal, cmd)
    assert answer["result"]["one"]["ID"] == "1"


def test_an_embedded_reference_is_replaced_only_by_a_scalar(portal: SandboxClient) -> None:
    cmd = {"p": "profile", "m": "method.get?NAME=x$result[p]", "n": "method.get?NAME=$result[p][NAME].y"}
    run_batch(portal, cmd)
    asked = [record.params for record in portal.company.requests if record.method == "method.get"]
    assert asked == [{"NAME": "x$result[p]"}, {"NAME": "Anna"}]
