"""Several calls in one request."""

from typing import Any
from urllib.parse import unquote

import pytest

from portal import batch
from portal.errors import AnswerLostError, AuthRefusedError, LimitedError, PortalError, RefusedError


@pytest.mark.parametrize(
    ("params", "query"),
    [
        ({}, ""),
        ({"CHAT_ID": 5}, "CHAT_ID=5"),
        ({"A": True, "B": False, "C": None, "D": ""}, "A=1&B=0&D="),
        ({"sessionId": [3, 4]}, "sessionId[0]=3&sessionId[1]=4"),
        ({"PARAMS": {"order": {"ID": "ASC"}, "select": ["ID"]}}, "PARAMS[order][ID]=ASC&PARAMS[select][0]=ID"),
        ({"PARAMS": {"filter": {">=ID": 3}}}, "PARAMS[filter][>=ID]=3"),
    ],
)
def test_parameters_are_written_as_php_reads_them(params: dict[str, Any], query: str) -> None:
    assert unquote(batch.encode_query(params)) == query


def test_nothing_in_a_value_can_be_read_as_syntax() -> None:
    assert batch.encode_query({"MESSAGE": "a&b=c[d]+e%20 ю"}) == "MESSAGE=a%26b%3Dc%5Bd%5D%2Be%2520%20%D1%8E"


def test_the_body_keeps_the_order_and_does_not_stop_at_errors() -> None:
    body = batch.make_body([("x.a", {"ID": 1}), ("x.b", {})])

    assert body == {"halt": 0, "cmd": {"c0": "x.a?ID=1", "c1": "x.b?"}}


@pytest.mark.parametrize("text", ["$result[c0]", "cost: $RESULT[1]", "$total[x]", "$next", "$time[a]", "$error[b]"])
def test_what_the_portal_would_take_for_a_reference_travels_alone(text: str) -> None:
    assert not batch.fits_in_batch({"PARAMS": {"filter": {"LINE_NAME": [text]}}})
    assert not batch.fits_in_batch({"PARAMS": {"filter": {text: 1}}})


@pytest.mark.parametrize("text", ["$5", "results", "$ result", "5$"])
def test_other_texts_may_share_a_request(text: str) -> None:
    assert batch.fits_in_batch({"CODE": text})


def test_each_command_gets_its_own_outcome() -> None:
    result = {
        "result": {"c0": {"id": 1}, "c2": False, "c5": False},
        "result_error": {
            "c1": {"error": "ACCESS_ERROR", "error_description": "no"},
            "c3": {"error": "insufficient_scope", "error_description": ""},
            "c4": {"error": "OPERATION_TIME_LIMIT", "error_description": ""},
            "c5": {"error": "NO_APPLICATION_ID", "error_description": "x"},
        },
        "result_time": {"c0": {"operating": 1}},
    }

    found = batch.read_outcomes(result, 7)

    assert found[0] == ({"id": 1}, {"operating": 1})
    assert found[2] == (False, None)
    kinds = [type(outcome) for outcome, _ in found]
    assert kinds == [dict, RefusedError, bool, AuthRefusedError, LimitedError, RefusedError, AnswerLostError]
    assert found[1][0].code == "ACCESS_ERROR"


@pytest.mark.parametrize("result", [None, [], {}, {"result": [], "result_error": []}, "broken"])
def test_a_batch_without_content_is_a_lost_answer_for_everybody(result: Any) -> None:
    assert [type(outcome) for outcome, _ in batch.read_outcomes(result, 2)] == [AnswerLostError, AnswerLostError]


ERROR = {"error": "X", "error_description": "y"}


@pytest.mark.parametrize(
    ("result", "outcomes"),
    [
        ({"result": [1, 2, 3], "result_error": []}, [1, 2, 3]),
        ({"result": {"0": 1, "2": 3}, "result_error": {"1": ERROR}}, [1, RefusedError, 3]),
        ({"result": {"c0": 1, "c2": 3}, "result_error": [ERROR]}, [1, AnswerLostError, 3]),
        ({"result": [1, 3], "result_error": []}, [AnswerLostError, AnswerLostError, AnswerLostError]),
        ({"result": [1, None, 3], "result_error": []}, [1, AnswerLostError, 3]),
        ({"result": [1, None, 3], "result_error": {"1": ERROR}}, [1, RefusedError, 3]),
        ({"result": {"c0": 1, "c1": 2}, "result_error": {"c2": "insufficient_scope"}}, [1, 2, AnswerLostError]),
        ({"result": {"c0": 1, "c1": 2}, "result_error": {"c1": [], "c2": {}}}, [1, 2, AnswerLostError]),
        ({"result": {"c0": 1, "c1": 2}, "result_error": {"c1": None, "c2": {"odd": 1}}}, [1, 2, AnswerLostError]),
        ({"result": {"c0": 1, "c1": 2}, "result_error": {"c2": {"code": "X", "message": "y"}}}, [1, 2, RefusedError]),
        ({"result": {"c0": 1, "c1": 2}, "result_error": {"c2": {"error": {"code": "X"}}}}, [1, 2, RefusedError]),
        ({"result": {"c0": 1, "c1": 2, "c2": False}, "result_error": "odd", "result_time": "odd"}, [1, 2, False]),
        ({"result": {"c0": 1, "c1": None, "c2": []}}, [1, None, []]),
    ],
)
def test_one_faulty_command_costs_no_other_its_result(result: Any, outcomes: list[Any]) -> None:
    found = [outcome for outcome, _ in batch.read_outcomes(result, 3)]

    assert [type(one) if isinstance(one, PortalError) else one for one in found] == outcomes
    assert all(one.code == "X" for one in found if isinstance(one, RefusedError))
