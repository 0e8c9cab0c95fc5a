"""Connections as uvicorn keeps them: heads without end, silence after an answer, and too many at once."""

from contextlib import ExitStack
from pathlib import Path

from tests.server.http.team_server import make_bearer_header, serve_team
from tests.waiting import wait_until

QUESTION = b"GET /nothing HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"


def test_a_head_without_end_is_refused(tmp_path: Path) -> None:
    with serve_team(tmp_path) as server:
        assert server.raw(b"GET /mcp HTTP/1.1\r\n" + b"X-Fill: " + b"x" * 200_000).startswith(b"HTTP/1.1 400 ")
        assert server.raw(b"GET /mcp HTTP/1.1\r\n" + b"X-Many: 1\r\n" * 20_000).startswith(b"HTTP/1.1 400 ")


def test_a_connection_that_has_nothing_more_to_ask_is_closed(tmp_path: Path) -> None:
    with serve_team(tmp_path, limits={"idle": 0.2}) as server:
        answered = server.raw(b"GET /nothing HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")

    assert answered.startswith(b"HTTP/1.1 404 ")


def test_there_is_room_for_so_many_connections(tmp_path: Path) -> None:
    with serve_team(tmp_path, limits={"connections": 3}) as server, ExitStack() as stack:
        silent = [stack.enter_context(server.connection()) for _ in range(3)]
        refused = wait_until(lambda: server.raw(QUESTION))
        silent[0].close()
        answered = wait_until(lambda: (answer := server.raw(QUESTION)).startswith(b"HTTP/1.1 404 ") and answer)

    assert refused.startswith(b"HTTP/1.1 503 ")
    assert answered


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
