"""Subscriptions to resources, over every transport and in both eras of the protocol."""

from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest
from mcp.shared.exceptions import MCPError
from mcp.types import INVALID_PARAMS

from portal.private_file import try_lock
from sandbox.seed.seed import ADMIN_WEBHOOK_PATH
from server.events.feed.event import EventKind
from tests.served import serve_sandbox
from tests.server.events.telling import HTTP, STDIO, Place, listen, make_message, run, serve
from tests.waiting import wait_until_async

EVENTS, INBOX, LINE = "openchannels://events", "openchannels://inbox", "openchannels://lines/2"
WAYS = (*STDIO, *HTTP)
every_way = pytest.mark.parametrize("way", WAYS)


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Place]]:
    team, alone = tmp_path_factory.mktemp("team"), tmp_path_factory.mktemp("alone")
    with pytest.MonkeyPatch.context() as patch, serve(HTTP[0], team) as shared, serve(STDIO[0], alone) as own:
        patch.setattr("server.http.application.LOOK_EVERY", 0.05)
        yield {**dict.fromkeys(HTTP, shared), **dict.fromkeys(STDIO, own)}


@every_way
def test_a_subscriber_is_told_of_what_it_subscribed_to_and_of_nothing_else(way: str, places: dict[str, Place]) -> None:
    place = places[way]

    async def story() -> None:
        async with place.connect(way) as (client, ear), listen(client, ear, "openchannels://dialogs/201"):
            place.feed.append([make_message(202), make_message(201)])
            assert await ear.wait() == ["openchannels://dialogs/201"]

    run(story)


@every_way
def test_each_address_that_an_event_touches_is_told(way: str, places: dict[str, Place]) -> None:
    place = places[way]
    wanted = {EVENTS, INBOX, "openchannels://dialogs/chat203", "openchannels://lines/2", "openchannels://lines/1"}

    async def story() -> None:
        async with place.connect(way) as (client, ear), listen(client, ear, *wanted, "openchannels://lines/3"):
            moved = make_message(203, 2, kind=EventKind.DIALOG_TRANSFERRED, details={"from_line": 1})
            place.feed.append([moved])
            assert set(await ear.wait(5)) == wanted
            assert len(ear.heard) == 5

    run(story)


@every_way
def test_much_at_once_is_one_notice_and_what_comes_after_it_is_told_too(way: str, places: dict[str, Place]) -> None:
    place = places[way]

    async def story() -> None:
        async with place.connect(way) as (client, ear), listen(client, ear, EVENTS):
            place.feed.append([make_message() for _ in range(300)])
            await ear.wait()
            for _ in range(20):
                place.feed.append([make_message()])
            await ear.wait(2)
            place.feed.append([make_message(text="the last one")])
            await ear.wait(3)
            read = await client.read_resource(EVENTS)
            assert "the last one" in read.contents[0].model_dump_json()
            assert len(ear.heard) <= 5

    run(story)


@every_way
def test_all_sessions_of_a_client_are_told(way: str, places: dict[str, Place]) -> None:
    place = places[way]

    async def story() -> None:
        async with (
            place.connect(way) as (first, here),
            place.connect(way) as (second, there),
            listen(first, here, EVENTS),
            listen(second, there, EVENTS),
        ):
            place.feed.append([make_message()])
            assert [await here.wait(), await there.wait()] == [[EVENTS], [EVENTS]]

    run(story)


@every_way
def test_nobody_is_told_after_unsubscribing(way: str, places: dict[str, Place]) -> None:
    place = places[way]

    async def story() -> None:
        async with place.connect(way) as (client, ear), listen(client, ear, EVENTS):
            async with listen(client, ear, INBOX):
                place.feed.append([make_message()])
                assert set(await ear.wait(2)) == {EVENTS, INBOX}
            place.feed.append([make_message()])
            assert (await ear.wait(3))[2:] == [EVENTS]

    run(story)


