import pytest

from sandbox.seed.seed import OPERATOR_WEBHOOK_PATH, SECOND_OPERATOR_WEBHOOK_PATH, SUPERVISOR_WEBHOOK_PATH
from sandbox.state.records import Status
from tests.sandbox.client import SandboxClient

EMPTY = (400, "")
ANSWER, SKIP, SPAM = "imopenlines.operator.answer", "imopenlines.operator.skip", "imopenlines.operator.spam"
FINISH, ANOTHER = "imopenlines.operator.finish", "imopenlines.operator.another.finish"
TRANSFER = "imopenlines.operator.transfer"


def test_answering_makes_the_caller_responsible(portal: SandboxClient) -> None:
    assert portal.call(ANSWER, {"chat_id": "201"}) is True
    chat, session = portal.read_chat(201), portal.read_session(301)
    assert (chat["owner"], chat["members"], chat["invited"]) == (1, [101, 1], [])
    assert (session["operator_id"], session["status"], session["wait_answer"]) == (1, Status.ACCEPTED, False)


def test_answering_twice_is_the_empty_error(portal: SandboxClient) -> None:
    portal.call(ANSWER, {"CHAT_ID": 201})
    answer = portal.post(ANSWER, {"CHAT_ID": 201})
    assert answer.status_code == 400
    assert answer.json() == {"error": "", "error_description": ""}


def test_a_dialog_is_nobodys_until_the_operator_it_was_offered_to_answers(portal: SandboxClient) -> None:
    assert (portal.read_chat(202)["owner"], portal.read_session(302)["operator_id"]) == (0, 3)
    assert portal.call(ANSWER, {"CHAT_ID": 202}, path=OPERATOR_WEBHOOK_PATH) is True
    assert (portal.read_chat(202)["owner"], portal.read_chat(202)["members"]) == (3, [102, 3])
    assert portal.expect_refusal(ANSWER, {"CHAT_ID": 202}, path=OPERATOR_WEBHOOK_PATH) == EMPTY


def test_answering_takes_a_dialog_over_and_keeps_its_higher_status(portal: SandboxClient) -> None:
    assert portal.call(ANSWER, {"CHAT_ID": 207}) is True
    assert portal.read_chat(207)["members"] == [107, 1]
    assert portal.read_chat(207)["status"] == Status.OPERATOR_WROTE


@pytest.mark.parametrize("chat_id", [209, 213])
def test_answering_without_an_open_session_is_the_empty_error(portal: SandboxClient, chat_id: int) -> None:
    assert portal.expect_refusal(ANSWER, {"CHAT_ID": chat_id}) == EMPTY


@pytest.mark.parametrize("switch", [{"locked_chats": [201]}, {"load_failures": {"201": "chat"}}])
def test_answering_a_busy_or_broken_chat_is_the_empty_error(portal: SandboxClient, switch: dict[str, object]) -> None:
    portal.switch(**switch)
    assert portal.expect_refusal(ANSWER, {"CHAT_ID": 201}) == EMPTY


def test_skipping_moves_to_the_next_operator(portal: SandboxClient) -> None:
    assert portal.call(SKIP, {"CHAT_ID": 202}, path=OPERATOR_WEBHOOK_PATH) is True
    session = portal.read_session(302)
    assert (session["operator_id"], session["status"]) == (4, Status.SKIPPED)
    assert portal.read_chat(202)["invited"] == [4]
    moved = portal.company.transfers[-1]
    assert (moved.from_operator, moved.to_operator, moved.reason, moved.mode) == (3, 4, "queue", "AUTO")


def test_a_dialog_skipped_for_another_is_offered_to_the_next_operator_alone(portal: SandboxClient) -> None:
    assert portal.call(SKIP, {"CHAT_ID": 207}) is True
    chat = portal.read_chat(207)
    assert (chat["owner"], chat["members"], chat["invited"]) == (0, [107], [4])
    assert portal.read_session(307)["wait_answer"] is True
    assert portal.call(SKIP, {"CHAT_ID": 203}) is True
    assert portal.read_chat(203)["invited"] == [3]


