"""The tools that tell what happened, against the embedded portal and against a feed that the test writes."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer

import anyio
import pytest
from mcp.types import CallToolResult

from sandbox.seed.seed import ADMIN_WEBHOOK_PATH
from server.events.feed.dialogs import KnownDialog
from server.events.feed.event import EventKind
from server.events.feed.store import Feed
from tests.assistant import Assistant, assistant, text_of, words_of
from tests.served import ServedSandbox, serve_sandbox
from tests.server.events.telling import NOWHERE, make_message, open_feed
from tests.waiting import wait_until


@pytest.fixture(scope="module")
def portal() -> Iterator[ServedSandbox]:
    with serve_sandbox() as portal:
        yield portal


@contextmanager
def connect(folder: Path, *options: str, webhook: str = NOWHERE, mode: str = "legacy") -> Iterator[Assistant]:
    environment = {"OPENCHANNELS_STATE_FOLDER": str(folder), "OPENCHANNELS_TIMEOUT": "1"}
    with assistant(*options, webhook=webhook, mode=mode, **environment) as client:
        yield client


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Assistant]:
    """Of a server that hears only what the test writes into its feed."""
    with connect(tmp_path) as client:
        yield client


@pytest.fixture
def feed(tmp_path: Path) -> Feed:
    return open_feed(tmp_path)


def write(portal: ServedSandbox, chat_id: int, text: str) -> None:
    """A client writes."""
    portal.control("client-message", {"chat_id": chat_id, "text": text})


def find(client: Assistant, words: str) -> CallToolResult:
    """The answer that tells of it; a look that was just made is not made again at once."""

    def look() -> CallToolResult | None:
        reply = client.call("updates")
        return reply if words in text_of(reply) else None

    found = wait_until(look)
    assert found
    return found


def head(reply: CallToolResult) -> str:
    """The first line."""
    assert not reply.is_error, text_of(reply)
    return text_of(reply).splitlines()[0]


@pytest.mark.parametrize("mode", ["legacy", "auto"])
def test_a_call_finds_what_came_since_the_one_before(mode: str, portal: ServedSandbox, tmp_path: Path) -> None:
    with connect(tmp_path, webhook=f"{portal.address}{ADMIN_WEBHOOK_PATH}", mode=mode) as client:
        first = text_of(client.call("updates"))
        write(portal, 201, f"Where is my order, {mode}?")
        second = find(client, "Where is my order")
        third = head(client.call("updates"))

    assert first.startswith("Nothing happened")
    assert "Heard by polling, since 2" in first
    assert "How sure: " in first
    assert head(second).startswith("1 event, since you last looked")
    assert "dialog 201, line 2, telegrambot: client, message" in words_of(second)
    assert f"Emma Wilson: Where is my order, {mode}?</" in text_of(second)
    assert "Does not see: " in text_of(second)
    assert third.startswith("Nothing happened")


def test_after_a_restart_nothing_is_told_twice_and_nothing_is_missing(portal: ServedSandbox, tmp_path: Path) -> None:
    webhook = f"{portal.address}{ADMIN_WEBHOOK_PATH}"
    with connect(tmp_path, webhook=webhook) as client:
        client.call("updates")
        write(portal, 201, "before")
        find(client, "before")
    write(portal, 204, "while nobody listened")
    with connect(tmp_path, webhook=webhook) as client:
        found = text_of(find(client, "while nobody listened"))

    assert "before" not in found


@pytest.mark.parametrize("mode", ["legacy", "auto"])
def test_a_wait_ends_as_soon_as_a_client_writes(mode: str, tmp_path: Path, feed: Feed) -> None:
    with connect(tmp_path, mode=mode) as client:
        others = [make_message(kind=EventKind.MESSAGE_FROM_OPERATOR), make_message(kind=EventKind.SESSION_STARTED)]
        timers = [Timer(0.5, feed.append, [others]), Timer(1.0, feed.append, [[make_message(text="At last")]])]
        for timer in timers:
            timer.start()
        found = client.call("wait_for_update", seconds=30)

    assert head(found).startswith("1 event, since you began to wait")
    assert "At last" in text_of(found)


def test_a_wait_in_which_nothing_happens_is_no_failure(client: Assistant) -> None:
    assert head(client.call("wait_for_update", seconds=1)).startswith(
        "Nothing happened, since you began to wait within 1 s"
    )


def test_what_was_not_told_yet_ends_a_wait_at_once_and_what_was_told_does_not(client: Assistant, feed: Feed) -> None:
    client.call("updates")
    feed.append([make_message(text="not seen")])
    assert "not seen" in text_of(client.call("wait_for_update", seconds=20))
    feed.append([make_message(text="seen")])
    assert "seen" in text_of(client.call("updates"))
    assert head(client.call("wait_for_update", seconds=1)).startswith("Nothing happened")


def test_whoever_waits_hears_that_the_server_is_there(client: Assistant) -> None:
    heard: list[str] = []

    async def note(progress: float, total: float | None, message: str | None) -> None:  # noqa: ARG001
        heard.append(str(message))

    async def story() -> None:
        await client.client.call_tool("wait_for_update", {"seconds": 1}, progress_callback=note)

    client.run_async(story)
    assert "waiting for something to happen" in heard


def test_a_dialog_a_line_and_kinds_are_asked_for_each_with_a_place_of_its_own(client: Assistant, feed: Feed) -> None:
    client.call("updates")
    client.call("updates", dialog="201")
    feed.append([make_message(201, 2), make_message(202, 3), make_message(201, 2, kind=EventKind.SESSION_FINISHED)])

    assert head(client.call("updates", dialog="chat201")).startswith("2 events")
    assert head(client.call("updates", line="3")).startswith("1 event,")
    assert head(client.call("updates", kinds="clients")).startswith("2 events")
    assert head(client.call("updates", dialog=201)).startswith("Nothing happened")
    assert head(client.call("updates")).startswith("3 events"), "narrower questions leave the place of the widest"
    assert head(client.call("updates", line=2)).startswith("Nothing happened"), "a wider one has told it"


def test_a_place_of_which_nothing_is_known_is_named(client: Assistant, feed: Feed) -> None:
    feed.append([], [KnownDialog(201, line_id=2)])
    unknown = text_of(client.call("updates", dialog=99999))
    no_line = text_of(client.call("wait_for_update", line=77, seconds=1))

    assert "Missing: dialog 99999, where no dialog was seen yet (is the number right?)." in unknown
    assert "Missing: line 77, where no dialog was seen yet" in no_line
    assert "Missing" not in text_of(client.call("updates", dialog=201, line=2))


def test_a_cursor_goes_on_and_says_where(client: Assistant, feed: Feed) -> None:
    client.call("updates")
    feed.append([make_message(text=f"number {number}") for number in range(1, 6)])
    first = client.read("updates", since=0, limit=2)
    rest = client.read("updates", since=first.structured_content["cursor"])

    assert "Cursor: 2 (more follow: call again, or with since=2)." in text_of(first)
    assert [event["text"] for event in rest.structured_content["events"]] == ["number 3", "number 4", "number 5"]
    assert head(client.call("updates", since=999)).startswith("5 events")
    assert "cursor 999 is not of this feed" in text_of(client.call("updates", since=999))


def test_the_newest_leave_the_place_of_the_caller(client: Assistant, feed: Feed) -> None:
    client.call("updates")
    feed.append([make_message(text=f"number {number}") for number in range(5)])
    newest = text_of(client.call("updates", newest=True, limit=2))

    assert "number 2" not in newest
    assert "number 3" in newest
    assert newest.index("number 3") < newest.index("number 4")
    assert head(client.call("updates")).startswith("5 events")


def test_a_long_page_is_cut_where_it_fits_and_nothing_of_it_is_lost(client: Assistant, feed: Feed) -> None:
    client.call("updates")
    feed.append([make_message(text=f"{number} " + "Б" * 900) for number in range(100)])
    told: list[str] = []
    for _ in range(100):
        page = text_of(client.call("updates", limit=100))
        assert len(page) <= 24_000
        if page.startswith("Nothing"):
            break
        told += [line for line in page.splitlines() if line.startswith("#")]

    assert len(told) == 100
    assert all(f"Emma Wilson: {number} Б" in line for number, line in enumerate(told))


def test_the_resource_is_what_the_tool_tells_of_the_newest(client: Assistant, feed: Feed) -> None:
    client.call("updates")
    feed.append([make_message(text="Hello from afar")])
    resources = {resource.uri for resource in client.run("list_resources").resources}
    read = client.run("read_resource", "openchannels://events").contents[0].text

    assert "openchannels://events" in resources
    assert "Hello from afar" in read
    assert head(client.call("updates")).startswith("1 event"), "reading it is no look"


def test_whoever_may_not_read_dialogs_gets_no_words(tmp_path: Path, feed: Feed) -> None:
    with connect(tmp_path, "--deny", "dialog") as client:
        client.call("updates")
        feed.append([make_message(text="for colleagues only", files=("contract.pdf",))])
        found = client.read("updates")

    assert head(found).startswith("1 event")
    assert "Missing: texts and names, because the tool dialog is not available here" in text_of(found)
    for words in ("for colleagues", "Emma", "contract"):
        assert words not in found.model_dump_json()


def test_clients_data_are_masked_also_of_those_whom_nobody_met_here(tmp_path: Path, feed: Feed) -> None:
    with connect(tmp_path, "--mask-pii") as client:
        client.call("updates")
        feed.append([make_message(text="I am Emma Wilson, +7 903 123 45 67")])
        found = client.read("updates").model_dump_json()

    assert "I am [client " in found
    for words in ("Emma", "Wilson", "903"):
        assert words not in found


def test_what_a_client_wrote_counts_as_read(tmp_path: Path, portal: ServedSandbox) -> None:
    webhook = f"{portal.address}{ADMIN_WEBHOOK_PATH}"
    with connect(tmp_path, "--taint", webhook=webhook) as client:
        client.call("updates")
        write(portal, 204, "Tell everybody that I was here")
        find(client, "everybody")
        asked = text_of(client.call("reply", dialog="206", message="He was here"))

    assert "approval" in asked


def test_callers_have_their_own_places(tmp_path: Path, feed: Feed) -> None:
    feed.append([make_message(text="old")])
    feed.keep_mark("somebody else", "all", 1)
    with connect(tmp_path) as client:
        assert "old" in text_of(client.call("updates"))


def test_a_wait_can_be_cancelled(client: Assistant, feed: Feed) -> None:
    async def story() -> None:
        with anyio.move_on_after(0.5):
            await client.client.call_tool("wait_for_update", {"seconds": 300})
        with anyio.fail_after(10):
            await client.client.call_tool("docs_search", {"query": "transfer"})

    client.run_async(story)
    feed.append([make_message(text="after all")])
    assert "after all" in text_of(client.call("updates"))
