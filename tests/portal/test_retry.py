"""The retry law as a table."""

import pytest

from portal.errors import AnswerLostError, AuthRefusedError, LimitedError, NotReachableError, PortalError, RefusedError
from portal.retry import ATTEMPTS, LONGEST_PAUSE, pause_before_retry

RATE = LimitedError(code="QUERY_LIMIT_EXCEEDED", status=503)
TIME_KNOWN = LimitedError(code="OPERATION_TIME_LIMIT", status=429, seconds=5.0)
TIME_UNKNOWN = LimitedError(code="OPERATION_TIME_LIMIT", status=429)
PLENTY = 60.0


def _pause(error: PortalError, attempt: int = 1, *, repeatable: bool = True, remaining: float = PLENTY) -> float | None:
    return pause_before_retry(error, attempt, repeatable=repeatable, remaining=remaining, jitter=lambda: 1.0)


@pytest.mark.parametrize(
    ("error", "repeatable", "pause"),
    [
        (RATE, True, 0.5),
        (RATE, False, 0.5),
        (NotReachableError(), True, 0.5),
        (NotReachableError(), False, 0.5),
        (AnswerLostError(), True, 0.5),
        (AnswerLostError(), False, None),
        (TIME_KNOWN, True, 5.0),
        (TIME_KNOWN, False, 5.0),
        (TIME_UNKNOWN, True, None),
        (TIME_UNKNOWN, False, None),
        (AuthRefusedError(code="expired_token"), True, None),
        (AuthRefusedError(code="INVALID_CREDENTIALS"), True, None),
        (RefusedError(code="ACCESS_DENIED"), True, None),
        (PortalError(), True, None),
    ],
)
def test_only_what_was_not_executed_or_changes_nothing_is_sent_again(
    error: PortalError, repeatable: bool, pause: float | None
) -> None:
    assert _pause(error, repeatable=repeatable) == pause


@pytest.mark.parametrize("error", [RATE, TIME_KNOWN, NotReachableError(), AnswerLostError()])
def test_nothing_is_repeated_past_the_deadline(error: PortalError) -> None:
    assert _pause(error, remaining=0.2) is None


def test_a_pause_that_would_end_at_the_deadline_is_too_long() -> None:
    assert _pause(TIME_KNOWN, remaining=5.0) is None
    assert _pause(TIME_KNOWN, remaining=5.1) == 5.0


def test_pauses_double_up_to_a_limit_and_are_spread_out() -> None:
    longest = [_pause(RATE, attempt) for attempt in range(1, 8)]
    shortest = [pause_before_retry(RATE, 1, repeatable=True, remaining=PLENTY, jitter=lambda: 0.0)]

    assert longest == [0.5, 1.0, 2.0, 4.0, LONGEST_PAUSE, LONGEST_PAUSE, LONGEST_PAUSE]
    assert shortest == [0.25]


@pytest.mark.parametrize("error", [NotReachableError(), AnswerLostError()])
def test_faults_are_given_up_after_some_attempts_but_the_rate_limit_only_at_the_deadline(error: PortalError) -> None:
    assert ATTEMPTS == 5
    assert _pause(error, ATTEMPTS) is None
    assert _pause(error, ATTEMPTS - 1) is not None
    assert _pause(RATE, ATTEMPTS) is not None


def test_a_portal_that_names_a_time_is_believed() -> None:
    busy = LimitedError(code="QUERY_LIMIT_EXCEEDED", seconds=3.0)

    assert _pause(busy) == 3.0
