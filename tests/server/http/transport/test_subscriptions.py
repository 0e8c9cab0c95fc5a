"""What a client hears while it waits: other tools, other pages, and the end of its right."""

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.server.http.team import HEADERS, TeamServer, asking, bearer, initialize, modern, served_team
from tests.server.http.wire import message_of

PAGE = "openchannels://docs/methods/imopenlines.dialog.get"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TeamServer]:
    with pytest.MonkeyPatch.context() as patch, served_team(tmp_path_factory.mktemp("team")) as server:
        patch.setattr("server.http.application.LOOK_EVERY", 0.05)
        server.token("somebody")
        yield server


@contextmanager
def listening(server: TeamServer, token: str | None) -> Iterator[Iterator[str]]:
    """A stream of the newest revision, from its acknowledgement on."""
    wanted = {"toolsListChanged": True, "resourceSubscriptions": [PAGE]}
    headers = {n.replace("_", "-"): v for n, v in asking("subscriptions/listen").items()}
    with server.http.stream(
        "POST",
        "/mcp",
        json=modern("subscriptions/listen", notifications=wanted),
        headers={**HEADERS, **bearer(token), **headers},
    ) as stream:
        lines = stream.iter_lines()
        assert "acknowledged" in next(line for line in lines if line.startswith("data: "))
        yield lines


@contextmanager
def in_session(server: TeamServer, token: str | None, subscribe: str | None = None) -> Iterator[Iterator[str]]:
    """The standing stream of a session."""
    headers = {**HEADERS, **bearer(token)}
    headers["Mcp-Session-Id"] = server.post(initialize(), token).headers["mcp-session-id"]
    done = server.http.post("/mcp", json={"jsonrpc": "2.0", "method": "notifications/initialized"}, headers=headers)
    assert done.status_code == 202
    if subscribe is not None:
        wish = {"jsonrpc": "2.0", "id": 2, "method": "resources/subscribe", "params": {"uri": subscribe}}
        assert server.http.post("/mcp", json=wish, headers=headers).status_code == 200
    with server.http.stream("GET", "/mcp", headers=headers) as stream:
        yield stream.iter_lines()


@contextmanager
def over_the_pair(server: TeamServer, token: str | None) -> Iterator[Iterator[str]]:
    """The stream of the older pair."""
    with server.http.stream("GET", "/sse", headers=bearer(token)) as stream:
        lines = stream.iter_lines()
        box = next(line.removeprefix("data: ") for line in lines if line.startswith("data: /messages/"))
        server.post(initialize("2024-11-05"), token, path=box)
        assert "protocolVersion" in next(line for line in lines if line.startswith("data: "))
        server.post({"jsonrpc": "2.0", "method": "notifications/initialized"}, token, path=box)
        yield lines


STREAMS: list[Callable[..., Any]] = [listening, in_session, over_the_pair]


def _change(server: TeamServer, name: str, **what: Any) -> None:
    content = json.loads(server.file.path.read_text())
    for kept in content["tokens"]:
        if kept["name"] == name:
            kept.update(what)
    server.file.path.write_text(json.dumps(content))


def test_whoever_gets_other_tools_hears_of_it_and_nobody_else_does(server: TeamServer) -> None:
    anna, ben = server.token("anna", effects="read"), server.token("ben", effects="read")
    with ExitStack() as stack:
        theirs = [stack.enter_context(way(server, ben)) for way in STREAMS]
        ours = [stack.enter_context(way(server, anna)) for way in STREAMS]
        _change(server, "anna", effects=["read", "takeover"])
        heard = [message_of(next(line for line in lines if line.startswith("data: {"))) for lines in ours]
        listed = server.post(modern("tools/list"), anna, **asking("tools/list")).json()["result"]["tools"]
        server.file.revoke("ben")
        rest = [line for lines in theirs for line in lines]

    assert [message["method"] for message in heard] == ["notifications/tools/list_changed"] * 3
    assert "operator_answer" in {tool["name"] for tool in listed}
    assert not [line for line in rest if "list_changed" in line]


