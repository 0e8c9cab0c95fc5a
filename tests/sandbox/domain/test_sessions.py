from typing import Any

import pytest

from sandbox.seed.seed import OPERATOR_WEBHOOK_PATH, SECOND_OPERATOR_WEBHOOK_PATH, SUPERVISOR_WEBHOOK_PATH
from sandbox.state.records import Status
from tests.sandbox.client import SandboxClient

INTERCEPT, JOIN, START = (f"imopenlines.session.{name}" for name in ("intercept", "join", "start"))
SILENT, PIN = "imopenlines.session.mode.silent", "imopenlines.session.mode.pin"
VOTE = "imopenlines.session.head.vote"


def test_intercepting_takes_a_dialog_from_its_owner(portal: SandboxClient) -> None:
    assert portal.call(INTERCEPT, {"CHAT_ID": 207}) is True
    assert portal.read_chat(207)["owner"] == 1
    assert portal.list_texts(207)[-1].startswith("[USER=1]Anna Keller[/USER] took over the conversation from [USER=3]")


@pytest.mark.parametrize("chat_id", [201, 206, 209])
def test_intercepting_what_has_no_other_owner_is_true_without_effect(portal: SandboxClient, chat_id: int) -> None:
    before = portal.read_chat(chat_id)
    assert portal.call(INTERCEPT, {"CHAT_ID": chat_id}) is True
    assert portal.read_chat(chat_id) == before


def test_joining_adds_a_participant_who_is_not_responsible(portal: SandboxClient) -> None:
    assert portal.call(JOIN, {"CHAT_ID": 207}) is True
    chat = portal.read_chat(207)
    assert (chat["owner"], chat["members"]) == (3, [107, 3, 1])
    count = chat["messages"]
    assert portal.call(JOIN, {"CHAT_ID": 207}) is True
    assert portal.read_chat(207)["messages"] == count


def test_starting_opens_a_session_of_the_caller(portal: SandboxClient) -> None:
    assert portal.call(START, {"CHAT_ID": 209}) is True
    chat = portal.read_chat(209)
    session = portal.read_session(chat["session_id"])
    assert (chat["owner"], session["operator_id"], session["status"]) == (1, 1, Status.ACCEPTED)
    assert (session["mode"], portal.read_session(309)["mode"]) == ("output", "input")


def test_starting_where_a_session_is_open_just_joins(portal: SandboxClient) -> None:
    assert portal.call(START, {"CHAT_ID": 207}) is True
    assert (portal.read_chat(207)["session_id"], portal.read_chat(207)["owner"]) == (307, 3)


def test_the_silent_mode_is_on_with_an_exact_y(portal: SandboxClient) -> None:
    assert portal.call(SILENT, {"CHAT_ID": 207, "ACTIVATE": "Y"}) is True
    assert portal.read_chat(207)["entity_data_3"] == "Y"
    portal.call(SILENT, {"CHAT_ID": 207, "ACTIVATE": "y"})
    assert portal.read_chat(207)["entity_data_3"] == ""


def test_switching_off_a_stored_n_still_says_so(portal: SandboxClient) -> None:
    portal.call(START, {"CHAT_ID": 209})
    assert portal.read_chat(209)["entity_data_3"] == "N"
    count = portal.read_chat(209)["messages"]
    portal.call(SILENT, {"CHAT_ID": 209})
    assert (portal.read_chat(209)["entity_data_3"], portal.read_chat(209)["messages"]) == ("", count + 1)


def test_the_operator_pins_and_unpins(portal: SandboxClient) -> None:
    assert portal.call(PIN, {"CHAT_ID": 206}) is True
    assert portal.read_chat(206)["entity_data_1"].split("|")[3] == "Y"
    assert portal.call(PIN, {"CHAT_ID": 206, "ACTIVATE": "yes"}) is True
    assert portal.call(PIN, {"CHAT_ID": 206, "ACTIVATE": "N"}) is True
    assert portal.read_chat(206)["pinned"] is False


