"""Computing time of methods."""

from typing import Any

import anyio
import httpx
import pytest

from portal.client import Portal
from portal.errors import LimitedError, PortalError
from portal.operating import OperatingTime
from portal.webhook import Webhook

NOW = 1_773_683_678.0
METHOD = "imopenlines.session.history.get"
OTHER = "imopenlines.dialog.get"
WEBHOOK = Webhook.parse("https://p.bitrix24.com/rest/1/a1b2c3d4/")


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


def _call_in_turn(answers: list[Any], *turns: list[str]) -> list[PortalError | None]:
    """What calls failed with that cannot wait for the reset; the calls of a turn are made together."""
    errors: list[PortalError | None] = []
    arriving = iter(answers)

    async def call(portal: Portal, method: str) -> None:
        try:
            await portal.call(method, {}, repeatable=True, prefer_batch=True)
        except PortalError as error:
            errors.append(error)
        else:
            errors.append(None)

    async def run() -> None:
        transport = httpx.MockTransport(lambda _: httpx.Response(200, json=next(arriving)))
        async with Portal(WEBHOOK, seconds=20, transport=transport, unix_time=lambda: NOW) as portal:
            for methods in turns:
                async with anyio.create_task_group() as tasks:
                    for method in methods:
                        tasks.start_soon(call, portal, method)

    anyio.run(run)
    return errors


def _time(used: float) -> dict[str, float]:
    return {"operating": used, "operating_reset_at": NOW + 50}


def _seconds(error: PortalError | None) -> float | None:
    assert isinstance(error, LimitedError)
    assert error.code == "OPERATION_TIME_LIMIT"
    return error.seconds


def test_a_method_that_used_up_its_time_is_not_sent_again() -> None:
    first, second = _call_in_turn([{"result": 1, "time": _time(420)}], [METHOD], [METHOD])

    assert (first, _seconds(second)) == (None, 50)


def test_the_time_of_each_call_in_a_batch_counts_for_its_own_method() -> None:
    batch = {"result": {"c0": 1, "c1": 1}, "result_time": {"c0": _time(420), "c1": _time(10)}}
    *_, used_up, other = _call_in_turn([{"result": batch}, {"result": 1}], [METHOD, OTHER], [METHOD], [OTHER])

    assert (_seconds(used_up), other) == (50, None)


def test_a_method_that_the_portal_blocks_is_not_sent_before_its_reset() -> None:
    answers = [{"result": 1, "time": _time(10)}, {"error": "OPERATION_TIME_LIMIT"}, {"result": 1}]
    _, blocked, unsent, other = _call_in_turn(answers, [METHOD], [METHOD], [METHOD], [OTHER])

    assert (_seconds(blocked), _seconds(unsent), other) == (50, 50, None)


@pytest.mark.parametrize("code", ["OVERLOAD_LIMIT", "ACCESS_DENIED"])
def test_a_call_that_is_refused_for_another_reason_blocks_no_method(code: str) -> None:
    answers = [{"result": 1, "time": _time(10)}, {"error": code}, {"result": 1}]
    _, refused, sent = _call_in_turn(answers, [METHOD], [METHOD], [METHOD])

    assert refused is not None
    assert (refused.code, sent) == (code, None)
