"""Who the server says that it is: all of it once, and next to nothing with every result."""

import json
import re
from base64 import b64decode
from collections.abc import Iterator

import pytest
from mcp.types import SERVER_INFO_META_KEY, Implementation

from openchannels_mcp import VERSION
from tests.assistant import Assistant, assistant

MOST_BYTES = 120
"""Of the identity that a result carries."""


def _introduced(client: Assistant) -> Implementation:
    server: Implementation | None = client.client.server_info
    assert server
    return server


@pytest.fixture(scope="module", params=["legacy", "auto"])
def client(request: pytest.FixtureRequest) -> Iterator[Assistant]:
    with assistant("--sandbox", mode=request.param) as connected:
        yield connected


def test_a_client_of_either_era_learns_name_title_description_website_and_icons(client: Assistant) -> None:
    server = _introduced(client)

    assert (server.name, server.title, server.version) == ("openchannels", "Bitrix24 Open Channels", VERSION)
    assert "Bitrix24 portal" in (server.description or "")
    assert (server.website_url or "").startswith("https://")
    assert [(icon.mime_type, icon.sizes) for icon in server.icons or []] == [
        ("image/png", ["48x48"]),
        ("image/svg+xml", ["any"]),
    ]


def test_the_icons_need_no_network_and_are_what_they_say(client: Assistant) -> None:
    png, svg = (icon.src.partition(";base64,") for icon in _introduced(client).icons or [])

    assert (png[0], svg[0]) == ("data:image/png", "data:image/svg+xml")
    picture = b64decode(png[2], validate=True)
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    assert (int.from_bytes(picture[16:20]), int.from_bytes(picture[20:24])) == (48, 48)
    drawing = b64decode(svg[2], validate=True).decode()
    assert re.findall(r"<(\w+)", drawing) == ["svg", "path", "path"], "nothing that runs"
    assert drawing.endswith("</svg>")


def test_a_result_carries_name_and_version_and_no_icon(client: Assistant) -> None:
    for result in (client.call("docs_search", query="transfer"), client.run("list_prompts")):
        told = (result.meta or {}).get(SERVER_INFO_META_KEY)
        if client.client.protocol_version < "2026":
            assert told is None
        else:
            assert told == {"name": "openchannels", "version": VERSION}
            assert len(json.dumps(told)) <= MOST_BYTES