def test_pinning_anothers_dialog_is_the_empty_error_unless_it_is_pinned(portal: SandboxClient) -> None:
    assert portal.expect_refusal(PIN, {"CHAT_ID": 207}) == (400, "")
    assert portal.call(PIN, {"CHAT_ID": 214}) is True
    assert portal.expect_refusal(PIN, {"CHAT_ID": 214, "ACTIVATE": "N"}) == (400, "")


@pytest.mark.parametrize("chat_id", [None, 0, "", "0"])
def test_pinning_asks_for_the_chat_first(portal: SandboxClient, chat_id: Any) -> None:
    assert portal.expect_refusal(PIN, {"CHAT_ID": chat_id}) == (400, "CHAT_ID_EMPTY")


def test_pinning_a_closed_dialog_opens_a_session_and_fails(portal: SandboxClient) -> None:
    sessions = len(portal.read_state()["sessions"])
    assert portal.expect_refusal(PIN, {"CHAT_ID": 209}) == (400, "")
    assert len(portal.read_state()["sessions"]) == sessions + 1


def test_unpinning_an_absent_operators_dialog_returns_it_to_the_queue(portal: SandboxClient) -> None:
    portal.company.lines[1].settings["CHECK_AVAILABLE"] = "Y"
    portal.call(PIN, {"CHAT_ID": 204}, path=SECOND_OPERATOR_WEBHOOK_PATH)
    portal.company.employees[4].presence = "offline"
    portal.call(PIN, {"CHAT_ID": 204, "ACTIVATE": "N"}, path=SECOND_OPERATOR_WEBHOOK_PATH)
    chat, session = portal.read_chat(204), portal.read_session(304)
    assert (session["operator_id"], session["status"], session["wait_answer"]) == (3, Status.SKIPPED, True)
    assert (chat["owner"], chat["members"], chat["invited"]) == (0, [104], [3])


def test_unpinning_in_a_line_that_asks_everyone_offers_the_dialog_to_all(portal: SandboxClient) -> None:
    portal.company.lines[2].settings["CHECK_AVAILABLE"] = "Y"
    portal.company.employees[5].presence = "online"
    portal.call(PIN, {"CHAT_ID": 216}, path=SECOND_OPERATOR_WEBHOOK_PATH)
    portal.company.employees[4].presence = "offline"
    portal.call(PIN, {"CHAT_ID": 216, "ACTIVATE": "N"}, path=SECOND_OPERATOR_WEBHOOK_PATH)
    chat = portal.read_chat(216)
    assert (portal.read_session(316)["operator_id"], chat["owner"], chat["invited"]) == (0, 0, [5])


@pytest.mark.parametrize("circumstance", ["present", "written", "unwatched"])
def test_unpinning_leaves_a_dialog_where_it_is_otherwise(portal: SandboxClient, circumstance: str) -> None:
    portal.company.lines[1].settings["CHECK_AVAILABLE"] = "N" if circumstance == "unwatched" else "Y"
    portal.call(PIN, {"CHAT_ID": 204}, path=SECOND_OPERATOR_WEBHOOK_PATH)
    portal.company.employees[4].presence = "online" if circumstance == "present" else "offline"
    if circumstance == "written":
        portal.control("operator-message", {"chat_id": 204, "user_id": 4, "text": "Yes."})
    portal.call(PIN, {"CHAT_ID": 204, "ACTIVATE": "N"}, path=SECOND_OPERATOR_WEBHOOK_PATH)
    assert portal.read_chat(204)["owner"] == 4


def test_unpinning_gives_a_dialog_back_where_the_operator_has_no_place(portal: SandboxClient) -> None:
    portal.company.lines[1].settings |= {"CHECK_AVAILABLE": "Y", "MAX_CHAT": "1"}
    portal.call(PIN, {"CHAT_ID": 204}, path=SECOND_OPERATOR_WEBHOOK_PATH)
    portal.call(PIN, {"CHAT_ID": 204, "ACTIVATE": "N"}, path=SECOND_OPERATOR_WEBHOOK_PATH)
    assert (portal.read_chat(204)["owner"], portal.read_session(304)["status"]) == (0, Status.SKIPPED)


