"""The portal's answer: a result, or one of the errors."""

import json
from collections.abc import Mapping
from typing import Any

from portal.errors import AnswerLostError, AuthRefusedError, LimitedError, PortalError, RefusedError

LIMITS = frozenset({"QUERY_LIMIT_EXCEEDED", "OPERATION_TIME_LIMIT", "OVERLOAD_LIMIT"})
AUTHORISATION = frozenset(
    {
        "NO_AUTH_FOUND",
        "INVALID_CREDENTIALS",
        "INVALID_REQUEST",
        "invalid_token",
        "expired_token",
        "insufficient_scope",
        "user_access_error",
        "authorization_error",
        "APPLICATION_NOT_FOUND",
        "CONNECTION_ERROR",
        "PAYMENT_REQUIRED",
    }
)
CONFIRMATION = frozenset({"METHOD_CONFIRM_WAITING", "METHOD_CONFIRM_DENIED"})
"""Refusals of one call, though their status is that of wrong credentials."""
MAX_CODE = 100
MAX_DESCRIPTION = 500
UNAUTHORISED = 401
FAULT = 500
CLOSED = "PORTAL_DELETED"
"""A refusal, though the portal's front end gives it a status of 500."""
RESULT_LOST = "WRONG_ENCODING"
"""The method has run, but its result could not be written as JSON."""


def read(status: int, body: bytes) -> tuple[Any, Any]:
    """The `result` of an answer and its `time`; `body` is JSON as it came.

    Raises:
        PortalError: The answer is no result. AnswerLostError, if nobody can tell from it whether the method ran;
            otherwise the kind that fits its code.
    """
    answer = _parse_json(body)
    if not isinstance(answer, dict) or (answer.get("error") is None and "result" not in answer):
        raise AnswerLostError(f"HTTP {status} without the portal's JSON", status=status)
    if answer.get("error") is not None:
        raise make_error(status, answer)
    if status >= FAULT:
        raise AnswerLostError(f"HTTP {status} with a result", status=status)
    if status >= 400:  # noqa: PLR2004  (the border of HTTP errors)
        raise RefusedError(f"HTTP {status} with a result", status=status)
    return answer["result"], answer.get("time")


def make_error(status: int, answer: Mapping[str, Any]) -> PortalError:
    """The kind of error that an answer with `error` is."""
    code = _join_words(answer.get("error"))[:MAX_CODE]
    description = _join_words(answer.get("error_description"))[:MAX_DESCRIPTION]
    return _choose_kind(status, code)(description, code=code, status=status)


def _choose_kind(status: int, code: str) -> type[PortalError]:
    if code in LIMITS:
        return LimitedError
    if code in CONFIRMATION or code == CLOSED:
        return RefusedError
    if code in AUTHORISATION or status == UNAUTHORISED:
        return AuthRefusedError
    if status >= FAULT or code == RESULT_LOST:
        return AnswerLostError
    return RefusedError


def _parse_json(body: bytes) -> Any:
    """The content of an answer, or None; half of a surrogate pair would break whoever writes it down again."""
    try:
        content = json.loads(body)
        if b"\\ud" in body.lower():
            content = json.loads(json.dumps(content, ensure_ascii=False).encode(errors="replace"))
    except (ValueError, RecursionError):
        return None
    return content


def _join_words(text: object) -> str:
    return " ".join(str("" if text is None else text).split())
