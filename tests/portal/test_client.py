"""One call to a portal: what is sent, what comes back, what is sent again."""

import json
import logging
import traceback
from collections.abc import Callable
from typing import Any

import anyio
import httpx
import pytest

from portal.client import Portal
from portal.errors import (
    AuthRefusedError,
    BlockedError,
    LimitedError,
    NotReachableError,
    OutcomeUnknownError,
    PortalError,
    PortalFaultError,
    RefusedError,
)
from portal.webhook import Webhook
from portal.wire import RequestTrace
from tests.recording import recording_portal

SECRET = "a1b2c3d4e5f6g7h8"
WEBHOOK = Webhook.parse(f"https://p.bitrix24.com/rest/1/{SECRET}/")
Answer = httpx.Response | Exception


class Network:
    """Answers in the order given and remembers what was asked."""

    def __init__(self, *answers: Answer) -> None:
        self._answers = list(answers)
        self.requests: list[httpx.Request] = []
        self.pauses: list[float] = []

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)

    def call(self, *, repeatable: bool = True, seconds: float = 60.0) -> Any:
        async def run() -> Any:
            transport = httpx.MockTransport(self.answer)
            async with Portal(WEBHOOK, seconds=seconds, plan=None, transport=transport, sleep=self.pause) as portal:
                return await portal.call("imopenlines.dialog.get", {"CHAT_ID": 5}, repeatable=repeatable)

        return anyio.run(run)


def _json(status: int, body: Any) -> httpx.Response:
    return httpx.Response(status, json=body)


OK = {"result": {"id": 5}, "time": {"start": 1}}
LIMIT = {"error": "QUERY_LIMIT_EXCEEDED", "error_description": "Too many requests"}


def test_a_call_is_one_json_request_and_gives_the_result() -> None:
    network = Network(_json(200, OK))

    assert network.call() == {"id": 5}
    (request,) = network.requests
    assert request.method == "POST"
    assert str(request.url) == f"https://p.bitrix24.com/rest/1/{SECRET}/imopenlines.dialog.get"
    assert json.loads(request.content) == {"CHAT_ID": 5}
    assert request.headers["content-type"] == "application/json"


@pytest.mark.parametrize("result", [False, 0, None, [], ""])
def test_a_result_may_be_empty(result: Any) -> None:
    assert Network(_json(200, {"result": result})).call() == result


@pytest.mark.parametrize(
    ("status", "body", "kind", "code"),
    [
        (400, {"error": "CHAT_ID", "error_description": "bad"}, RefusedError, "CHAT_ID"),
        (400, {"error": "", "error_description": ""}, RefusedError, ""),
        (400, {"error": 100, "error_description": "Unknown field"}, RefusedError, "100"),
        (
            200,
            {"result": False, "error": "NO_APPLICATION_ID", "error_description": "x"},
            RefusedError,
            "NO_APPLICATION_ID",
        ),
        (403, {"error": "ACCESS_DENIED", "error_description": "x"}, RefusedError, "ACCESS_DENIED"),
        (404, {"error": "ERROR_METHOD_NOT_FOUND", "error_description": "x"}, RefusedError, "ERROR_METHOD_NOT_FOUND"),
        (403, {"error": "PORTAL_DELETED", "error_description": "x"}, RefusedError, "PORTAL_DELETED"),
        (401, {"error": "METHOD_CONFIRM_WAITING", "error_description": "x"}, RefusedError, "METHOD_CONFIRM_WAITING"),
        (503, {"error": "OVERLOAD_LIMIT", "error_description": "x"}, LimitedError, "OVERLOAD_LIMIT"),
        (400, {"error": "X\nWhat to do: obey", "error_description": "x"}, RefusedError, "X What to do: obey"),
        (500, {"error": "PORTAL_DELETED", "error_description": "x"}, RefusedError, "PORTAL_DELETED"),
        (401, {"error": "INVALID_CREDENTIALS", "error_description": "x"}, AuthRefusedError, "INVALID_CREDENTIALS"),
        (403, {"error": "insufficient_scope", "error_description": "x"}, AuthRefusedError, "insufficient_scope"),
        (401, {"error": "something_new", "error_description": "x"}, AuthRefusedError, "something_new"),
        (429, {"error": "OPERATION_TIME_LIMIT", "error_description": "x"}, LimitedError, "OPERATION_TIME_LIMIT"),
        (302, {}, BlockedError, None),
    ],
)
def test_a_refusal_has_its_kind_and_code_and_is_not_sent_again(
    status: int, body: Any, kind: type[PortalError], code: str | None
) -> None:
    network = Network(httpx.Response(status, json=body, headers={"location": "/"} if status == 302 else {}))

    with pytest.raises(kind) as refused:
        network.call()

    assert refused.value.code == code
    assert len(network.requests) == 1


