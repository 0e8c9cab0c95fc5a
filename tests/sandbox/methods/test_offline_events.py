from typing import Any

import pytest

from sandbox.seed.seed import APPLICATION_ID, APPLICATION_PATH
from sandbox.state.offline_events import LIFE
from tests.sandbox.channel_client import make_message, send_messages
from tests.sandbox.client import SandboxClient
from tests.sandbox.event_handler import bind


def offline(portal: SandboxClient, method: str, **params: Any) -> Any:
    return portal.call(f"event.offline.{method}", params, path=APPLICATION_PATH)


def refuse(portal: SandboxClient, method: str, **params: Any) -> tuple[int, str]:
    return portal.expect_refusal(f"event.offline.{method}", params, path=APPLICATION_PATH)


def list_keys(portal: SandboxClient, **params: Any) -> list[str]:
    return [row["MESSAGE_ID"] for row in offline(portal, "list", **params)]


def write(portal: SandboxClient, count: int) -> None:
    """Let the client of a dialog in the queue write so many messages, each of which is recorded."""
    for number in range(count):
        portal.write_as_client(201, f"Message {number}")


def get_texts(fetched: Any) -> list[str]:
    return [row["EVENT_DATA"]["DATA"]["message"]["text"] for row in fetched["events"]]


@pytest.fixture
def queue(portal: SandboxClient) -> SandboxClient:
    bind(portal, "ONOPENLINEMESSAGEADD")
    return portal


def test_a_record_keeps_the_types_and_says_who_was_the_cause(queue: SandboxClient) -> None:
    write(queue, 1)
    fetched = offline(queue, "get")
    (row,) = fetched["events"]
    assert fetched["process_id"] is None
    assert (row["ID"], row["EVENT_NAME"], row["EVENT_ADDITIONAL"]) == ("1", "ONOPENLINEMESSAGEADD", {"user_id": 101})
    assert row["EVENT_DATA"]["DATA"]["connector"]["line_id"] == 2
    assert len(row["MESSAGE_ID"]) == 32
    assert row["TIMESTAMP_X"].startswith("2026-03-16T10:")


def test_what_is_fetched_is_deleted_unless_it_is_told_otherwise(queue: SandboxClient) -> None:
    write(queue, 3)
    assert get_texts(offline(queue, "get", limit=2)) == ["Message 0", "Message 1"]
    kept = offline(queue, "get", clear=0)
    assert get_texts(kept) == ["Message 2"]
    assert len(list_keys(queue)) == 1
    assert get_texts(offline(queue, "get")) == []
    assert get_texts(offline(queue, "get", clear="0", process_id=kept["process_id"])) == ["Message 2"]


def test_a_process_fetched_again_without_clear_loses_the_whole_batch(queue: SandboxClient) -> None:
    write(queue, 4)
    process = offline(queue, "get", Clear=0)["process_id"]
    write(queue, 1)
    fetched = offline(queue, "get", PROCESS_ID=process, limit=1)
    assert (get_texts(fetched), fetched["process_id"]) == (["Message 0"], process)
    assert len(list_keys(queue)) == 1


def test_a_filter_that_finds_nothing_of_a_process_deletes_nothing(queue: SandboxClient) -> None:
    write(queue, 2)
    process = offline(queue, "get", clear=0)["process_id"]
    assert offline(queue, "get", process_id=process, filter={">ID": 99})["events"] == []
    assert len(list_keys(queue)) == 2


def test_without_the_feature_nothing_can_be_reserved(queue: SandboxClient) -> None:
    write(queue, 1)
    queue.switch(plan={"offline_extended": False})
    assert refuse(queue, "get", clear=0) == (403, "WRONG_LICENSE")
    assert len(offline(queue, "get")["events"]) == 1


def test_records_are_cleared_by_message_id_by_id_or_all(queue: SandboxClient) -> None:
    write(queue, 4)
    fetched = offline(queue, "get", clear=0)
    process, rows = fetched["process_id"], fetched["events"]
    assert offline(queue, "clear", process_id="unknown") is True
    assert offline(queue, "clear", process_id=process, message_id=[rows[0]["MESSAGE_ID"]], id=[rows[1]["ID"]]) is True
    assert [row["ID"] for row in offline(queue, "list")] == ["2", "3", "4"]
    offline(queue, "clear", process_id=process, id=[rows[1]["ID"]])
    assert [row["ID"] for row in offline(queue, "list")] == ["3", "4"]
    offline(queue, "clear", process_id=process)
    assert list_keys(queue) == []


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("get", {"limit": 0}),
        ("get", {"limit": "x"}),
        ("get", {"filter": {"PROCESS_ID": "x"}}),
        ("get", {"filter": {"~ID": 1}}),
        ("get", {"filter": {"ID": [1]}}),
        ("get", {"filter": "x"}),
        ("get", {"order": {"ERROR": "ASC"}}),
        ("get", {"order": {"ID": "UP"}}),
        ("clear", {}),
        ("clear", {"process_id": "p", "message_id": ["short"]}),
        ("clear", {"process_id": "p", "message_id": "x" * 32}),
        ("clear", {"process_id": "p", "id": [0]}),
        ("error", {"message_id": []}),
        ("error", {"process_id": "p"}),
        ("error", {"process_id": "p", "message_id": "x" * 32}),
    ],
)
def test_wrong_arguments_are_refused(queue: SandboxClient, method: str, params: dict[str, Any]) -> None:
    assert refuse(queue, method, **params) == (400, "ERROR_ARGUMENT")


