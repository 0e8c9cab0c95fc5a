"""A person agrees, refuses, or cannot be asked; through spawned servers and a served portal."""

import subprocess
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from mcp.types import CallToolResult, ElicitResult

from sandbox.seed.seed import ADMIN_WEBHOOK_PATH
from server.approvals.store import ApprovalStore
from server.audit.log import AuditLog
from server.storage.database import State
from tests.assistant import Assistant, attended, stage_of, text_of
from tests.served import ServedSandbox, serve_sandbox
from tests.server.embedded import run_command
from tests.waiting import wait_until

CHAT = 203
ERAS = pytest.mark.parametrize("era", ["legacy", "auto"])


class Person:
    """Answers every question in the same way, and remembers what was shown."""

    def __init__(self, action: Any = "accept", *, approve: bool = True) -> None:
        self.action = action
        self.approve = approve
        self.questions: list[str] = []

    async def __call__(self, context: Any, params: Any) -> ElicitResult:  # noqa: ARG002
        self.questions.append(params.message)
        return ElicitResult(action=self.action, content={"approve": self.approve} if self.action == "accept" else None)


@pytest.fixture(scope="module")
def served() -> Iterator[ServedSandbox]:
    with serve_sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def portal(served: ServedSandbox) -> ServedSandbox:
    served.control("reset")
    return served


def careful(
    portal: ServedSandbox,
    folder: Path,
    confirm: str = "destructive",
    *,
    person: Person | None = None,
    mode: str = "legacy",
    **environment: str,
) -> AbstractContextManager[Assistant]:
    return attended(
        person,
        webhook=f"{portal.address}{ADMIN_WEBHOOK_PATH}",
        mode=mode,
        OPENCHANNELS_CONFIRM=confirm,
        OPENCHANNELS_STATE_FOLDER=str(folder),
        **environment,
    )


def sent(portal: ServedSandbox, method: str) -> int:
    return sum(request["method"] == method for request in portal.look("requests")["requests"])


def spam(client: Assistant) -> CallToolResult:
    return client.call("operator_spam", chat_id=CHAT)


