"""A support lead's questions: who waits, what is open, what was sent, how it went."""

import base64
import csv
import io
from datetime import datetime
from statistics import fmean

from sandbox.seed.seed import ADMIN_WEBHOOK_PATH
from tests.served import ServedSandbox
from tests.workflows.inbox.expected_waiting import compute_waiting
from tests.workflows.stories.counted_calls import CountedCalls
from tests.workflows.stories.facts import (
    compute_first_answers,
    count_load,
    list_open,
    list_texts,
    name_user,
    read_messages,
)
from tests.workflows.stories.offers import read_minutes, read_part, read_table
from tests.workflows.stories.story import ADMIN, Story, check_nothing
from workflows.core.formatting import format_duration

WEEK = "last_7_days"
ORDER = "2 desks Oslo\n1 lamp, blue\n"


def _who_waits(calls: CountedCalls) -> None:
    rows = read_table(calls.tell("inbox"))
    state, messages = calls.look("state"), read_messages(calls)
    expected = compute_waiting(state, messages)
    assert [(int(row["chat_id"]), int(row["session_id"])) for row in rows] == [
        (one.chat_id, one.session_id) for one in expected
    ]
    for row, one in zip(rows, expected, strict=True):
        waited = (datetime.fromisoformat(state["now"]) - one.since).total_seconds() // 60
        assert abs(read_minutes(row["waits"]) - waited) <= 1, row
        holder = "you" if one.owner == ADMIN else name_user(one.owner) if one.owner else "queue"
        assert row["who has it"].startswith((holder, "bot ")), row
        client = [text["text"] for text in messages if text["chat_id"] == one.chat_id and not text["system"]][-1]
        assert client[:30] in row["last message"], row


def _open_dialogs(calls: CountedCalls) -> None:
    of_olga, of_invoices, of_irina = (
        {int(row["chat_id"]): row for row in read_table(calls.tell("dialog_list", **narrowed))}
        for narrowed in ({"operator": "Olga"}, {"contains": "invoice"}, {"client": "Irina Kuznetsova"})
    )
    state, messages = calls.look("state"), read_messages(calls)
    olga = next(user for user in count_load(state) if name_user(user).startswith("Olga"))
    assert set(of_olga) == {chat["id"] for chat, _ in list_open(state) if chat["owner"] == olga}
    assert set(of_invoices) == {
        chat["id"] for chat, _ in list_open(state) if "invoice" in " ".join(list_texts(messages, chat["id"]))
    }
    assert [chat["name"].startswith("Ирина") for chat in state["chats"] if chat["id"] in of_irina] == [True]


def _let_volkov_write_in_telegram(portal: ServedSandbox) -> None:
    portal.control(
        "client-message",
        {
            "line_id": 2,
            "connector": "telegrambot",
            "name": "A. Volkov",
            "text": "Is the courier on the way?",
            "crm": {"CONTACT": 701},
        },
    )


def _one_client(calls: CountedCalls) -> None:
    rows = read_table(calls.tell("dialog_list", client="Alexey Volkov"))
    volkov = {chat["id"]: chat for chat in calls.look("state")["chats"] if "Volkov" in chat["name"]}
    known = {chat["id"]: chat for chat in calls.look("state")["chats"] if chat["name"].startswith("Алексей Волков")}
    assert {int(row["chat_id"]) for row in rows} == {*volkov, *known}
    assert {row["line, channel"].partition(", ")[2] for row in rows} == {"Telegram", "Live chat"}


def _let_noah_send_an_order(portal: ServedSandbox) -> None:
    order = {"name": "order.txt", "content": base64.b64encode(ORDER.encode()).decode()}
    portal.control("client-message", {"chat_id": 204, "text": "This is what I need.", "files": [order]})


def _files(calls: CountedCalls) -> None:
    order = calls.tell("file_get", dialog="Noah Davies")
    assert all(line in order for line in ("order.txt", *ORDER.splitlines()))
    assert calls.pictures == 0
    screenshot = calls.tell("file_get", dialog="Ella Turner")
    (name,) = [name for message in read_messages(calls) if message["chat_id"] == 219 for name in message["files"]]
    assert name in screenshot
    assert "The picture is shown" in screenshot
    assert calls.pictures == 1


def _move_answered_dialogs(portal: ServedSandbox) -> None:
    """Hannah's and Ella's dialogs, which James answered, and Grace's, which Anna answered, go to others."""
    for chat, user in ((212, 3), (219, 3), (206, 4)):
        status, answer = portal.post(
            f"{ADMIN_WEBHOOK_PATH}imopenlines.operator.transfer", {"CHAT_ID": chat, "TRANSFER_ID": user}
        )
        assert status == 200, answer


def _report_by_person(calls: CountedCalls) -> None:
    words = calls.tell("channel_report", line="Website support", period=WEEK)
    by_person = read_part(words, r"By person \(.*?\): (.*)").split("; ")
    state = calls.look("state")
    answers = compute_first_answers(state, read_messages(calls), 1, WEEK)
    for person in by_person:
        theirs = [one for one in answers if person.startswith(name_user(one.user))]
        late = sum(one.late for one in theirs)
        if theirs:
            mean = format_duration(round(fmean(one.seconds for one in theirs)))
            assert f"answered {len(theirs)} after {mean}" in person
        assert (f"{late} of them late" in person) == (late > 0), person
    assert {one.user for one in answers} == {
        one.user for one in answers if any(person.startswith(name_user(one.user)) for person in by_person)
    }
    assert "Accepted after" in words


def _report_as_csv(calls: CountedCalls) -> None:
    words = calls.tell("channel_report", period=WEEK, format="csv")
    rows = {row["id"]: row for row in csv.DictReader(io.StringIO(words)) if row["part"] == "person"}
    state = calls.look("state")
    answers = compute_first_answers(state, read_messages(calls), None, WEEK)
    for user in {one.user for one in answers}:
        theirs = [one for one in answers if one.user == user]
        row = rows[str(user)]
        assert f"{row['name']} ({user})" == name_user(user)
        assert (int(row["answered"]), int(row["late"])) == (len(theirs), sum(one.late for one in theirs))
        assert int(row["first_answer"]) == round(fmean(one.seconds for one in theirs))
    assert sum(int(row["answered"]) for row in rows.values()) == len(answers)


STORIES = (
    Story("who waits", "Who waits for an answer, since when, and whose is it?", _who_waits, None, check_nothing),
    Story(
        "open dialogs",
        "Which open dialogs has Olga, which of all are about an invoice, and is anything open with Irina Kuznetsova?",
        _open_dialogs,
        None,
        check_nothing,
    ),
    Story(
        "one client's dialogs",
        "Alexey Volkov says that he has written in Telegram too. What do we have with him on all channels?",
        _one_client,
        None,
        check_nothing,
        _let_volkov_write_in_telegram,
    ),
    Story(
        "files of clients",
        "What is in the order that Noah Davies sent, and what does Ella Turner's screenshot show?",
        _files,
        None,
        check_nothing,
        _let_noah_send_an_order,
    ),
    Story(
        "report by who answered",
        "Who of Website support answered how fast in the last seven days? Some dialogs were handed on since.",
        _report_by_person,
        None,
        check_nothing,
        _move_answered_dialogs,
    ),
    Story(
        "report as CSV",
        "Give me the figures of the last seven days by person for my spreadsheet.",
        _report_as_csv,
        None,
        check_nothing,
        _move_answered_dialogs,
    ),
)
