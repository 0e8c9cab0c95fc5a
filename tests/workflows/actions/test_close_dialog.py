"""Ending a dialog: both phases, one of them, spam; what it came to is read and not believed."""

from typing import Any

import pytest

from sandbox.domain.closing import finish_session
from sandbox.seed import seed
from sandbox.state.faults import FaultKind, FaultRule
from sandbox.state.records import Status
from tests.assistant import FENCE
from tests.workflows.tool_calls import ToolCaller

CLOSING_TEXT, RATING = "Thank you for contacting us.", "Please rate our service: send 1 for good or 0 for bad."

SAID = f"the closing text {CLOSING_TEXT} and the rating request {RATING}"


@pytest.fixture
def caller() -> ToolCaller:
    return ToolCaller()


def _list_farewells(caller: ToolCaller, chat: int, session: int) -> list[str]:
    said = [one for one in caller.messages(chat) if one.session_id == session and one.to_client]
    return [one.text for one in said if one.system and one.text in {CLOSING_TEXT, RATING}]


def test_ones_own_dialog_goes_through_both_phases(caller: ToolCaller) -> None:
    text, data = caller.call_ok("close_dialog", dialog=206)

    assert caller.session(306).status is Status.CLOSED
    assert _list_farewells(caller, 206, 306) == [CLOSING_TEXT, RATING]
    assert caller.sent.count("operator.finish") == 2
    assert data == {
        "chat_id": 206,
        "session_id": 306,
        "state": "closed",
        "farewell_sent": True,
        "owner_before": 1,
        "proven": True,
        "client_got": [{"kind": "closing text", "text": CLOSING_TEXT}, {"kind": "rating request", "text": RATING}],
        "unanswered": [1028],
        "summary": FENCE.sub("", text),
    }
    assert "a rating still counts" in text
    assert "It was with Anna Keller (1)." in text


def test_what_is_left_unanswered_is_said(caller: ToolCaller) -> None:
    text, data = caller.call_ok("close_dialog", dialog=201, both_phases=False)
    answered, _ = caller.call_ok("close_dialog", dialog=210)

    assert "Left unanswered: #1023 to #1025 " in text
    assert len(data["unanswered"]) == 3
    assert "Left unanswered" not in answered


def test_only_what_stands_in_the_dialog_counts_as_what_the_client_got(caller: ToolCaller) -> None:
    caller.company.lines[1].settings["VOTE_MESSAGE"] = "N"
    text, data = caller.call_ok("close_dialog", dialog=206)

    assert [one["kind"] for one in data["client_got"]] == ["closing text"]
    assert "rating" not in text


def test_a_farewell_that_cannot_be_read_is_told_as_far_as_it_is_known(caller: ToolCaller) -> None:
    caller.company.faults.set_rules([FaultRule(FaultKind.OPERATION_LIMIT, ("imopenlines.config.get",))], 0)
    text, data = caller.call_ok("close_dialog", dialog=206)

    assert (data["farewell_sent"], data["client_got"]) == (True, [])
    assert "the client got the closing text or rating request; a rating still counts" in text


def test_a_colleagues_dialog_is_finished_as_a_colleagues(caller: ToolCaller) -> None:
    text, _ = caller.call_ok("close_dialog", dialog="lead 501")

    assert caller.session(307).status is Status.CLOSED
    assert caller.sent.count("operator.another.finish") == 2
    assert "It was with Olga Smirnova (3)." in text


def test_after_the_first_phase_the_client_can_rate(caller: ToolCaller) -> None:
    text, data = caller.call_ok("close_dialog", dialog=206, both_phases=False)

    assert caller.session(306).status is Status.CLOSING
    assert (data["state"], data["farewell_sent"]) == ("waiting for the client", True)
    assert f"The client got {SAID}; it closes by itself, or at once with both_phases=true" in FENCE.sub("", text)


def test_what_waits_for_the_client_already_is_left_so_or_closed_for_good(caller: ToolCaller) -> None:
    text, data = caller.call_ok("close_dialog", dialog=208, both_phases=False)
    assert (data["state"], data["farewell_sent"]) == ("waiting for the client", False)
    assert "So it was, and nothing was done" in text
    assert "operator.another.finish" not in caller.sent

    before = len(_list_farewells(caller, 208, 308))
    _, data = caller.call_ok("close_dialog", dialog=208)
    assert (data["state"], data["farewell_sent"]) == ("closed", False)
    assert len(_list_farewells(caller, 208, 308)) == before


@pytest.mark.parametrize("both_phases", [True, False])
def test_a_line_without_farewell_closes_at_once(caller: ToolCaller, *, both_phases: bool) -> None:
    text, data = caller.call_ok("close_dialog", dialog=214, both_phases=both_phases)

    assert caller.session(314).status is Status.CLOSED
    assert (data["state"], data["farewell_sent"]) == ("closed", False)
    assert "The line sends no closing text" in text
    assert caller.sent.count("operator.another.finish") == 1


def test_a_dialog_that_nobody_has_is_closed_too(caller: ToolCaller) -> None:
    text, _ = caller.call_ok("close_dialog", dialog=203)

    assert caller.session(303).status is Status.CLOSED
    assert (caller.sent.count("operator.another.finish"), caller.sent.count("operator.finish")) == (1, 1)
    assert "It was waiting in the queue." in text


