"""From cues to events, against the embedded portal."""

from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import Any

import httpx
import pytest

from portal.errors import PortalError
from server.connection import Connection
from server.events.feed.cue import Cue
from server.events.feed.event import EventKind, FeedEvent, PortalEvent
from server.events.feed.follower import Follower
from server.events.feed.store import Feed, Position
from server.storage.database import State
from tests.pauses import skip_pause
from tests.server.embedded import EmbeddedPortal
from tests.server.events.telling import make_message, run
from tools.dialogs import DialogGet
from workflows.core.chat_state import ChatState
from workflows.core.context import Context

CHAT, OTHER = 203, 206
"""On line 1, of Olga and of the administrator."""
OLGA = 4


class Follow:
    """A feed that follows the portal."""

    def __init__(self, portal: EmbeddedPortal, network: "Broken", connection: Connection, folder: Path) -> None:
        self.portal = portal
        self.network = network
        self.connection = connection
        self.feed = Feed(State.in_folder(folder), "portal")
        self.follower = Follower(self.feed, self._open_context)

    async def _open_context(self) -> Context:
        return Context(await self.connection.portal(), {})

    async def begin(self, *chats: int) -> list[FeedEvent]:
        """Take dialogs as they stand."""
        context = await self._open_context()
        answers = [await context.ask(DialogGet(chat_id=chat, detail="full")) for chat in chats]
        return await self.follower.begin([_make_cue(answer) for answer in answers], Position("test", "0"))

    async def follow(self, *cues: Cue) -> list[FeedEvent]:
        """Look at the dialogs of cues."""
        return await self.follower.follow(cues)

    async def control(self, action: str, **body: Any) -> dict[str, Any]:
        """Do something to the portal."""
        async with httpx.AsyncClient(transport=self.portal._app, base_url="http://127.0.0.1") as client:  # noqa: SLF001
            answered = await client.post(f"/_sandbox/{action}", json=body)
        assert answered.status_code == httpx.codes.OK, answered.text
        done: dict[str, Any] = answered.json()
        return done

    async def write(self, text: str, chat_id: int = CHAT) -> int:
        """A client writes; the number of the message."""
        return int((await self.control("client-message", chat_id=chat_id, text=text))["message_id"])


def _make_cue(answer: Any) -> Cue:
    state = ChatState.from_answer(answer)
    return Cue(state.id, state=state)


class Broken(httpx.AsyncBaseTransport):
    """A portal that can be switched off."""

    def __init__(self, portal: EmbeddedPortal) -> None:
        self.portal = portal
        self.is_down = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self.is_down:
            raise httpx.ConnectError("nobody is there")
        return await self.portal.handle_async_request(request)


Story = Callable[[Follow], Awaitable[None]]


@pytest.fixture
def tell(tmp_path: Path) -> Callable[[Story], None]:
    """Runs a story."""

    def tell(story: Story) -> None:
        async def whole() -> None:
            portal = EmbeddedPortal(tmp_path)
            network = Broken(portal)
            async with Connection(portal.make_settings(timeout=1), transport=network, sleep=skip_pause) as connection:
                await story(Follow(portal, network, connection, tmp_path))

        run(whole)

    return tell


def _list_moves(events: Iterable[FeedEvent]) -> list[tuple[EventKind, int, Any]]:
    """Who has the dialog now, and who had it."""
    moves = [noted.event for noted in events if noted.event.kind.startswith("dialog_")]
    return [(event.kind, event.author_id, event.details.get("from_owner")) for event in moves]


def kinds(events: Iterable[FeedEvent]) -> list[EventKind]:
    """What the events are about."""
    return [noted.event.kind for noted in events]


def test_what_is_there_at_the_beginning_is_no_news_and_what_comes_is(tell: Callable[[Story], None]) -> None:
    async def story(follow: Follow) -> None:
        assert await follow.begin(CHAT) == []
        number = await follow.write("Is anybody there?")
        [noted] = await follow.follow(Cue(CHAT))
        event = noted.event
        assert (event.kind, event.text, event.message_id) == (
            EventKind.MESSAGE_FROM_CLIENT,
            "Is anybody there?",
            number,
        )
        assert (event.chat_id, event.session_id, event.line_id) == (CHAT, 303, 1)
        assert event.client
        assert event.author == event.client
        assert await follow.follow(Cue(CHAT), Cue(CHAT)) == []

    tell(story)


def test_each_message_is_found_though_nothing_was_heard_of_it(tell: Callable[[Story], None]) -> None:
    async def story(follow: Follow) -> None:
        await follow.begin(CHAT)
        numbers = [await follow.write(f"Message {number}") for number in range(120)]
        found = await follow.follow(Cue(CHAT))
        assert [noted.event.message_id for noted in found] == numbers

    tell(story)


def test_who_wrote_is_told_apart(tell: Callable[[Story], None]) -> None:
    async def story(follow: Follow) -> None:
        await follow.begin(CHAT)
        await follow.write("Question")
        await follow.control("operator-message", chat_id=CHAT, text="Answer", user_id=OLGA)
        found = await follow.follow(Cue(CHAT))
        assert kinds(found) == [EventKind.MESSAGE_FROM_CLIENT, EventKind.MESSAGE_FROM_OPERATOR]
        assert found[1].event.author_id == OLGA

    tell(story)


