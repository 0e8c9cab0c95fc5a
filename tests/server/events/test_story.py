"""In which order things are told that happened in a dialog between two looks, and which sessions nobody saw open."""

from collections.abc import Callable

import pytest

from server.events.feed.cue import Cue
from server.events.feed.event import EventKind, PortalEvent
from server.events.feed.store import Post
from server.events.sources.application import read_post
from tests.server.events.test_follower import CHAT, Follow, Story, tell

__all__ = ["tell"]
FIRST_SESSION = 303
STARTED, FINISHED = EventKind.SESSION_STARTED, EventKind.SESSION_FINISHED
CLIENT = EventKind.MESSAGE_FROM_CLIENT


async def _finish(follow: Follow) -> int:
    done = await follow.control("events/trigger", event="ONSESSIONFINISH", chat_id=CHAT)
    return int(done["session_id"])


def _shorten(events: list[PortalEvent]) -> list[tuple[EventKind, int]]:
    return [(event.kind, event.session_id) for event in events if event.kind in {STARTED, FINISHED, CLIENT}]


async def _look(follow: Follow, *cues: Cue) -> list[PortalEvent]:
    return [noted.event for noted in await follow.follow(*cues)]


def test_what_was_written_before_the_end_of_a_session_is_told_before_it(tell: Callable[[Story], None]) -> None:
    async def story(follow: Follow) -> None:
        await follow.begin(CHAT)
        await follow.write("Thank you")
        await _finish(follow)
        assert _shorten(await _look(follow, Cue(CHAT))) == [(CLIENT, FIRST_SESSION), (FINISHED, FIRST_SESSION)]

    tell(story)


def test_each_message_belongs_to_the_session_in_which_it_was_written(tell: Callable[[Story], None]) -> None:
    async def story(follow: Follow) -> None:
        await follow.begin(CHAT)
        await follow.write("Thank you")
        await _finish(follow)
        await follow.control("advance", seconds=60)
        await follow.write("One more thing")
        found = await _look(follow, Cue(CHAT))
        second = found[-1].session_id
        assert _shorten(found) == [
            (CLIENT, FIRST_SESSION),
            (FINISHED, FIRST_SESSION),
            (STARTED, second),
            (CLIENT, second),
        ]

    tell(story)


@pytest.mark.parametrize("has_number", [True, False])
def test_a_session_that_came_and_went_between_two_looks_is_told_once(
    tell: Callable[[Story], None],
    *,
    has_number: bool,
) -> None:
    async def story(follow: Follow) -> None:
        await _finish(follow)
        await follow.begin(CHAT)
        await follow.control("advance", seconds=60)
        await follow.write("Quick question")
        began = follow.portal.company.clock().timestamp()
        session = await _finish(follow) if has_number else await _finish(follow) * 0
        told = PortalEvent(STARTED, "told", began, chat_id=CHAT, session_id=session)
        cue = Cue(CHAT, since=began - 5, told=(told,))
        assert _shorten(await _look(follow, cue))[::2] == [(STARTED, session), (FINISHED, session)]
        assert await _look(follow, cue) == []
        late = Cue(CHAT, told=(PortalEvent(STARTED, "late", began + 1, chat_id=CHAT, session_id=0),))
        assert await _look(follow, late) == [], "the same one, told by another way"

    tell(story)


def test_a_dialog_is_found_by_the_user_code_that_it_had_in_another_line(tell: Callable[[Story], None]) -> None:
    async def story(follow: Follow) -> None:
        await follow.begin(CHAT)
        [known] = follow.feed.list_dialogs()
        connector, _, outside, client = known.user_code.split("|")
        number = await follow.write("Where am I?")
        moved = Cue(user_code=f"{connector}|99|{outside}|{client}", told=(PortalEvent(CLIENT, "told", 1.0),))
        assert [event.message_id for event in await _look(follow, moved)] == [number]

    tell(story)


@pytest.mark.parametrize("moment", [None, "", "soon", "9" * 400])
def test_a_delivery_without_a_moment_is_read_all_the_same(moment: str | None) -> None:
    data = '{"CONNECTOR": "a", "DATA": {"message": {"chat_id": "7"}}}'
    shown = "null" if moment is None else f'"{moment}"'
    post = Post(1, 5.0, f'{{"event": "ONOPENLINEMESSAGEADD", "ts": {shown}, "data": {data}}}')
    assert [cue.chat_id for cue in read_post(post)] == [7]
    assert [cue.since for cue in read_post(post)] == [None], "by our clock it may be far from the messages' dates"


@pytest.mark.parametrize("place", ["", '"' + "9" * 5000 + '": {}'])
def test_a_delivery_that_cannot_be_read_holds_nothing_up(place: str) -> None:
    body = f'{{"event": "ONOPENLINEMESSAGEADD", "ts": "1", "data": {{"DATA": {{{place}}}}}' + "}" * bool(place)
    assert read_post(Post(1, 5.0, body)) == []
