"""What stands before a portal: pages, redirects, limits and broken answers; how often it is asked, and what is said."""

import json
from typing import Any

import anyio
import httpx
import pytest

from portal.client import Portal
from portal.errors import (
    BlockedError,
    LimitedError,
    NotReachableError,
    OutcomeUnknownError,
    PortalError,
    PortalFaultError,
)
from portal.webhook import Webhook
from tests.pauses import skip_pause
from tests.portal.front_end import (
    HTML,
    LONGEST,
    PAGE,
    READ,
    SECRET,
    FrontEnd,
    Reply,
    answering,
    call_portal,
    set_replies,
)

RESULT = json.dumps({"result": {"id": "Оля"}}, ensure_ascii=False)
GOOD = Reply(body=RESULT.encode())


@pytest.mark.parametrize("repeatable", [True, False])
@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 405, 406, 407, 408, 410, 413, 414, 421, 431, 451, 499])
def test_a_page_with_a_status_of_4xx_was_refused_before_the_portal_and_is_asked_once(
    served: FrontEnd, status: int, repeatable: bool
) -> None:
    for body, headers in (
        (PAGE, HTML),
        (b"", {}),
        (b'{"message": "Forbidden"}', {}),
        (b"denied", {"content-type": ""}),
    ):
        set_replies(served, Reply(status, body, headers))

        (error,) = call_portal(served, repeatable=repeatable)

        assert isinstance(error, BlockedError), body
        assert error.status == status
        assert f"HTTP {status}" in error.description
        assert "nothing was executed" in error.happened
        assert len(served.asked) == 1


@pytest.mark.parametrize(
    "reply",
    [
        Reply(403, PAGE, HTML),
        Reply(404, b"", {}),
        Reply(403, b'{"error": "Forbidden"}'),
        Reply(302, b"", {"location": "/auth/"}),
        Reply(403, b"not compressed", {"content-encoding": "gzip"}),
        Reply(403, b"half", {"content-length": "100"}, cut=True),
    ],
)
def test_a_batch_that_is_blocked_is_not_asked_again_one_by_one(served: FrontEnd, reply: Reply) -> None:
    set_replies(served, reply)

    got = call_portal(served, count=30)

    assert {type(error) for error in got} == {BlockedError}
    assert served.asked == ["batch"]


@pytest.mark.parametrize("repeatable", [True, False])
@pytest.mark.parametrize(
    "headers", [HTML, {**HTML, "retry-after": "3"}, {"retry-after": "Mon, 01 Jan 2024 00:00:00 GMT"}]
)
def test_a_front_end_that_limits_requests_is_asked_once_more(
    served: FrontEnd, headers: dict[str, str], repeatable: bool
) -> None:
    set_replies(served, Reply(429, PAGE, headers))
    (error,) = call_portal(served, repeatable=repeatable)

    assert isinstance(error, LimitedError)
    assert "HTTP 429" in error.description
    assert len(served.asked) == 2

    set_replies(served, Reply(429, PAGE, headers), GOOD)
    assert call_portal(served, repeatable=repeatable) == [{"id": "Оля"}]


def test_a_batch_that_a_front_end_limits_sends_one_call_ahead(served: FrontEnd) -> None:
    set_replies(served, Reply(429, PAGE, HTML))
    assert {type(error) for error in call_portal(served, count=30)} == {LimitedError}
    assert len(served.asked) == 2


@pytest.mark.parametrize("wait", ["3600", "Fri, 31 Dec 2100 00:00:00 GMT"])
def test_a_front_end_that_wants_more_time_than_there_is_gets_no_second_request(served: FrontEnd, wait: str) -> None:
    set_replies(served, Reply(429, PAGE, {**HTML, "retry-after": wait}))

    (error,) = call_portal(served)

    assert isinstance(error, LimitedError)
    assert error.seconds is not None
    assert error.seconds >= 3600
    assert len(served.asked) == 1


@pytest.mark.parametrize("status", [200, 500, 502, 503, 504, 520, 530])
def test_many_questions_to_a_portal_that_is_down_are_few_requests(served: FrontEnd, status: int) -> None:
    set_replies(served, Reply(status, PAGE, HTML))

    for count, most in ((30, 9), (6, 14), (1, 5)):
        served.asked.clear()
        got = call_portal(served, count=count)

        assert {type(error) for error in got} == {PortalFaultError}
        assert {error.status for error in got} == {status}
        assert len(served.asked) <= most, count


@pytest.mark.parametrize("status", [200, 500, 502, 503, 504])
def test_a_change_that_a_page_answers_is_sent_once_and_its_outcome_is_unknown(served: FrontEnd, status: int) -> None:
    set_replies(served, Reply(status, PAGE, HTML), GOOD)

    (error,) = call_portal(served, repeatable=False)

    assert isinstance(error, OutcomeUnknownError)
    assert f"HTTP {status}" in error.description
    assert len(served.asked) == 1


def test_questions_whose_batch_was_lost_are_answered_once_the_portal_is_up_again(served: FrontEnd) -> None:
    bad, good = Reply(502, PAGE, HTML), Reply(body=b'{"result": 1}')
    set_replies(served, bad, bad, bad, good)

    assert call_portal(served, count=30) == [1] * 30