def test_a_closed_dialog_counts_as_done(caller: ToolCaller) -> None:
    text, data = caller.call_ok("close_dialog", dialog=209)

    assert (data["state"], data["session_id"]) == ("closed", None)
    assert text.startswith("Nothing was done: chat 209")


def test_spam_closes_at_once_without_a_word(caller: ToolCaller) -> None:
    text, data = caller.call_ok("close_dialog", dialog=201, as_spam=True)

    assert caller.session(301).status is Status.SPAM
    assert (data["state"], data["proven"]) == ("spam", True)
    assert not _list_farewells(caller, 201, 301)
    assert text.startswith("Marked as spam and closed: chat 201")


def test_without_reports_spam_cannot_be_told_from_closed() -> None:
    olga = ToolCaller(seed.OPERATOR_WEBHOOK_PATH)
    text, data = olga.call_ok("close_dialog", dialog=202, as_spam=True)

    assert olga.session(302).status is Status.SPAM
    assert data["proven"] is False
    assert "could not be read from the reports" in text


def test_a_closed_dialog_cannot_become_spam(caller: ToolCaller) -> None:
    text, _ = caller.call_refused("close_dialog", dialog=209, as_spam=True)

    assert "Nothing was changed" in text


@pytest.mark.parametrize("after", [0, 1])
def test_a_lost_answer_to_either_phase_is_settled_by_a_look(caller: ToolCaller, after: int) -> None:
    caller.lose_answers("imopenlines.operator.finish", executed=True, after=after)
    caller.call_ok("close_dialog", dialog=206)

    assert caller.session(306).status is Status.CLOSED
    assert caller.sent.count("operator.finish") == 2
    assert _list_farewells(caller, 206, 306) == [CLOSING_TEXT, RATING]


@pytest.mark.parametrize(
    ("after", "stands", "done"),
    [
        (0, "it is with user 1 as before", None),
        (1, "it is closing as before", [f"the client got {SAID}"]),
    ],
)
def test_a_lost_step_is_not_repeated(caller: ToolCaller, after: int, stands: str, done: Any) -> None:
    caller.lose_answers("imopenlines.operator.finish", executed=False, after=after)
    text, error = caller.call_refused("close_dialog", dialog=206)

    assert (
        f"It is not known whether this step to close the dialog was taken: no usable answer came, and {stands}" in text
    )
    assert error.get("done") == done
    assert caller.sent.count("operator.finish") == after + 1


def test_a_busy_portal_that_answers_true_is_seen(caller: ToolCaller) -> None:
    caller.lock_chat(206)
    text, error = caller.call_refused("close_dialog", dialog=206)

    assert "The dialog is not closed: the portal answered true, and it is with user 1 now" in text
    assert "read the dialog first" in error["advice"]
    assert caller.sent.count("operator.finish") == 1


def test_a_client_who_writes_between_the_phases_is_not_cut_off(
    caller: ToolCaller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def finish_and_hear(company: Any, chat: Any, session: Any) -> None:
        finish_session(company, chat, session)
        session.status, session.wait_action = Status.CLIENT_AGAIN, False

    monkeypatch.setattr("sandbox.methods.operators.finish_session", finish_and_hear)
    text, _ = caller.call_refused("close_dialog", dialog=206)

    assert "the client has just written" in text
    assert caller.sent.count("operator.finish") == 1


def test_spam_whose_answer_was_lost_is_settled_by_a_look(caller: ToolCaller) -> None:
    caller.lose_answers("imopenlines.operator.spam", executed=True)
    assert caller.call_ok("close_dialog", dialog=201, as_spam=True)[1]["state"] == "spam"

    caller.lose_answers("imopenlines.operator.spam", executed=False)
    text, error = caller.call_refused("close_dialog", dialog=202, as_spam=True)
    assert "It is not known whether the dialog was marked as spam: it is waiting in the queue" in text
    assert "a second call does no harm" in error["advice"]


def test_a_dialog_that_cannot_be_read_afterwards_is_not_called_closed(caller: ToolCaller) -> None:
    caller.lose_answers("imopenlines.dialog.get", executed=False, times=None)  # the first look shares its request
    text, _ = caller.call_refused("close_dialog", dialog=206)

    assert "the portal answered true, and it is not to be read" in text


def test_an_earlier_session_is_not_taken_for_the_present_one(caller: ToolCaller) -> None:
    assert "session 312 is over" in caller.call_refused("close_dialog", dialog="session 312")[0]


@pytest.mark.parametrize(
    ("arguments", "requests"),
    [({"dialog": 206}, 6), ({"dialog": 206, "both_phases": False}, 4), ({"dialog": 201, "as_spam": True}, 4)],
)
def test_it_takes_few_requests(caller: ToolCaller, arguments: dict[str, Any], requests: int) -> None:
    caller.call_all(("close_dialog", arguments))

    assert len(caller.sent) == requests


@pytest.mark.parametrize(("as_spam", "state"), [(False, "closed"), (True, "spam")])
def test_a_dialog_that_closing_took_out_of_sight_is_closed(*, as_spam: bool, state: str) -> None:
    olga = ToolCaller(seed.OPERATOR_WEBHOOK_PATH)
    olga.chat(214).owner = olga.session(314).operator_id = 3  # a dialog that she may see only while she is in it
    olga.chat(214).members.append(3)
    _, data = olga.call_ok("close_dialog", dialog=214, as_spam=as_spam)

    assert olga.session(314).closed
    assert data["state"] == state
