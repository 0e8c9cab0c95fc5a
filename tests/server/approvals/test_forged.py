"""Rows that somebody puts into the state's database by hand, so that a call is made which nobody approved."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from server.approvals.store import Approval, ApprovalStore, NotPendingError
from server.storage.database import State
from tests.server.approvals.calls import PORTAL

ARGUMENTS = {"chat_id": 203}
KEYS = (b"k" * 64,)


@pytest.fixture(params=[(), KEYS], ids=["key beside the state", "key of the settings"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ApprovalStore:
    return ApprovalStore(State(tmp_path / "state.sqlite"), keys=request.param)


def ask(store: ApprovalStore) -> Approval:
    return store.ask(PORTAL, "stdio", "operator_spam", ARGUMENTS, summary="Mark as spam", seconds=900)


def write(store: ApprovalStore, statement: str, *values: Any) -> None:
    with sqlite3.connect(store.state.path) as database:
        database.execute(statement, values)
    database.close()


def copy_seal(store: ApprovalStore, approved: str, to: str) -> None:
    write(store, "INSERT OR REPLACE INTO approval_seals SELECT ?, seal FROM approval_seals WHERE id = ?", to, approved)


def put_a_row(store: ApprovalStore) -> str:
    known = ask(store)
    store.settle(known.id, approve=True, by="anna")
    names = "portal, caller, tool, arguments, summary, asked, expires, settled, settled_by"
    write(
        store,
        f"INSERT INTO approvals (id, state, {names}) SELECT 'aaaabbbb', 'approved', {names} FROM approvals",  # noqa: S608
    )
    copy_seal(store, known.id, "aaaabbbb")
    return "aaaabbbb"


def set_approved(store: ApprovalStore) -> str:
    asked = ask(store)
    write(store, "UPDATE approvals SET state = 'approved', settled_by = 'anna' WHERE id = ?", asked.id)
    return asked.id


def change_after_approval(what: str) -> Callable[[ApprovalStore], str]:
    def forge(store: ApprovalStore) -> str:
        asked = ask(store)
        store.settle(asked.id, approve=True, by="anna")
        write(store, f"UPDATE approvals SET {what} WHERE id = ?", asked.id)  # noqa: S608
        return asked.id

    return forge


def bring_back_what_was_made(store: ApprovalStore) -> str:
    asked = ask(store)
    store.settle(asked.id, approve=True, by="anna")
    assert store.claim(asked.id)
    store.finish(asked.id, "executed", "done")
    write(store, "UPDATE approvals SET state = 'approved' WHERE id = ?", asked.id)
    return asked.id


def bring_back_what_was_denied(store: ApprovalStore) -> str:
    asked = ask(store)
    store.settle(asked.id, approve=False, by="anna")
    write(store, "UPDATE approvals SET state = 'approved' WHERE id = ?", asked.id)
    return asked.id


FORGERIES: dict[str, Callable[[ApprovalStore], str]] = {
    "a row of one's own": put_a_row,
    "approved by hand": set_approved,
    "other arguments": change_after_approval("""arguments = '{"chat_id": 1}'"""),
    "another tool": change_after_approval("tool = 'operator_finish'"),
    "another caller": change_after_approval("caller = 'anna'"),
    "another portal": change_after_approval("portal = 'https://other.example user 1'"),
    "another person": change_after_approval("settled_by = 'boris'"),
    "more time": change_after_approval("expires = expires + 90000"),
    "what was made": bring_back_what_was_made,
    "what was denied": bring_back_what_was_denied,
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_what_was_put_into_the_database_by_hand_is_never_made(store: ApprovalStore, forgery: str) -> None:
    forged = FORGERIES[forgery](store)
    assert forged not in store.list_waiting(PORTAL, "stdio")
    assert store.claim(forged) is None
    found = store.get(forged)
    assert found
    assert (found.stage, found.settled_by) == ("denied", "nobody: it was put or changed there by hand")


def test_nobody_is_led_to_approve_what_was_changed_while_it_waited(store: ApprovalStore) -> None:
    asked = ask(store)
    write(store, """UPDATE approvals SET arguments = '{"chat_id": 1}' WHERE id = ?""", asked.id)
    with pytest.raises(NotPendingError, match="denied already"):
        store.settle(asked.id, approve=True, by="anna")
    with pytest.raises(NotPendingError, match="denied already"):
        store.begin(asked.id, by="anna")


@pytest.mark.parametrize("keys", [(), KEYS])
def test_what_a_person_approved_is_made_once_by_any_server_with_the_key(
    tmp_path: Path, keys: tuple[bytes, ...]
) -> None:
    store, again = (ApprovalStore(State(tmp_path / "state.sqlite"), keys=keys) for _ in range(2))
    asked = ask(store)
    again.settle(asked.id, approve=True, by="anna")
    assert store.claim("another") is None
    assert store.claim(asked.id)
    assert again.claim(asked.id) is None


def test_a_claim_for_what_still_waits_takes_nothing_from_it(store: ApprovalStore) -> None:
    asked = ask(store)
    assert store.claim(asked.id) is None
    assert store.settle(asked.id, approve=True, by="anna").stage == "approved"
