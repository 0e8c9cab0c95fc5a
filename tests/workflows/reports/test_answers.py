"""Who answered, and how soon, as the messages tell, whatever transfers did to the dialogs afterwards."""

from collections import Counter, defaultdict
from datetime import datetime
from random import Random
from typing import Any

import anyio
import pytest

from sandbox.domain.closing import close_session, finish_session, store_vote
from sandbox.domain.new_clients import open_chat_for_new_client
from sandbox.domain.operator_messages import write_as_client, write_as_operator
from sandbox.domain.sessions import answer_dialog, intercept_dialog, set_silent_mode
from sandbox.domain.transfers import transfer_to_line, transfer_to_user
from sandbox.state.company import Company
from sandbox.state.records import DISLIKE, LIKE, Chat, Message, Session, Status
from tests.assistant import words_of
from tests.mutated_answers import RefusedMethodError, call_mutated
from tests.workflows.portal_context import open_portal, run_tool
from workflows.reports import answers
from workflows.reports.tool import ChannelReport

PEOPLE = (1, 2, 3, 4, 5)
SEEDS = range(6)
DIALOGS, EVENTS = 12, 120
FROM_PHONE = "=== Outgoing message, author: Phone ===\nWe will call you back."
Expected = dict[int, tuple[int, int, int, int, int]]


def _play(company: Company, chance: Random) -> None:
    """Clients write, people accept, answer, hand over, take over, whisper, close and are rated, as chance has it."""
    company.employees[5].presence = "online"
    chats = [
        open_chat_for_new_client(company, {"line_id": chance.choice((1, 2, 3)), "connector": "telegrambot"})
        for _ in range(DIALOGS)
    ]
    for _ in range(EVENTS):
        company.clock.advance(chance.randint(1, 400))
        _let_something_happen(company, chance.choice(chats), chance)


def _let_something_happen(company: Company, chat: Chat, chance: Random) -> None:
    session, one = company.sessions.get(chat.session_id), chance.choice(PEOPLE)
    event = chance.choices(("client", "phone", "accept", "answer", "move", "line", "take", "silent", "vote"), k=1)[0]
    if session is None or event == "client":
        write_as_client(company, chat, "Where is my order?", [])
    elif event == "phone":
        write_as_client(company, chat, FROM_PHONE, [])
    elif event == "accept":
        answer_dialog(company, chat, one)
    elif event == "answer":
        write_as_operator(company, chat, chat.owner or one, "It is on its way.")
    elif event == "move":
        transfer_to_user(company, chat, chat.owner or one, one)
    elif event == "line":
        transfer_to_line(company, chat, one, chance.choice((1, 2, 3)))
    elif event == "take":
        intercept_dialog(company, chat, one)
    elif event == "silent":
        set_silent_mode(company, chat, on=chat.silent != "Y")
    else:
        session.wait_vote = True
        store_vote(company, chat, session, chance.choice((LIKE, DISLIKE)))
        if chance.random() < 0.5:
            finish_session(company, chat, session)
            close_session(company, chat, session, Status.CLOSED, "operator")


def _is_of_company(message: Message, session: Session) -> bool:
    """What the client got of a person, from the portal or past it."""
    if message.author_id == session.client_id:
        return message.text == FROM_PHONE
    return message.author_id in PEOPLE and not message.hidden and not message.system


def _find_first(company: Company, session: Session) -> tuple[int, int] | None:
    """Who answered first, 0 past the portal, and after how many seconds."""
    asked: Message | None = None
    for message in sorted(company.messages.values(), key=lambda message: message.id):
        if message.session_id != session.id:
            continue
        if asked and _is_of_company(message, session):
            who = 0 if message.author_id == session.client_id else message.author_id
            return who, int((message.created - asked.created).total_seconds())
        if message.author_id == session.client_id and message.text != FROM_PHONE:
            asked = asked or message
    return None


def _find_rated(company: Company, session: Session) -> int:
    """Who wrote last before the rating came."""
    wrote = [
        0 if message.author_id == session.client_id else message.author_id
        for message in sorted(company.messages.values(), key=lambda message: message.id)
        if message.session_id == session.id and _is_of_company(message, session)
        if session.voted_at is None or message.created <= session.voted_at
    ]
    return wrote[-1] if wrote else 0


def _is_late(company: Company, session: Session) -> bool:
    """By the line's target, which the portal holds against acceptance."""
    target = int(company.lines[session.line_id].settings["KPI_FIRST_ANSWER_TIME"])
    until: datetime = session.first_answer or company.clock()
    return bool(target) and int((until - session.created).total_seconds()) > target


