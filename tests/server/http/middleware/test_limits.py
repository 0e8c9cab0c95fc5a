"""What a stranger on the network may try: forged names, floods, half requests, and silence."""

import json
import socket
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from tests.recording import recording_portal
from tests.server.http.team import (
    HEADERS,
    HOST,
    TeamServer,
    asking,
    bearer,
    everything,
    initialize,
    modern,
    served_team,
    write_profiles,
)

SHORT = {"receive": 0.3, "send": 0.3, "idle": 5}
REQUEST = b"POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TeamServer]:
    folder = tmp_path_factory.mktemp("team")
    with served_team(folder, limits={"body": 1000, **SHORT}) as server:
        yield server


@pytest.fixture(scope="module")
def token(server: TeamServer) -> str:
    return server.token("anna")


@contextmanager
def limited(folder: Path, **limits: Any) -> Iterator[TeamServer]:
    """A server of its own, with these limits."""
    with served_team(folder, limits=limits) as server:
        yield server


@pytest.mark.parametrize("path", ["/mcp", "/sse", "/messages/", "/.well-known/oauth-protected-resource", "/nothing"])
@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8023", "127.0.0.1.evil.example", "127.0.0.1@evil.example", ""]
)
def test_a_forged_host_is_turned_away_on_every_path(server: TeamServer, token: str, path: str, host: str) -> None:
    answer = server.http.get(path, headers={**bearer(token), "Host": host})

    assert answer.status_code == 421, answer.text
    assert "evil" not in answer.text


@pytest.mark.parametrize("path", ["/mcp", "/sse", "/messages/", "/.well-known/oauth-protected-resource", "/nothing"])
@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://127.0.0.1.evil.example", "http://localhost:1"]
)
def test_a_foreign_web_page_is_turned_away_on_every_path(
    server: TeamServer, token: str, path: str, origin: str
) -> None:
    answer = server.http.post(path, json=initialize(), headers={**HEADERS, **bearer(token), "Origin": origin})

    assert answer.status_code == 403
    assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:{port}", "[::1]:{port}", "LOCALHOST"])
def test_this_machines_names_and_own_pages_come_in(server: TeamServer, token: str, host: str) -> None:
    name = host.format(port=server.port)

    assert server.post(token=token, Host=name, Origin=f"http://{name}").status_code == 200


def test_web_pages_that_are_allowed_may_send_or_also_read(tmp_path: Path) -> None:
    sender, reader = ("https://sends.example",), ("https://reads.example",)
    with served_team(
        tmp_path, allowed_hosts=("mcp.example",), allowed_origins=sender, cors_origins=reader, closed=True
    ) as server:
        token = server.token("anna")
        sends = server.post(token=token, Origin="https://sends.example", Host="mcp.example:443")
        reads = server.post(token=token, Origin="https://reads.example")
        refused = server.post(Origin="https://reads.example")
        preflight = {"Origin": "https://reads.example", "Access-Control-Request-Method": "POST"}
        asked = server.http.options("/mcp", headers={**preflight, "Access-Control-Request-Headers": "authorization"})
        others = server.http.options("/mcp", headers={**preflight, "Origin": "https://sends.example"})

    assert sends.status_code == reads.status_code == 200
    assert "access-control-allow-origin" not in sends.headers
    assert reads.headers["access-control-allow-origin"] == "https://reads.example"
    assert "Mcp-Session-Id" in reads.headers["access-control-expose-headers"]
    assert refused.status_code == 401
    assert refused.headers["access-control-allow-origin"] == "https://reads.example"
    assert asked.status_code == 200
    assert asked.headers["access-control-allow-headers"] == "authorization"
    assert others.status_code == 400


def test_answers_name_no_software_and_are_for_no_cache(server: TeamServer, token: str) -> None:
    for answer in (server.post(token=token), server.post(), server.http.get("/nothing", headers=bearer(token))):
        assert "server" not in answer.headers
        assert "x-powered-by" not in answer.headers
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"].startswith("no-")


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
            received = _sent_until_cut(connection, piece, 1600)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert received.startswith(b"HTTP/1.1 413 ")
    assert most < 8 * 1024 * 1024


