"""A line in words."""

from typing import Any

import pytest

from sandbox.state.company import Company
from sandbox.state.records import LineQueueEntry
from tests.workflows.portal_context import run_tool
from tools.fence import add_fences, remove_marks_in
from workflows.lines.overview import ChannelOverview

LONGEST_TEXT = 2800
LONG = "Здравствуйте! Мы получили ваше сообщение и обязательно ответим на него в самое ближайшее время. " * 3
FULL: dict[str, Any] = {
    "ACTIVE": "N",
    "TEMPORARY": "Y",
    "QUEUE_TYPE": "strictly",
    "QUEUE_TIME": "90",
    "MAX_CHAT": "5",
    "TYPE_MAX_CHAT": "closed",
    "CHECK_AVAILABLE": "Y",
    "OPERATOR_DATA": "hide",
    "SESSION_PRIORITY": "60",
    "WORKTIME_ENABLE": "Y",
    "WORKTIME_FROM": "9",
    "WORKTIME_TO": "18.30",
    "WORKTIME_TIMEZONE": "Europe/Berlin",
    "WORKTIME_DAYOFF": "SA,SU",
    "WORKTIME_HOLIDAYS": "01.01,25.12",
    "AGREEMENT_MESSAGE": "Y",
    "AGREEMENT_ID": "3",
    "WELCOME_MESSAGE_TEXT": LONG,
    "SEND_WELCOME_EACH_SESSION": "Y",
    "USE_WELCOME_FORM": "Y",
    "WELCOME_FORM_ID": "4",
    "NO_ANSWER_RULE": "text",
    "NO_ANSWER_TEXT": LONG,
    "WORKTIME_DAYOFF_RULE": "text",
    "WORKTIME_DAYOFF_TEXT": LONG,
    "CLOSE_TEXT": LONG,
    "AUTO_CLOSE_RULE": "text",
    "AUTO_CLOSE_TEXT": "Still\nthere?",
    "SHOW_NOTIFICATION_REDIRECT": "Y",
    "WELCOME_BOT_ENABLE": "Y",
    "WELCOME_BOT_ID": "9",
    "WELCOME_BOT_JOIN": "first",
    "WELCOME_BOT_TIME": "0",
    "WELCOME_BOT_LEFT": "close",
    "AUTO_CLOSE_TIME": "7200",
    "FULL_CLOSE_TIME": "0",
    "CONFIRM_CLOSE": "Y",
    "VOTE_TIME_LIMIT": "120",
    "VOTE_CLOSING_DELAY": "Y",
    "CRM_CREATE": "deal",
    "CRM_SOURCE": "CALL",
    "KPI_FIRST_ANSWER_TIME": "300",
    "KPI_FIRST_ANSWER_ALERT": "Y",
    "KPI_FIRST_ANSWER_LIST": ["4", "77"],
    "KPI_FURTHER_ANSWER_TIME": "600",
    "KPI_FURTHER_ANSWER_ALERT": "Y",
}
"""As much as a line can do."""


def _fill_settings(company: Company) -> None:
    company.lines[1].settings.update(FULL)


@pytest.mark.parametrize(
    ("subject", "words"),
    [
        ("Who answers", "Olga Smirnova (3), James Carter (4): each new dialog is offered to the first free operator"),
        (
            "Who answers",
            "after 1 min 30 s without an answer to the next; at most 5 dialogs each that are not closing",
        ),
        (
            "Who answers",
            "only those who are at work, not absent and not on pause; clients do not see who the operators are",
        ),
        ("Who answers", "its dialogs come 1 min before those of other lines"),
        (
            "Working hours",
            "09:00 to 18:30, Europe/Berlin; closed on Saturday, Sunday; holidays (day.month) 01.01, 25.12",
        ),
        ("Working hours", "dialogs are offered to operators at any hour"),
        ("Client reads", "in a new chat a request for consent (agreement 3); in every dialog "),
        ("Client reads", "in the site chat CRM form 4 after the first message; after 1 min without an answer "),
        ("Client reads", "at the automatic closure Still there?"),
        ("Bot", "user 9 meets the client in a new chat, without the greeting; keeps the dialog until it hands over"),
        ("Bot", "leaves the chat when the dialog closes"),
        (
            "Closing",
            "by itself when the client has not replied to an operator for 2 h; for good right after it is finished",
        ),
        ("Closing", "the chat window asks operators before closing"),
        ("Rating", "they have 2 min; the dialog closes when they have rated"),
        ("CRM", "for an unknown client a deal is made; with the source CALL; a known client goes first to the person"),
        ("First answer", "within 5 min; when late, James Carter (4), user 77 is told"),
        ("Later answers", "within 10 min; when late, nobody is told"),
    ],
)
def test_a_line_that_does_everything_is_told_in_words(subject: str, words: str) -> None:
    data, text = run_tool(ChannelOverview, _fill_settings, line=1)

    assert words in data["sections"][subject]
    assert f"{subject}: {data['sections'][subject]}" in remove_marks_in(text)


def test_even_then_the_text_is_short() -> None:
    _, text = run_tool(ChannelOverview, _fill_settings, line=1)

    assert len(add_fences(text).encode()) < LONGEST_TEXT
    assert text.startswith(
        "Website support (1): off: messages of clients still come in and wait, but nobody can answer them;"
    )


def test_a_usual_line_fits_the_limit_and_tells_its_channels() -> None:
    data, text = run_tool(ChannelOverview, line="sales")

    assert len(add_fences(text).encode()) < LONGEST_TEXT
    assert data["channels"] == {"telegrambot": 5}
    assert "Channels: dialogs of the last 30 days by channel: telegrambot 5" in text
    assert "each new dialog is offered to everybody at once, and the first to answer has it" in text
    assert "without an answer to the next" not in text, "QUEUE_TIME is not used there"
    assert data["queue"] == [{"id": 5, "name": "Sofia Marino"}, {"id": 4, "name": "James Carter"}]


def test_a_line_that_does_little_is_told_so() -> None:
    def bare(company: Company) -> None:
        off = dict.fromkeys(("WELCOME_MESSAGE", "VOTE_MESSAGE", "CRM"), "N")
        company.lines[3].settings.update(off | {"CLOSE_RULE": "none", "WELCOME_BOT_ENABLE": "N"})
        company.lines[3].queue = list[LineQueueEntry]()

    data, _ = run_tool(ChannelOverview, bare, line="vip")

    assert data["sections"] == {
        "Who answers": "nobody, the queue is empty",
        "Working hours": "none, the line is always open",
        "Client reads": "nothing after 1 min without an answer; nothing when an operator finishes; "
        "nothing at the automatic closure",
        "Bot": "none",
        "Closing": "by itself when the client has not replied to an operator for 4 h; "
        "for good 10 min after it is finished",
        "Rating": "clients are not asked",
        "CRM": "not used",
        "First answer": "no time is set",
        "Later answers": "no time is set",
    }


def test_without_reports_the_channels_are_not_guessed() -> None:
    def poor(company: Company) -> None:
        company.switches.plan.reports = False

    data, text = run_tool(ChannelOverview, poor, line=1)

    assert data["channels"] is None
    assert "Channels: not known" in text
