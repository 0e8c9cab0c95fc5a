"""What stands before and after a changing call, alone: what is noted, counted and kept of each way it can go."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest

from portal.sent import note_change
from server.approvals.changes import GIVEN_UP, NOT_SENT, Changes
from server.approvals.errors import CallStoppedError
from server.approvals.store import Approval
from server.caller import Caller
from server.config.guard_settings import GuardSettings
from server.policy import Policy
from server.privacy.masking import NoMasks
from server.protocol.results import Answer, Failure, Reply
from server.storage.errors import StorageError
from tests.server.approvals.calls import FINISH, MESSAGE, PORTAL, block_log, read_log
from tests.server.embedded import EmbeddedPortal
from tools import TOOLSETS
from tools.operators import OperatorFinish
from tools.tool import Tool

DONE = Answer("It is finished.", {"result": True})


async def _make(_: str) -> None:
    """Nothing is approved elsewhere."""


def _start(_: Callable[[], Awaitable[None]]) -> None:
    """Nothing waits."""


def make_changes(folder: Path, **bounds: Any) -> Changes:
    return Changes(
        Policy(frozenset(TOOLSETS), **bounds),
        GuardSettings(folder),
        NoMasks(),
        portal=PORTAL,
        caller="stdio",
        owner="stdio",
        make=_make,
        start=_start,
    )


def make_running(changes: Changes, call: Tool = FINISH) -> Approval:
    """A call that a person agreed to a moment ago."""
    waiting = changes.approvals.ask(PORTAL, "stdio", call.tool(), call.given, summary="", seconds=600)
    return changes.approvals.begin(waiting.id, by="anna")


def kept(changes: Changes, approval: Approval) -> tuple[str, str | None]:
    """The stage and the reply."""
    found = changes.approvals.get(approval.id)
    assert found is not None
    return found.stage, found.reply


def fail(outcome: str, code: str | None = None) -> Failure:
    return Failure("operator_finish", outcome, "It did not work", "Look first.", code=code)


# Before the call.


def begin(embedded: EmbeddedPortal, changes: Changes, approval: Approval | None, *, times: int = 1) -> None:
    """As the caller's calls do."""

    async def story(caller: Caller) -> None:
        context = await caller.calls.open_context()
        for _ in range(times):
            await changes.begin(FINISH, context, approval, "approved", "desk 1.0")

    embedded.run(story)


def test_an_approved_call_is_noted_and_counted_before_it_is_made(embedded: EmbeddedPortal) -> None:
    changes = make_changes(embedded.folder, per_hour=(("destructive", 1),))
    approval = make_running(changes)
    begin(embedded, changes, approval)
    assert kept(changes, approval) == ("running", None)
    told = {"event": "approved", "approval": approval.id, "client": "desk 1.0"}
    assert read_log(embedded.folder, "event", "approval", "client") == [told]
    with pytest.raises(CallStoppedError, match="1 destructive calls an hour are allowed"):
        changes.rules.check_hourly_limit(FINISH)


def test_a_call_that_needs_nobody_is_counted_and_not_noted_a_second_time(embedded: EmbeddedPortal) -> None:
    changes = make_changes(embedded.folder, per_hour=(("destructive", 2),))
    begin(embedded, changes, None, times=2)
    assert read_log(embedded.folder) == []
    with pytest.raises(CallStoppedError, match="2 destructive calls an hour are allowed"):
        begin(embedded, changes, None)


def test_an_approved_call_that_is_one_too_many_by_now_has_failed(embedded: EmbeddedPortal) -> None:
    changes = make_changes(embedded.folder, per_hour=(("destructive", 1),))
    changes.rules.count(FINISH)
    approval = make_running(changes)
    with pytest.raises(CallStoppedError) as stopped:
        begin(embedded, changes, approval)
    assert kept(changes, approval) == ("failed", stopped.value.failure.text())


def test_an_approved_call_that_cannot_be_noted_has_failed_and_is_not_counted(embedded: EmbeddedPortal) -> None:
    changes = make_changes(embedded.folder, per_hour=(("destructive", 1),))
    approval = make_running(changes)
    block_log(embedded.folder)
    with pytest.raises(StorageError):
        begin(embedded, changes, approval)
    stage, reply = kept(changes, approval)
    assert stage == "failed"
    assert "written down first, and that is not possible now" in str(reply)
    changes.rules.check_hourly_limit(FINISH)


def test_an_approved_call_that_is_given_up_while_its_line_is_looked_at_has_failed(tmp_path: Path) -> None:
    changes = make_changes(tmp_path, customer_lines=frozenset({1}))
    approval = make_running(changes, MESSAGE)
    leave: list[Callable[[], None]] = []

    class Silent(EmbeddedPortal):
        """A portal that does not answer, so that whoever asked goes."""

        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            leave[0]()
            await anyio.sleep_forever()
            return await super().handle_async_request(request)

    async def story(caller: Caller) -> None:
        context = await caller.calls.open_context()
        with anyio.CancelScope() as scope:
            leave.append(scope.cancel)
            await changes.begin(MESSAGE, context, approval, "approved", "desk 1.0")
        assert scope.cancelled_caught

    Silent(tmp_path).run(story)
    assert kept(changes, approval) == ("failed", "It was given up before it was sent.")


# Calls that are not made.


def stop(changes: Changes, error: Exception, approval: Approval | None = None) -> CallStoppedError:
    with (
        pytest.raises(CallStoppedError) as stopped,
        changes.recording_stops(FINISH, "desk 1.0", approval),
    ):
        raise error
    return stopped.value


