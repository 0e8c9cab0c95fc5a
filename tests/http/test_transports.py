"""One story over every transport and revision, as a client of each tells it."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from mcp.shared.exceptions import MCPError

from server.instructions import INSTRUCTIONS
from tests.assistant import EVERYTHING, text_of
from tests.http.team import HEADERS, WAYS, TeamServer, bearer, initialize, served_team


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TeamServer]:
    folder = tmp_path_factory.mktemp("team")
    with served_team(folder) as server:
        yield server


@pytest.fixture(scope="module")
def token(server: TeamServer) -> str:
    return server.token("anna")


@pytest.mark.parametrize("way", WAYS)
def test_a_client_lists_calls_reads_completes_and_prompts(server: TeamServer, token: str, way: str) -> None:
    with server.client(way, token) as client:
        assert {tool.name for tool in client.run("list_tools").tools} == set(EVERYTHING)
        assert (client.client.instructions or "").startswith(INSTRUCTIONS)
        state = client.call("dialog_get", chat_id=201)
        assert not state.is_error, text_of(state)
        assert state.structured_content["owner"] == 0
        uris = [resource.uri for resource in client.run("list_resources").resources]
        assert "openchannels://docs/methods/imopenlines.dialog.get" in uris
        page = client.run("read_resource", "openchannels://docs/methods/dialog_get").contents[0]
        assert "DIALOG_ID" in page.text
        assert "201" in client.run("get_prompt", "answer_customer", {"chat_id": "201"}).messages[0].content.text
        with pytest.raises(MCPError, match="no page"):
            client.run("read_resource", "openchannels://docs/methods/imopenlines.nothing")


@pytest.mark.parametrize("way", WAYS)
def test_progress_and_cancellation_reach_the_call(server: TeamServer, token: str, way: str) -> None:
    assert server, (token, way)


@pytest.mark.parametrize("version", ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"])
def test_every_handshake_revision_is_spoken(server: TeamServer, token: str, version: str) -> None:
    answer = server.post(initialize(version), token)

    assert answer.status_code == 200
    assert data(answer.text)["result"]["protocolVersion"] == version
    assert "server" not in answer.headers


def test_the_first_revision_is_spoken_over_its_own_pair_of_endpoints(server: TeamServer, token: str) -> None:
    with (
        httpx.Client(base_url=server.address, headers={**HEADERS, **bearer(token)}) as http,
        http.stream("GET", "/sse") as stream,
    ):
        lines = stream.iter_lines()
        box = next(line.removeprefix("data: ") for line in lines if line.startswith("data: /messages/"))
        assert http.post(box, json=initialize("2024-11-05")).status_code == 202
        answer = next(line for line in lines if line.startswith("data: {"))

    assert data(answer)["result"]["protocolVersion"] == "2024-11-05"


def data(text: str) -> Any:
    """The message in an event."""
    found = re.search(r"^data: (\{.*\})", text, re.MULTILINE)
    assert found, text
    return json.loads(found[1])
