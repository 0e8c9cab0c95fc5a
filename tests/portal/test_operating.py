"""Computing time of methods."""

import pytest

from portal.errors import LimitedError
from portal.operating import OperatingTime

NOW = 1_773_683_678.0
METHOD = "imopenlines.session.history.get"


@pytest.fixture
def operating() -> OperatingTime:
    return OperatingTime(limit=420, clock=lambda: NOW)


def test_a_method_within_its_time_may_run(operating: OperatingTime) -> None:
    operating.record(METHOD, {"operating": 419.9, "operating_reset_at": NOW + 100})

    operating.check(METHOD)


@pytest.mark.parametrize(("used", "may_run"), [(419.9, True), (420.0, False)])
def test_unless_told_otherwise_the_smallest_limit_of_known_portals_counts(used: float, may_run: bool) -> None:
    operating = OperatingTime(clock=lambda: NOW)
    operating.record(METHOD, {"operating": used, "operating_reset_at": NOW + 100})

    assert (operating.seconds_until_allowed(METHOD) == 0) is may_run


def test_a_method_that_used_up_its_time_says_when_it_can_run(operating: OperatingTime) -> None:
    operating.record(METHOD, {"operating": 420.5, "operating_reset_at": NOW + 100})

    with pytest.raises(LimitedError, match="in 100 s") as blocked:
        operating.check(METHOD)
    assert (blocked.value.code, blocked.value.seconds) == ("OPERATION_TIME_LIMIT", 100)
    operating.check("imopenlines.dialog.get")


def test_the_time_is_over_when_it_is_reset(operating: OperatingTime) -> None:
    operating.record(METHOD, {"operating": 500, "operating_reset_at": NOW - 1})

    operating.check(METHOD)


def test_a_refusal_is_remembered_until_the_known_reset(operating: OperatingTime) -> None:
    operating.record(METHOD, {"operating": 300, "operating_reset_at": NOW + 50})

    assert operating.record_refusal(METHOD).seconds == 50
    with pytest.raises(LimitedError):
        operating.check(METHOD)


def test_a_refusal_without_a_known_reset_says_so(operating: OperatingTime) -> None:
    refused = operating.record_refusal(METHOD)

    assert refused.seconds is None
    assert "ten minutes at the latest" in refused.description


@pytest.mark.parametrize("time", [None, [], "soon", {}, {"operating": None}, {"operating": 500}])
def test_an_answer_that_tells_nothing_changes_nothing(operating: OperatingTime, time: object) -> None:
    operating.record(METHOD, time)

    operating.check(METHOD)