def approvals(*words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return run_command(folder, "approvals", *words)


def pending(folder: Path) -> str:
    (waiting,) = [one for one in ApprovalStore(State(folder / "state.sqlite")).list_all() if one.stage == "pending"]
    return waiting.id


def read_stage(client: Assistant, approval: str) -> str:
    return stage_of(text_of(client.call("approval_status", approval_id=approval)))


def settled(client: Assistant, approval: str) -> str:
    """The stage once the call was made or given up."""

    def look() -> str | None:
        stage = read_stage(client, approval)
        return None if stage in {"approved", "running"} else stage

    return wait_until(look) or ""


@ERAS
def test_a_person_who_agrees_sees_the_dialog_and_the_call_is_made_once(
    portal: ServedSandbox, tmp_path: Path, era: str
) -> None:
    person = Person()
    with careful(portal, tmp_path, mode=era, person=person) as client:
        reply = spam(client)
    assert not reply.is_error
    assert sent(portal, "imopenlines.operator.spam") == 1
    (question,) = person.questions
    for shown in ("Mark as spam", f'"CHAT_ID": {CHAT}', "Ирина Кузнецова", "Line 1"):
        assert shown in question


@ERAS
def test_a_person_who_does_not_agree_stops_the_call(portal: ServedSandbox, tmp_path: Path, era: str) -> None:
    person = Person(approve=False)
    with careful(portal, tmp_path, mode=era, person=person) as client:
        for action in ("accept", "decline"):
            person.action = action
            reply = spam(client)
            assert reply.is_error
            assert "did not agree" in text_of(reply)
    assert len(person.questions) == 2
    assert sent(portal, "imopenlines.operator.spam") == 0


@ERAS
def test_a_question_closed_without_an_answer_leaves_the_call_to_the_command_line(
    portal: ServedSandbox, tmp_path: Path, era: str
) -> None:
    with careful(portal, tmp_path, mode=era, person=Person("cancel")) as client:
        reply = spam(client)
        approval = pending(tmp_path)
        assert reply.is_error
        assert "did not agree" not in text_of(reply)
        assert f"a person has to approve this call, and it waits as {approval}" in text_of(reply)
        assert read_stage(client, approval) == "pending"
        assert sent(portal, "imopenlines.operator.spam") == 0

        assert approvals("approve", approval, folder=tmp_path).returncode == 0
        assert settled(client, approval) == "executed"
    assert sent(portal, "imopenlines.operator.spam") == 1


@ERAS
def test_only_the_chosen_effects_are_asked_about(portal: ServedSandbox, tmp_path: Path, era: str) -> None:
    person = Person()
    with careful(portal, tmp_path, "takeover", mode=era, person=person) as client:
        assert not spam(client).is_error
        assert person.questions == []
        assert not client.call("operator_answer", chat_id=201).is_error
        assert len(person.questions) == 1


@ERAS
def test_without_a_person_at_the_client_the_call_waits_for_the_command_line(
    portal: ServedSandbox, tmp_path: Path, era: str
) -> None:
    with careful(portal, tmp_path, mode=era) as client:
        reply = spam(client)
        approval = pending(tmp_path)
        assert reply.is_error
        assert approval in text_of(reply)
        assert read_stage(client, approval) == "pending"
        assert sent(portal, "imopenlines.operator.spam") == 0

        shown = approvals("show", approval, folder=tmp_path)
        assert f'"CHAT_ID": {CHAT}' in shown.stdout
        assert approvals("approve", approval, folder=tmp_path).returncode == 0
        assert settled(client, approval) == "executed"
        assert approvals("approve", approval, folder=tmp_path).returncode == 1
        assert approvals("deny", approval, folder=tmp_path).returncode == 1
    assert sent(portal, "imopenlines.operator.spam") == 1
    assert AuditLog(tmp_path / "audit.jsonl").verify().problem == ""


def test_a_call_denied_on_the_command_line_is_never_made(portal: ServedSandbox, tmp_path: Path) -> None:
    with careful(portal, tmp_path) as client:
        spam(client)
        approval = pending(tmp_path)
        assert approvals("deny", approval, folder=tmp_path).returncode == 0
        assert settled(client, approval) == "denied"
        assert "nothing was sent" in text_of(client.call("approval_status", approval_id=approval)).lower()
    assert sent(portal, "imopenlines.operator.spam") == 0


def test_an_approved_call_whose_server_had_ended_is_made_once_by_the_next(
    portal: ServedSandbox, tmp_path: Path
) -> None:
    with careful(portal, tmp_path) as client:
        spam(client)
    approval = pending(tmp_path)
    assert approvals("approve", approval, folder=tmp_path).returncode == 0
    with careful(portal, tmp_path) as client, careful(portal, tmp_path) as other:
        assert settled(client, approval) == "executed"
        assert settled(other, approval) == "executed"
    assert sent(portal, "imopenlines.operator.spam") == 1


def test_an_approval_of_another_caller_is_not_shown(portal: ServedSandbox, tmp_path: Path) -> None:
    with careful(portal, tmp_path) as client:
        assert client.call("approval_status", approval_id="abcdefgh").is_error


def test_a_draft_tells_what_would_be_done_and_sends_nothing(portal: ServedSandbox, tmp_path: Path) -> None:
    with careful(portal, tmp_path) as client:
        reply = client.read("operator_spam", chat_id=CHAT, dry_run=True)
    assert not reply.is_error
    assert reply.structured_content["draft"] is True
    assert "nothing was sent" in text_of(reply)
    assert sent(portal, "imopenlines.operator.spam") == 0
    assert not (tmp_path / "audit.jsonl").exists()


def test_only_clients_of_the_chosen_lines_get_something_to_read(portal: ServedSandbox, tmp_path: Path) -> None:
    with careful(portal, tmp_path, "none", OPENCHANNELS_CUSTOMER_LINES="2,3") as client:
        client.call("operator_answer", chat_id=201)
        assert not client.call("bot_session_message_send", chat_id=201, name="DEFAULT", message="Hi").is_error
        reply = client.call("bot_session_message_send", chat_id=CHAT, name="DEFAULT", message="Hi")
        assert reply.is_error
        assert "a client of line 1 would see it" in text_of(reply)
    assert sent(portal, "imopenlines.bot.session.message.send") == 1


def test_an_hourly_limit_stops_the_call_after_it(portal: ServedSandbox, tmp_path: Path) -> None:
    with careful(portal, tmp_path, "none", OPENCHANNELS_CUSTOMER_PER_HOUR="1") as client:
        assert not client.call("bot_session_message_send", chat_id=201, name="DEFAULT", message="Hi").is_error
        reply = client.call("bot_session_message_send", chat_id=201, name="DEFAULT", message="Hi")
        assert "Call again in 60 minutes" in text_of(reply)
    assert sent(portal, "imopenlines.bot.session.message.send") == 1


@ERAS
def test_after_reading_one_client_writing_to_another_has_to_be_agreed_to(
    portal: ServedSandbox, tmp_path: Path, era: str
) -> None:
    person = Person()
    with careful(portal, tmp_path, "none", mode=era, person=person, OPENCHANNELS_TAINT="true") as client:
        client.call("session_history_get", chat_id=201)
        assert not client.call("bot_session_message_send", chat_id=201, name="DEFAULT", message="Hi").is_error
        assert person.questions == []
        assert not client.call("bot_session_message_send", chat_id=CHAT, name="DEFAULT", message="Hi").is_error
        assert len(person.questions) == 1
