"""Whether a failed call may be sent again, and after what pause."""

import random
from collections.abc import Callable

from portal.errors import AnswerLost, Limited, NotReachable, PortalError

ATTEMPTS = 4
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 8.0


def pause_before_retry(
    error: PortalError, attempt: int, *, repeatable: bool, jitter: Callable[[], float] = random.random
) -> float | None:
    """Seconds to wait after the failed attempt (the first is 1), or None: do not send it again.

    What was certainly not executed may always be repeated. What may have been executed only if it changes nothing.
    """
    if attempt >= ATTEMPTS or not _may_repeat(error, repeatable=repeatable):
        return None
    pause = min(FIRST_PAUSE * 2.0 ** (attempt - 1), LONGEST_PAUSE)
    return pause * (0.5 + jitter() / 2)


def _may_repeat(error: PortalError, *, repeatable: bool) -> bool:
    match error:
        case NotReachable():
            return True
        case Limited():
            return error.code == "QUERY_LIMIT_EXCEEDED"
        case AnswerLost():
            return repeatable
        case _:
            return False