def _sent_until_cut(connection: socket.socket, piece: bytes, times: int) -> bytes:
    """The answer, which may come before everything is sent."""
    received = b""
    with suppress(ConnectionError):
        for _ in range(times):
            connection.settimeout(20)
            connection.sendall(piece)
            connection.setblocking(False)
            with suppress(BlockingIOError):
                received += connection.recv(4096)
    connection.settimeout(20)
    return received + everything(connection)


@pytest.mark.parametrize(
    "opening", [b"[", b'{"a":', b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"a":' + b"["]
)
@pytest.mark.parametrize("era", [{}, asking("tools/call", "dialog_get")])
def test_json_that_is_nested_endlessly_is_refused(tmp_path: Path, opening: bytes, era: dict[str, str]) -> None:
    with limited(tmp_path) as server:
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


def test_other_kinds_of_content_are_refused(server: TeamServer, token: str) -> None:
    assert server.post(token=token, Content_Type="text/plain").status_code == 415


def test_headers_without_end_are_refused(server: TeamServer) -> None:
    assert server.raw(b"GET /mcp HTTP/1.1\r\n" + b"X-Fill: " + b"x" * 200_000).startswith(b"HTTP/1.1 400 ")
    assert server.raw(b"GET /mcp HTTP/1.1\r\n" + b"X-Many: 1\r\n" * 20_000).startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize(
    "pieces", [(), (b"POST /mcp HT",), (b"POST /mcp HTTP/1.1\r\n", b"Host: 127.0.0.1\r\n", b"X: 1\r\n")]
)
def test_a_head_that_does_not_arrive_is_not_waited_for(server: TeamServer, pieces: tuple[bytes, ...]) -> None:
    assert server.raw(*pieces).startswith(b"HTTP/1.1 408 ")


def test_a_head_that_drips_is_cut_while_it_drips(server: TeamServer) -> None:
    with server.connection() as connection:
        connection.settimeout(0.05)
        connection.sendall(b"POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\n")
        assert _drip(connection, b"X-Drip: 1\r\n").startswith(b"HTTP/1.1 408 ")


def test_a_body_that_drips_is_cut_while_it_drips(server: TeamServer, token: str) -> None:
    with server.connection() as connection:
        connection.settimeout(0.05)
        connection.sendall(REQUEST + f"Authorization: Bearer {token}\r\nContent-Length: 900\r\n\r\n".encode())
        assert _drip(connection, b" ").startswith(b"HTTP/1.1 408 ")


def test_a_body_after_a_refusal_is_not_listened_to_for_ever(server: TeamServer) -> None:
    with server.connection() as connection:
        connection.settimeout(0.05)
        connection.sendall(REQUEST + b"Content-Length: 900\r\n\r\n")
        assert _drip(connection, b" ").startswith(b"HTTP/1.1 401 ")


def _drip(connection: socket.socket, drop: bytes) -> bytes:
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


def test_a_client_that_does_not_read_is_cut(tmp_path: Path) -> None:
    with limited(tmp_path, connections=1, send=0.2, headers=10**6) as server, server.connection(room=4096) as greedy:
        greedy.sendall(_request(modern("tools/list"), asking("tools/list")) * 1000)
        question = b"GET /nothing HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
        assert _until(lambda: server.raw(question).startswith(b"HTTP/1.1 404 "))


def test_requests_sent_ahead_are_not_kept_without_end(server: TeamServer) -> None:
    request = _request(modern("tools/list"), asking("tools/list"))
    with server.connection(room=4096) as connection, pytest.raises(ConnectionError):
        connection.sendall(request * 100_000)


def _request(message: Any, headers: dict[str, Any]) -> bytes:
    body = json.dumps(message).encode()
    given = {**HEADERS, "Host": HOST, "Content-Length": len(body), **headers}
    head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in given.items())
    return f"POST /mcp HTTP/1.1\r\n{head}\r\n".encode() + body


def test_a_connection_that_has_nothing_more_to_ask_is_closed(tmp_path: Path) -> None:
    with limited(tmp_path, idle=0.2) as server:
        answered = server.raw(b"GET /nothing HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")

    assert answered.startswith(b"HTTP/1.1 404 ")


