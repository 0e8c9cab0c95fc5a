import threading
from pathlib import Path

import pytest

from server.approvals.hourly_limit import HOUR, HourlyLimit
from server.approvals.store import KEPT, LONGEST_RUN, Approval, ApprovalStore, NotPendingError
from server.storage.database import State

SECONDS = 600.0


class Clock:
    def __init__(self) -> None:
        self.time = 1_000_000.0

    def __call__(self) -> float:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def state(tmp_path: Path) -> State:
    return State(tmp_path / "state" / "state.sqlite")


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
    clock.time += SECONDS
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
    clock.time += LONGEST_RUN + 1
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


def test_a_limit_lets_so_many_calls_through_in_any_hour(state: State, clock: Clock) -> None:
    hourly = HourlyLimit(state, {"customer": 2}, clock)
    assert hourly.spend("shop", ("customer",)) is None
    clock.time += 600
    assert hourly.spend("shop", ("customer", "takeover")) is None
    assert hourly.spend("shop", ("customer",)) == ("customer", HOUR - 600)
    assert hourly.spend("other", ("customer",)) is None
    assert hourly.spend("shop", ("takeover",)) is None
    clock.time += HOUR - 600
    assert hourly.spend("shop", ("customer",)) is None


def test_a_call_refused_by_one_limit_counts_against_no_other(state: State, clock: Clock) -> None:
    hourly = HourlyLimit(state, {"customer": 5, "destructive": 0}, clock)
    assert hourly.spend("shop", ("customer", "destructive")) == ("destructive", HOUR)
    assert all(hourly.spend("shop", ("customer",)) is None for _ in range(5))
    assert hourly.spend("shop", ("customer",)) is not None


def test_a_limit_holds_after_a_restart(state: State, clock: Clock) -> None:
    assert HourlyLimit(state, {"customer": 1}, clock).spend("shop", ("customer",)) is None
    assert HourlyLimit(State(state.path), {"customer": 1}, clock).spend("shop", ("customer",)) is not None


def test_what_has_come_to_an_end_is_forgotten_after_a_month(approvals: ApprovalStore, clock: Clock) -> None:
    ended, running = ask(approvals), ask(approvals, 202)
    approvals.settle(ended.id, approve=False, by="anna")
    approvals.settle(running.id, approve=True, by="anna")
    approvals.claim(running.id)
    clock.time += KEPT
    ask(approvals, 203)
    assert stage_of(approvals, ended) == "denied"
    clock.time += 1
    ask(approvals, 204)
    assert approvals.get(ended.id) is None
    assert approvals.get(running.id) is not None
