"""Names of hosts and origins of web pages: which come in, and what every answer says of itself."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server.http.team_server import HEADERS, TeamServer, make_bearer_header, make_initialize_request, serve_team


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TeamServer]:
    with serve_team(tmp_path_factory.mktemp("team")) as server:
        yield server


@pytest.fixture(scope="module")
def token(server: TeamServer) -> str:
    return server.token("anna")


@pytest.mark.parametrize("path", ["/mcp", "/sse", "/messages/", "/.well-known/oauth-protected-resource", "/nothing"])
@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8023", "127.0.0.1.evil.example", "127.0.0.1@evil.example", ""]
)
def test_a_forged_host_is_turned_away_on_every_path(server: TeamServer, token: str, path: str, host: str) -> None:
    answer = server.http.get(path, headers={**make_bearer_header(token), "Host": host})

    assert answer.status_code == 421, answer.text
    assert "evil" not in answer.text


@pytest.mark.parametrize("path", ["/mcp", "/sse", "/messages/", "/.well-known/oauth-protected-resource", "/nothing"])
@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://127.0.0.1.evil.example", "http://localhost:1"]
)
def test_a_foreign_web_page_is_turned_away_on_every_path(
    server: TeamServer, token: str, path: str, origin: str
) -> None:
    answer = server.http.post(
        path, json=make_initialize_request(), headers={**HEADERS, **make_bearer_header(token), "Origin": origin}
    )

    assert answer.status_code == 403
    assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:{port}", "[::1]:{port}", "LOCALHOST"])
def test_this_machines_names_and_own_pages_come_in(server: TeamServer, token: str, host: str) -> None:
    name = host.format(port=server.port)

    assert server.post(token=token, Host=name, Origin=f"http://{name}").status_code == 200


def test_web_pages_that_are_allowed_may_send_or_also_read(tmp_path: Path) -> None:
    sender, reader = ("https://sends.example",), ("https://reads.example",)
    with serve_team(
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
    for answer in (
        server.post(token=token),
        server.post(),
        server.http.get("/nothing", headers=make_bearer_header(token)),
    ):
        assert "server" not in answer.headers
        assert "x-powered-by" not in answer.headers
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"].startswith("no-")
