"""Who may subscribe to what, on a server for a team: what a token may not read is not told either."""

from collections.abc import Iterator
from contextlib import suppress
from functools import partial

import anyio
import pytest
from mcp import Client
from mcp.shared.exceptions import MCPError

from tests.server.events.telling import HTTP, Ear, Place, listen, make_message, run, serve
from tests.waiting import wait_until_async

EVENTS, INBOX, LINE = "openchannels://events", "openchannels://inbox", "openchannels://lines/2"


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A server that asks everybody for a token."""
    with pytest.MonkeyPatch.context() as patch, serve(HTTP[0], tmp_path_factory.mktemp("closed"), closed=True) as place:
        patch.setattr("server.http.application.LOOK_EVERY", 0.05)
        yield place


@pytest.mark.parametrize("way", HTTP)
def test_whoever_may_not_read_a_resource_cannot_subscribe_to_it(way: str, team: Place) -> None:
    token = team.issue_token(f"operators {way}", toolsets=["operators"])

    async def story() -> None:
        async with team.connect(way, token) as (client, ear):
            for uri in (EVENTS, INBOX, "openchannels://dialogs/201"):
                with pytest.raises(MCPError):
                    async with listen(client, ear, uri):
                        pass

    run(story)


@pytest.mark.parametrize("way", HTTP)
def test_whose_token_is_narrowed_hears_of_what_is_left(way: str, team: Place) -> None:
    token, other = team.issue_token(f"narrowed {way}"), team.issue_token(f"other {way}")

    async def story() -> None:
        async with (
            team.connect(way, token) as (first, narrowed),
            team.connect(way, other) as (second, kept),
            listen(first, narrowed, EVENTS, LINE),
            listen(second, kept, EVENTS),
        ):
            team.change_token(f"narrowed {way}", toolsets=["setup"])
            await _wait_for_tools(first, "inbox")
            assert await kept.tell_until_heard(team.feed) == {EVENTS}
            assert await narrowed.tell_until_heard(team.feed) == {LINE}

    run(story)


@pytest.mark.parametrize("way", HTTP)
def test_whose_token_is_revoked_hears_no_more(way: str, team: Place) -> None:
    token, other = team.issue_token(f"revoked {way}"), team.issue_token(f"stays {way}")
    ear = Ear()

    async def story() -> None:
        async with team.connect(way, other) as (second, kept), listen(second, kept, EVENTS):
            with suppress(Exception):
                async with team.connect(way, token, ear) as (first, _), listen(first, ear, EVENTS):
                    team.feed.append([make_message()])
                    await ear.wait()
                    await kept.wait()
                    team.revoke_token(f"revoked {way}")
                    await wait_until_async(partial(_is_out, first))
            team.feed.append([make_message()])
            await kept.wait(2)
        assert ear.heard == [EVENTS]

    run(story)


async def _is_out(client: Client) -> bool:
    try:
        with anyio.fail_after(2):
            await client.list_tools(cache_mode="bypass")
    except Exception:  # noqa: BLE001  (however a client says it)
        return True
    return False


async def _wait_for_tools(client: Client, gone: str) -> None:
    async def look() -> bool:
        return gone not in {tool.name for tool in (await client.list_tools(cache_mode="bypass")).tools}

    await wait_until_async(look)
