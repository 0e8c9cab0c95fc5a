"""What led from one state of a dialog to the next, and cues that are one."""

from dataclasses import replace
from typing import Any

import pytest

from server.events.feed.cue import Cue, merge_cues
from server.events.feed.dialogs import KnownDialog, compare_dialogs, keep_unclear
from server.events.feed.event import EventKind
from tests.server.events.telling import make_message
from workflows.core.chat_state import OPERATOR, SESSION, ChatState

CLOSED = KnownDialog(201, "telegrambot|2|x|7", 2, "Emma", 0, 0, 10)
WAITS = replace(CLOSED, session_id=5)
OF_ANNA = replace(WAITS, owner=1)
OF_BEN = replace(WAITS, owner=2)
STARTED, FINISHED = EventKind.SESSION_STARTED, EventKind.SESSION_FINISHED
OFFERED, TAKEN, MOVED = EventKind.DIALOG_OFFERED, EventKind.DIALOG_TAKEN, EventKind.DIALOG_TRANSFERRED


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        (None, CLOSED, []),
        (None, WAITS, [STARTED, OFFERED]),
        (None, OF_ANNA, [STARTED, TAKEN]),
        (CLOSED, WAITS, [STARTED, OFFERED]),
        (WAITS, WAITS, []),
        (WAITS, OF_ANNA, [TAKEN]),
        (OF_ANNA, OF_BEN, [MOVED]),
        (OF_ANNA, WAITS, [OFFERED]),
        (OF_ANNA, CLOSED, [FINISHED]),
        (OF_ANNA, replace(OF_BEN, session_id=6), [FINISHED, STARTED, TAKEN]),
        (OF_ANNA, replace(OF_ANNA, line_id=3), [MOVED]),
        (WAITS, replace(WAITS, line_id=3), [OFFERED]),
        (WAITS, replace(OF_ANNA, line_id=3), [MOVED]),
        (CLOSED, replace(OF_ANNA, line_id=3), [STARTED, TAKEN]),
        (OF_ANNA, replace(OF_ANNA, last_message_id=99), []),
    ],
)
def test_the_events_between_two_states(before: KnownDialog | None, now: KnownDialog, expected: list[EventKind]) -> None:
    events = list(compare_dialogs(before, now, 1.0))

    assert [event.kind for event in events] == expected
    assert len({event.key for event in events}) == len(events)
    assert all(event.chat_id == 201 for event in events)


def test_who_had_the_dialog_is_told() -> None:
    [moved] = compare_dialogs(OF_ANNA, OF_BEN, 1.0)
    [back] = compare_dialogs(OF_BEN, WAITS, 1.0)

    assert (moved.author_id, moved.details) == (2, {"from_owner": 1, "from_line": 2})
    assert (back.author_id, back.details["from_owner"]) == (0, 2)


def test_a_dialog_that_is_new_comes_from_nowhere() -> None:
    _, offered = compare_dialogs(CLOSED, WAITS, 1.0)

    assert offered.details == {}


ANSWER = {
    "id": 201,
    "name": "Emma Wilson - Sales",
    "owner": 4,
    "entity_id": "telegrambot|2|x|7",
    "entity_data_1": "N|NONE|0|N|N|301|1773223732|0|0|0",
    "last_message_id": 12,
}


def test_a_dialog_is_known_as_the_portal_shows_it() -> None:
    known = KnownDialog.from_state(ChatState.from_answer(ANSWER))
    unread = KnownDialog.from_state(replace(ChatState.from_answer(ANSWER), unclear=(SESSION, OPERATOR)))

    assert known == KnownDialog(201, "telegrambot|2|x|7", 2, "Emma Wilson", 301, 4, 12)
    assert (unread.session_id, unread.owner) == (0, 0)
    assert known.connector == "telegrambot"
    assert KnownDialog(5) == KnownDialog(5, "", 0, "", 0, 0, 0)


def test_a_dialog_that_goes_there_and_back_is_told_each_time() -> None:
    """Keys hold where the dialog stood in its messages: of each move there is a notice in it."""
    there = list(compare_dialogs(OF_ANNA, replace(OF_BEN, last_message_id=11), 1.0))
    back = list(compare_dialogs(OF_BEN, replace(OF_ANNA, last_message_id=12), 1.0))
    again = list(compare_dialogs(OF_ANNA, replace(OF_BEN, last_message_id=13), 1.0))

    assert len({event.key for event in (*there, *back, *again)}) == 3


def test_what_could_not_be_read_is_no_change() -> None:
    unread = ChatState.from_answer({"id": 201})
    unclear = replace(unread, unclear=(SESSION, OPERATOR))
    now = keep_unclear(OF_ANNA, KnownDialog.from_state(unclear), unclear)

    assert list(compare_dialogs(OF_ANNA, replace(now, line_id=2), 1.0)) == []
    assert keep_unclear(None, CLOSED, unclear) == CLOSED


def _merge(*cues: Cue) -> Cue:
    [merged] = merge_cues(cues)
    return merged


def test_cues_of_one_dialog_are_one() -> None:
    first, second = make_message(), make_message()
    merged = _merge(
        Cue(201, edited=frozenset({1}), told=(first,), since=5.0),
        Cue(201, user_code="a|1|2|3", deleted=frozenset({2}), told=(second,), since=3.0),
        Cue(201, edited=frozenset({3}), reread=True, since=9.0),
    )

    assert merged == Cue(
        201, "a|1|2|3", None, 3.0, frozenset({1, 3}), frozenset({2}), reread=True, told=(first, second)
    )


def test_what_either_cue_knows_is_kept() -> None:
    known, code = Cue(201, "a|1|2|3"), Cue()

    assert known.merge(code) == code.merge(known) == known
    for one, other in ((True, False), (False, True)):
        assert Cue(201, reread=one).merge(Cue(201, reread=other)).reread
    assert not Cue(201).merge(Cue(201)).reread


@pytest.mark.parametrize("sinces", [(None, 5.0), (5.0, None), (None, None)])
def test_who_wants_all_of_a_session_gets_it(sinces: tuple[Any, Any]) -> None:
    assert _merge(*(Cue(201, since=since) for since in sinces)).since is None


def test_different_dialogs_stay_apart_and_keep_their_order() -> None:
    one, other = Cue(user_code="a|1|2|3"), Cue(user_code="a|1|4|5")

    assert merge_cues([Cue(3), one, Cue(1), other, Cue(3), one]) == [Cue(3), one, Cue(1), other]


def test_the_state_that_was_seen_last_counts() -> None:
    old, new = (ChatState.from_answer({"id": 201, "name": name}) for name in ("old", "new"))

    assert _merge(Cue(201, state=old), Cue(201, state=new)).state == new
    assert _merge(Cue(201, state=old), Cue(201)).state == old
