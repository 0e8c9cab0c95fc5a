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
from server.http.auth.token_file import TokensFile
from tests import spawning
from tests.assistant import PLAIN_ENVIRONMENT, ROOT
from tests.recording import Recording, recording_portal
from tests.sandbox.served import served
from tests.server.http.team import HEADERS, asking, bearer, initialize, issue, modern, write_profiles
from tests.server.http.wire import message_of

TOOL = "operator_answer"
CALLS = 100


class Spawned:
    """The server's own process, and a client of it."""

    def __init__(self, process: subprocess.Popen[str], address: str, token: str) -> None:
        self.process = process
        self.address = address
        self.http = httpx.Client(base_url=address, headers={**HEADERS, **bearer(token)}, timeout=30)

    def tell(self, number: signal.Signals) -> None:
        """Send a signal."""
        self.process.send_signal(number)

    def ended(self) -> int:
        """The exit code, when it comes."""
        return self.process.wait(timeout=30)


@contextmanager
def spawned(folder: Path, *options: str, **environment: str) -> Iterator[Spawned]:
    """`serve` with the settings file of the folder, which has the profile shop."""
    settings = folder / "settings.toml"
    token = issue(TokensFile(ServerSettings(settings_file=settings).access_file), "anna", profile="shop")
    command = spawning.command("serve", "--port", "0", *options)
    env = {**PLAIN_ENVIRONMENT, "OPENCHANNELS_SETTINGS_FILE": str(settings), **environment}
    with subprocess.Popen(command, cwd=ROOT, env=env, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        announced = re.search(r"http://[\w.:]+", process.stderr.readline())
        assert announced
        server = Spawned(process, announced[0], token)
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
        return self._found[0]


def _call(id_: int = 7) -> dict[str, Any]:
    return {
        "jsonrpc": "2.0",
        "id": id_,
        "method": "tools/call",
        "params": {"name": TOOL, "arguments": {"chat_id": 201}},
    }


def _modern(server: Spawned, _: ExitStack) -> Callable[[], Any]:
    message = modern("tools/call", name=TOOL, arguments={"chat_id": 201})
    headers = {name.replace("_", "-"): value for name, value in asking("tools/call", TOOL).items()}
    return lambda: server.http.post("/mcp", json=message, headers=headers).json()


def _legacy(server: Spawned, stack: ExitStack) -> Callable[[], Any]:
    session = {"Mcp-Session-Id": server.http.post("/mcp", json=initialize()).headers["mcp-session-id"]}
    stack.enter_context(server.http.stream("GET", "/mcp", headers=session))
    return lambda: message_of(server.http.post("/mcp", json=_call(), headers=session).text)


def _pair(server: Spawned, stack: ExitStack) -> Callable[[], Any]:
    lines = stack.enter_context(server.http.stream("GET", "/sse")).iter_lines()
    box = next(line.removeprefix("data: ") for line in lines if line.startswith("data: /messages/"))
    server.http.post(box, json=initialize("2024-11-05"))
    assert message_of(next(line for line in lines if line.startswith("data: {")))
    server.http.post(box, json={"jsonrpc": "2.0", "method": "notifications/initialized"})
    server.http.post(box, json=_call())
    return lambda: message_of(next(line for line in lines if line.startswith("data: {")))


def test_what_runs_when_the_server_is_told_to_stop_is_answered(tmp_path: Path, portal: Recording) -> None:
    with spawned(tmp_path, "--transport", "all") as server, ExitStack() as stack:
        answers = [InBackground(way(server, stack)) for way in (_modern, _legacy, _pair)]
        portal.wait_for(len(answers))
        server.tell(signal.SIGTERM)
        _wait_for_refusal(server)
        portal.release()

        assert [answer.result()["result"]["isError"] for answer in answers] == [False] * len(answers)
        assert server.ended() == 0
    assert len(portal.requests) == len(answers)


def test_streams_end_at_once_and_so_does_the_server(tmp_path: Path, portal: Recording) -> None:
    listen = modern("subscriptions/listen", notifications={"toolsListChanged": True})
    asked = {name.replace("_", "-"): value for name, value in asking("subscriptions/listen").items()}
    with spawned(tmp_path, "--transport", "all") as server, ExitStack() as stack:
        _legacy(server, stack)
        stack.enter_context(server.http.stream("GET", "/sse"))
        stream = stack.enter_context(server.http.stream("POST", "/mcp", json=listen, headers=asked))
        lines = stream.iter_lines()
        assert "acknowledged" in next(line for line in lines if line.startswith("data: "))
        server.tell(signal.SIGTERM)
        last = [message_of(line) for line in lines if line.startswith("data: ")]

        assert server.ended() == 0
    assert [message["id"] for message in last] == [1], "the last word says that it is the last"
    assert portal.requests == []


def test_a_call_that_never_ends_is_waited_for_only_so_long(tmp_path: Path, portal: Recording) -> None:
    with spawned(tmp_path, OPENCHANNELS_HTTP_LIMITS__STOP="0.2") as server, ExitStack() as stack:
        call = InBackground(lambda: _failed(_modern(server, stack)))
        portal.wait_for(1)
        server.tell(signal.SIGTERM)

        assert server.ended() == 0
        assert call.result()
        portal.release()


def test_a_second_signal_ends_the_server_at_once(tmp_path: Path, portal: Recording) -> None:
    with spawned(tmp_path) as server, ExitStack() as stack:
        call = InBackground(lambda: _failed(_modern(server, stack)))
        portal.wait_for(1)
        server.tell(signal.SIGINT)
        _wait_for_refusal(server)
        server.tell(signal.SIGINT)

        assert server.ended() == -signal.SIGINT
        assert call.result()
        portal.release()


def test_a_server_that_is_killed_leaves_no_write_done_twice(tmp_path: Path) -> None:
    answered = Semaphore(0)
    with served() as sandbox:
        write_profiles(tmp_path, shop=sandbox)
        sandbox.strike(kind="delay", seconds=0.01, rate=1)
        with spawned(tmp_path) as server:
            calls = [InBackground(partial(_rate, server, number, answered)) for number in range(CALLS)]
            for _ in range(CALLS // 10):
                assert answered.acquire(timeout=30)
            server.tell(signal.SIGKILL)
            ends = Counter(call.result() for call in calls)
        executed = Counter(json.dumps(request.params) for request in sandbox.company.requests if request.executed)

    assert ends["answered"] + ends["broken"] == CALLS
    assert ends["broken"] > 0
    assert set(executed.values()) == {1}
    assert len(executed) >= ends["answered"]


def _rate(server: Spawned, number: int, answered: Semaphore) -> str:
    """One write, which no other is like."""
    tool, arguments = "session_head_vote", {"session_id": 301, "comment": f"call {number}"}
    message = modern("tools/call", name=tool, arguments=arguments)
    headers = {name.replace("_", "-"): value for name, value in asking("tools/call", tool).items()}
    try:
        answer = server.http.post("/mcp", json=message, headers=headers)
    except httpx.TransportError:
        return "broken"
    answered.release()
    return "failed" if answer.json()["result"]["isError"] else "answered"


def _failed(call: Callable[[], Mapping[str, Any]]) -> bool:
    """Whether the connection broke, or ended without an answer."""
    try:
        return "result" not in call()
    except (httpx.TransportError, ValueError):
        return True


def _wait_for_refusal(server: Spawned) -> None:
    """Until nobody is let in any more."""
    while True:
        try:
            httpx.get(f"{server.address}/nothing")
        except httpx.TransportError:
            return
