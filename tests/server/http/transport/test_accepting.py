"""Clients that accept one form of answer, say nothing of it, or call JSON by another name."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from server.http.transport.accepting import list_accepted
from tests.server.http.team_server import (
    TeamServer,
    make_initialize_request,
    make_modern_headers,
    make_modern_request,
    serve_team,
)

JSON, EVENTS = "application/json", "text/event-stream"
EITHER = {JSON, EVENTS}
ACCEPTED: list[tuple[str | None, set[str]]] = [
    (JSON, {JSON}),
    (EVENTS, {EVENTS}),
    (None, EITHER),
    ("", EITHER),
    ("*/*", EITHER),
    ("application/*", {JSON}),
    ("text/*", {EVENTS}),
    ("application/json;q=0.9", {JSON}),
    ("APPLICATION/JSON; charset=utf-8", {JSON}),
    ("text/event-stream, application/json;q=0", {EVENTS}),
    ("application/json, text/event-stream;q=0", {JSON}),
    ("*/*;q=0.1, text/event-stream;q=0", {JSON}),
    ("text/html, application/xhtml+xml, */*;q=0.8", EITHER),
    ("application/json, text/event-stream", EITHER),
]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TeamServer]:
    with serve_team(tmp_path_factory.mktemp("team")) as server:
        yield server


def post(server: TeamServer, message: dict[str, Any], accept: str | None, **headers: str) -> httpx.Response:
    """A request whose Accept header is exactly this, or not there."""
    given = {"Content-Type": JSON, **{name.replace("_", "-"): value for name, value in headers.items()}}
    request = server.http.build_request("POST", "/mcp", content=json.dumps(message), headers=given)
    request.headers.pop("Accept")
    if accept is not None:
        request.headers["Accept"] = accept
    return server.http.send(request)


def read_answer(answer: httpx.Response) -> Any:
    """The message in an answer of either form."""
    if answer.headers["content-type"].startswith(JSON):
        return answer.json()
    (data,) = (line.removeprefix("data:") for line in answer.text.splitlines() if line.startswith("data:"))
    return json.loads(data)


@pytest.mark.parametrize(("accept", "forms"), ACCEPTED)
def test_what_is_accepted_is_read_with_weights_and_ranges(accept: str | None, forms: set[str]) -> None:
    assert set(list_accepted(accept or "")) == forms


def test_a_client_of_the_older_revisions_is_answered_in_a_form_it_accepts(server: TeamServer) -> None:
    for accept, forms in ACCEPTED:
        opened = post(server, make_initialize_request(), accept)
        assert opened.status_code == 200, accept
        assert opened.headers["content-type"].partition(";")[0] in forms
        assert read_answer(opened)["result"]["serverInfo"]["name"] == "openchannels"

        session = {"Mcp_Session_Id": opened.headers["mcp-session-id"]}
        noted = post(server, {"jsonrpc": "2.0", "method": "notifications/initialized"}, accept, **session)
        assert noted.status_code == 202, accept
        params = {"name": "revision_get", "arguments": {}, "_meta": {"progressToken": 1}}
        called = post(server, {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": params}, accept, **session)
        assert called.status_code == 200, accept
        assert called.headers["content-type"].partition(";")[0] in forms
        assert not read_answer(called)["result"]["isError"]
        assert server.http.delete("/mcp", headers={"Mcp-Session-Id": session["Mcp_Session_Id"]}).status_code == 200


def test_a_client_of_the_newest_revision_is_answered_in_a_form_it_accepts(server: TeamServer) -> None:
    request = make_modern_request("tools/call", name="revision_get", arguments={})
    for accept, forms in ACCEPTED:
        called = post(server, request, accept, **make_modern_headers("tools/call", "revision_get"))
        assert called.status_code == 200, accept
        assert called.headers["content-type"].partition(";")[0] in forms
        assert not read_answer(called)["result"]["isError"]


@pytest.mark.parametrize("accept", ["text/html", "image/*"])
def test_who_accepts_neither_form_is_told_so(server: TeamServer, accept: str) -> None:
    assert post(server, make_initialize_request(), accept).status_code == 406


def test_a_stream_is_not_served_as_one_answer(server: TeamServer) -> None:
    listen = make_modern_request("subscriptions/listen", notifications={"toolsListChanged": True})
    assert post(server, listen, JSON, **make_modern_headers("subscriptions/listen")).status_code == 406
    opened = post(server, make_initialize_request(), JSON)
    session = {"Mcp-Session-Id": opened.headers["mcp-session-id"], "Accept": JSON}
    assert server.http.get("/mcp", headers=session).status_code == 406


@pytest.mark.parametrize(
    "kind",
    [JSON, "application/json; charset=UTF-8", "APPLICATION/JSON", "text/json", "application/vnd.api+json", None],
)
def test_json_by_any_name_is_read(server: TeamServer, kind: str | None) -> None:
    request = server.http.build_request("POST", "/mcp", content=json.dumps(make_initialize_request()))
    if kind is not None:
        request.headers["Content-Type"] = kind
    assert server.http.send(request).status_code == 200


def test_what_a_web_page_may_send_unasked_is_refused(server: TeamServer) -> None:
    content = json.dumps(make_initialize_request())
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        assert server.http.post("/mcp", content=content, headers={"Content-Type": kind}).status_code == 415
    answer = server.http.post("/mcp", content=content, headers={"Origin": server.address})
    assert answer.status_code == 415


def test_a_client_without_a_stream_is_not_asked_on_one(tmp_path: Path) -> None:
    opening = make_initialize_request()
    opening["params"]["capabilities"] = {"elicitation": {}}
    message = {"dialog_id": "chat206", "message": "Hello"}
    call = {
        "jsonrpc": "2.0",
        "id": 2,
        "method": "tools/call",
        "params": {"name": "im_message_add", "arguments": message},
    }
    with serve_team(tmp_path, options={"confirm": "customer", "toolsets": "all"}) as server:
        opened = post(server, opening, f"{JSON}, {EVENTS}")
        session = {"Mcp_Session_Id": opened.headers["mcp-session-id"]}
        post(server, {"jsonrpc": "2.0", "method": "notifications/initialized"}, JSON, **session)
        called = post(server, call, JSON, **session)
    assert "approv" in str(called.json()["result"]["content"])
