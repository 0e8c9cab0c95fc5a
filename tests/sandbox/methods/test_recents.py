from typing import Any

import pytest

from sandbox.seed.seed import OPERATOR_WEBHOOK_PATH, SECOND_OPERATOR_WEBHOOK_PATH
from sandbox.state.records import Status
from tests.sandbox.client import SandboxClient

GET, COUNTERS = "im.recent.get", "im.counters.get"
OLGA, OWN = OPERATOR_WEBHOOK_PATH, ["chat208", "chat207", "chat218"]
LINES = {"SKIP_CHAT": "Y", "SKIP_DIALOG": "Y"}


def list_ids(portal: SandboxClient, **params: Any) -> list[Any]:
    return [item["id"] for item in portal.call(GET, params, path=OLGA)]


def test_all_dialogs_of_lines_come_in_one_answer_with_those_on_offer(portal: SandboxClient) -> None:
    assert sorted(list_ids(portal, ONLY_OPENLINES="Y")) == sorted([*OWN, "chat202"])
    items = {item["id"]: item for item in portal.call(GET, {"ONLY_OPENLINES": "Y"}, path=OLGA)}
    assert items["chat207"]["lines"] == {"id": 307, "status": 40, "date_create": "2026-03-16T08:30:00+01:00"}
    assert (items["chat202"]["counter"], items["chat202"]["lines"]["status"]) == (1, Status.NEW)
    portal.write_as_client(202, "one more")
    portal.write_as_client(202, "and one more")
    offered = portal.call(GET, {"ONLY_OPENLINES": "Y"}, path=OLGA)[0]
    assert (offered["id"], offered["counter"], offered["message"]["text"]) == ("chat202", 1, "and one more")


def test_a_date_is_ignored_where_only_lines_are_wanted(portal: SandboxClient) -> None:
    portal.control("advance", {"seconds": 3600})
    now = portal.call("server.time")
    everything = list_ids(portal, ONLY_OPENLINES="Y")
    assert list_ids(portal, ONLY_OPENLINES="Y", LAST_SYNC_DATE=now) == everything
    assert len(everything) == 4


def test_the_dialogs_changed_since_a_date_come_with_all_that_are_on_offer(portal: SandboxClient) -> None:
    portal.control("advance", {"seconds": 3600})
    now = portal.call("server.time")
    assert list_ids(portal, **LINES, LAST_SYNC_DATE=now) == ["chat202"]
    portal.write_as_client(207, "Hello?")
    assert list_ids(portal, **LINES, LAST_SYNC_DATE=now) == ["chat207", "chat202"]
    portal.control("advance", {"seconds": 8 * 86400})
    assert list_ids(portal, **LINES, LAST_SYNC_DATE=now) == ["chat202"]
    assert sorted(list_ids(portal, **LINES)) == sorted([*OWN, "chat202"])


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({}, [2, "chat223", "chat220", *OWN, "chat202"]),
        ({"SKIP_OPENLINES": "Y"}, [2, "chat223", "chat220"]),
        ({"skip_openlines": "Y", "SKIP_CHAT": "Y"}, [2]),
    ],
)
def test_kinds_of_chats_can_be_skipped(portal: SandboxClient, params: dict[str, str], found: list[Any]) -> None:
    assert sorted(map(str, list_ids(portal, **params))) == sorted(map(str, found))


def test_the_counters_tell_what_is_unread_in_the_chats_that_one_is_in(portal: SandboxClient) -> None:
    before = portal.call(COUNTERS, path=OLGA)
    portal.write_as_client(207, "Hello?")
    portal.write_as_client(202, "Is anybody there?")
    after = portal.call(COUNTERS, path=OLGA)
    assert after["LINES"] == {**(before["LINES"] or {}), "207": 1}
    assert after["TYPE"]["LINES"] == before["TYPE"]["LINES"] + 1
    assert after["TYPE"]["ALL"] == sum(after["TYPE"][name] for name in ("CHAT", "LINES", "DIALOG"))
    assert after["CHAT_MUTED"] == []


@pytest.mark.parametrize("method", [GET, COUNTERS])
def test_the_scope_of_the_messenger_is_needed(portal: SandboxClient, method: str) -> None:
    assert portal.expect_refusal(method, path=SECOND_OPERATOR_WEBHOOK_PATH) == (401, "insufficient_scope")