def test_pinning_calls_off_the_closing(portal: SandboxClient) -> None:
    portal.call(PIN, {"CHAT_ID": 208}, path=OPERATOR_WEBHOOK_PATH)
    assert portal.read_chat(208)["entity_data_1"].split("|")[3:5] == ["Y", "N"]


def test_the_silent_mode_outlives_a_new_offer(portal: SandboxClient) -> None:
    portal.call(SILENT, {"CHAT_ID": 202, "ACTIVATE": "Y"})
    portal.call("imopenlines.operator.skip", {"CHAT_ID": 202}, path=OPERATOR_WEBHOOK_PATH)
    assert portal.read_chat(202)["entity_data_3"] == "Y"


def test_pin_all_pins_the_active_dialogs_of_the_caller(portal: SandboxClient) -> None:
    assert portal.call("imopenlines.session.mode.pinAll") == [315, 306]
    assert portal.call("imopenlines.session.mode.pinAll") == []
    assert portal.call("imopenlines.session.mode.unpinAll") == [315, 306]
    assert portal.call("imopenlines.session.mode.unpinAll", path=SUPERVISOR_WEBHOOK_PATH) == [314]


def test_pin_all_leaves_new_and_closing_sessions_alone(portal: SandboxClient) -> None:
    assert portal.call("imopenlines.session.mode.pinAll", path=OPERATOR_WEBHOOK_PATH) == [318, 307]


def rate_session(portal: SandboxClient, **params: Any) -> tuple[int, str | None]:
    assert portal.call(VOTE, {"SESSION_ID": 309, **params}, path=SUPERVISOR_WEBHOOK_PATH) is True
    session = portal.read_session(309)
    return session["vote_head"], session["comment_head"]


def test_a_rating_without_a_comment_erases_the_comment(portal: SandboxClient) -> None:
    assert rate_session(portal, RATING=3) == (3, "")


def test_a_comment_without_a_rating_keeps_the_rating(portal: SandboxClient) -> None:
    assert rate_session(portal, COMMENT="Fine") == (5, "Fine")


def test_an_empty_rating_wipes_the_rating(portal: SandboxClient) -> None:
    assert rate_session(portal, COMMENT="Fine", RATING="") == (0, "Fine")


def test_ratings_out_of_range_are_stored_oddly(portal: SandboxClient) -> None:
    assert rate_session(portal, RATING=6)[0] == 0
    assert rate_session(portal, RATING="good")[0] == 0
    assert rate_session(portal, RATING=-2)[0] == -2


def test_a_long_comment_is_cut(portal: SandboxClient) -> None:
    comment = rate_session(portal, COMMENT="x" * 10050)[1]
    assert comment is not None
    assert len(comment) == 10000


def test_any_session_may_be_rated(portal: SandboxClient) -> None:
    assert portal.call(VOTE, {"SESSION_ID": 306, "RATING": 4}) is True


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({}, "EMPTY_SESSION_ID"),
        ({"SESSION_ID": "0", "RATING": 5}, "EMPTY_SESSION_ID"),
        ({"SESSION_ID": 309}, "EMPTY_VOTE_PARAMS"),
        ({"SESSION_ID": 309, "RATING": "0", "COMMENT": "  "}, "EMPTY_VOTE_PARAMS"),
        ({"SESSION_ID": 9999, "RATING": 5}, "ACCESS_DENIED"),
    ],
)
def test_a_rating_is_refused_in_the_order_of_its_checks(
    portal: SandboxClient, params: dict[str, Any], code: str
) -> None:
    assert portal.expect_refusal(VOTE, params) == (400, code)


