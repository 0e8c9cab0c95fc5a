"""What is in front of the gate and the entrance, and whom the server takes a client to be."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server.http.team_server import TeamServer, serve_team

FORWARDED = {"X-Forwarded-For": "198.51.100.7", "X-Forwarded-Proto": "https"}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[TeamServer]:
    with serve_team(tmp_path) as server:
        server.token("anna")
        yield server


def test_probes_need_neither_token_nor_name_and_nothing_passes_for_one(server: TeamServer) -> None:
    assert server.http.get("/healthz").status_code == 200
    assert server.http.get("/readyz", headers={"Host": "10.1.2.3:8023"}).status_code == 200
    assert server.http.get("/metrics").status_code == 401, "no token, no figures, and the path is nothing special"
    for disguise in ("/healthz/", "/healthz/../mcp", "/HEALTHZ", "//healthz", "/healthz%2f..%2fmcp", "/healthz;a"):
        assert server.http.get(f"{server.address}{disguise}").status_code == 401, disguise


def _client_of_a_request(server: TeamServer, caplog: pytest.LogCaptureFixture) -> str:
    caplog.set_level(logging.INFO, "openchannels.http")
    server.http.get("/mcp", headers=FORWARDED)
    server.http.get("/mcp")  # is answered after the line of the first was written
    first = next(record for record in caplog.records if record.name == "openchannels.http")
    client: str = vars(first)["fields"]["client"]
    return client


def test_forwarded_headers_are_believed_of_nobody_unless_it_is_configured(
    server: TeamServer, caplog: pytest.LogCaptureFixture
) -> None:
    assert _client_of_a_request(server, caplog) == "127.0.0.1"


@pytest.mark.parametrize(
    ("proxies", "client"), [(("127.0.0.0/8",), "198.51.100.7"), (("10.0.0.1", "192.0.2.0/24"), "127.0.0.1")]
)
def test_forwarded_headers_are_believed_of_the_configured_proxies(
    tmp_path: Path, proxies: tuple[str, ...], client: str, caplog: pytest.LogCaptureFixture
) -> None:
    with serve_team(tmp_path, trusted_proxies=proxies, closed=True) as server:
        assert _client_of_a_request(server, caplog) == client