NEVER_TOLD = (
    "openchannels://docs/methods/imopenlines.dialog.get",
    "openchannels://dialogs/",
    "openchannels://dialogs/Emma",
    "openchannels://inbox/1",
    "https://example.com/",
    "openchannels://exports/abc",
)


@every_way
def test_what_is_never_told_cannot_be_subscribed_to(way: str, places: dict[str, Place]) -> None:
    async def story() -> None:
        async with places[way].connect(way) as (client, ear):
            for uri in NEVER_TOLD:
                with pytest.raises(MCPError) as refused:
                    async with listen(client, ear, uri):
                        pass
                assert refused.value.error.code == INVALID_PARAMS, uri
                assert "openchannels://inbox" in refused.value.error.message, uri

    run(story)


@pytest.mark.parametrize("way", [way for way in WAYS if "modern" in way])
def test_a_stream_acknowledges_the_addresses_that_it_will_tell_of(way: str, places: dict[str, Place]) -> None:
    async def story() -> None:
        async with places[way].connect(way) as (client, ear), listen(client, ear, "openchannels://nothing", INBOX):
            assert ear.acknowledged == [INBOX]

    run(story)


@every_way
def test_subscriptions_are_announced(way: str, places: dict[str, Place]) -> None:
    async def story() -> None:
        async with places[way].connect(way) as (client, _):
            assert client.server_capabilities.resources
            assert client.server_capabilities.resources.subscribe is True

    run(story)


@pytest.mark.parametrize("way", [STDIO[0], HTTP[1]])
def test_a_client_writes_and_who_subscribed_reads_the_words(way: str, tmp_path: Path) -> None:
    with serve_sandbox() as portal, serve(way, tmp_path, f"{portal.address}{ADMIN_WEBHOOK_PATH}") as place:

        async def story() -> None:
            async with place.connect(way) as (client, ear), listen(client, ear, "openchannels://dialogs/201"):
                await client.call_tool("updates", {})
                body = {"chat_id": 201, "text": "Where is my parcel?"}
                await anyio.to_thread.run_sync(portal.control, "client-message", body)
                assert await ear.wait(seconds=20) == ["openchannels://dialogs/201"]
                read = await client.read_resource("openchannels://dialogs/201")
                assert "Where is my parcel?" in read.contents[0].model_dump_json()

        run(story)


def _is_listening(folder: Path) -> bool:
    """Whoever listens holds the lock of a source that takes events away."""
    for path in folder.glob("events-*.lock"):
        if (lock := try_lock(path)) is None:
            return True
        lock.release()
    return False


@every_way
def test_the_portal_is_listened_to_only_while_anybody_subscribes(way: str, tmp_path: Path) -> None:
    with serve(way, tmp_path) as place:

        async def story() -> None:
            async with place.connect(way) as (client, ear):
                await client.list_tools()
                assert not _is_listening(place.folder)
                async with listen(client, ear, EVENTS):
                    await wait_until_async(lambda: _look(place.folder, listening=True))
                    async with place.connect(way) as (other, its), listen(other, its, EVENTS):
                        pass
                    assert _is_listening(place.folder)
                await wait_until_async(lambda: _look(place.folder, listening=False))
                async with place.connect(way) as (other, its):
                    leaving = listen(other, its, EVENTS)
                    if "legacy" in way:
                        await leaving.__aenter__()
                        await wait_until_async(lambda: _look(place.folder, listening=True))
                await wait_until_async(lambda: _look(place.folder, listening=False), 20)

        run(story)


async def _look(folder: Path, *, listening: bool) -> bool:
    return _is_listening(folder) is listening


@pytest.mark.parametrize("way", [way for way in WAYS if "modern" in way])
def test_listening_for_changed_lists_alone_asks_nothing(way: str, tmp_path: Path) -> None:
    with serve(way, tmp_path) as place:

        async def story() -> None:
            async with (
                place.connect(way) as (client, _),
                client.listen(tools_list_changed=True, prompts_list_changed=True, resources_list_changed=True),
            ):
                for _ in range(5):
                    await client.list_tools(cache_mode="bypass")
                assert not list(place.folder.glob("events-*.lock"))

        run(story)
