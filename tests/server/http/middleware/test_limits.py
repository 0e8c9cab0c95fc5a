"""Floods: how much one credential and all together may have under way, and what happens to whoever does not read."""

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp.types import HEADER_MISMATCH
from starlette.types import Message

from server.config.http_settings import LimitSettings
from server.http.auth.authenticator import Principal
from server.http.errors import RequestRefusedError
from server.http.middleware.limits import RequestKind, RequestLimiter
from tests.recording import recording_portal
from tests.server.http.team_server import (
    MODERN,
    TeamServer,
    encode_request,
    make_bearer_header,
    make_initialize_request,
    make_modern_headers,
    make_modern_request,
    read_to_end,
    serve_team,
    write_profiles,
)
from tests.waiting import wait_until

CLOSE = {"Connection": "close"}
NOBODY: Any = None
"""In place of a caller; limits look at the key only."""
OTHER = (Principal(caller=NOBODY, key="ben"), RequestKind.CALL)


def test_one_token_cannot_take_the_places_of_the_others(tmp_path: Path) -> None:
    with recording_portal(hold=True) as portal:
        write_profiles(tmp_path, shop=portal)
        with serve_team(tmp_path, limits={"requests": 3, "requests_per_token": 2}) as server, ExitStack() as stack:
            anna, ben = (server.token(name, profile="shop") for name in ("anna", "ben"))
            for token in (anna, anna, ben):
                stack.enter_context(_call_in_progress(server, token))
            portal.wait_for(3)
            own, others = server.post(token=anna), server.post(token=ben)
            portal.release()

    assert own.status_code == 429
    assert "2 requests under way" in own.text
    assert others.status_code == 503
    assert own.headers["retry-after"] == others.headers["retry-after"] == "1"


@contextmanager
def _call_in_progress(server: TeamServer, token: str) -> Iterator[None]:
    """A call that is waiting for its portal."""
    call = make_modern_request("tools/call", name="operator_answer", arguments={"chat_id": 201})
    with server.connection() as connection:
        connection.sendall(
            encode_request(call, {**make_modern_headers("tools/call", "operator_answer"), **make_bearer_header(token)})
        )
        yield


def test_a_token_that_asks_too_often_is_told_when_to_come_back(tmp_path: Path) -> None:
    with serve_team(tmp_path, limits={"rate": 0.1, "burst": 2}) as server:
        anna, ben = server.token("anna"), server.token("ben")
        codes = [server.post(token=anna).status_code for _ in range(3)]
        refused = server.post(token=anna)
        other = server.post(token=ben)

    assert codes == [200, 200, 429]
    assert 1 <= int(refused.headers["retry-after"]) <= 10
    assert other.status_code == 200


def test_a_token_has_so_many_sessions_and_room_when_one_ends(tmp_path: Path) -> None:
    with serve_team(tmp_path, limits={"sessions_per_token": 2}) as server:
        anna, ben = server.token("anna"), server.token("ben")
        first, second, third, other = (server.post(token=token) for token in (anna, anna, anna, ben))
        session = {"Mcp-Session-Id": first.headers["mcp-session-id"]}
        ended = server.http.request("DELETE", "/mcp", headers={**make_bearer_header(anna), **session})
        wait_until(lambda: server.post(token=anna).status_code == 200)

    assert [answer.status_code for answer in (first, second, third, other, ended)] == [200, 200, 429, 200, 200]


def test_sessions_that_are_opened_at_once_are_no_more_than_one_after_another(tmp_path: Path) -> None:
    with serve_team(tmp_path, limits={"sessions_per_token": 5, "sessions": 100}) as server, ExitStack() as stack:
        request = encode_request(make_initialize_request(), {**make_bearer_header(server.token("anna")), **CLOSE})
        connections = [stack.enter_context(server.connection()) for _ in range(20)]
        for connection in connections:
            connection.sendall(request)
        statuses = Counter(read_to_end(connection)[9:12] for connection in connections)

    assert statuses == {b"200": 5, b"429": 15}


@pytest.mark.parametrize("revision", [MODERN, "2025-11-25"])
def test_a_call_that_is_called_a_stream_by_its_header_is_refused(tmp_path: Path, revision: str) -> None:
    call = make_modern_request("tools/call", name="operator_answer", arguments={"chat_id": 201})
    with recording_portal(hold=True) as portal:
        write_profiles(tmp_path, shop=portal)
        with serve_team(tmp_path, limits={"answer": 0.3}) as server:
            anna = server.token("anna", profile="shop")
            session = {"Mcp_Session_Id": server.post(token=anna).headers["mcp-session-id"]}
            headers = {"MCP_Protocol_Version": revision, "Mcp_Method": "subscriptions/listen"}
            refused = server.post(call, anna, **headers, **(session if revision != MODERN else {}))
            portal.release()

    assert refused.status_code == 400
    assert (refused.json()["error"]["code"], refused.json()["id"]) == (HEADER_MISMATCH, 1)
    assert portal.requests == []


def test_a_session_that_nobody_uses_ends(tmp_path: Path) -> None:
    with serve_team(tmp_path, limits={"sessions_per_token": 1, "session_idle": 0.2}) as server:
        anna = server.token("anna")
        session = server.post(token=anna).headers["mcp-session-id"]
        wait_until(lambda: server.post(token=anna).status_code == 200)
        gone = server.post({"jsonrpc": "2.0", "id": 2, "method": "ping"}, anna, Mcp_Session_Id=session)

    assert gone.status_code == 404


def test_an_answer_that_does_not_come_is_not_waited_for(tmp_path: Path) -> None:
    with recording_portal(hold=True) as portal:
        write_profiles(tmp_path, shop=portal)
        with serve_team(tmp_path, limits={"answer": 0.3}) as server:
            answer = server.call("operator_answer", {"chat_id": 201}, server.token("anna", profile="shop"))
            portal.release()

    assert answer.status_code == 504
    assert "look before you repeat it" in answer.text


def test_a_client_that_does_not_take_an_answer_gives_its_place_back() -> None:
    async def send_to_nobody(_: Message) -> None:
        await anyio.sleep_forever()

    async def run() -> None:
        limiter, anna = RequestLimiter(LimitSettings(requests=1, send=0.05)), Principal(caller=NOBODY, key="anna")
        with anyio.fail_after(10):
            with limiter.track(anna, RequestKind.CALL) as active:
                with pytest.raises(RequestRefusedError, match="1 requests under way"), limiter.track(*OTHER):
                    raise AssertionError("there is no other place")
                await active.wrap_send(send_to_nobody)({"type": "http.response.start", "status": 200})
            assert active.has_been_ended
            assert active.is_unread
            with limiter.track(*OTHER):
                pass

    anyio.run(run)