def test_the_log_says_why_a_call_is_not_made(tmp_path: Path) -> None:
    error = CallStoppedError("denied", fail("denied"), "abcdefgh")
    assert stop(make_changes(tmp_path), error) is error
    assert read_log(tmp_path, "event", "why", "approval", "client") == [
        {"event": "denied", "why": "It did not work", "approval": "abcdefgh", "client": "desk 1.0"}
    ]


def test_what_stops_an_approved_call_is_a_refusal_of_that_approval(tmp_path: Path) -> None:
    changes = make_changes(tmp_path)
    approval = make_running(changes)
    stop(changes, CallStoppedError("denied", fail("denied")), approval)
    assert read_log(tmp_path, "event", "why", "approval") == [
        {"event": "refused", "why": "It did not work", "approval": approval.id}
    ]


def test_a_call_stays_stopped_where_that_cannot_be_written(tmp_path: Path) -> None:
    block_log(tmp_path)
    error = CallStoppedError("denied", fail("denied"))
    assert stop(make_changes(tmp_path), error) is error


def test_what_cannot_be_written_down_first_is_not_made(tmp_path: Path) -> None:
    stopped = stop(make_changes(tmp_path), StorageError(OSError("no room")))
    assert (stopped.event, stopped.failure.outcome, stopped.approval_id) == ("refused", "not_set_up", None)
    assert "(OSError)" in stopped.failure.advice
    assert read_log(tmp_path) == []


def test_a_call_that_goes_on_is_no_line_of_the_log(tmp_path: Path) -> None:
    with make_changes(tmp_path).recording_stops(FINISH, "desk 1.0"):
        pass
    assert read_log(tmp_path) == []


# After the call.


ENDINGS = pytest.mark.parametrize(
    ("reply", "outcome", "code"),
    [
        (DONE, "executed", None),
        (fail("refused", "ACCESS_DENIED"), "failed", "ACCESS_DENIED"),
        (fail("refused", ""), "failed", ""),
        (fail("nothing_done"), "failed", None),
        (fail("outcome_unknown"), "unknown", None),
        (fail("unexpected_result"), "unknown", None),
        (fail("fault"), "unknown", None),
        (fail("half_done", "WRONG_CHAT"), "unknown", "WRONG_CHAT"),
    ],
)


def tell(event: str, approval: Approval | None = None, code: str | None = None) -> dict[str, str]:
    facts = {"event": event, "client": "desk 1.0", "code": code, "approval": approval.id if approval else None}
    return {name: fact for name, fact in facts.items() if fact is not None}


@ENDINGS
def test_what_became_of_an_approved_call_is_kept_and_written_down(
    tmp_path: Path, reply: Reply, outcome: str, code: str | None
) -> None:
    changes = make_changes(tmp_path)
    approval = make_running(changes)
    with changes.recording_end(FINISH, "desk 1.0", approval) as ending:
        ending.reply = reply
    assert kept(changes, approval) == (outcome, reply.text())
    assert read_log(tmp_path, "event", "client", "code", "approval") == [tell(outcome, approval, code)]


@ENDINGS
def test_what_became_of_a_call_that_needed_nobody_is_written_down(
    tmp_path: Path, reply: Reply, outcome: str, code: str | None
) -> None:
    with make_changes(tmp_path).recording_end(FINISH, "desk 1.0", None) as ending:
        ending.reply = reply
    assert read_log(tmp_path, "event", "client", "code", "approval") == [tell(outcome, code=code)]


@pytest.mark.parametrize(
    ("leave", "outcome", "words"),
    [(note_change, "unknown", GIVEN_UP), (str, "failed", NOT_SENT)],
)
def test_nobody_knows_what_became_of_a_call_that_was_given_up_unless_it_had_not_left(
    tmp_path: Path, leave: Callable[[], object], outcome: str, words: str
) -> None:
    changes = make_changes(tmp_path)
    approval = make_running(changes)
    with changes.recording_end(FINISH, "desk 1.0", approval):
        leave()
    assert kept(changes, approval) == (outcome, words)
    assert read_log(tmp_path, "event", "client", "code", "approval") == [tell(outcome, approval)]


def test_a_state_that_cannot_be_written_changes_nothing_of_what_became_of_a_call(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    changes = make_changes(tmp_path)
    approval = make_running(changes)
    with changes.recording_end(FINISH, "desk 1.0", approval) as ending:
        ending.reply = DONE
        (tmp_path / "state.sqlite").write_text("no database " * 1000, encoding="ascii")
    assert f"What became of approval {approval.id} could not be written down" in caplog.text
    assert read_log(tmp_path, "event", "approval") == [{"event": "executed", "approval": approval.id}]


def test_a_log_that_cannot_be_written_changes_nothing_of_what_became_of_a_call(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    changes = make_changes(tmp_path)
    approval = make_running(changes)
    block_log(tmp_path)
    with changes.recording_end(FINISH, "desk 1.0", approval) as ending:
        ending.reply = DONE
    assert "What became of operator_finish could not be written down" in caplog.text
    assert kept(changes, approval) == ("executed", DONE.text())


# Calls that the policy forbids.


def test_a_forbidden_call_is_written_down_with_the_reason(tmp_path: Path) -> None:
    make_changes(tmp_path).record_denied(OperatorFinish, {"chat_id": 203}, "it is denied here")
    assert read_log(tmp_path, "event", "tool", "arguments", "client", "why") == [
        {
            "event": "refused",
            "tool": "operator_finish",
            "arguments": {"chat_id": 203},
            "client": "",
            "why": "it is denied here",
        }
    ]


def test_a_forbidden_call_that_cannot_be_written_down_is_told_to_the_servers_own_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    block_log(tmp_path)
    make_changes(tmp_path).record_denied(OperatorFinish, {"chat_id": 203}, "it is denied here")
    assert "A refusal of operator_finish could not be written down" in caplog.text
