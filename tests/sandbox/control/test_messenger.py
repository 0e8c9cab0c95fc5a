from typing import Any

import pytest

from sandbox.seed.seed import OPERATOR_WEBHOOK_PATH
from tests.sandbox.client import SandboxClient

OLGA = OPERATOR_WEBHOOK_PATH


@pytest.fixture
def olga(portal: SandboxClient) -> SandboxClient:
    """A portal on which Olga's messenger writes down its events."""
    portal.call("im.v2.Event.subscribe", path=OLGA)
    return portal


def strike(portal: SandboxClient, *rules: dict[str, Any], seed: int = 0) -> None:
    portal.control("logs/faults", {"rules": list(rules), "seed": seed})


def write(portal: SandboxClient, *texts: str) -> None:
    for text in texts:
        portal.write_as_client(207, text)


def fetch(portal: SandboxClient, **params: Any) -> Any:
    return portal.call("im.v2.Event.get", params, path=OLGA)


def list_texts(portal: SandboxClient, **params: Any) -> list[str]:
    return [event["data"]["message"]["text"] for event in fetch(portal, **params)["events"]]


@pytest.mark.parametrize(
    ("rule", "shown"),
    [
        ({"kind": "lost", "count": 1}, ["two", "three"]),
        ({"kind": "doubled", "count": 1}, ["one", "one", "two", "three"]),
        ({"kind": "reordered", "count": 1}, ["two", "one", "three"]),
        ({"kind": "lost", "events": ["ONIMV2JOINCHAT"]}, ["one", "two", "three"]),
    ],
)
def test_rows_are_struck(olga: SandboxClient, rule: dict[str, Any], shown: list[str]) -> None:
    strike(olga, rule)
    write(olga, "one", "two", "three")
    assert list_texts(olga) == shown
    numbers = [event["eventId"] for event in fetch(olga)["events"]]
    assert numbers == sorted(set(numbers))


def test_a_row_that_waits_for_the_next_one_is_not_lost(olga: SandboxClient) -> None:
    strike(olga, {"kind": "reordered", "seconds": 60})
    write(olga, "one", "two")
    assert list_texts(olga) == []
    olga.control("advance", {"seconds": 60})
    assert list_texts(olga) == ["one", "two"]


def test_a_late_row_keeps_its_number_and_may_be_acknowledged_unseen(olga: SandboxClient) -> None:
    strike(olga, {"kind": "late", "count": 2, "seconds": 60})
    write(olga, "one", "two", "three")
    page = fetch(olga)
    assert [event["data"]["message"]["text"] for event in page["events"]] == ["three"]
    olga.control("advance", {"seconds": 60})
    assert list_texts(olga) == ["one", "two", "three"]
    assert list_texts(olga, offset=page["nextOffset"]) == []


def test_dice_fall_alike_for_one_seed_and_strikes_are_counted(olga: SandboxClient) -> None:
    rules = {"kind": "lost", "rate": 0.5}
    shown = []
    for _ in range(2):
        strike(olga, rules, seed=7)
        write(olga, *map(str, range(12)))
        shown.append(list_texts(olga))
        fetch(olga, offset=fetch(olga)["nextOffset"])
    assert shown[0] == shown[1]
    assert 0 < len(shown[0]) < 12
    counted = olga.send("GET", "/_sandbox/logs/faults").json()["rules"][0]["struck"]
    assert counted == 12 - len(shown[1])
    olga.control("logs/faults/clear")
    write(olga, "after")
    assert list_texts(olga) == ["after"]


def test_the_logs_that_are_kept_are_shown_with_their_rows(olga: SandboxClient) -> None:
    write(olga, "one", "two")
    assert olga.send("GET", "/_sandbox/logs").json() == {"rows": {"3": 2}}


@pytest.mark.parametrize(
    "body",
    [
        {"rules": "lost"},
        {"rules": [{"kind": "eaten"}]},
        {"rules": [{"kind": ["lost"]}]},
        {"rules": [{"kind": "lost", "rate": 2}]},
    ],
)
def test_faults_that_make_no_sense_are_refused(portal: SandboxClient, body: dict[str, Any]) -> None:
    assert portal.send("POST", "/_sandbox/logs/faults", json=body).status_code == 400
    assert portal.send("GET", "/_sandbox/logs/faults").json() == {"rules": [], "seed": 0}


@pytest.mark.parametrize(
    "body",
    [
        {"message_id": 99999, "user_id": 3},
        {"message_id": 1001, "user_id": 99999},
        {"message_id": 1001},
        {"message_id": 1001, "user_id": 3, "action": "toggle"},
    ],
)
def test_a_reaction_of_nobody_or_to_nothing_is_refused(portal: SandboxClient, body: dict[str, Any]) -> None:
    assert portal.send("POST", "/_sandbox/message-reaction", json=body).status_code == 400
