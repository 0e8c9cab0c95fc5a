"""The portal's answer: a result, or one of the errors."""

import json
from collections.abc import Mapping
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


def read(status: int, body: bytes) -> tuple[Any, Any]:
    """The result in an answer and its `time`; whatever is not a result raises the fitting PortalError."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict) or not ("error" in answer or "result" in answer):
        raise AnswerLost(f"HTTP {status} without the portal's JSON", status=status)
    if "error" in answer:
        raise error(status, answer)
    if status >= FAULT:
        raise AnswerLost(f"HTTP {status} with a result", status=status)
    if status >= 400:  # noqa: PLR2004  (the border of HTTP errors)
        raise Refused(f"HTTP {status} with a result", status=status)
    return answer["result"], answer.get("time")


def error(status: int, answer: Mapping[str, Any]) -> PortalError:
    """The kind of error that an answer with `error` is."""
    code = str(answer.get("error", ""))[:LONGEST_CODE]
    description = " ".join(str(answer.get("error_description") or "").split())[:LONGEST_DESCRIPTION]
    if code in LIMITS:
        return Limited(description, code=code, status=status)
    if code in AUTHORISATION or status == UNAUTHORISED:
        return AuthRefused(description, code=code, status=status)
    if status >= FAULT and code not in NOT_EXECUTED:
        return AnswerLost(description, code=code, status=status)
    return Refused(description, code=code, status=status)