@pytest.mark.parametrize("named", [True, False])
def test_an_edit_and_a_deletion_are_each_told_once(tell: Callable[[Story], None], *, named: bool) -> None:
    async def story(follow: Follow) -> None:
        await follow.begin(CHAT)
        number = await follow.write("Helo")
        await follow.follow(Cue(CHAT))
        await follow.control("message-edit", message_id=number, text="Hello")
        cue = Cue(CHAT, edited=frozenset({number})) if named else Cue(CHAT, reread=True)
        [edited] = await follow.follow(cue)
        assert (edited.event.kind, edited.event.text) == (EventKind.MESSAGE_EDITED, "Hello")
        assert await follow.follow(cue) == []
        await follow.control("message-delete", message_id=number)
        gone = Cue(CHAT, deleted=frozenset({number})) if named else Cue(CHAT, reread=True)
        [deleted] = await follow.follow(gone)
        assert (deleted.event.kind, deleted.event.message_id) == (EventKind.MESSAGE_DELETED, number)
        assert await follow.follow(gone) == []

    tell(story)


def test_a_message_that_is_deleted_before_anybody_looks_has_no_words_and_its_deletion_is_told(
    tell: Callable[[Story], None],
) -> None:
    async def story(follow: Follow) -> None:
        await follow.begin(CHAT)
        number = await follow.write("never mind")
        await follow.control("message-delete", message_id=number)
        written, deleted = await follow.follow(Cue(CHAT))
        assert (written.event.kind, written.event.text) == (EventKind.MESSAGE_FROM_CLIENT, "")
        assert (deleted.event.kind, deleted.event.message_id) == (EventKind.MESSAGE_DELETED, number)
        assert deleted.event.author == written.event.author
        assert await follow.follow(Cue(CHAT, deleted=frozenset({number}))) == []

    tell(story)


def test_a_cue_that_cannot_be_dealt_with_keeps_what_it_tells_and_holds_up_no_other(
    tell: Callable[[Story], None],
) -> None:
    async def story(follow: Follow) -> None:
        await follow.begin(CHAT)
        await follow.write("Is anybody there?")
        told = PortalEvent(EventKind.MESSAGE_FROM_CLIENT, "outside", 1.0, text="told")
        events = await follow.follow(Cue(-5, told=(told,)), Cue(CHAT), Cue(user_code="\x00" * 9_000))
        assert [noted.event.text for noted in events if noted.event.text] == ["told", "Is anybody there?"]

    tell(story)


def test_the_life_of_a_dialog_is_told_in_its_order(tell: Callable[[Story], None]) -> None:
    async def story(follow: Follow) -> None:
        await follow.begin(CHAT)
        new = await follow.control("client-message", line_id=1, text="I am new here")
        chat = new["chat_id"]
        first = await follow.follow(Cue(chat))
        assert kinds(first)[:2] == [EventKind.SESSION_STARTED, EventKind.DIALOG_OFFERED]
        assert kinds(first).count(EventKind.MESSAGE_FROM_CLIENT) == 1
        assert first[0].event.session_id == new["session_id"]

        await follow.portal.request("imopenlines.operator.answer", {"CHAT_ID": chat})
        assert _list_moves(await follow.follow(Cue(chat))) == [(EventKind.DIALOG_TAKEN, 1, None)]
        await follow.portal.request("imopenlines.operator.transfer", {"CHAT_ID": chat, "TRANSFER_ID": OLGA})
        assert _list_moves(await follow.follow(Cue(chat))) == [(EventKind.DIALOG_TRANSFERRED, OLGA, 1)]
        await follow.portal.request("imopenlines.operator.another.finish", {"CHAT_ID": chat})
        await follow.portal.request("imopenlines.operator.another.finish", {"CHAT_ID": chat})
        ended = await follow.follow(Cue(chat))
        assert EventKind.SESSION_FINISHED in kinds(ended)
        assert await follow.follow(Cue(chat)) == []

    tell(story)


def test_a_dialog_that_cannot_be_read_is_told_as_the_source_knows_it(tell: Callable[[Story], None]) -> None:
    async def story(follow: Follow) -> None:
        told, always = make_message(999), make_message(999, kind=EventKind.CONNECTOR)
        found = await follow.follow(Cue(999, told=(told,), always=(always,)))
        assert [noted.event for noted in found] == [told, always]
        assert follow.feed.list_dialogs() == []

    tell(story)


def test_where_the_portal_does_not_answer_nothing_is_written_down(tell: Callable[[Story], None]) -> None:
    async def story(follow: Follow) -> None:
        await follow.begin(CHAT)
        await follow.write("Lost on the way?")
        follow.network.is_down = True
        with pytest.raises(PortalError):
            await follow.follower.follow([Cue(CHAT, told=(make_message(),))], Position("test", "1"))
        assert follow.feed.read() == []
        assert follow.feed.read_position("test") == "0"
        follow.network.is_down = False
        assert len(await follow.follow(Cue(CHAT))) == 1

    tell(story)


def test_the_messages_of_a_dialog_that_was_never_looked_at_are_news_from_a_moment_on(
    tell: Callable[[Story], None],
) -> None:
    async def story(follow: Follow) -> None:
        now = follow.portal.company.clock().timestamp()
        number = await follow.write("Now", OTHER)
        found = await follow.follow(Cue(OTHER, since=now + 0.5))
        assert [noted.event.message_id for noted in found if noted.event.message_id] == [number]

    tell(story)
