"""The retry law as a table."""

import pytest

from portal.errors import AnswerLost, AuthRefused, Limited, NotReachable, PortalError, Refused
from portal.retry import ATTEMPTS, LONGEST_PAUSE, pause_before_retry

RATE = Limited(code="QUERY_LIMIT_EXCEEDED", status=503)
TIME = Limited(code="OPERATION_TIME_LIMIT", status=429)


@pytest.mark.parametrize(
    ("error", "repeatable", "again"),
    [
        (RATE, True, True),
        (RATE, False, True),
        (NotReachable(), True, True),
        (NotReachable(), False, True),
        (AnswerLost(), True, True),
        (AnswerLost(), False, False),
        (TIME, True, False),
        (TIME, False, False),
        (AuthRefused(code="expired_token"), True, False),
        (Refused(code="ACCESS_DENIED"), True, False),
        (PortalError(), True, False),
    ],
)
def test_only_what_was_not_executed_or_changes_nothing_is_sent_again(
    error: PortalError, repeatable: bool, again: bool
) -> None:
    assert (pause_before_retry(error, 1, repeatable=repeatable) is not None) is again


def test_pauses_grow_up_to_a_limit_and_are_spread_out() -> None:
    longest = [pause_before_retry(RATE, n, repeatable=True, jitter=lambda: 1.0) for n in range(1, ATTEMPTS)]
    shortest = [pause_before_retry(RATE, n, repeatable=True, jitter=lambda: 0.0) for n in range(1, ATTEMPTS)]

    assert longest == [0.5, 1.0, 2.0]
    assert shortest == [0.25, 0.5, 1.0]
    assert max(pause or 0 for pause in longest) <= LONGEST_PAUSE


def test_the_last_attempt_is_the_last() -> None:
    assert pause_before_retry(RATE, ATTEMPTS, repeatable=True) is None
