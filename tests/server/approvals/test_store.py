import threading
from collections.abc import Mapping
from typing import Any

import pytest

from server.approvals.store import Approval, ApprovalStore, NotPendingError, Outcome
from server.storage.database import State
from tests.server.approvals.calls import Clock

SECONDS = 600.0
MONTH = 30 * 86400.0
LONGEST_RUN = 11 * 60.0


@pytest.fixture
def approvals(state: State, clock: Clock) -> ApprovalStore:
    return ApprovalStore(state, clock)


def ask(approvals: ApprovalStore, chat_id: int = 201) -> Approval:
    return approvals.ask(
        "shop", "reader", "operator_finish", {"chat_id": chat_id}, summary="Finish chat 201", seconds=SECONDS
    )


def stage_of(approvals: ApprovalStore, approval: Approval) -> str:
    found = approvals.get(approval.id)
    assert found is not None
    return found.stage


def test_an_approved_call_is_claimed_once(approvals: ApprovalStore) -> None:
    approval = ask(approvals)
    assert approvals.claim(approval.id) is None
    approvals.settle(approval.id, approve=True, by="anna")
    assert approvals.list_waiting("shop", "reader") == {approval.id: True}
    claimed = approvals.claim(approval.id)
    assert claimed is not None
    assert claimed.arguments == {"chat_id": 201}
    assert approvals.claim(approval.id) is None
    approvals.finish(approval.id, "executed", "done")
    assert stage_of(approvals, approval) == "executed"
    assert approvals.claim(approval.id) is None


def test_a_denied_call_is_never_claimed(approvals: ApprovalStore) -> None:
    approval = ask(approvals)
    approvals.settle(approval.id, approve=False, by="anna")
    assert approvals.claim(approval.id) is None
    assert stage_of(approvals, approval) == "denied"


@pytest.mark.parametrize("approved", [True, False])
def test_an_expired_call_is_neither_settled_nor_claimed(approvals: ApprovalStore, clock: Clock, approved: bool) -> None:
    approval = ask(approvals)
    if approved:
        approvals.settle(approval.id, approve=True, by="anna")
    clock.time += SECONDS - 0.5
    assert list(approvals.list_waiting("shop", "reader")) == [approval.id]
    clock.time += 0.5
    assert stage_of(approvals, approval) == "expired"
    with pytest.raises(NotPendingError, match="expired"):
        approvals.settle(approval.id, approve=True, by="anna")
    assert approvals.claim(approval.id) is None
    assert approvals.list_waiting("shop", "reader") == {}


def test_only_the_first_decision_counts(approvals: ApprovalStore) -> None:
    approval = ask(approvals)
    approvals.settle(approval.id, approve=False, by="anna")
    with pytest.raises(NotPendingError, match="denied already"):
        approvals.settle(approval.id, approve=True, by="ben")
    with pytest.raises(NotPendingError, match="no approval"):
        approvals.settle("nothing", approve=True, by="ben")


def test_the_same_call_asked_again_waits_under_the_same_id(approvals: ApprovalStore) -> None:
    first = ask(approvals)
    assert ask(approvals).id == first.id
    assert ask(approvals, chat_id=202).id != first.id
    approvals.settle(first.id, approve=False, by="anna")
    assert ask(approvals).id != first.id