def test_one_question_that_breaks_the_portal_takes_no_other_with_it() -> None:
    asked: list[str] = []

    async def answer(request: httpx.Request) -> httpx.Response:
        params = json.loads(request.content)
        asked.append(request.url.path)
        if "cmd" in params or params["ID"] == 0:
            return httpx.Response(500, html="<h1>500</h1>")
        return httpx.Response(200, json={"result": params["ID"]})

    async def one(portal: Portal, number: int) -> None:
        try:
            got[number] = await portal.call(READ, {"ID": number}, repeatable=True)
        except PortalError as error:
            got[number] = error

    async def run() -> None:
        transport = httpx.MockTransport(answer)
        portal = Portal(Webhook.parse(served_address), plan=None, transport=transport, sleep=skip_pause)
        with anyio.fail_after(LONGEST):
            async with portal, anyio.create_task_group() as tasks:
                for number in range(30):
                    tasks.start_soon(one, portal, number)

    got: dict[int, Any] = {}
    served_address = f"https://p.bitrix24.com/rest/1/{SECRET}/"
    anyio.run(run)
    assert isinstance(got.pop(0), PortalFaultError)
    assert got == {number: number for number in range(1, 30)}
    assert len(asked) < 40


@pytest.mark.parametrize("flaw", [{}, {"c3": "insufficient_scope"}, {"c3": []}, [{"error": "X"}]])
def test_a_command_without_a_usable_answer_is_asked_again_alone(served: FrontEnd, flaw: Any) -> None:
    results = {f"c{number}": number for number in range(30) if number != 3}
    both = {"result": {"result": results, "result_error": flaw, "result_time": []}}
    set_replies(served, Reply(body=json.dumps(both).encode()), Reply(body=b'{"result": "alone"}'))

    got = call_portal(served, count=30)

    assert got == [number if number != 3 else "alone" for number in range(30)]
    assert served.asked == ["batch", READ]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    ("location", "words"),
    [
        ("https://new.example/rest/1/{}/x?auth=y", "a redirect to https://new.example"),
        ("//login.example:8443/?back={}", "a redirect"),
        ("/auth/?{}", "another page of the same host"),
        ("https://[broken/{}", "a redirect"),
        ("", "a redirect to nowhere"),
    ],
)
def test_a_redirect_is_not_followed_and_told_without_what_may_be_secret(
    served: FrontEnd, status: int, location: str, words: str
) -> None:
    set_replies(served, Reply(status, b"", {"location": location.format(SECRET)}))

    (error,) = call_portal(served, repeatable=False)

    assert isinstance(error, BlockedError)
    assert f"HTTP {status}" in error.description
    assert words in error.description
    assert SECRET not in error.description
    assert len(served.asked) == 1


def test_what_was_seen_is_told_rather_than_that_nothing_came_after_it() -> None:
    later = {
        "no connection": httpx.ConnectError("refused"),
        "no answer": httpx.ReadTimeout(""),
        "broken off": httpx.RemoteProtocolError("x"),
    }
    for name, fault in later.items():
        answers = [httpx.Response(502, html="<h1>Bad gateway</h1>"), fault]

        def answer(_: httpx.Request, answers: list[Any] = answers) -> httpx.Response:
            if isinstance(now := answers.pop(0) if len(answers) > 1 else answers[0], Exception):
                raise now
            assert isinstance(now, httpx.Response)
            return now

        async def run(transport: httpx.MockTransport) -> None:
            address = Webhook.parse(f"https://p.bitrix24.com/rest/1/{SECRET}/")
            async with Portal(address, plan=None, transport=transport, sleep=skip_pause) as portal:
                await portal.call(READ, {}, repeatable=True)

        with pytest.raises(PortalFaultError, match="HTTP 502") as failed:
            anyio.run(run, httpx.MockTransport(answer))
        assert failed.value.status == 502, name


def test_an_answer_that_came_too_late_is_not_said_to_have_been_unreachable() -> None:
    """The slow pages leave no time for another attempt."""

    async def answer(_: httpx.Request) -> httpx.Response:
        await anyio.sleep(0.12)
        return httpx.Response(502, html="<h1>Bad gateway</h1>")

    async def run() -> None:
        address = Webhook.parse(f"https://p.bitrix24.com/rest/1/{SECRET}/")
        transport = httpx.MockTransport(answer)
        async with Portal(address, seconds=0.4, plan=None, transport=transport, sleep=skip_pause) as portal:
            await portal.call(READ, {}, repeatable=True)

    with pytest.raises(PortalFaultError, match="HTTP 502"):
        anyio.run(run)


def test_a_host_that_does_not_listen_is_told_as_such() -> None:
    with answering(GOOD) as gone:
        pass
    for count, most in ((1, 1), (30, 30)):
        got = call_portal(gone, count=count)
        assert {type(error) for error in got} == {NotReachableError}
        assert len(got) == most
        assert all("no connection to 127.0.0.1" in error.description for error in got)
        assert all("refused" in error.description for error in got)
