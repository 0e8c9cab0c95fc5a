"""What a dialog shows of its sessions: who is offered one, where each begins, how it ended."""

from sandbox.state.company import Company
from tests.workflows.dialog.brief import brief


def _refuse_statistics(company: Company) -> None:
    company.switches.plan.reports = False


def test_a_dialog_without_an_owner_may_be_with_a_bot() -> None:
    data, text = brief(217)
    unknown, doubtful = brief(217, _refuse_statistics)

    assert "State: bot Helpie (9)." in text
    assert (data["bot"], data["who_has_it"], data["perhaps_with_bot"]) == (9, "bot Helpie (9)", False)
    assert "State: queue, or with the line's bot, which has written here." in doubtful
    assert (unknown["bot"], unknown["perhaps_with_bot"]) == (None, True)


def test_it_says_to_whom_the_queue_offers_it_as_the_inbox_does() -> None:
    data, text = brief(203)
    unknown, plain = brief(203, _refuse_statistics)

    assert "State: queue, offered to James Carter (4)." in text
    assert (data["offered_to"], data["who_has_it"]) == (4, "queue, offered to James Carter (4)")
    assert "State: queue." in plain
    assert unknown["offered_to"] is None


def test_messages_of_several_sessions_are_told_apart_and_the_ratings_shown() -> None:
    data, text = brief(221)

    assert [message["session_id"] for message in data["messages"]] == [321, 321, 341, 341]
    assert "-- session 321, closed by itself --\n#1001" in text
    assert "-- session 341, closed by the operator --\n#1015" in text
    assert "Messages, oldest first (all 4; " in text
    assert "-- " not in brief(206)[1]


def test_how_a_session_ended_is_shown_with_the_clients_rating() -> None:
    def mark_as_spam(company: Company) -> None:
        company.sessions[309].spam = True

    rated, text = brief(209)
    spam, words = brief(209, mark_as_spam)

    assert rated["ended"] == {"id": 309, "spam": False, "rating": "good"}
    assert "State: closed. Session 309, closed by the operator, rated good by the client." in text
    assert spam["ended"]["spam"] is True
    assert "Session 309, closed as spam" in words
