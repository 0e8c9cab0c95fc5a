"""Connections as uvicorn keeps them: heads without end, and silence after an answer."""

from pathlib import Path

from tests.server.http.team_server import make_bearer_header, serve_team


def test_a_head_without_end_is_refused(tmp_path: Path) -> None:
    with serve_team(tmp_path) as server:
        assert server.raw(b"GET /mcp HTTP/1.1\r\n" + b"X-Fill: " + b"x" * 200_000).startswith(b"HTTP/1.1 400 ")
        assert server.raw(b"GET /mcp HTTP/1.1\r\n" + b"X-Many: 1\r\n" * 20_000).startswith(b"HTTP/1.1 400 ")


def test_a_connection_that_has_nothing_more_to_ask_is_closed(tmp_path: Path) -> None:
    with serve_team(tmp_path, limits={"idle": 0.2}) as server:
        answered = server.raw(b"GET /nothing HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")

    assert answered.startswith(b"HTTP/1.1 404 ")


def test_a_websocket_is_not_spoken(tmp_path: Path) -> None:
    upgrade = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Key": "AAAA",
        "Sec-WebSocket-Version": "13",
    }

    with serve_team(tmp_path) as server:
        token = server.token("anna")
        assert server.http.get("/nothing", headers={**make_bearer_header(token), **upgrade}).status_code == 404