def test_rating_needs_the_right_and_the_plan(portal: SandboxClient) -> None:
    params = {"SESSION_ID": 309, "RATING": 5}
    assert portal.expect_refusal(VOTE, params, path=OPERATOR_WEBHOOK_PATH) == (400, "ACCESS_DENIED")
    portal.switch(plan={"head_vote": False})
    assert portal.expect_refusal(VOTE, params) == (400, "ACCESS_DENIED")


def test_a_client_message_moves_the_status(portal: SandboxClient) -> None:
    portal.write_as_client(204, "Hello?")
    assert portal.read_session(304)["status"] == Status.CLIENT_FIRST
    portal.write_as_client(207, "Thank you")
    assert portal.read_session(307)["status"] == Status.CLIENT_AGAIN
    portal.write_as_client(201, "Hello?!")
    assert portal.read_session(301)["status"] == Status.NEW


def test_a_client_message_after_the_close_starts_a_session_in_the_queue(portal: SandboxClient) -> None:
    answer = portal.write_as_client(209, "Hello again")
    session = portal.read_session(answer["session_id"])
    assert (session["status"], session["operator_id"], session["wait_answer"]) == (Status.NEW, 4, True)
    assert portal.read_chat(209)["invited"] == [4]


WELCOME = "Welcome! An operator will be with you shortly."


def test_a_new_client_is_greeted_once(portal: SandboxClient) -> None:
    chat_id = portal.control("client-message", {"line_id": 1, "text": "Hi"})["chat_id"]
    assert portal.list_texts(chat_id)[-2:] == ["Hi", WELCOME]
    portal.call("imopenlines.operator.spam", {"CHAT_ID": chat_id})
    portal.write_as_client(chat_id, "Hi again")
    assert portal.list_texts(chat_id)[-1] == "Hi again"


def test_a_line_may_greet_in_every_session(portal: SandboxClient) -> None:
    portal.company.lines[1].settings |= {"SEND_WELCOME_EACH_SESSION": "Y", "WELCOME_MESSAGE_TEXT": "No. #SESSION_ID#"}
    session_id = portal.write_as_client(209, "Hello again")["session_id"]
    assert portal.list_texts(209)[-1] == f"No. {session_id}"


def test_an_even_line_asks_its_operators_in_turn(portal: SandboxClient) -> None:
    picked = [
        portal.read_session(portal.control("client-message", {"line_id": 1, "text": "Hi"})["session_id"])["operator_id"]
        for _ in range(3)
    ]
    assert picked == [4, 3, 4]


@pytest.mark.parametrize(
    ("counted", "expected"),
    [
        ("answered", [1, 2, 2, 0]),
        ("answered_new", [1, 1, 2, 2, 0]),
        ("closed", [1, 2, 0]),
    ],
)
def test_a_strict_line_asks_in_its_order_and_minds_the_limit(
    portal: SandboxClient, counted: str, expected: list[int]
) -> None:
    """Of the two operators one has a client who waits again, the other has answered."""
    portal.company.lines[3].settings |= {"MAX_CHAT": "2", "TYPE_MAX_CHAT": counted}
    picked = [
        portal.read_session(portal.control("client-message", {"line_id": 3, "text": "Hi"})["session_id"])["operator_id"]
        for _ in expected
    ]
    assert picked == expected


def test_a_line_for_all_invites_everyone_and_assigns_nobody(portal: SandboxClient) -> None:
    answer = portal.control("client-message", {"line_id": 2, "text": "Hi"})
    assert portal.read_session(answer["session_id"])["operator_id"] == 0
    assert portal.read_chat(answer["chat_id"])["invited"] == [4, 5]


def test_older_open_sessions_of_a_chat_are_closed_as_duplicates(portal: SandboxClient) -> None:
    for session_id in (321, 341):
        portal.company.sessions[session_id].closed = False
    portal.call(START, {"CHAT_ID": 221})
    assert (portal.read_session(321)["status"], portal.read_session(341)["closed"]) == (Status.DUPLICATE, False)
