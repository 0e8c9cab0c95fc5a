"""Bodies of requests: too large, endless, nested, late, or no message at all."""

import socket
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server.http.team_server import TeamServer, make_modern_headers, serve_team

REQUEST = b"POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TeamServer]:
    with serve_team(tmp_path_factory.mktemp("team"), limits={"body": 1000, "receive": 0.3, "idle": 0.3}) as server:
        yield server


@pytest.fixture(scope="module")
def token(server: TeamServer) -> str:
    return server.token("anna")


def test_a_body_that_says_it_is_too_large_is_not_read(server: TeamServer, token: str) -> None:
    answer = server.raw(REQUEST + f"Authorization: Bearer {token}\r\nContent-Length: 104857600\r\n\r\n".encode())

    assert answer.startswith(b"HTTP/1.1 413 ")


def test_a_hundred_megabytes_in_pieces_are_refused_and_never_kept(server: TeamServer, token: str) -> None:
    head = REQUEST + f"Authorization: Bearer {token}\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
    piece = b"10000\r\n" + b"x" * 65536 + b"\r\n"
    tracemalloc.start()
    try:
        with server.connection() as connection:
            connection.sendall(head)
            received = _send_and_read(connection, piece, 1600)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert received.startswith(b"HTTP/1.1 413 ")
    assert most < 8 * 1024 * 1024


def _send_and_read(connection: socket.socket, piece: bytes, times: int) -> bytes:
    """The answer, which may come before everything is sent."""
    for _ in range(times):
        connection.sendall(piece)
    return connection.recv(4096)


@pytest.mark.parametrize(
    "opening", [b"[", b'{"a":', b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"a":' + b"["]
)
@pytest.mark.parametrize("era", [{}, make_modern_headers("tools/call", "dialog_get")])
def test_json_that_is_nested_endlessly_is_refused(tmp_path: Path, opening: bytes, era: dict[str, str]) -> None:
    with serve_team(tmp_path) as server:
        for times in (300, 100_000):
            answer = server.post(opening * times if len(opening) < 10 else opening + b"[" * times, **era)
            assert answer.status_code == 400
            assert answer.json()["error"]["code"] == -32700
        assert server.post().status_code == 200


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", -32700),
        (b"{", -32700),
        (b'{"jsonrpc":"2.0"}', -32600),
        (b"[]", -32600),
        (b'[{"jsonrpc":"2.0","id":1,"method":"ping"}]', -32600),
        (b'"text"', -32600),
        (b'\xff\xfe{"jsonrpc":"2.0"}', -32700),
    ],
)
@pytest.mark.parametrize("path", ["/mcp", "/messages/?session_id=00000000000000000000000000000000"])
def test_what_is_no_message_is_refused(server: TeamServer, token: str, path: str, body: bytes, code: int) -> None:
    answer = server.post(body or b" ", token, path=path)

    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == code


CALL = b'{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"revision_get","arguments":%s}}'


@pytest.mark.parametrize(
    "body",
    [
        b'{"jsonrpc":"2.0","id":7,"method":"tools/list","params":[]}',
        b'{"jsonrpc":"2.0","id":7.0,"method":"tools/list","params":null}',
        b'\xef\xbb\xbf{"jsonrpc":"2.0","id":7,"method":"tools/list"}',
        *(CALL % arguments for arguments in (b"[]", b"null", b'""', b'"{}"')),
    ],
)
def test_a_message_that_can_mean_one_thing_is_handled(server: TeamServer, token: str, body: bytes) -> None:
    session = server.post(token=token).headers["mcp-session-id"]
    server.post({"jsonrpc": "2.0", "method": "notifications/initialized"}, token, Mcp_Session_Id=session)
    answer = server.post(body, token, Mcp_Session_Id=session, Accept="application/json").json()
    assert answer["id"] == 7
    assert not answer["result"].get("isError")


@pytest.mark.parametrize(
    ("body", "code", "number"),
    [
        (b'{"jsonrpc":"2.0","id":7,"method":"ping","params":{"a":"\\ud83d"}}', -32602, 7),
        (b'{"jsonrpc":"2.0","id":7,"method":"ping","params":{"a":"\xff"}}', -32700, 7),
        (b'{"jsonrpc":"2.0","id":7,"method":"ping","params":[5]}', -32600, 7),
        (b'{"jsonrpc":"1.0","id":7,"method":"ping"}', -32600, 7),
        (b'{"jsonrpc":"2.0","id":null,"method":"ping"}', -32600, None),
        (b'{"jsonrpc":"2.0","id":7.5,"method":"ping"}', -32600, None),
        (b'{"jsonrpc":"2.0","id":7,"method":"tools/list","method":"ping"}', -32600, 7),
        (CALL % b'{"chat_id":201,"chat_id":206}', -32600, 7),
        (CALL % b'[{"a":{"b":1,"\\u0062":2}}]', -32600, 7),
    ],
)
def test_a_refused_message_is_answered_by_its_id(
    server: TeamServer, token: str, body: bytes, code: int, number: int | None
) -> None:
    answer = server.post(body, token)
    assert answer.status_code == 400
    assert (answer.json()["error"]["code"], answer.json()["id"]) == (code, number)


def test_other_kinds_of_content_are_refused(server: TeamServer, token: str) -> None:
    assert server.post(token=token, Content_Type="text/plain").status_code == 415


def test_a_body_that_drips_is_cut_while_it_drips(server: TeamServer, token: str) -> None:
    with server.connection() as connection:
        connection.settimeout(0.05)
        connection.sendall(REQUEST + f"Authorization: Bearer {token}\r\nContent-Length: 900\r\n\r\n".encode())
        assert _send_drops(connection, b" ").startswith(b"HTTP/1.1 408 ")


def _send_drops(connection: socket.socket, drop: bytes) -> bytes:
    """Send a drop whenever nothing has come for a moment, until the connection is cut."""
    received = b""
    for _ in range(400):
        try:
            piece = connection.recv(4096)
            if not piece:
                return received
            received += piece
        except TimeoutError:
            try:
                connection.sendall(drop)
            except ConnectionError:
                return received
        except ConnectionError:
            return received
    raise AssertionError("the connection was never cut")
