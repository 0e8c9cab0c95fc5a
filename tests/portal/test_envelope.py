"""Errors in every form that portals are known to write them in."""

from typing import Any

import pytest

from portal import envelope
from portal.errors import AnswerLostError, AuthRefusedError, BlockedError, LimitedError, PortalError, RefusedError

V3 = "BITRIX_REST_V3_EXCEPTION_VALIDATION_REQUIREDFIELDINREQUESTEXCEPTION"
FLAWS = [{"field": "id", "message": "Required field `id` is missing"}, "odd", {"message": "and more"}]


@pytest.mark.parametrize(
    ("status", "answer", "kind", "code", "words"),
    [
        (400, {"error": {"code": V3, "message": "No id"}}, RefusedError, V3, "No id"),
        (
            400,
            {"error": {"code": V3, "message": "Invalid", "validation": FLAWS}},
            RefusedError,
            V3,
            "Invalid; id: Required field `id` is missing; and more",
        ),
        (400, {"error": {"code": V3, "validation": "odd"}}, RefusedError, V3, ""),
        (401, {"error": {"code": "INVALID_CREDENTIALS", "message": "x"}}, AuthRefusedError, "INVALID_CREDENTIALS", "x"),
        (401, {"error": {"code": "NEW", "message": "x"}}, AuthRefusedError, "NEW", "x"),
        (403, {"error": {"code": 403, "message": "x"}}, RefusedError, "403", "x"),
        (503, {"error": {"code": "QUERY_LIMIT_EXCEEDED"}}, LimitedError, "QUERY_LIMIT_EXCEEDED", ""),
        (500, {"error": {"code": "X", "message": "x"}}, AnswerLostError, "X", "x"),
        (200, {"error": {"error": "X", "error_description": "y"}}, RefusedError, "X", "y"),
        (400, {"error": "X", "error_description": {"message": "y"}}, RefusedError, "X", "y"),
        (400, {"error": "X", "message": "y"}, RefusedError, "X", "y"),
        (
            200,
            {"status": "error", "errors": [{"code": "invalid_csrf", "message": "y"}]},
            RefusedError,
            "invalid_csrf",
            "y",
        ),
        (400, {"error": 0, "error_description": "Argument 'ID' is null"}, RefusedError, "0", "Argument 'ID' is null"),
        (400, {"error": "", "error_description": "Not found"}, RefusedError, "", "Not found"),
        (200, {"error": "0", "result": None}, RefusedError, "0", ""),
        (200, {"error": False, "error_description": "y", "result": False}, RefusedError, "False", "y"),
        (400, {"error": "X", "error_description": ["a", {"message": "b"}]}, RefusedError, "X", "a; b"),
        (400, {"error": "X", "error_description": {"0": "a", "1": "b"}}, RefusedError, "X", "a; b"),
        (400, {"error": ["a", "b"]}, RefusedError, "a; b", ""),
        (429, {"error": "SLOW_DOWN", "error_description": "y"}, LimitedError, "SLOW_DOWN", "y"),
    ],
)
def test_an_error_of_any_form_has_its_code_and_words(
    status: int, answer: Any, kind: type[PortalError], code: str, words: str
) -> None:
    error = envelope.make_error(status, answer)

    assert envelope.has_error(answer)
    assert type(error) is kind
    assert (error.code, error.description, error.status) == (code, words, status)


@pytest.mark.parametrize("error", [None, [], {}, False, "", 0, "0"])
def test_no_error_may_be_written_in_many_ways(error: Any) -> None:
    assert not envelope.has_error({"error": error, "result": 1})


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (403, b'{"error": "Forbidden"}', BlockedError),
        (403, b'{"error": "Forbidden", "statusCode": 403, "message": "x"}', BlockedError),
        (429, b'{"error": "Too Many Requests"}', LimitedError),
        (404, b'{"error": "Not Found", "error_description": "x"}', RefusedError),
        (403, b'{"errors": []}', BlockedError),
        (403, b'{"errors": ["denied"]}', BlockedError),
        (502, b'{"error": "Bad Gateway"}', AnswerLostError),
        (200, b'{"error": []}', AnswerLostError),
    ],
)
def test_the_name_of_a_status_is_no_code_of_the_portal(status: int, body: bytes, kind: type[PortalError]) -> None:
    with pytest.raises(kind) as refused:
        envelope.read(status, body)

    assert type(refused.value) is kind
    assert (refused.value.code is None) == (kind is not RefusedError)
