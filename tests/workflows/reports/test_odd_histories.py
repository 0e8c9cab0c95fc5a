"""What one history of a session tells of its answers, odd ones included."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from workflows.reports.answers import PAST_PORTAL, DialogAnswers, WrittenAnswer, describe_people, read_answers
from workflows.reports.rows import ReportGaps

CLIENT, JAMES, OLGA, BOT = 101, 4, 3, 9
BEGAN = datetime(2026, 3, 16, 9, tzinfo=UTC)
HIDDEN = {"componentId": "HiddenMessage"}
PHONE = "=== Outgoing message, author: Phone ===\nHello"
USERS = {
    str(CLIENT): {"id": CLIENT, "name": "Emma", "connector": True, "bot": False},
    str(JAMES): {"id": JAMES, "name": " James  Carter ", "connector": False, "bot": False},
    str(OLGA): {"id": OLGA, "name": "Olga", "connector": False, "bot": False},
    str(BOT): {"id": BOT, "name": "Helpie", "connector": False, "bot": True},
}
Said = tuple[int, int | None, str, dict[str, Any]]


def _says(author: int, minute: int | None, text: str = "Hello", **params: Any) -> Said:
    return author, minute, text, params


def _read(said: list[Said], **more: Any) -> tuple[DialogAnswers, list[str]]:
    messages = {
        str(number): {
            "id": number,
            "senderid": author,
            "date": None if minute is None else (BEGAN + timedelta(minutes=minute)).isoformat(),
            "text": text,
            "params": params,
        }
        for number, (author, minute, text, params) in enumerate(said, 1)
    }
    chat = {"5": {"id": 5, "entityId": f"livechat|1|9|{CLIENT}", "owner": 0}}
    gaps = ReportGaps()
    answer = {"sessionId": 7, "chatId": 5, "message": messages, "users": USERS, "chat": chat, **more}
    return read_answers(answer, 7, gaps, UTC), gaps.describe()


AUTHOR = "the author of a message of 1 dialog, which could not be read (session 7)"
DATE = "the date of a message of 1 dialog, which could not be read (session 7)"
CASES: dict[str, tuple[list[Said], int | None, int | None, list[str]]] = {
    "nobody wrote": ([], None, None, []),
    "the client alone": ([_says(CLIENT, 0), _says(CLIENT, 5)], None, None, []),
    "a person": ([_says(CLIENT, 0), _says(CLIENT, 2), _says(JAMES, 5), _says(OLGA, 6)], JAMES, 300, []),
    "a person before the client": ([_says(JAMES, 0), _says(CLIENT, 2), _says(OLGA, 5)], OLGA, 180, []),
    "only a person before the client": ([_says(JAMES, 0), _says(CLIENT, 2)], None, None, []),
    "no client at all": ([_says(JAMES, 0), _says(OLGA, 1)], None, None, []),
    "a notice and a bot": ([_says(CLIENT, 0), _says(0, 1), _says(BOT, 2), _says(JAMES, 4)], JAMES, 240, []),
    "in silent mode": ([_says(CLIENT, 0), _says(OLGA, 1, **HIDDEN), _says(JAMES, 4)], JAMES, 240, []),
    "past the portal": ([_says(CLIENT, 0), _says(CLIENT, 1, PHONE), _says(JAMES, 4)], PAST_PORTAL, 60, []),
    "at once": ([_says(CLIENT, 0), _says(JAMES, 0)], JAMES, 0, []),
    "the clock ran back": ([_says(CLIENT, 3), _says(JAMES, 1)], JAMES, 0, []),
    "an unreadable author first": ([_says(CLIENT, 0), _says(-1, 1), _says(JAMES, 4)], None, None, [AUTHOR]),
    "an unreadable author later": ([_says(CLIENT, 0), _says(JAMES, 4), _says(-1, 5)], JAMES, 240, [AUTHOR]),
    "no date of the question": ([_says(CLIENT, None), _says(JAMES, 4)], JAMES, None, [DATE]),
    "no date of the answer": ([_says(CLIENT, 0), _says(JAMES, None)], JAMES, None, [DATE]),
}


@pytest.mark.parametrize("case", CASES)
def test_who_answered_first_and_after_how_long(case: str) -> None:
    said, author, seconds, named = CASES[case]
    told, gaps = _read(said)

    assert (told.first.author if told.first else None, told.seconds) == (author, seconds)
    assert told.has_question == any(one[0] == CLIENT and one[2] != PHONE for one in said)
    assert gaps == named


def test_a_message_without_an_id_is_named() -> None:
    rows = [{"senderid": JAMES, "date": BEGAN.isoformat(), "text": "Hello"}]

    assert _read([], message=rows)[1] == ["1 message whose id could not be read (session 7)"]


def test_people_and_bots_have_names_and_the_client_has_none() -> None:
    told, _ = _read([_says(CLIENT, 0), _says(CLIENT, 1, PHONE), _says(JAMES, 2), _says(OLGA, 3), _says(JAMES, 4)])

    assert told.names == {JAMES: "James Carter", OLGA: "Olga", BOT: "Helpie"}
    assert told.people == [JAMES, OLGA]


RATED: list[tuple[int | None, int]] = [(None, OLGA), (1, PAST_PORTAL), (2, JAMES), (3, JAMES), (5, OLGA), (9, OLGA)]


@pytest.mark.parametrize(("minute", "person"), RATED)
def test_a_rating_is_about_whoever_wrote_last_before_it(minute: int | None, person: int) -> None:
    told, _ = _read([_says(CLIENT, 0), _says(JAMES, 2), _says(OLGA, 5)])

    assert told.find_rated(None if minute is None else BEGAN + timedelta(minutes=minute)) == person


def test_an_answer_of_an_unknown_moment_may_be_the_rated_one() -> None:
    assert DialogAnswers(written=[WrittenAnswer(JAMES, None)]).find_rated(BEGAN) == JAMES


DESCRIBED: list[tuple[list[int], int, bool, list[str]]] = [
    ([JAMES], JAMES, False, ["answered by 4"]),
    ([JAMES], OLGA, False, ["answered by 4", "now with 3"]),
    ([JAMES, OLGA], OLGA, False, ["answered by 4, 3", "now with 3"]),
    ([JAMES], 0, False, ["answered by 4"]),
    ([], JAMES, False, ["now with 4"]),
    ([], 0, False, []),
    ([], JAMES, True, ["offered to 4"]),
    ([], 0, True, []),
]


@pytest.mark.parametrize(("people", "holder", "untaken", "phrases"), DESCRIBED)
def test_who_answered_and_who_has_it_now_are_told_apart(
    people: list[int], holder: int, untaken: bool, phrases: list[str]
) -> None:
    told = DialogAnswers(written=[WrittenAnswer(one, BEGAN) for one in people])

    assert describe_people(told, holder, str, untaken=untaken) == phrases
