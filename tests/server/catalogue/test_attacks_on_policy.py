"""Ways around what is forbidden, limited or cannot be noted, each tried once."""

import sqlite3
from collections.abc import Callable
from typing import Any

import anyio
import pytest
from mcp.types import CallToolResult

from server.caller import Caller
from tests.assistant import text_of
from tests.callers import answer
from tests.server.embedded import CHAT, OTHER, SAY, SPAM, EmbeddedPortal, make_message, wait_for_stage

# Where nothing can be written down.


def _no_log(embedded: EmbeddedPortal) -> None:
    embedded.log.path.mkdir(parents=True)


def _no_state(embedded: EmbeddedPortal) -> None:
    embedded.approvals.state.path.write_bytes(b"this is no database " * 100)


def _locked_state(embedded: EmbeddedPortal) -> None:
    embedded.approvals.list_all()
    database = sqlite3.connect(embedded.approvals.state.path, isolation_level=None)
    database.execute("BEGIN EXCLUSIVE")
    embedded.__dict__["keeps"] = database


@pytest.mark.parametrize("spoil", [_no_log, _no_state, _locked_state])
def test_nothing_is_sent_that_cannot_be_written_down_first(
    embedded: EmbeddedPortal, spoil: Callable[[EmbeddedPortal], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.storage.database.SECONDS_TO_WAIT", 0)
    spoil(embedded)

    async def story(caller: Caller) -> None:
        reply = await answer(caller, "operator_spam", {"chat_id": CHAT})
        assert "Nothing was sent" in text_of(reply)
        assert "state folder" in text_of(reply)
        assert not (await answer(caller, "dialog_get", {"chat_id": CHAT})).is_error

    embedded.run(story, confirm="destructive")
    assert SPAM not in embedded.sent
    if keeps := embedded.__dict__.get("keeps"):
        keeps.close()


def test_what_was_approved_is_not_made_where_it_cannot_be_written_down(embedded: EmbeddedPortal) -> None:
    async def story(caller: Caller) -> None:
        await answer(caller, "operator_spam", {"chat_id": CHAT})
        embedded.log.path.unlink()
        _no_log(embedded)
        approval_id = embedded.find_pending().id
        assert embedded.run_command("approvals", "approve", approval_id).returncode == 1
        assert embedded.find_pending().id == approval_id
        embedded.approve()
        assert await wait_for_stage(caller, approval_id) == "failed"

    embedded.run(story, confirm="destructive")
    assert SPAM not in embedded.sent


def test_what_is_forbidden_is_refused_even_if_that_cannot_be_written_down(embedded: EmbeddedPortal) -> None:
    _no_log(embedded)

    async def story(caller: Caller) -> None:
        assert "is allowed here" in text_of(await answer(caller, "operator_spam", {"chat_id": CHAT}))

    embedded.run(story, read_only=True)


# What policy forbids.


def test_what_is_forbidden_is_refused_and_noted_behind_the_gateway_too(embedded: EmbeddedPortal) -> None:
    async def story(caller: Caller) -> None:
        for name in ("operator_spam", SPAM):
            reply = await answer(caller, "call_method", {"name": name, "arguments": {"chat_id": CHAT}})
            assert "operator_spam is denied here" in text_of(reply)

    embedded.run(story, mode="gateway", deny="operator_spam")
    assert embedded.read_events() == ["refused", "refused"]
    assert SPAM not in embedded.sent


@pytest.mark.parametrize(
    ("denied", "tool", "arguments"),
    [
        ("im_message_add", "reply", {"dialog": CHAT, "message": "Hello"}),
        ("messenger", "reply", {"dialog": CHAT, "message": "Hello"}),
        ("operator_answer", "reply", {"dialog": CHAT, "message": "Hello"}),
        ("session_intercept", "reply", {"dialog": 204, "message": "Hello", "take_over": True}),
        ("operator_spam", "close_dialog", {"dialog": CHAT, "as_spam": True}),
        ("operators", "close_dialog", {"dialog": CHAT}),
        ("operator_another_finish", "close_dialog", {"dialog": 204}),
        ("operator_transfer", "hand_over", {"dialog": 204, "to": "Olga", "note": "She asks for an invoice"}),
        ("im_message_add", "hand_over", {"dialog": 204, "to": "Olga", "note": "She asks for an invoice"}),
    ],
)
def test_a_step_that_is_denied_is_not_taken_inside_another_tool(
    embedded: EmbeddedPortal, denied: str, tool: str, arguments: dict[str, Any]
) -> None:
    async def story(caller: Caller) -> None:
        reply = await answer(caller, tool, arguments)
        assert f"{denied} is denied here" in text_of(reply)
        assert "Nothing was changed" in text_of(reply)

    embedded.run(story, deny=denied)
    looks = {"profile", "scope", "user.get", "imopenlines.v2.Operator.list"}
    assert [rest for rest in embedded.sent if rest not in looks and not rest.endswith("get")] == []


@pytest.mark.parametrize("processes", [1, 2])
def test_of_fifty_calls_at_once_as_many_go_out_as_an_hour_may_see(embedded: EmbeddedPortal, processes: int) -> None:
    replies: list[CallToolResult] = []

    async def story(caller: Caller) -> None:
        others = [embedded.make_caller(caller.connection, customer_per_hour=5) for _ in range(processes - 1)]

        async def say(number: int) -> None:
            server = [caller, *others][number % processes]
            replies.append(await answer(server, "bot_session_message_send", make_message(str(number))))

        async with anyio.create_task_group() as tasks:
            for number in range(50):
                tasks.start_soon(say, number)

    embedded.run(story, customer_per_hour=5)
    assert embedded.sent.count(SAY) == 5
    assert sum(not reply.is_error for reply in replies) == 5
    embedded.run(story, customer_per_hour=5)
    assert embedded.sent.count(SAY) == 5


# What was read.


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("inbox", {}),
        ("dialog", {"dialog": OTHER}),
        ("session_history_get", {"chat_id": OTHER, "detail": "full"}),
        ("im_dialog_messages_get", {"dialog_id": f"chat{OTHER}"}),
        ("im_recent_list", {}),
        ("im_recent_list", {"detail": "full"}),
        ("dialog_get", {"chat_id": OTHER}),
        ("dialog_get", {"chat_id": OTHER, "detail": "full"}),
    ],
)
@pytest.mark.parametrize("way", ["tool", "gateway"])
def test_after_any_look_at_one_client_writing_to_another_waits_for_a_person(
    embedded: EmbeddedPortal, way: str, tool: str, arguments: dict[str, Any]
) -> None:
    async def call(caller: Caller, name: str, given: dict[str, Any]) -> CallToolResult:
        if way == "tool":
            return await answer(caller, name, given)
        return await answer(caller, "call_method", {"name": name, "arguments": given})

    async def story(caller: Caller) -> None:
        assert not (await call(caller, "bot_session_message_send", make_message())).is_error
        assert not (await call(caller, tool, arguments)).is_error
        for name, given in (
            ("bot_session_message_send", make_message()),
            ("reply", {"dialog": CHAT, "message": "Hello"}),
        ):
            assert "a person has to approve" in text_of(await call(caller, name, given))

    embedded.run(story, taint=True, mode="gateway" if way == "gateway" else "tools")
    assert embedded.sent.count(SAY) == 1


@pytest.mark.parametrize("uri", ["openchannels://inbox", f"openchannels://dialogs/{OTHER}"])
def test_reading_a_resource_is_a_look_too(embedded: EmbeddedPortal, uri: str) -> None:
    async def story(caller: Caller) -> None:
        assert await caller.resources.read(uri)
        assert "a person has to approve" in text_of(await answer(caller, "bot_session_message_send", make_message()))

    embedded.run(story, taint=True)
