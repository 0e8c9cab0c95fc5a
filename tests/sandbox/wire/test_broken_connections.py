import http.client
import json
import logging
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from sandbox.seed.seed import ADMIN_WEBHOOK_PATH, APPLICATION_ID, APPLICATION_SECRET
from tests.sandbox.http_server import HOST, TIMEOUT, HttpSandbox, serve_over_http
from tests.served import kill_after_timeout

ROOT = Path(__file__).resolve().parents[3]
GET = f"GET {ADMIN_WEBHOOK_PATH}profile HTTP/1.1\r\nHost: sandbox\r\n\r\n".encode()


@pytest.fixture
def sandbox(caplog: pytest.LogCaptureFixture) -> Iterator[HttpSandbox]:
    caplog.set_level(logging.WARNING)
    with serve_over_http() as running:
        yield running
    noise = [*caplog.get_records("call"), *caplog.get_records("teardown")]
    assert noise == [], "an intended cut makes no noise"


def list_executed(sandbox: HttpSandbox) -> list[bool]:
    return [record.executed for record in sandbox.company.requests]


@pytest.mark.parametrize(("kind", "ran"), [("drop_before", False), ("drop_after", True)])
def test_a_dropped_connection_closes_without_a_byte(sandbox: HttpSandbox, kind: str, ran: bool) -> None:
    sandbox.strike(kind=kind)
    assert sandbox.exchange(GET) == b""
    with pytest.raises(http.client.RemoteDisconnected):
        sandbox.call("profile")
    with httpx.Client() as client, pytest.raises(httpx.RemoteProtocolError):
        client.post(f"http://{HOST}:{sandbox.port}{ADMIN_WEBHOOK_PATH}profile", json={})
    assert list_executed(sandbox) == [ran] * 3


def test_a_reset_answer_ends_in_the_middle_of_its_body(sandbox: HttpSandbox) -> None:
    sandbox.strike(kind="reset")
    with sandbox.call("profile") as answer:
        assert (answer.status, answer.headers["content-type"]) == (200, "application/json; charset=utf-8")
        length = int(answer.headers["content-length"])
        with pytest.raises(http.client.IncompleteRead) as broken:
            answer.read()
    assert len(broken.value.partial) == length // 2
    assert broken.value.partial.startswith(b'{"result":')
    with httpx.Client() as client, pytest.raises(httpx.RemoteProtocolError):
        client.post(f"http://{HOST}:{sandbox.port}{ADMIN_WEBHOOK_PATH}profile", json={})
    assert list_executed(sandbox) == [True, True]


def test_a_cut_connection_is_not_missed_by_the_next_call(sandbox: HttpSandbox) -> None:
    sandbox.strike(kind="drop_after", count=1)
    with pytest.raises(http.client.RemoteDisconnected):
        sandbox.call("profile")
    with sandbox.call("profile") as answer:
        assert json.load(answer)["result"]["NAME"] == "Anna"


def test_a_truncated_answer_is_complete_by_its_length(sandbox: HttpSandbox) -> None:
    sandbox.strike(kind="truncate")
    with sandbox.call("profile") as answer:
        body = answer.read()
    assert len(body) == int(answer.headers["content-length"])
    with pytest.raises(json.JSONDecodeError):
        json.loads(body)


def test_a_trickle_sends_the_headers_first_and_the_body_in_pieces(sandbox: HttpSandbox) -> None:
    sandbox.strike(kind="trickle", seconds=0.3)
    started = time.monotonic()
    with sandbox.call("profile") as answer:
        first = answer.read1()
        body = first + answer.read()
    assert 0 < len(first) < len(body) == int(answer.headers["content-length"])
    assert json.loads(body)["result"]["NAME"] == "Anna"
    assert time.monotonic() - started >= 0.3


def test_a_delay_holds_the_whole_answer_back(sandbox: HttpSandbox) -> None:
    sandbox.strike(kind="delay", seconds=0.03)
    started = time.monotonic()
    with sandbox.call("profile") as answer:
        assert time.monotonic() - started >= 0.03
        assert json.load(answer)["result"]["NAME"] == "Anna"


@pytest.mark.parametrize("kind", ["delay", "trickle"])
def test_a_client_who_does_not_wait_has_been_served_all_the_same(sandbox: HttpSandbox, kind: str) -> None:
    sandbox.strike(kind=kind, seconds=0.3)
    url = f"http://{HOST}:{sandbox.port}{ADMIN_WEBHOOK_PATH}profile"
    with httpx.Client(timeout=httpx.Timeout(5, read=0.003)) as client, pytest.raises(httpx.ReadTimeout):
        client.post(url, json={})
    with sandbox.post("/_sandbox/faults/clear") as cleared:
        cleared.read()
    assert list_executed(sandbox) == [True]


def test_a_request_with_a_long_body_can_be_dropped(sandbox: HttpSandbox) -> None:
    sandbox.strike(kind="drop_before")
    with pytest.raises(http.client.RemoteDisconnected):
        sandbox.call("profile", {"X": "x" * 1_000_000})


def test_the_token_endpoint_and_the_control_api_are_never_struck(sandbox: HttpSandbox) -> None:
    for _ in range(2):
        sandbox.strike(kind="drop_before")
    connection = http.client.HTTPConnection(HOST, sandbox.port, timeout=TIMEOUT)
    connection.request("GET", "/oauth/token/", headers={"Connection": "close"})
    with connection.getresponse() as answer:
        assert json.load(answer)["error"] == "invalid_request"


def test_tokens_lead_back_to_the_address_the_sandbox_is_served_at(sandbox: HttpSandbox) -> None:
    address = f"http://{HOST}:{sandbox.port}"
    with httpx.Client(base_url=address) as client:
        sent_to = client.get("/oauth/authorize/", params={"client_id": APPLICATION_ID}).next_request
        assert sent_to
        asked = {"client_id": APPLICATION_ID, "client_secret": APPLICATION_SECRET, "code": sent_to.url.params["code"]}
        tokens = client.get("/oauth/token/", params={"grant_type": "authorization_code", **asked}).json()
        assert tokens["client_endpoint"] == f"{address}/rest/"
        headers = {"authorization": f"Bearer {tokens['access_token']}"}
        assert client.post(tokens["client_endpoint"] + "profile", headers=headers).json()["result"]["ID"] == "1"


def test_the_served_sandbox_prints_nothing_when_it_cuts() -> None:
    program = "from sandbox.serve import serve; serve(0, lambda line: print(line, flush=True))"
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=pipe, stderr=pipe, text=True) as process:
        assert process.stdout
        try:
            with kill_after_timeout(process):
                announced = re.search(r"http://[\d.]+:(\d+)/", "".join(process.stdout.readline() for _ in range(4)))
            assert announced
            sandbox = HttpSandbox(int(announced[1]))
            for kind in ("drop_before", "drop_after", "reset"):
                sandbox.strike(kind=kind)
                assert not sandbox.exchange(GET).endswith(b"}")
        finally:
            process.terminate()
        assert process.communicate(timeout=TIMEOUT) == ("", "")
