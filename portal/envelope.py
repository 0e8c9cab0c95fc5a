"""The portal's answer: a result, or one of the errors."""

import json
import re
from collections.abc import Mapping
from http.client import responses
from typing import Any

from portal.errors import AnswerLostError, AuthRefusedError, LimitedError, PortalError, RefusedError
from portal.front_end import TOO_MANY, make_front_end_error

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
_CHARSET = re.compile(r"charset=[\"']?([\w-]+)", re.IGNORECASE)
_ENVELOPE = re.compile(r'\{\s*"(?:result|error)"\s*:')
_DECODER = json.JSONDecoder(strict=False)
NO_CODES: tuple[Any, ...] = ("", "0", 0, None, [], {})
"""What stands in place of a code where there is none; of these the first three may be an error all the same."""
RESULT_LOST = "WRONG_ENCODING"
"""The method has run, but its result could not be written as JSON."""


def read(status: int, body: bytes, headers: Mapping[str, str] | None = None) -> tuple[Any, Any]:
    """The `result` of an answer and its `time`; `body` is the answer as it came, `headers` have names in lower case.

    Raises:
        PortalError: The answer is no result. BlockedError or LimitedError, if something before the portal refused the
            request; AnswerLostError, if nobody can tell whether the method ran; otherwise the kind that fits its code.
    """
    headers = headers or {}
    answer = _parse_json(body, headers.get("content-type", ""))
    if not isinstance(answer, dict) or not (has_error(answer) or "result" in answer) or _is_reason(status, answer):
        raise make_front_end_error(status, headers, body)
    if has_error(answer):
        raise make_error(status, answer)
    if status >= FAULT:
        raise AnswerLostError(f"HTTP {status} with a result", status=status)
    if status >= 400:  # noqa: PLR2004  (the border of HTTP errors)
        raise RefusedError(f"HTTP {status} with a result", status=status)
    return answer["result"], answer.get("time")


def has_error(answer: Mapping[str, Any]) -> bool:
    """Whether an answer, or the part of a batch, tells an error.

    Portals have errors without a code (`""` or 0), and PHP may write "no error" as those, an empty list or false: then
    words or a result tell which it is.
    """
    errors = answer.get("errors")
    if "error" not in answer:
        return "result" not in answer and isinstance(errors, list) and any(isinstance(one, Mapping) for one in errors)
    error = answer["error"]
    if error not in NO_CODES or _join_words(answer.get("error_description")):
        return True
    return answer.get("result") is None and error in NO_CODES[:3] and error is not False


def _is_reason(status: int, answer: Mapping[str, Any]) -> bool:
    """Whether the error is only the name of its HTTP status, as gateways write it (`{"error": "Forbidden"}`)."""
    error = str(answer.get("error")).lower()
    return status >= 400 and "error_description" not in answer and error == responses.get(status, "-").lower()  # noqa: PLR2004


def make_error(status: int, answer: Mapping[str, Any]) -> PortalError:
    """The kind of error that an answer with `error` is.

    Three forms are known: `{"error": CODE, "error_description": TEXT}`; of REST v3 `{"error": {"code": CODE,
    "message": TEXT, "validation": [{"field": NAME, "message": TEXT}]}}`; of the portal's controllers
    `{"errors": [{"code": CODE, "message": TEXT}]}`. Source: the official page on REST 3.0.
    """
    error = answer.get("error")
    if "error" not in answer and isinstance(errors := answer.get("errors"), list):
        error = next((one for one in errors if isinstance(one, Mapping)), None)
    if isinstance(error, Mapping):
        code, description = error.get("code", error.get("error")), _describe_v3_error(error)
    else:
        code, description = error, _join_words(answer.get("error_description", answer.get("message")))
    code = _join_words(code)[:MAX_CODE]
    return _choose_kind(status, code)(description[:MAX_DESCRIPTION], code=code, status=status)


def _describe_v3_error(error: Mapping[str, Any]) -> str:
    words = [_join_words(error.get("message", error.get("error_description")))]
    flaws = error.get("validation")
    words += [
        ": ".join(filter(None, (_join_words(flaw.get("field")), _join_words(flaw.get("message")))))
        for flaw in (flaws if isinstance(flaws, list) else ())
        if isinstance(flaw, Mapping)
    ]
    return "; ".join(filter(None, words))


def _choose_kind(status: int, code: str) -> type[PortalError]:
    if code in LIMITS:
        return LimitedError
    if code in CONFIRMATION or code == CLOSED:
        return RefusedError
    if code in AUTHORISATION or status == UNAUTHORISED:
        return AuthRefusedError
    if status == TOO_MANY:
        return LimitedError
    if status >= FAULT or code == RESULT_LOST:
        return AnswerLostError
    return RefusedError


def _parse_json(body: bytes, content_type: str) -> Any:
    """The content of an answer, or None; half of a surrogate pair would break whoever writes it down again."""
    try:
        content = _parse_text(body, content_type)
        if b"\\ud" in body.lower():
            content = json.loads(json.dumps(content, ensure_ascii=False).encode(errors="replace"))
    except (ValueError, RecursionError, LookupError):
        return None
    return content


def _parse_text(body: bytes, content_type: str) -> Any:
    """JSON in UTF-8, or in the character set that the answer names, also between warnings of PHP.

    Broken characters become U+FFFD, and control characters may stand in texts as they are.

    Raises:
        ValueError: It is neither.
        LookupError: Nobody knows the character set.
    """
    try:
        return json.loads(body, strict=False)
    except UnicodeDecodeError:
        named = _CHARSET.search(content_type)
        return json.loads(body.decode(named[1] if named else "utf-8", errors="replace"), strict=False)
    except json.JSONDecodeError:
        text = body.decode(errors="replace")
        start = _ENVELOPE.search(text)
        if start is None or "<html" in text[: start.start()].lower():
            raise
        return _DECODER.raw_decode(text, start.start())[0]


def _join_words(text: object) -> str:
    if isinstance(text, Mapping):
        text = text["message"] if "message" in text else list(text.values())
    if isinstance(text, list):
        text = "; ".join(filter(None, map(_join_words, text)))
    return " ".join(str("" if text is None else text).split())
