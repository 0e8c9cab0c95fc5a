"""The end of the server: told to stop, told twice, and killed in the middle of everything."""

import json
import re
import signal
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from threading import Semaphore, Thread
from typing import Any

import httpx
import pytest

from server.config.http_settings import ServerSettings
from server.http.auth.token_file import TeamTokenFile
from tests import spawning
from tests.assistant import PLAIN_ENVIRONMENT, ROOT
from tests.recording import Recording, recording_portal
from tests.sandbox.http_server import serve_over_http
from tests.server.http.messages import DATA, MESSAGE, POST_BOX, read_line, read_message, read_rest
from tests.server.http.team_server import (
    HEADERS,
    issue_token,
    make_bearer_header,
    make_initialize_request,
    make_modern_headers,
    make_modern_request,
    write_profiles,
)
from tests.waiting import wait_until

TOOL = "operator_answer"
CALLS = 100


class SpawnedServer:
    """The server's own process, and a client of it."""

    def __init__(self, process: subprocess.Popen[str], address: str, token: str) -> None:
        self.process = process
        self.address = address
        self.http = httpx.Client(base_url=address, headers={**HEADERS, **make_bearer_header(token)}, timeout=30)

    def send_signal(self, number: signal.Signals) -> None:
        """Send a signal."""
        self.process.send_signal(number)

    def wait_for_exit(self) -> int:
        """The exit code, when it comes."""
        return self.process.wait(timeout=30)


Start = Callable[..., list[str]]


@contextmanager
def spawn_server(
    folder: Path, *options: str, start: Start = spawning.command, **environment: str
) -> Iterator[SpawnedServer]:
    """`serve` with the settings file of the folder, which has the profile shop.

    To kill it at once, `start` it by `spawning.fresh_command`.
    """
    settings = folder / "settings.toml"
    token = issue_token(TeamTokenFile(ServerSettings(settings_file=settings).access_file), "anna", profile="shop")
    command = start("serve", "--port", "0", *options)
    env = {**PLAIN_ENVIRONMENT, "OPENCHANNELS_SETTINGS_FILE": str(settings), **environment}
    with subprocess.Popen(command, cwd=ROOT, env=env, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        announced = re.search(r"http://[\w.:]+", process.stderr.readline())
        assert announced
        server = SpawnedServer(process, announced[0], token)
        try:
            with server.http:
                yield server
        finally:
            process.kill()


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Recording]:
    with recording_portal(hold=True) as portal:
        write_profiles(tmp_path, shop=portal)
        yield portal


class InBackground:
    """Something that takes its time."""

    def __init__(self, what: Callable[[], Any]) -> None:
        self._found: list[Any] = []
        self._thread = Thread(target=lambda: self._found.append(what()))
        self._thread.start()

    def result(self) -> Any:
        """What came of it."""
        self._thread.join(timeout=30)
        assert self._found, "it has not ended within half a minute, or failed"
        return self._found[0]


def _call(id_: int = 7) -> dict[str, Any]:
    return {
        "jsonrpc": "2.0",
        "id": id_,
        "method": "tools/call",
        "params": {"name": TOOL, "arguments": {"chat_id": 201}},
    }


def _modern(server: SpawnedServer, _: ExitStack) -> Callable[[], Any]:
    message = make_modern_request("tools/call", name=TOOL, arguments={"chat_id": 201})
    headers = {name.replace("_", "-"): value for name, value in make_modern_headers("tools/call", TOOL).items()}
    return lambda: server.http.post("/mcp", json=message, headers=headers).json()


def _legacy(server: SpawnedServer, stack: ExitStack) -> Callable[[], Any]:
    session = {"Mcp-Session-Id": server.http.post("/mcp", json=make_initialize_request()).headers["mcp-session-id"]}
    stack.enter_context(server.http.stream("GET", "/mcp", headers=session))
    return lambda: read_message(server.http.post("/mcp", json=_call(), headers=session).text)


def _pair(server: SpawnedServer, stack: ExitStack) -> Callable[[], Any]:
    lines = stack.enter_context(server.http.stream("GET", "/sse")).iter_lines()
    box = read_line(lines, POST_BOX).removeprefix(DATA)
    server.http.post(box, json=make_initialize_request("2024-11-05"))
    assert read_message(read_line(lines, MESSAGE))
    server.http.post(box, json={"jsonrpc": "2.0", "method": "notifications/initialized"})
    server.http.post(box, json=_call())
    return lambda: read_message(read_line(lines, MESSAGE))