def test_there_is_room_for_so_many_connections(tmp_path: Path) -> None:
    with limited(tmp_path, connections=3) as server, ExitStack() as stack:
        held = [stack.enter_context(server.connection()) for _ in range(3)]
        refused = server.raw()
        held[0].sendall(b"GET /nothing HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        answered = everything(held[0])
        again = server.raw(b"GET /nothing HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")

    assert refused.startswith(b"HTTP/1.1 503 ")
    assert b"Retry-After: 1" in refused
    assert answered.startswith(b"HTTP/1.1 404 ")
    assert again.startswith(b"HTTP/1.1 404 ")


def test_one_token_cannot_take_the_places_of_the_others(tmp_path: Path) -> None:
    with recording_portal(hold=True) as portal:
        write_profiles(tmp_path, shop=portal)
        with limited(tmp_path, requests=3, requests_per_token=2) as server, ExitStack() as stack:
            anna, ben = (server.token(name, profile="shop") for name in ("anna", "ben"))
            for token in (anna, anna, ben):
                stack.enter_context(_under_way(server, token))
            portal.wait_for(3)
            own, others = server.post(token=anna), server.post(token=ben)
            portal.release()

    assert own.status_code == 429
    assert "2 requests under way" in own.text
    assert others.status_code == 503
    assert own.headers["retry-after"] == others.headers["retry-after"] == "1"


@contextmanager
def _under_way(server: TeamServer, token: str) -> Iterator[None]:
    """A call that is waiting for its portal."""
    call = modern("tools/call", name="operator_answer", arguments={"chat_id": 201})
    with server.connection() as connection:
        connection.sendall(_request(call, {**asking("tools/call", "operator_answer"), **bearer(token)}))
        yield


def test_a_token_that_asks_too_often_is_told_when_to_come_back(tmp_path: Path) -> None:
    with limited(tmp_path, rate=0.1, burst=2) as server:
        anna, ben = server.token("anna"), server.token("ben")
        codes = [server.post(token=anna).status_code for _ in range(3)]
        refused = server.post(token=anna)
        other = server.post(token=ben)

    assert codes == [200, 200, 429]
    assert 1 <= int(refused.headers["retry-after"]) <= 10
    assert other.status_code == 200


def test_a_token_has_so_many_sessions_and_room_when_one_ends(tmp_path: Path) -> None:
    with limited(tmp_path, sessions_per_token=2, burst=2000) as server:
        anna, ben = server.token("anna"), server.token("ben")
        first, second, third, other = (server.post(token=token) for token in (anna, anna, anna, ben))
        session = {"Mcp-Session-Id": first.headers["mcp-session-id"]}
        ended = server.http.request("DELETE", "/mcp", headers={**bearer(anna), **session})
        assert _until(lambda: server.post(token=anna).status_code == 200)

    assert [answer.status_code for answer in (first, second, third, other, ended)] == [200, 200, 429, 200, 200]


def test_a_session_that_nobody_uses_ends(tmp_path: Path) -> None:
    with limited(tmp_path, sessions_per_token=1, session_idle=0.2, burst=2000) as server:
        anna = server.token("anna")
        session = server.post(token=anna).headers["mcp-session-id"]
        assert _until(lambda: server.post(token=anna).status_code == 200)
        gone = server.post({"jsonrpc": "2.0", "id": 2, "method": "ping"}, anna, Mcp_Session_Id=session)

    assert gone.status_code == 404


def _until(come_true: Callable[[], bool]) -> bool:
    """Ask again and again; each question is a request, so there is nothing to wait for in between."""
    return any(come_true() for _ in range(100_000))


def test_an_answer_that_does_not_come_is_not_waited_for(tmp_path: Path) -> None:
    with recording_portal(hold=True) as portal:
        write_profiles(tmp_path, shop=portal)
        with limited(tmp_path, answer=0.3) as server:
            answer = server.call("operator_answer", {"chat_id": 201}, server.token("anna", profile="shop"))
            portal.release()

    assert answer.status_code == 504
    assert "look before you repeat it" in answer.text


def test_a_websocket_is_not_spoken(server: TeamServer, token: str) -> None:
    upgrade = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Key": "AAAA",
        "Sec-WebSocket-Version": "13",
    }

    assert server.http.get("/nothing", headers={**bearer(token), **upgrade}).status_code == 404
