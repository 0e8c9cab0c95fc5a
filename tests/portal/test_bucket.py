"""Our picture of the portal's limit on requests."""

import pytest

from portal.bucket import PLANS, LeakyBucket


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(("plan", "burst", "a_second"), [("standard", 48, 2), ("enterprise", 240, 5)])
def test_a_burst_fits_and_then_requests_leak_out(plan: str, burst: int, a_second: int) -> None:
    clock = Clock()
    bucket = LeakyBucket(PLANS[plan], clock)
    for _ in range(burst):
        assert bucket.seconds_until_room() == 0
        bucket.take()

    assert bucket.seconds_until_room() == pytest.approx(1 / a_second)
    clock.now += 1
    assert bucket.seconds_until_room() == 0
    assert bucket.seconds_until_room(requests=a_second + 1) == pytest.approx(1 / a_second)


def test_a_bucket_is_empty_again_after_a_while_and_never_less() -> None:
    clock = Clock()
    bucket = LeakyBucket(PLANS["standard"], clock)
    bucket.take()
    clock.now += 3600

    assert bucket.fullness() == 0
    assert bucket.seconds_until_room(requests=48) == 0
    assert bucket.seconds_until_room(requests=49) > 0


def test_a_refusal_by_the_portal_means_that_the_bucket_is_full() -> None:
    bucket = LeakyBucket(PLANS["standard"], Clock())
    bucket.fill()

    assert bucket.fullness() == 1
    assert bucket.seconds_until_room() == pytest.approx((50 + 1 - 48) / 2)


def test_a_bucket_that_was_filled_by_others_is_full_from_that_moment_on() -> None:
    clock = Clock()
    bucket = LeakyBucket(PLANS["standard"], clock)
    clock.now += 10
    bucket.fill()

    assert bucket.fullness() == 1
    clock.now += 25
    assert bucket.fullness() == 0


@pytest.mark.parametrize(("plan", "seconds"), [("standard", 0.5), ("enterprise", 0.2), ("self-hosted", 0.0)])
def test_a_request_takes_as_long_to_leak_out_as_the_plan_says(plan: str, seconds: float) -> None:
    assert LeakyBucket(PLANS[plan], Clock()).seconds_per_request() == pytest.approx(seconds)


def test_the_box_edition_has_no_limit() -> None:
    bucket = LeakyBucket(PLANS["self-hosted"], Clock())
    for _ in range(1000):
        bucket.take()
    bucket.fill()

    assert bucket.seconds_until_room() == bucket.fullness() == 0