def test_what_runs_when_the_server_is_told_to_stop_is_answered(tmp_path: Path, portal: Recording) -> None:
    with spawn_server(tmp_path, "--transport", "all") as server, ExitStack() as stack:
        answers = [InBackground(way(server, stack)) for way in (_modern, _legacy, _pair)]
        portal.wait_for(len(answers))
        server.send_signal(signal.SIGTERM)
        _wait_for_refusal(server)
        portal.release()

        assert [answer.result()["result"]["isError"] for answer in answers] == [False] * len(answers)
        assert server.wait_for_exit() == 0
    assert len(portal.requests) == len(answers)


def test_streams_end_at_once_and_so_does_the_server(tmp_path: Path, portal: Recording) -> None:
    listen = make_modern_request("subscriptions/listen", notifications={"toolsListChanged": True})
    asked = {name.replace("_", "-"): value for name, value in make_modern_headers("subscriptions/listen").items()}
    with spawn_server(tmp_path, "--transport", "all") as server, ExitStack() as stack:
        _legacy(server, stack)
        stack.enter_context(server.http.stream("GET", "/sse"))
        stream = stack.enter_context(server.http.stream("POST", "/mcp", json=listen, headers=asked))
        lines = stream.iter_lines()
        assert "acknowledged" in read_line(lines)
        server.send_signal(signal.SIGTERM)
        last = [read_message(line) for line in read_rest(lines) if line.startswith(DATA)]

        assert server.wait_for_exit() == 0
    assert [message["id"] for message in last] == [1], "the last word says that it is the last"
    assert portal.requests == []


def test_a_call_that_never_ends_is_waited_for_only_so_long(tmp_path: Path, portal: Recording) -> None:
    with spawn_server(tmp_path, OPENCHANNELS_HTTP_LIMITS__STOP="0.2") as server, ExitStack() as stack:
        call = InBackground(lambda: _has_failed(_modern(server, stack)))
        portal.wait_for(1)
        server.send_signal(signal.SIGTERM)

        assert server.wait_for_exit() == 0
        assert call.result()
        portal.release()


def test_a_second_signal_ends_the_server_at_once(tmp_path: Path, portal: Recording) -> None:
    with spawn_server(tmp_path) as server, ExitStack() as stack:
        call = InBackground(lambda: _has_failed(_modern(server, stack)))
        portal.wait_for(1)
        server.send_signal(signal.SIGINT)
        _wait_for_refusal(server)
        server.send_signal(signal.SIGINT)

        assert server.wait_for_exit() == -signal.SIGINT
        assert call.result()
        portal.release()


def test_a_server_that_is_killed_leaves_no_write_done_twice(tmp_path: Path) -> None:
    answered = Semaphore(0)
    with serve_over_http() as sandbox:
        write_profiles(tmp_path, shop=sandbox)
        sandbox.strike(kind="delay", seconds=0.01, rate=1)
        with spawn_server(tmp_path, start=spawning.fresh_command) as server:
            calls = [InBackground(partial(_rate, server, number, answered)) for number in range(CALLS)]
            for _ in range(CALLS // 10):
                assert answered.acquire(timeout=30)
            server.send_signal(signal.SIGKILL)
            ends = Counter(call.result() for call in calls)
        executed = Counter(json.dumps(request.params) for request in sandbox.company.requests if request.executed)

    assert ends["answered"] + ends["broken"] == CALLS
    assert ends["broken"] > 0
    assert set(executed.values()) == {1}
    assert len(executed) >= ends["answered"]


def _rate(server: SpawnedServer, number: int, answered: Semaphore) -> str:
    """One write, which no other is like."""
    tool, arguments = "session_head_vote", {"session_id": 301, "comment": f"call {number}"}
    message = make_modern_request("tools/call", name=tool, arguments=arguments)
    headers = {name.replace("_", "-"): value for name, value in make_modern_headers("tools/call", tool).items()}
    try:
        answer = server.http.post("/mcp", json=message, headers=headers)
    except httpx.TransportError:
        return "broken"
    answered.release()
    return "failed" if answer.json()["result"]["isError"] else "answered"


def _has_failed(call: Callable[[], Mapping[str, Any]]) -> bool:
    """Whether the connection broke, or ended without an answer."""
    try:
        return "result" not in call()
    except (httpx.TransportError, ValueError):
        return True


def _wait_for_refusal(server: SpawnedServer) -> None:
    """Until nobody is let in any more."""
    wait_until(lambda: not _lets_in(server))


def _lets_in(server: SpawnedServer) -> bool:
    try:
        httpx.get(f"{server.address}/nothing")
    except httpx.TransportError:
        return False
    return True