def test_skipping_in_a_line_that_asks_everyone_never_succeeds_but_is_announced(portal: SandboxClient) -> None:
    assert portal.expect_refusal(SKIP, {"CHAT_ID": 216}, path=SECOND_OPERATOR_WEBHOOK_PATH) == EMPTY
    assert portal.list_texts(216)[-1] == "[USER=4]James Carter[/USER] rejected the conversation"
    assert portal.read_chat(216)["owner"] == 4


def test_skipping_with_nobody_else_there_succeeds_and_comes_back(portal: SandboxClient) -> None:
    portal.company.employees[3].active = False
    assert portal.call(SKIP, {"CHAT_ID": 204}, path=SECOND_OPERATOR_WEBHOOK_PATH) is True
    chat, session = portal.read_chat(204), portal.read_session(304)
    assert (session["operator_id"], session["status"]) == (4, Status.SKIPPED)
    assert (chat["owner"], chat["members"], chat["invited"]) == (0, [104], [4])
    moves = len(portal.company.transfers)
    assert portal.call(SKIP, {"CHAT_ID": 204}, path=SECOND_OPERATOR_WEBHOOK_PATH) is True
    assert len(portal.company.transfers) == moves


def test_an_even_line_may_choose_who_has_just_declined(portal: SandboxClient) -> None:
    portal.control("client-message", {"line_id": 1, "text": "Hi"})
    assert portal.call(SKIP, {"CHAT_ID": 202}, path=OPERATOR_WEBHOOK_PATH) is True
    assert portal.read_chat(202)["invited"] == [3], "the other one had the last dialog"


def test_skipping_with_nobody_at_all_there_fails(portal: SandboxClient) -> None:
    portal.company.lines[1].queue.clear()
    assert portal.expect_refusal(SKIP, {"CHAT_ID": 204}, path=SECOND_OPERATOR_WEBHOOK_PATH) == EMPTY


def test_skipping_a_closed_dialog_removes_the_caller_and_fails(portal: SandboxClient) -> None:
    portal.call("imopenlines.session.join", {"CHAT_ID": 209}, path=OPERATOR_WEBHOOK_PATH)
    assert portal.expect_refusal(SKIP, {"CHAT_ID": 209}, path=OPERATOR_WEBHOOK_PATH) == EMPTY
    assert portal.read_chat(209)["members"] == [109]


def test_a_pending_exception_takes_the_place_of_the_empty_error(portal: SandboxClient) -> None:
    portal.switch(pending={"code": "ACCESS_DENIED_KICK", "text": "You cannot remove participants"})
    assert portal.expect_refusal(SKIP, {"CHAT_ID": 202}, path=OPERATOR_WEBHOOK_PATH) == (400, "ACCESS_DENIED_KICK")
    assert portal.list_texts(202)[-1] == "[USER=3]Olga Smirnova[/USER] rejected the conversation"
    assert portal.read_session(302)["operator_id"] == 3
    assert portal.call(SKIP, {"CHAT_ID": 202}, path=OPERATOR_WEBHOOK_PATH) is True


def test_spam_closes_at_once(portal: SandboxClient) -> None:
    assert portal.call(SPAM, {"CHAT_ID": 206}) is True
    session = portal.read_session(306)
    assert (session["status"], session["closed"], session["spam"]) == (Status.SPAM, True, True)
    assert portal.read_chat(206)["owner"] == 0
    assert "Please rate" not in " ".join(portal.list_texts(206))


def test_spam_is_true_even_without_a_session(portal: SandboxClient) -> None:
    before = portal.read_state()["sessions"]
    assert portal.call(SPAM, {"CHAT_ID": 209}) is True
    assert portal.read_state()["sessions"] == before


def test_finishing_takes_two_phases_and_then_fails(portal: SandboxClient) -> None:
    assert portal.call(FINISH, {"CHAT_ID": 206}) is True
    chat, session = portal.read_chat(206), portal.read_session(306)
    assert (session["status"], session["closed"], session["wait_action"]) == (Status.CLOSING, False, True)
    assert chat["entity_data_1"].split("|")[4] == "Y"
    assert portal.list_texts(206)[-2:] == [
        "Thank you for contacting us.",
        "Please rate our service: send 1 for good or 0 for bad.",
    ]
    assert portal.call(FINISH, {"CHAT_ID": 206}) is True
    assert (portal.read_session(306)["status"], portal.read_session(306)["closed"]) == (Status.CLOSED, True)
    assert portal.read_chat(206)["members"] == [106]
    assert portal.read_chat(206)["entity_data_1"].split("|")[4:6] == ["N", "0"]
    assert portal.expect_refusal(FINISH, {"CHAT_ID": 206}) == (400, "NOT_LOAD_SESSION_OR_CHAT")


