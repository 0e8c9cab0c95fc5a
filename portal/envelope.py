"""The portal's answer: a result, or one of the errors."""

import json
from typing import Any

from portal.errors import AnswerLost, AuthRefused, Limited, PortalError, Refused

LIMITS = frozenset({"QUERY_LIMIT_EXCEEDED", "OPERATION_TIME_LIMIT"})
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
        "OVERLOAD_LIMIT",
        "PAYMENT_REQUIRED",
    }
)
LONGEST_CODE = 100
LONGEST_DESCRIPTION = 500
UNAUTHORISED = 401
FAULT = 500
NOT_EXECUTED = frozenset({"OVERLOAD_LIMIT", "PORTAL_DELETED", *LIMITS})
"""Codes that mean a refusal even where the portal's front end gives them a status of 500 or more."""


def result(status: int, body: bytes) -> Any:
    """The result in an answer; whatever is not a result raises the fitting PortalError."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict) or not ("error" in answer or "result" in answer):
        raise AnswerLost(f"HTTP {status} without the portal's JSON", status=status)
    if "error" in answer:
        raise _error(status, str(answer["error"])[:LONGEST_CODE], _words(answer.get("error_description")))
    if status >= FAULT:
        raise AnswerLost(f"HTTP {status} with a result", status=status)
    if status >= 400:  # noqa: PLR2004  (the border of HTTP errors)
        raise Refused(f"HTTP {status} with a result", status=status)
    return answer["result"]


def _words(description: object) -> str:
    return " ".join(str(description or "").split())[:LONGEST_DESCRIPTION]


def _error(status: int, code: str, description: str) -> PortalError:
    if code in LIMITS:
        return Limited(description, code=code, status=status)
    if code in AUTHORISATION or status == UNAUTHORISED:
        return AuthRefused(description, code=code, status=status)
    if status >= FAULT and code not in NOT_EXECUTED:
        return AnswerLost(description, code=code, status=status)
    return Refused(description, code=code, status=status)