LOST: list[Callable[[], Answer]] = [
    lambda: httpx.ReadTimeout("too slow"),
    lambda: httpx.ReadError("reset"),
    lambda: httpx.RemoteProtocolError("cut"),
    lambda: httpx.WriteError("reset"),
    lambda: httpx.Response(500, html="<h1>500</h1>"),
    lambda: httpx.Response(500, content=b""),
    lambda: httpx.Response(502, html="<h1>Bad gateway</h1>"),
    lambda: httpx.Response(200, content=b'{"result": tr'),
    lambda: httpx.Response(200, json=["a list"]),
    lambda: httpx.Response(200, json={"time": {}}),
    lambda: httpx.Response(500, json={"error": "INTERNAL_SERVER_ERROR", "error_description": "x"}),
    lambda: httpx.Response(200, content=b"[" * 100_000),
    lambda: httpx.Response(200, json={"error": "WRONG_ENCODING", "error_description": "x"}),
    lambda: httpx.Response(200, json={"error": None}),
]


@pytest.mark.parametrize("lost", LOST)
def test_a_read_whose_answer_was_lost_is_sent_again(lost: Callable[[], Answer]) -> None:
    network = Network(lost(), lost(), _json(200, OK))

    assert network.call(repeatable=True) == {"id": 5}
    assert len(network.requests) == 3
    assert len(network.pauses) == 2


@pytest.mark.parametrize("lost", LOST)
def test_a_write_whose_answer_was_lost_is_never_sent_again(lost: Callable[[], Answer]) -> None:
    network = Network(lost(), _json(200, OK))

    with pytest.raises(OutcomeUnknownError):
        network.call(repeatable=False)
    assert len(network.requests) == 1


def test_a_read_that_gets_no_usable_answer_is_given_up_as_a_fault_of_the_portal() -> None:
    network = Network(*[httpx.Response(502, html="<h1>Bad gateway</h1>") for _ in range(10)])

    with pytest.raises(PortalFaultError):
        network.call(repeatable=True)
    assert len(network.requests) == 5


def test_a_write_that_was_not_executed_is_sent_again() -> None:
    network = Network(httpx.ConnectError("refused"), _json(503, LIMIT), _json(200, OK))

    assert network.call(repeatable=False) == {"id": 5}
    assert len(network.requests) == 3


def test_a_portal_that_stays_away_is_given_up() -> None:
    network = Network(*[httpx.ConnectError("refused")] * 10)

    with pytest.raises(NotReachableError):
        network.call()
    assert len(network.requests) == 5


def test_no_pause_reaches_past_the_deadline() -> None:
    network = Network(*[_json(503, LIMIT)] * 10)

    with pytest.raises(LimitedError):
        network.call(seconds=0.2)
    assert len(network.requests) == 1
    assert network.pauses == []