@pytest.mark.parametrize(("chat_id", "session_id", "path"), [(218, 318, OPERATOR_WEBHOOK_PATH)])
def test_an_inactive_line_closes_at_once(portal: SandboxClient, chat_id: int, session_id: int, path: str) -> None:
    assert portal.call(FINISH, {"CHAT_ID": chat_id}, path=path) is True
    assert portal.read_session(session_id)["status"] == Status.CLOSED


def test_a_line_without_closing_text_and_vote_closes_at_once(portal: SandboxClient) -> None:
    assert portal.call(FINISH, {"CHAT_ID": 215}) is True
    assert portal.read_session(315)["status"] == Status.CLOSED


def test_a_client_message_resumes_a_closing_session(portal: SandboxClient) -> None:
    portal.call(FINISH, {"CHAT_ID": 206})
    portal.write_as_client(206, "One more thing!")
    session = portal.read_session(306)
    assert (session["status"], session["wait_action"]) == (Status.CLIENT_AGAIN, False)


def test_only_the_operator_finishes_their_dialog(portal: SandboxClient) -> None:
    assert portal.expect_refusal(FINISH, {"CHAT_ID": 207}) == (400, "ERROR_USER_NOT_OPERATOR")


def test_finishing_a_locked_chat_is_true_without_effect(portal: SandboxClient) -> None:
    portal.switch(locked_chats=[206])
    assert portal.call(FINISH, {"CHAT_ID": 206}) is True
    assert portal.call(ANOTHER, {"CHAT_ID": 206}) is True
    assert portal.read_session(306)["status"] == Status.CLIENT_AGAIN


@pytest.mark.parametrize("method", [FINISH, ANOTHER])
@pytest.mark.parametrize(
    ("stage", "code"),
    [
        ("chat", "NOT_LOAD_SESSION_OR_CHAT"),
        ("session", "NOT_LOAD_SESSION_OR_CHAT"),
        ("data", "IMOL_CHAT_ERROR_NOT_LOAD_DATA"),
    ],
)
def test_a_chat_that_does_not_load_is_not_finished(portal: SandboxClient, method: str, stage: str, code: str) -> None:
    portal.switch(load_failures={"206": stage})
    assert portal.expect_refusal(method, {"CHAT_ID": 206}) == (400, code)


def test_anyone_with_access_finishes_anothers_dialog(portal: SandboxClient) -> None:
    assert portal.call(ANOTHER, {"CHAT_ID": 207}) is True
    assert portal.read_session(307)["status"] == Status.CLOSING
    assert "[USER=1]Anna Keller[/USER] finished the conversation" in portal.list_texts(207)
    assert portal.read_chat(207)["owner"] == 3


def test_finishing_a_dialog_without_an_owner_answers_it_first(portal: SandboxClient) -> None:
    assert portal.call(ANOTHER, {"CHAT_ID": 201}) is True
    assert (portal.read_session(301)["operator_id"], portal.read_chat(201)["owner"]) == (1, 1)
    assert "[USER=1]Anna Keller[/USER] finished the conversation" not in portal.list_texts(201)


def test_finishing_what_was_only_offered_to_oneself_answers_it_first(portal: SandboxClient) -> None:
    assert portal.call(FINISH, {"CHAT_ID": 202}, path=OPERATOR_WEBHOOK_PATH) is True
    chat = portal.read_chat(202)
    assert (chat["owner"], chat["invited"], chat["status"]) == (3, [], Status.CLOSING)


def test_another_finish_reads_upper_case_only(portal: SandboxClient) -> None:
    assert portal.expect_refusal(ANOTHER, {"chat_id": 207}) == (400, "CHAT_ID")


def test_a_transfer_to_a_user_is_answered_by_them_at_once(portal: SandboxClient) -> None:
    assert portal.call(TRANSFER, {"CHAT_ID": 206, "USER_ID": 4}) is True
    chat, session = portal.read_chat(206), portal.read_session(306)
    assert (chat["owner"], chat["members"]) == (4, [106, 4])
    assert (session["operator_id"], session["wait_answer"]) == (4, False)
    moved = portal.company.transfers[-1]
    assert (moved.from_operator, moved.to_operator, moved.type, moved.initiator) == (1, 4, "USER", 1)


