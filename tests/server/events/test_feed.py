"""The durable feed: each event once and in order, all or nothing, bounded, shared by several processes."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

from server.events.feed.cleaning import CLEAN_AFTER, CLEAN_EVERY, KEPT
from server.events.feed.dialogs import KnownDialog
from server.events.feed.event import EventFilter, EventKind, PortalEvent
from server.events.feed.store import PAGE, Feed, Position
from server.storage.database import State
from server.storage.errors import StorageError
from tests.assistant import ROOT
from tests.server.events.telling import make_message
from tests.waiting import wait_until

FINISHED = EventKind.SESSION_FINISHED


@pytest.fixture
def feed(tmp_path: Path) -> Feed:
    return Feed(State.in_folder(tmp_path), "portal")


def _keys(feed: Feed, after: int = 0) -> list[str]:
    return [noted.event.key for noted in feed.read(after, limit=1_000_000)]


def test_an_event_is_kept_once_whoever_tells_of_it_and_in_the_order_in_which_it_came(feed: Feed) -> None:
    first, second, third = (make_message() for _ in range(3))

    assert [noted.event for noted in feed.append([first, second])] == [first, second]
    assert [noted.event for noted in feed.append([second, third, third, first])] == [third]
    assert [noted.event for noted in feed.read()] == [first, second, third]
    numbers = [noted.number for noted in feed.read()]
    assert numbers == sorted(set(numbers))
    assert feed.get_bounds() == (numbers[0], numbers[-1])


def test_all_of_an_event_comes_back_as_it_was(feed: Feed) -> None:
    event = make_message(text="Привет 👋\n\x00", files=("a.pdf", "b.png"), details={"role": "client", "hidden": True})

    assert feed.append([event])[0].event == feed.read()[0].event == event
    assert feed.find(1) == feed.read()[0]
    assert feed.find(2) is None


def test_what_is_appended_is_there_as_a_whole_or_not_at_all(feed: Feed) -> None:
    def break_off() -> Iterator[PortalEvent]:
        yield make_message()
        raise ValueError("broken off")

    feed.keep_post("post", most=10)
    [post] = feed.list_posts(10)
    with pytest.raises(ValueError, match="broken off"):
        feed.append(break_off(), [KnownDialog(1)], Position("polling", "5"), [post.id])

    assert feed.read() == []
    assert feed.read_position("polling") is None
    assert feed.list_dialogs() == []
    assert feed.list_posts(10) == [post]

    feed.append([make_message()], [KnownDialog(1)], Position("polling", "5"), [post.id])
    assert len(feed.read()) == 1
    assert feed.read_position("polling") == "5"
    assert feed.list_dialogs() == [KnownDialog(1)]
    assert feed.list_posts(10) == []


def test_each_portal_has_a_feed_of_its_own(tmp_path: Path) -> None:
    ours, theirs = (Feed(State.in_folder(tmp_path), key) for key in ("ours", "theirs"))
    event = make_message()
    ours.append([event], [KnownDialog(5, "a|1|2|3")], Position("polling", "1"))
    theirs.append([event])

    assert len(ours.read()) == len(theirs.read()) == 1
    assert theirs.list_dialogs() == []
    assert theirs.find_chat("a|1|2|3") == 0
    assert ours.find_chat("a|1|2|3") == 5
    assert theirs.read_position("polling") is None


def test_what_is_wanted_is_found_behind_much_that_is_not(feed: Feed) -> None:
    feed.append([make_message(201, 2) for _ in range(PAGE + 50)])
    rare = make_message(202, 3, kind=FINISHED)
    feed.append([rare, *(make_message(201, 2) for _ in range(PAGE + 50))])

    for wanted in (
        EventFilter(frozenset({FINISHED})),
        EventFilter(chat_id=202),
        EventFilter(line_id=3),
        EventFilter(chat_id=202, line_id=3),
    ):
        assert [noted.event for noted in feed.read(wanted=wanted)] == [rare]
        assert [noted.event for noted in feed.read_newest(5, wanted)] == [rare]
    assert feed.read(wanted=EventFilter(chat_id=202, line_id=2)) == []
    assert len(feed.read(limit=7)) == 7


def test_the_newest_are_told_oldest_first(feed: Feed) -> None:
    feed.append([make_message(text=str(number)) for number in range(10)])

    assert [noted.event.text for noted in feed.read_newest(3)] == ["7", "8", "9"]
    assert len(feed.read_newest(50)) == 10


def test_no_more_than_so_many_are_kept_and_none_longer_than_seven_days(tmp_path: Path) -> None:
    now = [1_000_000.0]
    feed = Feed(State.in_folder(tmp_path), "portal", most_kept=50, now=lambda: now[0])
    feed.append([make_message() for _ in range(CLEAN_EVERY)])
    oldest, newest = feed.get_bounds()
    assert newest - oldest + 1 == 50

    now[0] += KEPT + 1
    feed.append([make_message() for _ in range(CLEAN_EVERY - 1)])
    feed.append([make_message()])
    assert all(noted.noted == now[0] for noted in feed.read())


def test_however_few_come_none_is_kept_much_longer_than_seven_days(tmp_path: Path) -> None:
    now = [1_000_000.0]
    feed = Feed(State.in_folder(tmp_path), "portal", now=lambda: now[0])
    feed.append([make_message(), make_message()])
    now[0] += KEPT + CLEAN_AFTER + 1
    feed.append([], position=Position("polling", "1"))

    assert feed.read() == []


def test_long_events_are_kept_only_as_far_as_there_is_room(tmp_path: Path) -> None:
    now = [1_000_000.0]
    feed = Feed(State.in_folder(tmp_path), "portal", most_characters=100_000, now=lambda: now[0])
    feed.append([make_message(text="x" * 20_000) for _ in range(10)])
    now[0] += CLEAN_AFTER
    feed.append([make_message(text="the newest")])

    assert [noted.number for noted in feed.read()] == [7, 8, 9, 10, 11]


def test_numbers_are_never_given_again(tmp_path: Path) -> None:
    feed = Feed(State.in_folder(tmp_path), "portal", most_kept=1)
    feed.append([make_message() for _ in range(CLEAN_EVERY)])
    newest = feed.get_bounds()[1]
    with State.in_folder(tmp_path).open_transaction() as database:
        database.execute("DELETE FROM events")

    assert feed.append([make_message()])[0].number == newest + 1


def test_what_another_process_has_read_further_stays(feed: Feed) -> None:
    feed.append([], [KnownDialog(7, owner=1, last_message_id=100)])
    feed.append([], [KnownDialog(7, owner=2, last_message_id=90)])

    assert feed.find_dialogs([7, 8]) == {7: KnownDialog(7, owner=1, last_message_id=100)}, (
        "who saw fewer messages looked earlier"
    )


def test_deliveries_that_wait_are_bounded_and_come_in_their_order(feed: Feed) -> None:
    assert [feed.keep_post(body, most=2) for body in "abc"] == [True, True, False]
    assert [post.body for post in feed.list_posts(10)] == ["a", "b"]
    assert [post.body for post in feed.list_posts(1)] == ["a"]


def test_the_place_of_a_caller_is_kept_until_every_event_before_it_has_gone(tmp_path: Path) -> None:
    now = [1_000_000.0]
    feed = Feed(State.in_folder(tmp_path), "portal", now=lambda: now[0])
    feed.keep_mark("anna", "all", 5)
    feed.keep_mark("anna", "clients", 7)
    feed.keep_mark("anna", "all", 6)

    assert feed.read_marks("anna") == {"all": 6, "clients": 7}
    assert feed.read_marks("ben") == {}
    now[0] += KEPT + 1
    feed.keep_mark("ben", "all", 9)
    assert feed.read_marks("anna") == {}


def test_several_that_write_the_same_at_once_write_it_once(tmp_path: Path) -> None:
    events = [make_message() for _ in range(60)]

    def write(shift: int) -> None:
        own = Feed(State.in_folder(tmp_path), "portal")
        for place in range(0, len(events), 5):
            start = (place + shift) % len(events)
            own.append((events + events)[start : start + 5])

    threads = [Thread(target=write, args=(shift * 20,)) for shift in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    feed = Feed(State.in_folder(tmp_path), "portal")
    assert sorted(_keys(feed)) == sorted(event.key for event in events)


WRITER = """
import sys
from pathlib import Path
from server.events.feed.event import EventKind, PortalEvent
from server.events.feed.store import Feed, Position
from server.storage.database import State
feed = Feed(State.in_folder(Path(sys.argv[1])), "portal")
number = int(feed.read_position("test") or 0)
while True:
    events = [PortalEvent(EventKind.CONNECTOR, f"{number} {part}", 1.0) for part in range(20)]
    number += 1
    feed.append(events, position=Position("test", str(number)))
