"""Whether a failed call may be sent again, and after what pause."""

import random
from collections.abc import Callable

from portal.errors import (
    AnswerLostError,
    AnswerTooLargeError,
    CertificateError,
    LimitedError,
    NotReachableError,
    PortalError,
)

ATTEMPTS = 5
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 8.0
UNNAMED_PAUSE = 2.0
"""Seconds before a front end that limits requests, and does not say for how long, is asked once more."""


def pause_before_retry(
    error: PortalError,
    attempt: int,
    *,
    repeatable: bool,
    remaining: float,
    jitter: Callable[[], float] = random.random,
) -> float | None:
    """Seconds to wait before a call is sent again, or None if it must not be sent again.

    `attempt` is the number of the attempt that failed and counts from 1. What was certainly not executed may always be
    repeated; what may have been executed only if the call is `repeatable`. `remaining` is how long the
    call may wait until it has to have left, in seconds: no pause reaches up to it. `jitter` gives a number from 0 to 1.
    """
    pause = _pause(error, attempt, repeatable=repeatable, jitter=jitter)
    return pause if pause is not None and pause < remaining else None


def _pause(error: PortalError, attempt: int, *, repeatable: bool, jitter: Callable[[], float]) -> float | None:
    match error:
        case LimitedError(code="QUERY_LIMIT_EXCEEDED"):
            return max(error.seconds or 0.0, _backoff(attempt, jitter))
        case LimitedError(code=None):
            return (UNNAMED_PAUSE if error.seconds is None else error.seconds) if attempt == 1 else None
        case LimitedError():
            return error.seconds
        case NotReachableError() if not isinstance(error, CertificateError):
            return _backoff(attempt, jitter) if attempt < ATTEMPTS else None
        case AnswerLostError() if repeatable and not isinstance(error, AnswerTooLargeError):
            return _backoff(attempt, jitter) if attempt < ATTEMPTS else None
        case _:
            return None


def _backoff(attempt: int, jitter: Callable[[], float]) -> float:
    """Doubling, and spread out so that many callers do not come back together."""
    pause = min(FIRST_PAUSE * 2.0 ** (attempt - 1), LONGEST_PAUSE)
    return pause * (0.5 + jitter() / 2)
