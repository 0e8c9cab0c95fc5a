"""What a client hears while it waits: other tools, other pages, and the end of its right."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from mcp.types import INVALID_PARAMS, INVALID_REQUEST

from tests.server.http.messages import DATA, MESSAGE, POST_BOX, read_line, read_message, read_rest
from tests.server.http.team_server import (
    HEADERS,
    TeamServer,
    make_bearer_header,
    make_initialize_request,
    make_modern_headers,
    make_modern_request,
    serve_team,
)

PAGE = "openchannels://docs/methods/imopenlines.dialog.get"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TeamServer]:
    with pytest.MonkeyPatch.context() as patch, serve_team(tmp_path_factory.mktemp("team")) as server:
        patch.setattr("server.http.application.LOOK_EVERY", 0.05)
        server.token("somebody")
        yield server


WANTED = {"toolsListChanged": True, "resourcesListChanged": True, "resourceSubscriptions": [PAGE]}


@contextmanager
def listen(server: TeamServer, token: str | None) -> Iterator[Iterator[str]]:
    """A stream of the newest revision, with its acknowledgement."""
    headers = {n.replace("_", "-"): v for n, v in make_modern_headers("subscriptions/listen").items()}
    with server.http.stream(
        "POST",
        "/mcp",
        json=make_modern_request("subscriptions/listen", notifications=WANTED),
        headers={**HEADERS, **make_bearer_header(token), **headers},
    ) as stream:
        yield stream.iter_lines()


@contextmanager
def listen_after_acknowledgement(server: TeamServer, token: str | None) -> Iterator[Iterator[str]]:
    """The same from its acknowledgement on."""
    with listen(server, token) as lines:
        assert "acknowledged" in read_line(lines)
        yield lines


@contextmanager
def open_session_stream(server: TeamServer, token: str | None) -> Iterator[Iterator[str]]:
    """The standing stream of a session."""
    headers = {**HEADERS, **make_bearer_header(token)}
    headers["Mcp-Session-Id"] = server.post(make_initialize_request(), token).headers["mcp-session-id"]
    done = server.http.post("/mcp", json={"jsonrpc": "2.0", "method": "notifications/initialized"}, headers=headers)
    assert done.status_code == 202
    with server.http.stream("GET", "/mcp", headers=headers) as stream:
        yield stream.iter_lines()


@contextmanager
def open_sse_stream(server: TeamServer, token: str | None) -> Iterator[Iterator[str]]:
    """The stream of the older pair."""
    with server.http.stream("GET", "/sse", headers=make_bearer_header(token)) as stream:
        lines = stream.iter_lines()
        box = read_line(lines, POST_BOX).removeprefix(DATA)
        server.post(make_initialize_request("2024-11-05"), token, path=box)
        assert "protocolVersion" in read_line(lines)
        server.post({"jsonrpc": "2.0", "method": "notifications/initialized"}, token, path=box)
        yield lines


STREAMS: list[Callable[..., Any]] = [listen_after_acknowledgement, open_session_stream, open_sse_stream]


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
        heard = [read_message(read_line(lines, MESSAGE)) for lines in ours]
        listed = server.post(make_modern_request("tools/list"), anna, **make_modern_headers("tools/list")).json()[
            "result"
        ]["tools"]
        server.file.revoke("ben")
        rest = [line for lines in theirs for line in read_rest(lines)]

    assert [message["method"] for message in heard] == ["notifications/tools/list_changed"] * 3
    assert "operator_answer" in {tool["name"] for tool in listed}
    assert not [line for line in rest if "list_changed" in line]


def test_streams_and_sessions_of_a_revoked_token_end(server: TeamServer) -> None:
    token = server.token("leaver")
    session = server.post(make_initialize_request(), token).headers["mcp-session-id"]
    with ExitStack() as stack:
        streams = [stack.enter_context(way(server, token)) for way in STREAMS]
        server.file.revoke("leaver")
        for lines in streams:
            read_rest(lines)

    assert server.post({"jsonrpc": "2.0", "id": 2, "method": "ping"}, token, Mcp_Session_Id=session).status_code == 401


def test_the_first_token_closes_the_server_to_those_who_are_in_without_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.http.application.LOOK_EVERY", 0.05)
    with serve_team(tmp_path) as server, ExitStack() as stack:
        session = server.post().headers["mcp-session-id"]
        streams = [stack.enter_context(way(server, None)) for way in STREAMS]
        token = server.token("first")
        for lines in streams:
            assert not [line for line in read_rest(lines) if line.startswith(MESSAGE)]
        taken = server.post({"jsonrpc": "2.0", "id": 2, "method": "ping"}, token, Mcp_Session_Id=session)
        outside = server.post()

    assert taken.status_code == 404
    assert outside.status_code == 401


def test_a_stream_does_not_outlive_its_token(server: TeamServer, monkeypatch: pytest.MonkeyPatch) -> None:
    token = server.token("brief", expires=datetime.now(UTC) + timedelta(hours=1))
    almost = time.time() + 3600 - 0.2
    monkeypatch.setattr("server.http.middleware.limits.time", SimpleNamespace(time=lambda: almost))
    with listen_after_acknowledgement(server, token) as lines:
        rest = read_rest(lines)

    assert not [line for line in rest if line.startswith("data: {")]


def test_over_http_the_lists_of_tools_and_resources_are_announced_to_change_where_that_can_be_told(
    tmp_path: Path, server: TeamServer
) -> None:
    token = server.token("asker")
    first = read_message(server.post(make_initialize_request(), token).text)["result"]["capabilities"]
    discovered = server.post(
        make_modern_request("server/discover"), token, **make_modern_headers("server/discover")
    ).json()["result"]
    with serve_team(tmp_path, "http", stateless=True) as stateless:
        without_sessions = read_message(stateless.post(make_initialize_request()).text)["result"]["capabilities"]
        at_stateless = stateless.post(
            make_modern_request("server/discover"), **make_modern_headers("server/discover")
        ).json()["result"]

    told = [first, discovered["capabilities"], at_stateless["capabilities"], without_sessions]
    assert [each["tools"] for each in told] == [{"listChanged": True}] * 3 + [{"listChanged": False}]
    subscribed = [each["resources"]["subscribe"] for each in told]
    assert [each["resources"]["listChanged"] for each in told] == [False] * 4
    assert subscribed == [True, True, True, False]
    assert [each["prompts"] for each in told] == [{"listChanged": False}] * 4


def test_a_stream_acknowledges_only_what_is_ever_sent(server: TeamServer) -> None:
    with listen(server, server.token("listener")) as lines:
        acknowledged = read_message(read_line(lines))

    assert acknowledged["params"]["notifications"] == {"toolsListChanged": True}


def test_a_session_cannot_subscribe_to_a_page_that_nobody_would_tell_it_of(server: TeamServer) -> None:
    token = server.token("reader")
    session = server.post(make_initialize_request(), token).headers["mcp-session-id"]
    message = {"jsonrpc": "2.0", "id": 2, "method": "resources/subscribe", "params": {"uri": PAGE}}

    assert read_message(server.post(message, token, Mcp_Session_Id=session).text)["error"]["code"] == INVALID_PARAMS


def test_without_sessions_nobody_can_subscribe_and_it_is_said_how_else(tmp_path: Path) -> None:
    message = {"jsonrpc": "2.0", "id": 2, "method": "resources/subscribe", "params": {"uri": "openchannels://inbox"}}
    with serve_team(tmp_path, "http", stateless=True) as server:
        refused = read_message(server.post(message, MCP_Protocol_Version="2025-11-25").text)["error"]

    assert refused["code"] == INVALID_REQUEST
    assert "subscriptions/listen" in refused["message"]


def test_without_sessions_any_request_is_answered_by_itself(tmp_path: Path) -> None:
    with serve_team(tmp_path, "http", stateless=True) as server:
        begun = server.post()
        asked = server.post({"jsonrpc": "2.0", "id": 2, "method": "tools/list"}, MCP_Protocol_Version="2025-11-25")
        with server.client("legacy") as client:
            state = client.call("dialog_get", chat_id=201)

    assert "mcp-session-id" not in begun.headers
    assert len(read_message(asked.text)["result"]["tools"]) > 0
    assert not state.is_error