"""


def test_a_writer_that_is_killed_leaves_whole_steps_and_goes_on_where_it_was(tmp_path: Path) -> None:
    feed = Feed(State.in_folder(tmp_path), "portal")
    for _ in range(3):
        before = feed.get_bounds()[1]
        with subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], cwd=ROOT) as writer:
            wait_until(lambda before=before: feed.get_bounds()[1] > before + 40, 30)  # type: ignore[misc]
            os.kill(writer.pid, signal.SIGKILL)
            writer.wait(30)
        steps = int(feed.read_position("test") or 0)
        assert _keys(feed) == [f"{step} {part}" for step in range(steps) for part in range(20)]


def test_a_file_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "state.sqlite").write_bytes(b"no database" * 100)
    with pytest.raises(StorageError):
        Feed(State.in_folder(tmp_path), "portal").read()


def test_whoever_has_missed_what_was_taken_away_is_told_so(tmp_path: Path) -> None:
    now = [1_000_000.0]
    ours, theirs = (Feed(State.in_folder(tmp_path), key, now=lambda: now[0]) for key in ("ours", "theirs"))
    theirs.append([make_message()])
    [first, second] = [noted.number for noted in ours.append([make_message(), make_message()])]
    assert not ours.is_cut(0), "lower numbers are another portal's"
    now[0] += KEPT + 1
    theirs.append([make_message() for _ in range(CLEAN_EVERY)])

    assert ours.read() == []
    assert ours.is_cut(first)
    assert not ours.is_cut(second)
    assert ours.get_bounds() == (0, second)


def test_a_dialog_that_moved_is_known_by_its_former_code_unless_two_may_be_meant(feed: Feed) -> None:
    feed.append([], [KnownDialog(7, "bot|2|a|5", 2), KnownDialog(8, "bot|1|b|6", 1), KnownDialog(9, "bot|2|b|6", 2)])

    assert feed.find_moved_chat("bot|1|a|5") == 7
    assert feed.find_moved_chat("bot|3|b|6") == 0
    assert feed.find_moved_chat("bot|1") == 0
