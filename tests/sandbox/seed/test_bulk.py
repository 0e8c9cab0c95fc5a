from collections import Counter
from typing import Any

import pytest

from sandbox.state.records import Status
from tests.sandbox.client import SandboxClient


def test_a_busy_month_adds_the_dialogs_and_the_waiting_clients_that_were_asked_for(portal: SandboxClient) -> None:
    before = len(portal.company.chats)
    waited = Counter(session.status for session in portal.company.sessions.values())[Status.NEW]
    assert portal.control("crowd", {"dialogs": 80, "waiting": 8}) == {"dialogs": 80, "waiting": 8}
    assert len(portal.company.chats) == before + 80
    assert Counter(session.status for session in portal.company.sessions.values())[Status.NEW] == waited + 6


def test_a_busy_month_is_the_same_at_every_call() -> None:
    first, second = SandboxClient(), SandboxClient()
    for portal in (first, second):
        portal.control("crowd", {"dialogs": 60})
    assert first.read_state() == second.read_state()


@pytest.mark.parametrize(
    "body", [{}, {"dialogs": "many"}, {"dialogs": 20_001}, {"dialogs": 8, "waiting": 7}, {"dialogs": 8, "waiting": -1}]
)
def test_a_month_that_makes_no_sense_is_refused_in_words(portal: SandboxClient, body: Any) -> None:
    before = len(portal.company.chats)
    answer = portal.send("POST", "/_sandbox/crowd", json=body)
    assert answer.status_code == 400
    assert answer.json()["error"]
    assert len(portal.company.chats) == before