def test_failed_records_are_given_back_and_fetched_only_as_such(queue: SandboxClient) -> None:
    write(queue, 2)
    fetched = offline(queue, "get", clear=0)
    key = fetched["events"][0]["MESSAGE_ID"]
    assert offline(queue, "error", process_id=fetched["process_id"], message_id=[key]) is True
    rows = {row["MESSAGE_ID"]: row for row in offline(queue, "list", filter={"=ERROR": 1})}
    assert (list(rows), rows[key]["PROCESS_ID"], rows[key]["ERROR"]) == ([key], "", "1")
    assert offline(queue, "get")["events"] == []
    assert [row["MESSAGE_ID"] for row in offline(queue, "get", error=1)["events"]] == [key]


def test_a_failure_deletes_what_else_waits_under_its_message_id(portal: SandboxClient) -> None:
    bind(portal, "ONSESSIONFINISH")
    portal.control("events/trigger", {"event": "OnSessionFinish"})
    fetched = offline(portal, "get", clear=0)
    portal.control("events/trigger", {"event": "OnSessionFinish"})
    assert len(list_keys(portal)) == 2
    key = fetched["events"][0]["MESSAGE_ID"]
    offline(portal, "error", process_id=fetched["process_id"], message_id=[key])
    (row,) = offline(portal, "list")
    assert (row["ID"], row["ERROR"]) == ("1", "1")


def test_equal_events_are_merged_until_somebody_reserves_them(portal: SandboxClient) -> None:
    bind(portal, "ONSESSIONSTART")
    for _ in range(3):
        portal.control("events/trigger", {"event": "OnSessionStart"})
    (row,) = offline(portal, "list")
    offline(portal, "get", clear=0)
    portal.control("events/trigger", {"event": "OnSessionStart"})
    before, after = offline(portal, "list")
    assert before["MESSAGE_ID"] == after["MESSAGE_ID"] == row["MESSAGE_ID"]
    assert (before["PROCESS_ID"] != "", after["PROCESS_ID"]) == (True, "")


def test_an_applications_own_changes_are_not_recorded(queue: SandboxClient) -> None:
    bind(queue, "ONOPENLINEMESSAGEADD", auth_connector="mine")
    send_messages(queue, make_message("m1", "From the channel"))
    assert list_keys(queue) == []
    assert "From the channel" in get_texts(offline(queue, "get", auth_connector="mine"))
    write(queue, 1)
    assert len(list_keys(queue)) == len(list_keys(queue, auth_connector="mine")) == 1


def test_a_page_of_the_list_has_fifty_rows(queue: SandboxClient) -> None:
    write(queue, 60)
    answer = queue.post("event.offline.list", {"order": {"ID": "DESC"}}, path=APPLICATION_PATH).json()
    assert (answer["total"], answer["next"], len(answer["result"])) == (60, 50, 50)
    rest = queue.post("event.offline.list", {"start": 50, "order": {"ID": "DESC"}}, path=APPLICATION_PATH).json()
    assert ("next" in rest, [row["ID"] for row in rest["result"]][-1]) == (False, "1")
    assert len(offline(queue, "get", limit=55)["events"]) == 55
    late = offline(queue, "list", filter={">=TIMESTAMP_X": "2030-01-01T00:00:00+01:00"})
    assert late == []


def test_records_are_forgotten_after_34_days(queue: SandboxClient) -> None:
    write(queue, 1)
    queue.control("advance", {"seconds": LIFE.total_seconds() - 10})
    write(queue, 1)
    queue.control("advance", {"seconds": 20})
    assert get_texts(offline(queue, "get")) == ["Message 0"]
    assert offline(queue, "get", filter={"EVENT_NAME": "ONOPENLINEMESSAGEADD"})["events"] == []


def test_the_queue_is_only_for_administrators(queue: SandboxClient) -> None:
    key = {"token": "operator-application", "user_id": 3, "kind": "application", "client_id": APPLICATION_ID}
    path = queue.control("webhooks", key)["path"]
    for method in ("get", "list", "clear", "error"):
        assert queue.expect_refusal(f"event.offline.{method}", path=path) == (403, "ACCESS_DENIED")
