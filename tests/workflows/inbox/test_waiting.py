"""What the messages of a dialog tell about its wait, and which dialogs a filter wants: at each border."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tools.messenger import ImDialogMessagesGet
from workflows.inbox.waiting import SLACK, ExchangedMessage, InboxFilter, SessionMessages, WaitingDialog

BEGAN = datetime(2026, 3, 16, 8, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
CLIENT, OPERATOR, BOT = 101, 4, 9
ROLES = {CLIENT: "client", OPERATOR: "operator", BOT: "bot", 0: "system"}
DIALOG = WaitingDialog(
    chat_id=5,
    session_id=305,
    line_id=1,
    connector="livechat",
    state="accepted",
    since=BEGAN,
    question=ImDialogMessagesGet(dialog_id="chat5"),
    waits=False,
    dated=False,
)
IN_QUEUE = replace(DIALOG, state="new", waits=True, offered_to=OPERATOR)
OWNED = replace(DIALOG, owner=OPERATOR, accepted=True)


def _make_message(author: int, minute: float, **more: Any) -> Mapping[str, Any]:
    """A message of a transcript, so many minutes after the session began."""
    at = (BEGAN + minute * MINUTE).isoformat()
    return {"id": round(1000 + minute), "author_id": author, "role": ROLES[author], "text": "x", "date": at, **more}


def _make_session(*authors: int) -> SessionMessages:
    """One message a minute, the first as the session began."""
    return SessionMessages.from_messages([_make_message(author, place) for place, author in enumerate(authors)], BEGAN)


def _count_minutes(moment: datetime) -> float:
    return (moment - BEGAN) / MINUTE


@pytest.mark.parametrize(
    ("more", "counts"),
    [
        ({}, True),
        ({"role": "unknown"}, True),
        ({"hidden": False}, True),
        ({"hidden": True}, False),
        ({"role": "system"}, False),
    ],
)
def test_only_a_dated_message_that_the_client_wrote_or_got_counts(more: dict[str, Any], *, counts: bool) -> None:
    assert (ExchangedMessage.from_message(_make_message(CLIENT, 0, **more), BEGAN) is not None) is counts
    assert ExchangedMessage.from_message(_make_message(CLIENT, 0, **more), None) is None


@pytest.mark.parametrize(("early", "counts"), [(SLACK, True), (SLACK + SECOND, False), (-SECOND, True)])
def test_the_opening_message_may_be_a_minute_older_than_the_session(early: timedelta, *, counts: bool) -> None:
    session = SessionMessages.from_messages([_make_message(CLIENT, -(early / MINUTE))], BEGAN)

    assert SLACK == MINUTE
    assert (session.last is not None) is counts
    assert bool(session.unanswered) is counts


@pytest.mark.parametrize(
    ("authors", "minutes"),
    [
        ([], []),
        ([CLIENT, CLIENT], [0, 1]),
        ([CLIENT, OPERATOR], []),
        ([CLIENT, OPERATOR, CLIENT, CLIENT], [2, 3]),
        ([OPERATOR, CLIENT, BOT, CLIENT], [3]),
        ([CLIENT, BOT], []),
    ],
)
def test_unanswered_is_what_the_client_wrote_since_anybody_answered(authors: list[int], minutes: list[int]) -> None:
    assert [_count_minutes(message.at) for message in _make_session(*authors).unanswered] == minutes


def test_what_one_session_tells_of_its_last_message_its_bot_and_its_operators() -> None:
    assert _make_session().last is None
    assert (_make_session(CLIENT, OPERATOR).last or DIALOG).__class__ is ExchangedMessage
    assert _count_minutes(_make_session(CLIENT, OPERATOR).messages[-1].at) == 1
    assert _make_session(BOT, CLIENT).last_bot == BOT
    assert _make_session(OPERATOR, CLIENT).last_bot == 0
    assert _make_session(BOT, OPERATOR, CLIENT).has_operator_message
    assert not _make_session(BOT, CLIENT).has_operator_message


@pytest.mark.parametrize(
    ("authors", "state", "minute"),
    [
        ([CLIENT], "accepted", 0),
        ([BOT, CLIENT], "accepted", 1),
        ([CLIENT, OPERATOR, CLIENT, CLIENT], "again", 2),
        ([CLIENT, OPERATOR], None, None),
        ([CLIENT, BOT], None, None),
        ([], None, None),
    ],
)
def test_an_accepted_dialog_waits_since_the_first_message_that_nobody_answered(
    authors: list[int], state: str | None, minute: float | None
) -> None:
    judged = OWNED.apply_messages(_make_session(*authors))

    assert (judged and judged.state) == state
    assert (judged and _count_minutes(judged.since)) == minute
    assert judged is None or judged.bot == 0


@pytest.mark.parametrize(
    ("authors", "minute"),
    [
        ([], 0),
        ([OPERATOR], 0),
        ([CLIENT, CLIENT], 0),
        ([CLIENT, BOT], 0),
        ([CLIENT, OPERATOR, CLIENT], 2),
        ([CLIENT, OPERATOR], 1),
        ([CLIENT, CLIENT, OPERATOR, CLIENT, CLIENT], 3),
    ],
)
def test_a_dialog_of_the_queue_waits_always_and_since_it_came_back_if_a_person_wrote(
    authors: list[int], minute: float
) -> None:
    judged = IN_QUEUE.apply_messages(_make_session(*authors))

    assert judged is not None
    assert (judged.state, judged.bot, _count_minutes(judged.since)) == ("new", 0, minute)
    assert judged.last == _make_session(*authors).last


def test_where_the_wait_is_certain_the_messages_do_not_change_it() -> None:
    judged = replace(IN_QUEUE, dated=True).apply_messages(_make_session(CLIENT, OPERATOR, CLIENT))

    assert judged is not None
    assert judged.since == BEGAN


@pytest.mark.parametrize("held", [{"accepted": True}, {"offered_to": BOT}])
def test_a_dialog_that_a_bot_has_waits_only_while_the_bot_owes_an_answer(held: dict[str, Any]) -> None:
    dialog = replace(IN_QUEUE, **held)
    judged = dialog.apply_messages(_make_session(CLIENT, BOT, CLIENT))

    assert judged is not None
    assert (judged.state, judged.bot, _count_minutes(judged.since)) == ("new", BOT, 2)
    assert dialog.apply_messages(_make_session(CLIENT, BOT)) is None


def test_a_bot_that_wrote_in_a_dialog_offered_to_somebody_else_does_not_have_it() -> None:
    judged = IN_QUEUE.apply_messages(_make_session(CLIENT, BOT, CLIENT))

    assert judged is not None
    assert (judged.bot, _count_minutes(judged.since)) == (0, 0)


def test_what_a_source_does_not_tell_of_a_dialog_is_not_so() -> None:
    assert (DIALOG.accepted, DIALOG.pinned, DIALOG.silent, DIALOG.owner, DIALOG.bot) == (False, False, False, 0, 0)


def test_a_dialog_with_an_owner_is_not_a_bots_though_one_wrote() -> None:
    judged = replace(OWNED, offered_to=BOT).apply_messages(_make_session(BOT, CLIENT))

    assert judged is not None
    assert (judged.state, judged.bot) == ("accepted", 0)


@pytest.mark.parametrize(("waits", "dated"), [(True, True), (True, False), (False, True), (False, False)])
def test_only_a_dialog_that_waits_since_a_known_moment_is_certain(*, waits: bool, dated: bool) -> None:
    assert replace(DIALOG, waits=waits, dated=dated).certain is (waits and dated)


ANY = InboxFilter(limit=20)


@pytest.mark.parametrize(
    ("wanted", "queue", "accepted"),
    [
        (ANY, True, True),
        (replace(ANY, state="new"), True, False),
        (replace(ANY, state="again"), False, True),
        (replace(ANY, state="accepted"), False, True),
        (replace(ANY, owner=OPERATOR), False, True),
        (replace(ANY, unassigned=True), True, False),
        (replace(ANY, unassigned=True, state="new"), True, False),
    ],
)
def test_a_filter_tells_where_to_look(wanted: InboxFilter, *, queue: bool, accepted: bool) -> None:
    assert wanted.includes_queue is queue
    assert wanted.includes_accepted is accepted


NOW = BEGAN + 10 * MINUTE


@pytest.mark.parametrize(
    ("wanted", "found", "fits"),
    [
        (ANY, OWNED, True),
        (replace(ANY, line_id=1), OWNED, True),
        (replace(ANY, line_id=2), OWNED, False),
        (replace(ANY, connectors=frozenset({"livechat", "viber"})), OWNED, True),
        (replace(ANY, connectors=frozenset({"viber"})), OWNED, False),
        (replace(ANY, owner=OPERATOR), OWNED, True),
        (replace(ANY, owner=1), OWNED, False),
        (replace(ANY, unassigned=True), OWNED, False),
        (replace(ANY, unassigned=True), IN_QUEUE, True),
        (replace(ANY, state="accepted"), OWNED, True),
        (replace(ANY, state="again"), OWNED, False),
        (replace(ANY, min_wait=10 * MINUTE), OWNED, True),
        (replace(ANY, min_wait=10 * MINUTE + SECOND), OWNED, False),
    ],
)
def test_a_filter_wants_what_fits_in_every_respect(wanted: InboxFilter, found: WaitingDialog, *, fits: bool) -> None:
    assert wanted.matches(found, NOW) is fits


@pytest.mark.parametrize(
    ("after", "follows"),
    [
        (None, True),
        ((BEGAN, 304), True),
        ((BEGAN, 305), False),
        ((BEGAN, 306), False),
        ((BEGAN - SECOND, 999), True),
        ((BEGAN + SECOND, 1), False),
    ],
)
def test_a_page_goes_on_right_behind_its_cursor(after: tuple[datetime, int] | None, *, follows: bool) -> None:
    assert replace(ANY, after=after).is_after_cursor(DIALOG) is follows
