"""Who should take which dialog, case by case."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tools.dialogs import SessionHistoryGet
from workflows.core.rows import UnclearRows
from workflows.inbox.waiting import WaitingDialog
from workflows.team.load import (
    LinePlace,
    Moves,
    find_holder,
    list_users,
    propose_moves,
    read_places,
    select_team,
    sum_by_person,
)

NOW = datetime(2026, 3, 16, 10, tzinfo=UTC)
ANNA, OLGA, JAMES, SOFIA = 1, 3, 4, 5
SALES, VIP = 2, 3


def _place(user: int, *, line: int = SALES, status: str = "online", has: int = 0, limit: int = 0) -> LinePlace:
    return LinePlace(user, line, status, has, limit, max(0, limit - has))


def _dialog(chat: int, *, line: int = SALES, owner: int = 0, offered_to: int = 0, bot: int = 0) -> WaitingDialog:
    return WaitingDialog(
        chat,
        chat + 100,
        line,
        "livechat",
        "accepted" if owner else "new",
        NOW - timedelta(hours=1),
        SessionHistoryGet(session_id=chat + 100),
        owner=owner,
        offered_to=offered_to,
        bot=bot,
    )


def _propose(places: list[LinePlace], dialogs: list[WaitingDialog]) -> Moves:
    return propose_moves(sum_by_person(places, dialogs), dialogs, NOW)


def _list_moves(moves: Moves) -> list[tuple[int, int, int]]:
    return [(one.dialog.chat_id, one.holder, one.to) for one in moves.proposals]


CASES: dict[str, tuple[list[LinePlace], list[WaitingDialog], list[tuple[int, int, int]], list[int]]] = {
    "it goes to whoever has fewest": (
        [_place(ANNA, has=2), _place(OLGA, has=1), _place(JAMES, has=3)],
        [_dialog(10)],
        [(10, 0, OLGA)],
        [],
    ),
    "each proposal counts for the next": (
        [_place(ANNA, has=2), _place(OLGA, has=1)],
        [_dialog(10), _dialog(11), _dialog(12), _dialog(13)],
        [(10, 0, OLGA), (11, 0, ANNA), (12, 0, OLGA), (13, 0, ANNA)],
        [],
    ),
    "other lines count for who has fewest": (
        [_place(ANNA, has=0), _place(ANNA, line=VIP, has=5), _place(OLGA, has=1)],
        [_dialog(10)],
        [(10, 0, OLGA)],
        [],
    ),
    "it stays on its line": ([_place(ANNA, line=VIP), _place(OLGA, has=9)], [_dialog(10)], [(10, 0, OLGA)], []),
    "nobody is proposed what they have": (
        [_place(ANNA, status="pause"), _place(OLGA, status="offline")],
        [_dialog(10, owner=ANNA)],
        [],
        [10],
    ),
    "what is offered to somebody away moves too": (
        [_place(ANNA, status="offline"), _place(OLGA)],
        [_dialog(10, offered_to=ANNA)],
        [(10, ANNA, OLGA)],
        [],
    ),
    "what somebody at work has stays": ([_place(ANNA, has=50), _place(OLGA)], [_dialog(10, owner=ANNA)], [], []),
    "what a bot has stays": (
        [_place(ANNA), _place(OLGA)],
        [_dialog(10, bot=9), _dialog(11, offered_to=9, bot=9)],
        [],
        [],
    ),
    "what somebody of no queue has stays": ([_place(ANNA)], [_dialog(10, owner=SOFIA)], [], []),
    "a limit ends it": (
        [_place(ANNA, has=1, limit=2), _place(OLGA, has=2, limit=2)],
        [_dialog(10), _dialog(11)],
        [(10, 0, ANNA)],
        [11],
    ),
    "as many move as are too many": (
        [_place(ANNA, has=4, limit=2), _place(OLGA)],
        [_dialog(chat, owner=ANNA) for chat in (10, 11, 12)],
        [(10, ANNA, OLGA), (11, ANNA, OLGA)],
        [],
    ),
    "only the line's own limit counts": (
        [_place(ANNA, line=VIP, has=4, limit=2), _place(ANNA, has=1, limit=2), _place(OLGA)],
        [_dialog(10, owner=ANNA)],
        [],
        [],
    ),
    "nobody there": ([], [_dialog(10)], [], [10]),
}


@pytest.mark.parametrize("case", CASES)
def test_who_should_take_what(case: str) -> None:
    places, dialogs, moves, stuck = CASES[case]
    proposed = _propose(places, dialogs)

    assert _list_moves(proposed) == moves
    assert [one.chat_id for one in proposed.stuck] == stuck


def test_a_line_has_everybody_of_its_queue_with_all_they_have() -> None:
    places = [_place(ANNA), _place(ANNA, line=VIP), _place(OLGA, line=VIP)]

    assert select_team(places, SALES) == places[:2]
    assert select_team(places, None) == places


def test_whoever_has_most_waiting_stands_first() -> None:
    places = [_place(ANNA, has=9), _place(OLGA, has=1), _place(JAMES, has=9)]
    people = sum_by_person(places, [_dialog(10, owner=OLGA), _dialog(11, line=VIP, owner=OLGA)])

    assert [(one.user, one.open, len(one.waiting)) for one in people] == [(OLGA, 2, 2), (ANNA, 9, 0), (JAMES, 9, 0)]


def test_only_people_need_a_name() -> None:
    dialogs = [_dialog(10), _dialog(11, owner=ANNA)]
    places = [_place(ANNA, status="pause"), _place(OLGA)]
    people = sum_by_person(places, dialogs)

    assert list(list_users(people, propose_moves(people, dialogs, NOW))) == [ANNA, OLGA, ANNA]
    assert find_holder(_dialog(12)) == 0


ROW = {"userId": "4", "configId": 2, "status": "online", "activeSessions": 3, "maxChat": None, "freeSlots": None}
ODD: list[tuple[dict[str, Any], str]] = [
    ({"userId": None}, "1 operator whose userId could not be read"),
    ({"configId": 0}, "1 operator whose configId could not be read (user 4)"),
    ({"status": "away"}, "1 operator whose status could not be read (user 4)"),
    ({"activeSessions": None}, "1 operator whose activeSessions could not be read (user 4)"),
    ({"maxChat": "many"}, "1 operator whose maxChat could not be read (user 4)"),
]


@pytest.mark.parametrize(("changed", "named"), ODD)
def test_a_row_that_cannot_be_read_is_left_out_and_named(changed: dict[str, Any], named: str) -> None:
    unclear = UnclearRows()

    assert read_places([{**ROW, **changed}, ROW], unclear) == [LinePlace(4, 2, "online", 3, 0, 0)]
    assert unclear.describe() == [named]
