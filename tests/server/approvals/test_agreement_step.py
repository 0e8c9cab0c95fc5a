"""Asking one person about one call, alone: what the store and the log say afterwards, and what the assistant hears."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import anyio
import pytest

from server.approvals.agreement import Agreement
from server.approvals.errors import CallStoppedError
from server.approvals.store import Approval, ApprovalStore
from server.protocol.elicitation import InputRequiredError, Nobody, Person
from server.storage.database import State
from server.storage.errors import StorageError
from tests.server.approvals.calls import FINISH, MESSAGE, PORTAL, SKIP, block_log, make_recorder, read_log, show
from tools.operators import OperatorFinish
from tools.tool import Tool

SECONDS = 600.0
OWNER = "stdio 1a2b"


@dataclass
class Desk:
    """A person at a client, who says one thing to every question; None is a client that has to come again."""

    says: bool | None = True
    answered_approval: str | None = None
    name: str = "desk 1.0"
    meanwhile: Callable[[str], object] = lambda _: None
    questions: list[str] = field(default_factory=list)

    async def ask(self, approval_id: str, question: str) -> bool:
        self.questions.append(question)
        self.meanwhile(approval_id)
        if self.says is None:
            raise InputRequiredError(approval_id, question)
        return self.says


@pytest.fixture
def store(tmp_path: Path) -> ApprovalStore:
    return ApprovalStore(State(tmp_path / "state.sqlite"))


def make_agreement(store: ApprovalStore) -> Agreement:
    recorder = make_recorder(store.state.path.parent)
    return Agreement(store, recorder, portal=PORTAL, owner=OWNER, caller="stdio", seconds=SECONDS)


def ask(store: ApprovalStore, person: Person, call: Tool = FINISH) -> Approval:
    return anyio.run(make_agreement(store).ask, call, show(call), person)


def expect_stop(store: ApprovalStore, person: Person, call: Tool = FINISH) -> CallStoppedError:
    with pytest.raises(CallStoppedError) as stopped:
        ask(store, person, call)
    return stopped.value


def find_only(store: ApprovalStore) -> Approval:
    (only,) = store.list_all()
    return only


def make_known(store: ApprovalStore, call: Tool = FINISH, *, portal: str = PORTAL, owner: str = OWNER) -> str:
    """The id of a call that waits."""
    return store.ask(portal, owner, call.tool(), call.given, summary="Shown before", seconds=SECONDS).id


def test_whoever_agrees_gives_the_right_to_make_exactly_this_call_and_is_named(store: ApprovalStore) -> None:
    approval = ask(store, Desk())
    assert find_only(store) == approval
    assert (approval.stage, approval.settled_by) == ("running", "stdio at desk 1.0")
    assert (approval.portal, approval.caller) == (PORTAL, OWNER)
    assert (approval.tool, approval.arguments) == ("operator_finish", {"chat_id": 203})
    assert approval.expires - approval.asked == SECONDS


def test_the_person_is_asked_about_what_is_kept_as_shown(store: ApprovalStore) -> None:
    person = Desk()
    approval = ask(store, person)
    assert person.questions == [f"{approval.summary}\n\nShall this be done?"]
    assert FINISH.title in approval.summary


def test_whoever_says_no_settles_the_call_for_good(store: ApprovalStore) -> None:
    stopped = expect_stop(store, Desk(says=False))
    left = find_only(store)
    assert (left.stage, left.settled_by) == ("denied", "stdio at desk 1.0")
    assert (stopped.event, stopped.failure.outcome, stopped.approval_id) == ("denied", "denied", left.id)
    assert "the person did not agree" in stopped.failure.happened
    assert left.id in stopped.failure.advice


def test_where_nobody_can_be_asked_the_call_waits_and_the_assistant_is_told_under_which_id(
    store: ApprovalStore,
) -> None:
    stopped = expect_stop(store, Nobody())
    waiting = find_only(store)
    assert (waiting.stage, waiting.settled_by) == ("pending", None)
    assert (stopped.event, stopped.failure.outcome, stopped.approval_id) == ("pending", "pending", waiting.id)
    assert waiting.id in stopped.failure.happened
    assert f"`openchannels-mcp approvals show {waiting.id}`" in stopped.failure.advice
    assert "within 10 minutes" in stopped.failure.advice


def test_a_client_that_has_to_come_again_leaves_the_call_waiting_and_the_log_says_so(
    store: ApprovalStore, tmp_path: Path
) -> None:
    with pytest.raises(InputRequiredError) as asking:
        ask(store, Desk(says=None))
    waiting = find_only(store)
    assert waiting.stage == "pending"
    assert asking.value.result.request_state == waiting.id
    assert read_log(tmp_path, "event", "approval", "client", "tool", "arguments") == [
        {
            "event": "pending",
            "approval": waiting.id,
            "client": "desk 1.0",
            "tool": "operator_finish",
            "arguments": {"chat_id": 203},
        }
    ]


def test_a_client_is_not_sent_round_where_that_cannot_be_written_down(store: ApprovalStore, tmp_path: Path) -> None:
    block_log(tmp_path)
    with pytest.raises(StorageError):
        ask(store, Desk(says=None))


@pytest.mark.parametrize("says", [True, False])
def test_the_answer_that_a_client_comes_back_with_settles_the_call_that_waited(
    store: ApprovalStore, says: bool
) -> None:
    known = make_known(store)
    person = Desk(says=says, answered_approval=known)
    if says:
        assert ask(store, person).id == known
    else:
        assert expect_stop(store, person).approval_id == known
    assert find_only(store).stage == ("running" if says else "denied")
    assert person.questions == ["Shown before\n\nShall this be done?"]


def expect_mismatch(store: ApprovalStore, person: Desk, approval_id: str | None = None) -> None:
    stopped = expect_stop(store, person)
    assert (stopped.event, stopped.failure.outcome, stopped.approval_id) == ("refused", "denied", approval_id)
    assert "does not belong to exactly this call" in stopped.failure.happened


@pytest.mark.parametrize(
    ("call", "whose"),
    [
        (OperatorFinish.from_tool({"chat_id": 201}), {}),
        (SKIP, {}),
        (MESSAGE, {}),
        (FINISH, {"portal": "https://other.example user 1"}),
        (FINISH, {"owner": "stdio 3c4d"}),
    ],
)
def test_an_answer_to_anything_else_is_refused_and_asks_nobody(
    store: ApprovalStore, call: Tool, whose: dict[str, str]
) -> None:
    person = Desk(answered_approval=make_known(store, call, **whose))
    expect_mismatch(store, person)
    assert person.questions == []
    assert find_only(store).stage == "pending"


def test_an_answer_to_what_was_never_asked_is_refused(store: ApprovalStore) -> None:
    expect_mismatch(store, Desk(answered_approval="nothing"))
    assert store.list_all() == []


@pytest.mark.parametrize("approve", [True, False])
def test_an_answer_to_what_is_settled_already_is_refused_and_asks_nobody(store: ApprovalStore, approve: bool) -> None:
    known = make_known(store)
    store.settle(known, approve=approve, by="anna")
    person = Desk(answered_approval=known)
    expect_mismatch(store, person)
    assert person.questions == []
    assert find_only(store).settled_by == "anna"


@pytest.mark.parametrize("says", [True, False])
def test_what_was_settled_elsewhere_while_the_person_thought_stays_so(store: ApprovalStore, says: bool) -> None:
    def settle(approval_id: str) -> None:
        store.settle(approval_id, approve=not says, by="anna")

    known = make_known(store)
    expect_mismatch(store, Desk(says=says, meanwhile=settle), approval_id=known)
    left = find_only(store)
    assert (left.stage, left.settled_by) == ("denied" if says else "approved", "anna")


def leave(store: ApprovalStore, meanwhile: Callable[[str], object] = lambda _: None) -> None:
    """A client that has gone while its person was asked."""

    async def story() -> None:
        with anyio.CancelScope() as scope:

            class Leaving(Nobody):
                async def ask(self, approval_id: str, question: str) -> bool | None:  # noqa: ARG002
                    meanwhile(approval_id)
                    scope.cancel()
                    await anyio.sleep_forever()
                    return None

            await make_agreement(store).ask(FINISH, show(FINISH), Leaving())
        assert scope.cancelled_caught

    anyio.run(story)


def test_a_call_whose_client_has_gone_waits_for_nobody(store: ApprovalStore) -> None:
    leave(store)
    left = find_only(store)
    assert (left.stage, left.settled_by) == ("denied", "the client, which gave the call up")


def test_a_client_that_goes_after_somebody_settled_the_call_changes_nothing_of_that(store: ApprovalStore) -> None:
    leave(store, partial(store.settle, approve=True, by="anna"))
    left = find_only(store)
    assert (left.stage, left.settled_by) == ("approved", "anna")
