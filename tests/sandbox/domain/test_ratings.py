"""Ratings by clients: what counts as one, and what follows from it."""

from typing import Any

import pytest

from sandbox.seed.seed import OPERATOR_WEBHOOK_PATH
from sandbox.state.records import Status
from tests.sandbox.client import SandboxClient

FINISH = "imopenlines.operator.finish"
THANKS, SORRY = "Thank you for the rating!", "We are sorry. We will do better."


@pytest.fixture
def chat_to_rate(portal: SandboxClient) -> int:
    """The chat of a client of a messenger who has been asked for a rating."""
    chat_id = portal.control("client-message", {"line_id": 1, "connector": "telegrambot", "text": "Hi"})["chat_id"]
    portal.call("imopenlines.operator.answer", {"CHAT_ID": chat_id}, path=OPERATOR_WEBHOOK_PATH)
    portal.call(FINISH, {"CHAT_ID": chat_id}, path=OPERATOR_WEBHOOK_PATH)
    return int(chat_id)


def read_last_session(portal: SandboxClient, chat_id: int) -> Any:
    return next(item for item in reversed(portal.read_state()["sessions"]) if item["chat_id"] == chat_id)


@pytest.mark.parametrize(
    ("text", "vote"),
    [("1", 5), ("0", 1), ("1 ", 5), ("1 more question", 5), ("0 points", 1)],
)
def test_a_one_or_a_zero_alone_or_before_a_blank_is_a_rating(
    portal: SandboxClient, chat_to_rate: int, text: str, vote: int
) -> None:
    portal.write_as_client(chat_to_rate, text)
    assert read_last_session(portal, chat_to_rate)["vote"] == vote
    assert portal.list_texts(chat_to_rate)[-1] == (THANKS if vote == 5 else SORRY)


@pytest.mark.parametrize("text", ["10", "1.", "1\nand 2", " 1 of them", "2", "good", "-1"])
def test_anything_else_opens_the_dialog_again(portal: SandboxClient, chat_to_rate: int, text: str) -> None:
    portal.write_as_client(chat_to_rate, text)
    session = read_last_session(portal, chat_to_rate)
    assert (session["vote"], session["status"], session["wait_action"]) == (0, Status.CLIENT_AGAIN, False)


def test_a_rated_session_waits_for_being_closed(portal: SandboxClient, chat_to_rate: int) -> None:
    portal.write_as_client(chat_to_rate, "1")
    session = read_last_session(portal, chat_to_rate)
    assert (session["vote"], session["status"], session["closed"]) == (5, Status.CLOSING, False)
    portal.call(FINISH, {"CHAT_ID": chat_to_rate}, path=OPERATOR_WEBHOOK_PATH)
    assert read_last_session(portal, chat_to_rate)["closed"] is True


def test_a_line_may_close_as_soon_as_the_client_has_rated(portal: SandboxClient, chat_to_rate: int) -> None:
    portal.company.lines[1].settings["VOTE_CLOSING_DELAY"] = "Y"
    portal.write_as_client(chat_to_rate, "0")
    session = read_last_session(portal, chat_to_rate)
    assert (session["vote"], session["status"], session["closed"]) == (1, Status.CLOSED, True)


def test_only_the_first_rating_counts(portal: SandboxClient, chat_to_rate: int) -> None:
    portal.write_as_client(chat_to_rate, "1")
    portal.write_as_client(chat_to_rate, "0")
    session = read_last_session(portal, chat_to_rate)
    assert (session["vote"], session["status"]) == (5, Status.CLIENT_AGAIN)


def test_nothing_is_a_rating_where_none_was_asked_for(portal: SandboxClient) -> None:
    portal.write_as_client(216, "1")
    session = read_last_session(portal, 216)
    assert (session["vote"], session["status"]) == (0, Status.CLIENT_FIRST)


def test_in_the_site_chat_a_number_is_only_a_message(portal: SandboxClient) -> None:
    portal.write_as_client(208, "1")
    assert (read_last_session(portal, 208)["vote"], read_last_session(portal, 208)["status"]) == (
        0,
        Status.CLIENT_AGAIN,
    )


@pytest.mark.parametrize(("delay", "status"), [("N", Status.CLOSING), ("Y", Status.CLOSED)])
def test_a_rating_after_the_close_opens_the_session_once_more(
    portal: SandboxClient, chat_to_rate: int, delay: str, status: Status
) -> None:
    portal.company.lines[1].settings["VOTE_CLOSING_DELAY"] = delay
    portal.call(FINISH, {"CHAT_ID": chat_to_rate}, path=OPERATOR_WEBHOOK_PATH)
    before = read_last_session(portal, chat_to_rate)["id"]
    portal.write_as_client(chat_to_rate, "1")
    session = read_last_session(portal, chat_to_rate)
    assert (session["id"], session["vote"], session["status"]) == (before, 5, status)
    assert portal.read_chat(chat_to_rate)["owner"] == (3 if delay == "N" else 0)


def test_a_rating_that_comes_too_late_is_refused_with_a_notice(portal: SandboxClient) -> None:
    portal.company.lines[1].settings["VOTE_TIME_LIMIT"] = "60"
    chat_id = portal.control("client-message", {"line_id": 1, "connector": "viber", "text": "Hi"})["chat_id"]
    for action in ("answer", "finish", "finish"):
        portal.call(f"imopenlines.operator.{action}", {"CHAT_ID": chat_id})
    portal.control("advance", {"seconds": 120})
    portal.write_as_client(chat_id, "1")
    session = read_last_session(portal, chat_id)
    assert (session["vote"], session["closed"]) == (0, True)
    assert portal.list_texts(chat_id)[-2:] == ["1", "The time for rating this conversation is over."]