def test_a_page_that_changes_is_told_to_those_who_asked(server: TeamServer) -> None:
    token = server.token("librarian")
    other = "openchannels://docs/errors"
    with listening(server, token) as stream, in_session(server, token, subscribe=PAGE) as standing:
        for uri in (other, PAGE):
            asyncio.run_coroutine_threadsafe(server.team.audience.resource_updated(uri), server.loop).result()
        asyncio.run_coroutine_threadsafe(server.team.audience.resources_changed(), server.loop).result()
        told = [message_of(next(line for line in lines if line.startswith("data: {"))) for lines in (stream, standing)]
        then = message_of(next(line for line in standing if line.startswith("data: {")))

    assert [message["params"]["uri"] for message in told] == [PAGE, PAGE]
    assert then["method"] == "notifications/resources/list_changed"


def test_streams_and_sessions_of_a_revoked_token_end(server: TeamServer) -> None:
    token = server.token("leaver")
    session = server.post(initialize(), token).headers["mcp-session-id"]
    with ExitStack() as stack:
        streams = [stack.enter_context(way(server, token)) for way in STREAMS]
        server.file.revoke("leaver")
        for lines in streams:
            for _ in lines:  # ends, instead of waiting for ever
                pass

    assert server.post({"jsonrpc": "2.0", "id": 2, "method": "ping"}, token, Mcp_Session_Id=session).status_code == 401


def test_the_first_token_closes_the_server_to_those_who_are_in_without_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.http.application.LOOK_EVERY", 0.05)
    with served_team(tmp_path) as server, ExitStack() as stack:
        session = server.post().headers["mcp-session-id"]
        streams = [stack.enter_context(way(server, None)) for way in STREAMS]
        token = server.token("first")
        for lines in streams:
            assert not [line for line in lines if line.startswith("data: {")]
        taken = server.post({"jsonrpc": "2.0", "id": 2, "method": "ping"}, token, Mcp_Session_Id=session)
        outside = server.post()

    assert taken.status_code == 404
    assert outside.status_code == 401


def test_a_stream_does_not_outlive_its_token(server: TeamServer, monkeypatch: pytest.MonkeyPatch) -> None:
    token = server.token("brief", expires=datetime.now(UTC) + timedelta(hours=1))
    almost = time.time() + 3600 - 0.2
    monkeypatch.setattr("server.http.middleware.limits.time", SimpleNamespace(time=lambda: almost))
    with listening(server, token) as lines:
        rest = list(lines)

    assert not [line for line in rest if line.startswith("data: {")]


def test_a_session_subscribes_to_pages_that_exist(server: TeamServer) -> None:
    token = server.token("reader")
    session = server.post(initialize(), token).headers["mcp-session-id"]

    def ask(method: str, uri: str) -> Any:
        message = {"jsonrpc": "2.0", "id": 2, "method": f"resources/{method}", "params": {"uri": uri}}
        return message_of(server.post(message, token, Mcp_Session_Id=session).text)

    assert ask("subscribe", PAGE)["result"] == ask("unsubscribe", PAGE)["result"] == {}
    assert "no page" in ask("subscribe", f"{PAGE}x/../../secret")["error"]["message"]


def test_capabilities_promise_what_is_kept(tmp_path: Path, server: TeamServer) -> None:
    told = message_of(server.post(initialize(), server.token("asker")).text)["result"]["capabilities"]
    with served_team(tmp_path, "http", stateless=True) as stateless:
        less = message_of(stateless.post(initialize()).text)["result"]["capabilities"]
        discovered = stateless.post(modern("server/discover"), **asking("server/discover")).json()["result"]

    assert told["tools"] == {"listChanged": True}
    assert told["resources"] == {"listChanged": True, "subscribe": True}
    assert less["tools"] == {"listChanged": False}
    assert less["resources"] == {"listChanged": False, "subscribe": False}
    assert discovered["capabilities"]["tools"] == {"listChanged": True}


def test_without_sessions_any_request_is_answered_by_itself(tmp_path: Path) -> None:
    with served_team(tmp_path, "http", stateless=True) as server:
        begun = server.post()
        asked = server.post({"jsonrpc": "2.0", "id": 2, "method": "tools/list"}, MCP_Protocol_Version="2025-11-25")
        with server.client("legacy") as client:
            state = client.call("dialog_get", chat_id=201)

    assert "mcp-session-id" not in begun.headers
    assert len(message_of(asked.text)["result"]["tools"]) > 0
    assert not state.is_error