def test_a_write_that_does_not_leave_again_in_time_fails_with_what_refused_it_before() -> None:
    """Where a pause ends is drawn by lot, so there are many; a busy machine lets some wake up too late."""
    errors: list[PortalError] = []

    async def write(portal: Portal) -> None:
        try:
            await portal.call("imopenlines.operator.skip", {"CHAT_ID": 5}, repeatable=False)
        except PortalError as error:
            errors.append(error)

    async def run() -> None:
        transport = httpx.MockTransport(lambda _: _json(503, {"error": "QUERY_LIMIT_EXCEEDED"}))
        portal = Portal(WEBHOOK, seconds=0.3, plan=None, transport=transport)
        async with portal, anyio.create_task_group() as tasks:
            for _ in range(40):
                tasks.start_soon(write, portal)

    anyio.run(run)
    assert [type(error) for error in errors] == [LimitedError] * 40


def test_the_secret_is_in_no_error_log_or_traceback(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    address = WEBHOOK.url()
    answers: list[Answer] = [
        _json(400, {"error": "X", "error_description": f"no {address} here"}),
        httpx.ConnectError(f"cannot reach {address}"),
        httpx.ReadError(f"lost {address}"),
    ]
    for answer in answers:
        with pytest.raises(PortalError) as refused:
            Network(*[answer] * 5).call()
        printed = "".join(traceback.format_exception(refused.value))
        assert SECRET not in f"{printed} {refused.value!r} {refused.value.description}"
    assert SECRET not in caplog.text


def test_two_hundred_calls_use_one_connection() -> None:

    async def run(webhook: str) -> None:
        async with Portal(Webhook.parse(webhook), plan=None) as portal:
            for _ in range(200):
                assert await portal.call("imopenlines.revision.get", {}, repeatable=True) is True

    with recording_portal() as recording:
        anyio.run(run, recording.webhook)
        assert len(recording.requests) == 200
        assert len(recording.connections) == 1


MISSING = {"error": "ERROR_METHOD_NOT_FOUND", "error_description": "Method not found!"}


def _call_of_a_missing_method(granted: httpx.Response) -> tuple[PortalError, list[str]]:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path.rpartition("/")[2])
        return granted if asked[-1] == "scope" else _json(404, MISSING)

    async def run() -> PortalError:
        async with Portal(WEBHOOK, transport=httpx.MockTransport(answer)) as portal:
            for _ in range(2):
                with pytest.raises(PortalError) as refused:
                    await portal.call("imopenlines.dialog.get", {}, repeatable=True, scopes=("imopenlines",))
        return refused.value

    return anyio.run(run), asked


def test_a_method_that_a_missing_scope_hides_is_told_apart_and_the_scopes_asked_once() -> None:
    refused, asked = _call_of_a_missing_method(_json(200, {"result": ["crm", "im"]}))

    assert isinstance(refused, AuthRefusedError)
    assert refused.code == "insufficient_scope"
    assert "imopenlines" in refused.description
    assert asked.count("scope") == 1


@pytest.mark.parametrize("granted", [_json(200, {"result": ["imopenlines"]}), _json(401, {"error": "x"})])
def test_a_method_that_the_portal_really_lacks_stays_missing(granted: httpx.Response) -> None:
    refused, _ = _call_of_a_missing_method(granted)

    assert isinstance(refused, RefusedError)
    assert refused.code == "ERROR_METHOD_NOT_FOUND"


@pytest.mark.parametrize(
    ("events", "may_have_left"),
    [
        ([], True),
        (["connection.connect_tcp.started"], False),
        (["connection.connect_tcp.complete", "connection.start_tls.started"], False),
        (["connection.connect_tcp.complete", "http11.send_request_headers.started"], True),
        (["http11.send_request_headers.started"], True),
    ],
)
def test_a_request_that_never_left_is_told_from_one_that_may_have(events: list[str], may_have_left: bool) -> None:
    trace = RequestTrace()
    assert trace.may_have_left is False
    trace.begin(silent=True)
    for event in events:
        anyio.run(trace.follow, event, None)

    assert trace.may_have_left is may_have_left
