"""Tables that are files, over streamable HTTP and SSE: whoever asked reads them in any session, and nobody else."""

import base64
import csv
import io
from collections.abc import Iterator

import pytest
from mcp.shared.exceptions import MCPError
from mcp.types import BlobResourceContents, CallToolResult, ResourceLink

from tests.assistant import Assistant
from tests.server.http.team_server import WAYS, TeamServer, make_modern_headers, make_modern_request, serve_team


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TeamServer]:
    with serve_team(tmp_path_factory.mktemp("team"), options={"answer_characters": 3000}, closed=True) as team:
        yield team


@pytest.fixture(scope="module")
def anna(team: TeamServer) -> str:
    return team.token("anna")


@pytest.fixture(scope="module")
def olga(team: TeamServer) -> str:
    return team.token("olga")


def export(client: Assistant) -> str:
    """The address of a table that was too long for the answer."""
    reply: CallToolResult = client.call("v2_session_list", limit=200, format="csv")
    (link,) = [block for block in reply.content if isinstance(block, ResourceLink)]
    return link.uri


def read_rows(client: Assistant, uri: str) -> list[dict[str, str]]:
    (file,) = client.run("read_resource", uri).contents
    assert isinstance(file, BlobResourceContents)
    return list(csv.DictReader(io.StringIO(base64.b64decode(file.blob).decode("utf-8-sig"))))


@pytest.mark.parametrize("way", WAYS)
def test_a_file_is_read_by_its_caller_in_whichever_session(team: TeamServer, anna: str, way: str) -> None:
    with team.client(way, anna) as client:
        uri = export(client)
        rows = read_rows(client, uri)
    assert len(rows) > 20
    assert {"id", "operatorName"} <= set(rows[0])
    for other in WAYS:
        with team.client(other, anna) as client:
            assert read_rows(client, uri) == rows


@pytest.mark.parametrize("way", WAYS)
def test_whoever_has_another_token_reads_none_of_it(team: TeamServer, anna: str, olga: str, way: str) -> None:
    with team.client(way, anna) as client, team.client(way, olga) as other:
        uri = export(client)
        own = export(other)
        with pytest.raises(MCPError, match="kept for an hour"):
            other.run("read_resource", uri)
        assert read_rows(other, own)
        with pytest.raises(MCPError, match="kept for an hour"):
            client.run("read_resource", own)


def test_without_a_token_there_is_not_even_an_answer_about_it(team: TeamServer, anna: str) -> None:
    with team.client("modern", anna) as client:
        uri = export(client)
    asked = make_modern_request("resources/read", uri=uri)
    headers = make_modern_headers("resources/read", uri)
    assert team.post(asked, None, **headers).status_code == 401
    assert team.post(asked, "nobody's", **headers).status_code == 401
    assert team.post(asked, anna, **headers).status_code == 200
