"""Floods by senders whom nobody knows: half-sent requests, silence, and answers that are not read."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from server.http.auth.token_file import TeamTokenFile
from server.http.connections import group_address
from tests.recording import recording_portal
from tests.server.http.team_server import (
    HOST,
    TeamServer,
    encode_request,
    issue_token,
    make_bearer_header,
    make_modern_headers,
    make_modern_request,
    read_to_end,
    serve_team,
    write_profiles,
)
from tests.waiting import wait_until

HEAD = b"Host: 127.0.0.1\r\n"
PROBE = b"GET /healthz HTTP/1.1\r\n" + HEAD + b"Connection: close\r\n\r\n"
QUESTION = PROBE.replace(b"healthz", b"nothing")
JSON_BODY = HEAD + b"Content-Type: application/json\r\nContent-Length: 900\r\n\r\n{"
FORM_BODY = HEAD + b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 900\r\n\r\na"
FLOODS = {
    "silence": b"",
    "half a head": b"POST /mcp HTTP/1.1\r\nHost: 127",
    "half a body": b"POST /mcp HTTP/1.1\r\n" + JSON_BODY,
    "half a body with a token of nobody": b"POST /mcp HTTP/1.1\r\nAuthorization: Bearer oc_nobody\r\n" + JSON_BODY,
    "half a body for a probe": b"POST /healthz HTTP/1.1\r\n" + JSON_BODY,
    "half a delivery": b"POST /events/default HTTP/1.1\r\n" + FORM_BODY,
    "silence after an answer": b"GET /nothing HTTP/1.1\r\n" + HEAD + b"\r\n",
}


@contextmanager
def flood(server: TeamServer, opening: bytes, times: int, source: str = HOST) -> Iterator[list[socket.socket]]:
    """So many connections from an address of this machine, each of which has sent the same."""
    with ExitStack() as stack:
        connections = []
        for _ in range(times):
            connection = stack.enter_context(socket.socket())
            connection.settimeout(20)
            connection.bind((source, 0))
            connection.connect((HOST, server.port))
            connection.sendall(opening)
            connections.append(connection)
        yield connections


@pytest.mark.parametrize("closed", [True, False], ids=["with tokens", "without tokens"])
@pytest.mark.parametrize("opening", FLOODS.values(), ids=FLOODS)
def test_half_sent_requests_lock_nobody_out(tmp_path: Path, opening: bytes, closed: bool) -> None:
    with serve_team(tmp_path, limits={"connections": 20, "per_address": 5}, closed=closed) as server:
        token = server.token("anna") if closed else None
        with flood(server, opening, 60):
            probes = [server.raw(PROBE) for _ in range(3)]
            called = server.call("revision_get", {}, token)

    assert [probe[:13] for probe in probes] == [b"HTTP/1.1 200 "] * 3
    assert called.status_code == 200


def test_five_hundred_and_five_half_sent_heads_lock_nobody_out(tmp_path: Path) -> None:
    with serve_team(tmp_path, closed=True) as server:
        token = server.token("anna")
        with flood(server, FLOODS["half a head"], 505):
            assert server.raw(PROBE).startswith(b"HTTP/1.1 200 ")
            assert server.call("revision_get", {}, token).status_code == 200


def test_an_address_that_floods_takes_no_place_of_another(tmp_path: Path) -> None:
    with serve_team(tmp_path, limits={"connections": 10}, closed=True) as server, server.connection() as honest:
        honest.sendall(QUESTION[:30])
        wait_until(lambda: server.raw(PROBE))
        with flood(server, FLOODS["half a head"], 40, "127.0.0.2"):
            honest.sendall(QUESTION[30:])
            answer = read_to_end(honest)

    assert answer.startswith(b"HTTP/1.1 401 ")


def test_where_every_connection_is_in_use_probes_have_room(tmp_path: Path) -> None:
    call = make_modern_request("tools/call", name="operator_answer", arguments={"chat_id": 201})
    headers = make_modern_headers("tools/call", "operator_answer")
    with recording_portal(hold=True) as portal:
        write_profiles(tmp_path, shop=portal)
        with serve_team(tmp_path, limits={"connections": 3}) as server:
            request = encode_request(call, {**headers, **make_bearer_header(server.token("anna", profile="shop"))})
            with flood(server, request + b"POST /mcp HTTP/1.1\r\n", 3) as calls:
                portal.wait_for(3)
                with flood(server, FLOODS["half a head"], 40):
                    probe = server.raw(PROBE)
                wait_until(lambda: server.raw(QUESTION).startswith(b"HTTP/1.1 503 "))
                refused = server.raw(QUESTION)
                portal.release()
                answers = [connection.recv(4096) for connection in calls]

    assert probe.startswith(b"HTTP/1.1 200 ")
    assert b"retry-after: 1" in refused
    assert [answer[:13] for answer in answers] == [b"HTTP/1.1 200 "] * 3


@pytest.mark.parametrize(
    ("opening", "status"),
    [
        (b"", b""),
        (FLOODS["half a head"], b"HTTP/1.1 408 "),
        (QUESTION.replace(b"close", b"keep-alive") + b"GET /noth", b"HTTP/1.1 401 "),
        (FLOODS["half a body"], b"HTTP/1.1 401 "),
        (FLOODS["half a body for a probe"], b"HTTP/1.1 405 "),
    ],
)
def test_what_does_not_come_in_time_ends_the_connection_though_it_drips(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, opening: bytes, status: bytes
) -> None:
    monkeypatch.setattr("server.http.connections.LATER", 0.1)
    with serve_team(tmp_path, limits={"receive": 0.3}, closed=True) as server, server.connection() as connection:
        connection.sendall(opening)
        connection.settimeout(0.05)
        received = _read_while_dripping(connection, b"x" if opening else b"")

    assert received.startswith(status)


def _read_while_dripping(connection: socket.socket, drop: bytes) -> bytes:
    """What comes until the connection ends, while a drop is sent whenever nothing came for a moment."""
    received = b""
    for _ in range(200):
        try:
            if not (piece := connection.recv(4096)):
                return received
            received += piece
        except TimeoutError:
            try:
                connection.sendall(drop)
            except ConnectionError:
                return received
        except ConnectionError:
            return received
    raise AssertionError("the connection was never closed")


def test_who_reads_no_answers_is_cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.http.connections.LATER", 0.1)
    question = QUESTION.replace(b"close", b"keep-alive")
    with serve_team(tmp_path, limits={"send": 0.1}, closed=True) as server, server.connection(1024) as connection:
        assert _send_until_cut_off(connection, question * 100)


def _send_until_cut_off(connection: socket.socket, requests: bytes) -> bool:
    """Whether the connection ended, and not only took no more."""
    try:
        for _ in range(1000):
            connection.sendall(requests)
    except ConnectionError:
        return True
    return False


def test_a_head_is_as_large_as_the_limit_says_however_it_comes(tmp_path: Path) -> None:
    with serve_team(tmp_path, limits={"headers": 4096}, closed=True) as server:
        answers = {
            size: server.raw(QUESTION[:-2] + b"X-Fill: " + b"x" * size + b"\r\n\r\n")[9:12] for size in (3500, 5000)
        }
        target = server.raw(QUESTION.replace(b"nothing", b"x" * 5000))[9:12]
        many = server.raw(PROBE[:-2] + b"X-Many: 1\r\n" * 500 + b"\r\n")[9:12]

    assert answers == {3500: b"401", 5000: b"431"}
    assert (target, many) == (b"431", b"431")


def _deliver(address: str) -> bytes:
    return f"POST /events/default HTTP/1.1\r\nX-Forwarded-For: {address}\r\n".encode() + FORM_BODY


def test_behind_a_proxy_deliveries_are_counted_by_the_forwarded_address(tmp_path: Path) -> None:
    issue_token(TeamTokenFile(tmp_path / "access.json"), "anna")
    limits = {"per_address": 1, "idle": 0.1}
    with (
        serve_team(tmp_path, trusted_proxies=[HOST], limits=limits) as server,
        flood(server, _deliver("203.0.113.1"), 5) as connections,
    ):
        refused = connections[-1].recv(4096)
        other = server.raw(_deliver("203.0.113.2").replace(b"900", b"1"))

    assert refused.startswith(b"HTTP/1.1 429 ")
    assert b"retry-after: 1" in refused
    assert other.startswith(b"HTTP/1.1 403 ")


def test_a_slow_delivery_gives_way_to_the_next_of_its_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.http.middleware.address_limit.SLOW", 0.0)
    half = FLOODS["half a delivery"]
    with (
        serve_team(tmp_path, limits={"per_address": 2, "idle": 0.1}, closed=True) as server,
        flood(server, half, 10) as connections,
    ):
        ended = [read_to_end(connection) for connection in connections[:8]]
        next_one = server.raw(half.replace(b"900", b"1"))

    assert ended == [b""] * 8
    assert next_one.startswith(b"HTTP/1.1 403 ")


@pytest.mark.parametrize(
    ("host", "group"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("unknown", "unknown"),
        ("", ""),
    ],
)
def test_addresses_that_one_customer_has_are_one(host: str, group: str) -> None:
    assert group_address(host) == group
