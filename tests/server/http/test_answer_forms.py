"""Each token chooses the form of its answers; where it says nothing, the server's settings do."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.assistant import text_of
from tests.server.http.team_server import WAYS, TeamServer, serve_team

PAGE = {"uri": "openchannels://docs/methods/imopenlines.operator.transfer"}


Team = tuple[TeamServer, bool]


@pytest.fixture(scope="module", params=[False, True], ids=["text by default", "data by default"])
def team(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Team]:
    """A server, and whether its settings say that answers are data."""
    with serve_team(tmp_path_factory.mktemp("team"), options={"structured": request.param}) as server:
        yield server, request.param


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("chosen", [None, False, True], ids=["nothing said", "text", "data"])
def test_a_token_gets_its_answers_in_its_form(team: Team, way: str, *, chosen: bool | None) -> None:
    bounds: dict[str, Any] = {} if chosen is None else {"structured": chosen}
    server, by_default = team
    structured = by_default if chosen is None else chosen

    with server.client(way, server.token(f"{way}-{chosen}", **bounds)) as client:
        tools = client.run("list_tools").tools
        dialog, page = client.call("dialog", dialog=201), client.call("docs_read", PAGE)

    assert {tool.output_schema is not None for tool in tools} == {structured}
    if structured:
        assert dialog.structured_content["messages"][-1]["text"].startswith("<client ")
        assert "TRANSFER_ID" in page.structured_content["text"]
        assert len(text_of(dialog)) < 300
    else:
        assert dialog.structured_content is page.structured_content is None
        assert "<client " in text_of(dialog)
        assert "TRANSFER_ID" in text_of(page)