def _expect(company: Company) -> tuple[dict[str, Any], Expected]:
    """The sums and the rows of a report on all dialogs, counted anew."""
    sessions = list(company.sessions.values())
    firsts = {session.id: found for session in sessions if (found := _find_first(company, session))}
    waits, late, votes = defaultdict[int, list[int]](list), Counter[int](), Counter[tuple[int, int]]()
    for session in sessions:
        who, waited = firsts.get(session.id, (0, 0))
        if who:
            waits[who].append(waited)
            late[who] += _is_late(company, session)
        if session.vote:
            votes[_find_rated(company, session), session.vote] += 1
    rows = {
        one: (
            len(waits[one]),
            round(sum(waits[one]) / len(waits[one])) if waits[one] else 0,
            late[one],
            votes[one, LIKE],
            votes[one, DISLIKE],
        )
        for one in PEOPLE
    }
    seconds = [seconds for _, seconds in firsts.values()]
    past = [who for who, _ in firsts.values()].count(0)
    return {"answered": len(seconds), "average": round(sum(seconds) / len(seconds)), "past_portal": past}, rows


@pytest.mark.parametrize("seed", SEEDS)
def test_after_random_transfers_the_figures_are_those_of_the_messages(seed: int) -> None:
    async def story() -> tuple[Any, Company]:
        async with open_portal() as fresh:
            _play(fresh.company, Random(seed))  # noqa: S311  (chance, no secret)
            report = ChannelReport.from_tool({"period": "last_30_days"})
            return report.structured(await report.run(fresh.context)), fresh.company

    data, company = anyio.run(story)
    sums, rows = _expect(company)
    names = ("answered", "first_answer", "late", "likes", "dislikes")
    found = {row["id"]: tuple(row[name] for name in names) for row in data["by_operator"] if row["id"] in PEOPLE}

    assert data["missing"] == []
    assert {name: data["first_answers"][name] for name in sums} == sums
    assert found | dict.fromkeys(set(PEOPLE) - set(found), (0, 0, 0, 0, 0)) == rows
    assert {row["id"]: row["dialogs"] for row in data["by_operator"] if row["dialogs"]} == Counter(
        session.operator_id for session in company.sessions.values() if session.operator_id
    )


def test_whoever_gets_a_late_dialog_is_not_the_one_who_was_late() -> None:
    def hand_over(company: Company) -> None:
        assert transfer_to_user(company, company.chats[201], 1, 4)

    before = run_tool(ChannelReport)[0]["by_operator"]
    data, text = run_tool(ChannelReport, hand_over)
    james, earlier = (next(row for row in rows if row["id"] == 4) for rows in (data["by_operator"], before))

    assert {**james, "dialogs": earlier["dialogs"]} == earlier
    assert james["dialogs"] == earlier["dialogs"] + 1
    assert "accepted after 3 h 20 min, nobody has answered; Sales, now with James Carter (4)" in text


def test_a_first_answer_stays_with_whoever_gave_it() -> None:
    def hand_over(company: Company) -> None:
        for chat in company.chats.values():
            if chat.session_id and chat.owner not in {0, 2}:
                transfer_to_user(company, chat, 1, 2)

    def select(rows: list[dict[str, Any]]) -> dict[int, Any]:
        return {row["id"]: {**row, "dialogs": 0} for row in rows if row["answered"]}

    before, (after, text) = run_tool(ChannelReport)[0], run_tool(ChannelReport, hand_over)

    assert select(after["by_operator"]) == select(before["by_operator"])
    assert after["first_answers"] == before["first_answers"]
    assert "answered by Olga Smirnova (3), now with Martin Vogel (2)" in text


def test_an_average_of_acceptance_is_not_called_an_answer() -> None:
    data, text = run_tool(ChannelReport)

    assert "Accepted after: 10 min on average" in text
    assert "First answer, by the messages: 11 min on average, 14 of 22 dialogs answered" in text
    assert "in time 7 of 12 on lines with a target" in text
    assert "until somebody accepted a dialog, the portal's own figure" in data["meaning"]


def test_only_the_newest_dialogs_are_read_and_the_others_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "MOST_READ", 10)
    data, text = run_tool(ChannelReport)

    assert data["first_answers"]["dialogs"] == 10
    assert "who answered 12 older dialogs (the 10 newest are read: narrow the period)" in text


def test_where_messages_may_not_be_read_nobody_is_said_to_have_answered() -> None:
    def refuse(method: str, result: Any, _: Any) -> Any:
        if method == "imopenlines.session.history.get":
            raise RefusedMethodError("ACCESS_DENIED")
        return result

    words = words_of(call_mutated("channel_report", {}, refuse))

    assert "First answer, by the messages: not known" in words
    assert "By person (has now; first answers given): James Carter (4): has 9; Olga Smirnova (3): has 5;" in words
    assert "accepted after 50 min; Sales, now with Sofia Marino (5)" in words
    assert "who answered 22 dialogs, and when (their messages: ACCESS_DENIED)" in words
