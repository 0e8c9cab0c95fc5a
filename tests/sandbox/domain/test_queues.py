"""What the queue does by itself: dialogs of those who leave it, dialogs that wait for somebody to come."""

from typing import Any

import pytest

from sandbox.seed.seed import OPERATOR_WEBHOOK_PATH, SECOND_OPERATOR_WEBHOOK_PATH
from sandbox.state.records import Status
from tests.sandbox.client import SandboxClient

UPDATE = "imopenlines.config.update"


def set_queue(portal: SandboxClient, line_id: int, *people: int) -> None:
    queue = [{"ENTITY_TYPE": "user", "ENTITY_ID": number} for number in people]
    assert portal.call(UPDATE, {"CONFIG_ID": line_id, "PARAMS": {"QUEUE": queue}}) is True


def test_who_is_taken_out_of_a_queue_loses_all_dialogs_of_the_line(portal: SandboxClient) -> None:
    portal.call("imopenlines.session.mode.pin", {"CHAT_ID": 207}, path=OPERATOR_WEBHOOK_PATH)
    set_queue(portal, 1, 4)
    for chat_id in (202, 207):
        chat, session = portal.read_chat(chat_id), portal.read_session(chat_id + 100)
        assert (chat["owner"], chat["members"], chat["invited"]) == (0, [chat_id - 100], [4])
        assert (session["operator_id"], session["status"], session["wait_answer"]) == (4, Status.SKIPPED, True)
        assert chat["pinned"] is False
    assert "[USER=3]Olga Smirnova[/USER] does not work on this line any more" in portal.list_texts(207)
    assert not any(message.to_client for message in portal.company.list_messages(207)[-2:])


def test_a_dialog_taken_from_its_operator_is_listed_as_a_transfer_by_the_queue(portal: SandboxClient) -> None:
    set_queue(portal, 1, 4)
    moves = portal.call("imopenlines.v2.Session.Transfer.list", {"sessionId": [307]})["transfers"]
    assert [(move["fromOperatorId"], move["toOperatorId"], move["reason"], move["mode"]) for move in moves] == [
        (3, 4, "queue", "AUTO")
    ]


def test_dialogs_of_other_lines_and_those_that_are_closing_stay(portal: SandboxClient) -> None:
    set_queue(portal, 1, 4)
    assert portal.read_chat(208)["owner"] == 3
    assert portal.read_chat(218)["owner"] == 3


def test_a_dialog_waits_where_nobody_is_left_and_goes_to_the_first_who_comes(portal: SandboxClient) -> None:
    portal.company.lines[1].settings["CHECK_AVAILABLE"] = "Y"
    portal.company.employees[4].presence = "offline"
    set_queue(portal, 1, 4)
    assert (portal.read_session(307)["operator_id"], portal.read_chat(207)["invited"]) == (0, [])
    set_queue(portal, 1, 4, 2)
    assert (portal.read_session(307)["operator_id"], portal.read_chat(207)["invited"]) == (2, [2])


def test_a_line_for_all_offers_to_those_who_are_in_the_queue_now(portal: SandboxClient) -> None:
    set_queue(portal, 2, 5, 3)
    assert portal.read_chat(201)["invited"] == [3, 5]
    chat, session = portal.read_chat(216), portal.read_session(316)
    assert (chat["owner"], session["operator_id"], session["status"]) == (0, 0, Status.SKIPPED)
    assert chat["invited"] == [3, 5]


def test_the_same_people_in_another_order_keep_their_dialogs(portal: SandboxClient) -> None:
    before = portal.read_chat(207), portal.read_chat(202)
    set_queue(portal, 1, 4, 3)
    assert (portal.read_chat(207), portal.read_chat(202)) == before


def test_another_queue_type_offers_what_waits_by_the_new_rule(portal: SandboxClient) -> None:
    portal.call(UPDATE, {"CONFIG_ID": 2, "PARAMS": {"QUEUE_TYPE": "strictly"}})
    assert (portal.read_session(301)["operator_id"], portal.read_chat(201)["invited"]) == (5, [5])
    portal.call(UPDATE, {"CONFIG_ID": 1, "PARAMS": {"QUEUE_TYPE": "all"}})
    assert (portal.read_session(302)["operator_id"], portal.read_chat(202)["invited"]) == (0, [3, 4])


def test_the_dismissed_lose_their_queues_and_dialogs_on_every_line(portal: SandboxClient) -> None:
    portal.control("dismiss", {"user_id": 4})
    assert portal.call("imopenlines.config.get", {"CONFIG_ID": 1})["QUEUE"] == ["3"]
    for chat_id in (204, 212, 216, 219):
        assert portal.read_chat(chat_id)["owner"] == 0
        assert 4 not in portal.read_chat(chat_id)["members"]
    assert portal.read_session(304)["operator_id"] == 3
    answer = portal.post("profile", path=SECOND_OPERATOR_WEBHOOK_PATH)
    assert answer.json()["error"] == "authorization_error"


@pytest.mark.parametrize("user_id", [6, 999])
def test_only_who_works_here_can_be_dismissed(portal: SandboxClient, user_id: int) -> None:
    answer = portal.send("POST", "/_sandbox/dismiss", json={"user_id": user_id})
    assert (answer.status_code, answer.json()) == (400, {"error": "user_id: no such employee"})


@pytest.mark.parametrize(
    ("settings", "owner"),
    [({}, 0), ({"CHECK_AVAILABLE": "N"}, 4)],
)
def test_who_has_gone_loses_a_dialog_when_its_client_writes_again(
    portal: SandboxClient, settings: dict[str, Any], owner: int
) -> None:
    portal.company.lines[1].settings |= {"CHECK_AVAILABLE": "Y", **settings}
    portal.company.employees[4].presence = "pause"
    portal.write_as_client(204, "Hello?")
    assert portal.read_chat(204)["owner"] == owner


def test_a_pinned_dialog_and_the_only_operator_of_a_line_keep_it(portal: SandboxClient) -> None:
    portal.call("imopenlines.session.mode.pin", {"CHAT_ID": 204}, path=SECOND_OPERATOR_WEBHOOK_PATH)
    portal.company.lines[1].settings["CHECK_AVAILABLE"] = "Y"
    portal.company.employees[4].presence = "offline"
    portal.write_as_client(204, "Hello?")
    assert portal.read_chat(204)["owner"] == 4
    set_queue(portal, 1, 4)
    portal.write_as_client(212, "Hello?")
    assert portal.read_chat(212)["owner"] == 4