def test_a_transfer_to_a_line_goes_back_to_a_queue(portal: SandboxClient) -> None:
    assert portal.call(TRANSFER, {"CHAT_ID": 206, "TRANSFER_ID": "queue3"}, path=SUPERVISOR_WEBHOOK_PATH) is True
    chat, session = portal.read_chat(206), portal.read_session(306)
    assert (session["line_id"], session["operator_id"], session["wait_answer"]) == (3, 1, True)
    assert session["status"] == Status.SKIPPED
    assert (chat["owner"], chat["members"], chat["invited"]) == (0, [106], [1])
    assert chat["entity_data_1"].split("|")[7] == "3"
    assert chat["user_code"].startswith("livechat|1|")


def test_the_next_session_is_back_on_the_first_line_though_the_chat_names_the_other(portal: SandboxClient) -> None:
    portal.call(TRANSFER, {"CHAT_ID": 206, "QUEUE_ID": 3})
    portal.call(SPAM, {"CHAT_ID": 206})
    session_id = portal.write_as_client(206, "Me again")["session_id"]
    assert portal.read_session(session_id)["line_id"] == 1
    assert portal.read_chat(206)["entity_data_1"].split("|")[7] == "3"


@pytest.mark.parametrize(
    ("target", "owner"),
    [
        ({"USER_ID": 3, "TRANSFER_ID": 4}, 4),
        ({"USER_ID": 3, "TRANSFER_ID": "queue2"}, 3),
        ({"USER_ID": 3, "QUEUE_ID": 2}, 3),
        ({"USER_ID": 3, "TRANSFER_ID": True}, 3),
    ],
)
def test_a_user_beats_a_queue_and_transfer_id_overwrites_its_kin(
    portal: SandboxClient, target: dict[str, object], owner: int
) -> None:
    portal.call(TRANSFER, {"CHAT_ID": 206, **target})
    assert portal.read_chat(206)["owner"] == owner


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"USER_ID": 0}, "USER_ID_EMPTY"),
        ({"TRANSFER_ID": "someone"}, "USER_ID_EMPTY"),
        ({"QUEUE_ID": -1}, "QUEUE_ID_EMPTY"),
        ({"TRANSFER_ID": "queue"}, "QUEUE_ID_EMPTY"),
        ({}, "TRANSFER_ID_EMPTY"),
        ({"TRANSFER_ID": ["3"]}, "TRANSFER_ID_EMPTY"),
        ({"USER_ID": 1}, "OPERATOR_WRONG"),
        ({"USER_ID": 6}, "OPERATOR_WRONG"),
        ({"USER_ID": 7}, "OPERATOR_WRONG"),
        ({"USER_ID": 9}, "OPERATOR_WRONG"),
        ({"USER_ID": 101}, "OPERATOR_WRONG"),
        ({"QUEUE_ID": 77}, "OPERATOR_WRONG"),
    ],
)
def test_a_transfer_to_nowhere_is_refused(portal: SandboxClient, params: dict[str, object], code: str) -> None:
    assert portal.expect_refusal(TRANSFER, {"CHAT_ID": 206, **params}) == (400, code)
    assert portal.read_chat(206)["owner"] == 1


def test_a_transfer_from_a_locked_chat_is_refused(portal: SandboxClient) -> None:
    portal.switch(locked_chats=[206])
    assert portal.expect_refusal(TRANSFER, {"CHAT_ID": 206, "USER_ID": 4}) == (400, "OPERATOR_WRONG")


def test_a_transfer_of_a_closed_dialog_opens_a_new_session(portal: SandboxClient) -> None:
    portal.company.lines[1].settings["SEND_WELCOME_EACH_SESSION"] = "Y"
    assert portal.call(TRANSFER, {"CHAT_ID": 209, "USER_ID": 4}) is True
    assert "Welcome! An operator will be with you shortly." not in portal.list_texts(209)
    chat = portal.read_chat(209)
    assert chat["session_id"] > 400
    assert chat["owner"] == 4