def test_two_that_claim_at_once_get_it_once(approvals: ApprovalStore) -> None:
    approval = ask(approvals)
    approvals.settle(approval.id, approve=True, by="anna")
    claims: list[Approval | None] = []
    threads = [threading.Thread(target=lambda: claims.append(approvals.claim(approval.id))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sum(claim is not None for claim in claims) == 1


def test_a_call_whose_server_ended_while_it_ran_has_an_unknown_outcome(approvals: ApprovalStore, clock: Clock) -> None:
    approval = ask(approvals)
    approvals.settle(approval.id, approve=True, by="anna")
    approvals.claim(approval.id)
    clock.time += LONGEST_RUN
    assert stage_of(approvals, approval) == "running"
    clock.time += 0.5
    assert stage_of(approvals, approval) == "unknown"
    assert approvals.claim(approval.id) is None


def test_approvals_survive_the_process_that_asked(state: State, approvals: ApprovalStore, clock: Clock) -> None:
    approval = ask(approvals)
    later = ApprovalStore(State(state.path), clock)
    assert [found.id for found in later.list_all()] == [approval.id]
    assert state.path.stat().st_mode & 0o077 == 0


def test_calls_of_another_portal_or_caller_are_not_offered(approvals: ApprovalStore) -> None:
    approval = ask(approvals)
    assert approvals.list_waiting("shop", "reader") == {approval.id: False}
    assert approvals.list_waiting("other", "reader") == {}
    assert approvals.list_waiting("shop", "other") == {}


def test_what_has_come_to_an_end_is_forgotten_after_a_month(approvals: ApprovalStore, clock: Clock) -> None:
    ended, running = ask(approvals), ask(approvals, 202)
    approvals.settle(ended.id, approve=False, by="anna")
    approvals.settle(running.id, approve=True, by="anna")
    approvals.claim(running.id)
    clock.time += MONTH
    ask(approvals, 203)
    assert stage_of(approvals, ended) == "denied"
    clock.time += 0.5
    assert stage_of(approvals, ended) == "denied"
    ask(approvals, 204)
    assert approvals.get(ended.id) is None
    assert approvals.get(running.id) is not None


@pytest.mark.parametrize("approved", [True, False])
def test_what_expires_while_it_is_looked_at_is_told_as_expired(
    approvals: ApprovalStore, clock: Clock, approved: bool
) -> None:
    approval = ask(approvals)
    if approved:
        approvals.settle(approval.id, approve=True, by="anna")
    clock.time += SECONDS - 1
    clock.step = 1
    assert stage_of(approvals, approval) == "expired"


def test_the_same_call_asked_when_the_first_has_just_expired_is_a_new_one(
    approvals: ApprovalStore, clock: Clock
) -> None:
    first = ask(approvals)
    clock.time += SECONDS
    second = ask(approvals)
    assert second.id != first.id
    assert second.expires == clock.time + SECONDS


@pytest.mark.parametrize("approved", [True, False])
def test_a_clock_put_back_by_a_minute_changes_nothing_and_by_more_ends_what_waits(
    approvals: ApprovalStore, clock: Clock, approved: bool
) -> None:
    approval = ask(approvals)
    if approved:
        approvals.settle(approval.id, approve=True, by="anna")
    clock.time -= 60
    assert approvals.list_waiting("shop", "reader") == {approval.id: approved}
    clock.time -= 0.5
    assert approvals.list_waiting("shop", "reader") == {}
    clock.time += 60.5
    assert stage_of(approvals, approval) == "expired"


@pytest.mark.parametrize(
    ("asked", "again"),
    [
        ({"chat_id": 201, "message": "Hello"}, {"message": "Hello", "chat_id": 201}),
        ({"fields": {"a": 1, "b": [2]}}, {"fields": {"b": [2], "a": 1}}),
        ({"message": "Здравствуйте, чем помочь? 👋"}, {"message": "Здравствуйте, чем помочь? 👋"}),
    ],
)
def test_the_same_call_is_known_again_in_any_order_and_in_any_language(
    approvals: ApprovalStore, asked: Mapping[str, Any], again: Mapping[str, Any]
) -> None:
    first = approvals.ask("shop", "reader", "reply", asked, summary="", seconds=SECONDS)
    assert approvals.ask("shop", "reader", "reply", again, summary="", seconds=SECONDS) == first
    assert first.arguments == asked
    assert len(approvals.list_all()) == 1


class NotNotedError(Exception):
    """What a note can fail with."""


@pytest.mark.parametrize("approve", [True, False])
def test_a_decision_that_cannot_be_noted_changes_nothing(approvals: ApprovalStore, approve: bool) -> None:
    noted: list[Approval] = []

    def note(settled: Approval) -> None:
        noted.append(settled)
        if len(noted) == 1:
            raise NotNotedError

    approval = ask(approvals)
    with pytest.raises(NotNotedError):
        approvals.settle(approval.id, approve=approve, by="anna", note=note)
    assert approvals.get(approval.id) == approval
    settled = approvals.settle(approval.id, approve=approve, by="ben", note=note)
    assert noted[1] == settled
    assert (settled.stage, settled.settled_by) == ("approved" if approve else "denied", "ben")


def begin(approvals: ApprovalStore, chat_id: int = 201) -> Approval:
    return approvals.begin(ask(approvals, chat_id).id, by="anna")


def test_a_call_of_a_server_that_is_still_there_is_not_lost(
    state: State, approvals: ApprovalStore, clock: Clock
) -> None:
    running = begin(approvals)
    other = ApprovalStore(State(state.path), clock)
    for store in (approvals, other):
        assert store.end_lost("shop", "reader") == []
        assert stage_of(store, running) == "running"
    other.finish(running.id, "executed", "done")
    assert stage_of(approvals, running) == "executed"


def test_a_call_of_a_server_that_has_ended_is_lost_once_and_stays_unknown(
    state: State, approvals: ApprovalStore, clock: Clock
) -> None:
    lost = begin(approvals)
    (lock,) = state.path.parent.glob("server-*.lock")
    lock.unlink()
    other = ApprovalStore(State(state.path), clock)
    assert stage_of(other, lost) == "unknown"
    still = begin(other, 202)
    assert other.end_lost("other", "reader") == other.end_lost("shop", "other") == []
    assert [(found.id, found.stage) for found in other.end_lost("shop", "reader")] == [(lost.id, "unknown")]
    assert other.end_lost("shop", "reader") == []
    approvals.finish(lost.id, "executed", "came after all")
    for store in (approvals, other):
        assert stage_of(store, lost) == "unknown"
    assert stage_of(other, still) == "running"


@pytest.mark.parametrize("outcome", ["executed", "failed", "unknown"])
def test_what_became_of_a_call_is_kept_with_its_reply_and_only_once(approvals: ApprovalStore, outcome: Outcome) -> None:
    running = begin(approvals)
    approvals.finish(running.id, outcome, "first")
    approvals.finish(running.id, "executed", "second")
    kept = approvals.get(running.id)
    assert kept is not None
    assert (kept.stage, kept.reply, kept.settled_by) == (outcome, "first", "anna")


def test_a_state_of_another_version_gets_the_tables_that_it_lacks(state: State, approvals: ApprovalStore) -> None:
    ask(approvals)
    with state.open_transaction() as database:
        database.execute("DROP TABLE clients")
        database.execute("PRAGMA user_version = 1")

    with state.open_transaction() as database:
        assert database.execute("SELECT count(*) FROM clients").fetchone()[0] == 0
    assert len(approvals.list_all()) == 1


def test_a_state_that_was_removed_meanwhile_is_made_anew(state: State, approvals: ApprovalStore) -> None:
    ask(approvals)
    state.path.unlink()

    assert approvals.list_all() == []
    assert len([ask(approvals)]) == len(approvals.list_all())
