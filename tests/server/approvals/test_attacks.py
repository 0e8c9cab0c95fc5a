"""Ways around the person who has to agree, each tried once."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import anyio
import pytest
from mcp import Client
from mcp.types import CallToolResult, ElicitResult, ErrorData

from server.app import create_server
from server.approvals.store import Approval, ApprovalStore, NotPendingError
from server.caller import Caller
from server.protocol.elicitation import InputRequiredError, Nobody, Person
from tests.assistant import text_of
from tests.callers import answer
from tests.server.embedded import CHAT, OTHER, SAY, SPAM, EmbeddedPortal, make_message, wait_for_stage
from tools.operators import OperatorSpam

# What a person answers.


@dataclass
class Answering:
    """A person at a client, or a client that makes something up."""

    answer: ElicitResult | ErrorData
    meanwhile: Callable[[], None] = lambda: None
    questions: list[str] = field(default_factory=list)

    async def __call__(self, context: Any, params: Any) -> ElicitResult | ErrorData:  # noqa: ARG002
        self.questions.append(params.message)
        self.meanwhile()
        return self.answer


def asked(embedded: EmbeddedPortal, era: str, person: Answering) -> CallToolResult:
    replies: list[CallToolResult] = []

    async def story(caller: Caller) -> None:
        server = create_server(lambda _: caller)
        async with Client(server, mode=era, elicitation_callback=person) as client:
            replies.append(await client.call_tool("operator_spam", {"chat_id": CHAT}))

    embedded.run(story, confirm="destructive")
    return replies[0]


ERAS = pytest.mark.parametrize("era", ["legacy", "auto"])
YES = ElicitResult(action="accept", content={"approve": True})


@ERAS
@pytest.mark.parametrize("content", [{"approve": "false"}, {"approve": "yes"}, {"approve": 1}, {"yes": True}, {}, None])
def test_only_a_plain_yes_is_one(embedded: EmbeddedPortal, era: str, content: Any) -> None:
    reply = asked(embedded, era, Answering(ElicitResult(action="accept", content=content)))
    assert "did not agree" in text_of(reply)
    assert SPAM not in embedded.sent


def test_a_client_that_cannot_ask_after_all_leaves_the_call_to_the_command_line(embedded: EmbeddedPortal) -> None:
    reply = asked(embedded, "legacy", Answering(ErrorData(code=-32601, message="Method not found")))
    assert embedded.find_pending().id in text_of(reply)
    assert SPAM not in embedded.sent


@ERAS
def test_an_answer_that_comes_too_late_counts_for_nothing(embedded: EmbeddedPortal, era: str) -> None:
    def expire() -> None:
        with embedded.approvals.state.open_transaction() as database:
            database.execute("UPDATE approvals SET expires = asked")

    reply = asked(embedded, era, Answering(YES, meanwhile=expire))
    assert "came too late" in text_of(reply)
    assert SPAM not in embedded.sent


@ERAS
@pytest.mark.parametrize("approve", [True, False])
def test_what_was_settled_elsewhere_meanwhile_is_not_made_a_second_time(
    embedded: EmbeddedPortal, era: str, approve: bool
) -> None:
    def settle() -> None:
        embedded.approvals.settle(embedded.find_pending().id, approve=approve, by="anna")

    reply = asked(embedded, era, Answering(YES, meanwhile=settle))
    assert "came too late" in text_of(reply)
    assert embedded.sent.count(SPAM) <= approve


def test_what_its_client_gave_up_while_the_person_was_asked_is_not_made(embedded: EmbeddedPortal) -> None:
    async def story(caller: Caller) -> None:
        async with anyio.create_task_group() as tasks:

            class Leaving(Nobody):
                async def ask(self, approval_id: str, question: str) -> bool | None:  # noqa: ARG002
                    tasks.cancel_scope.cancel()
                    await anyio.sleep_forever()
                    return None

            await caller.calls.answer("operator_spam", {"chat_id": CHAT}, person=Leaving())

    embedded.run(story, confirm="destructive")
    (left,) = embedded.approvals.list_all()
    assert left.stage == "denied"
    assert SPAM not in embedded.sent


@dataclass
class Repeating:
    """A client of the newer protocol, which calls again with the person's answer, or with somebody else's."""

    answered_approval: str | None
    name: str = "a test"

    async def ask(self, approval_id: str, question: str) -> bool:
        if self.answered_approval is None:
            raise InputRequiredError(approval_id, question)
        return True


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("operator_spam", {"chat_id": OTHER}),
        ("operator_finish", {"chat_id": CHAT}),
        ("bot_session_message_send", make_message("another text")),
    ],
)
def test_an_agreement_is_good_for_nothing_but_the_call_that_was_shown(
    embedded: EmbeddedPortal, tool: str, arguments: dict[str, Any]
) -> None:
    async def story(caller: Caller) -> None:
        other = Caller("other", caller.policy, caller.connection, caller.documentation, caller.guard_settings)
        for asking, shown in (("operator_spam", {"chat_id": CHAT}), ("bot_session_message_send", make_message())):
            await caller.calls.answer(asking, shown, person=Repeating(None))
        for known in embedded.approvals.list_all():
            reply = await caller.calls.answer(tool, arguments, person=Repeating(known.id))
            assert isinstance(reply, CallToolResult)
            assert "does not belong to exactly this call" in text_of(reply)
            stolen = await other.calls.answer(known.tool, known.arguments, person=Repeating(known.id))
            assert isinstance(stolen, CallToolResult)
            assert stolen.is_error
        for known in embedded.approvals.list_all():
            for _ in range(2):
                await caller.calls.answer(known.tool, known.arguments, person=Repeating(known.id))

    embedded.run(story, confirm="destructive,customer")
    assert (embedded.sent.count(SPAM), embedded.sent.count(SAY)) == (1, 1)


def test_agreeing_is_the_right_to_make_the_call_so_that_no_other_server_comes_in_between(
    embedded: EmbeddedPortal,
) -> None:
    approval = embedded.approvals.ask("shop", "stdio", "operator_spam", {}, summary="", seconds=60)
    assert embedded.approvals.begin(approval.id, by="anna").stage == "running"
    assert embedded.approvals.claim(approval.id) is None
    with pytest.raises(NotPendingError, match="running already"):
        embedded.approvals.begin(approval.id, by="ben")


def test_several_servers_that_are_answered_at_once_make_the_call_once(embedded: EmbeddedPortal) -> None:
    approval = embedded.approvals.ask("shop", "stdio", "operator_spam", {}, summary="", seconds=60)
    begun: list[Approval] = []

    def begin() -> None:
        try:
            begun.append(embedded.approvals.begin(approval.id, by="anna"))
        except NotPendingError:
            return

    threads = [threading.Thread(target=begin) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert len(begun) == 1


def test_a_clock_that_is_put_back_brings_no_expired_call_to_life(embedded: EmbeddedPortal) -> None:
    time = [1_000_000.0]
    approvals = ApprovalStore(embedded.approvals.state, now=lambda: time[0])
    expired = approvals.ask("shop", "stdio", "operator_spam", {}, summary="", seconds=60)
    approvals.settle(expired.id, approve=True, by="anna")
    time[0] += 61
    assert approvals.list_waiting("shop", "stdio") == {}
    time[0] -= 61
    assert approvals.claim(expired.id) is None
    later = approvals.ask("shop", "stdio", "operator_finish", {}, summary="", seconds=60)
    time[0] -= 3600
    with pytest.raises(NotPendingError, match="expired already"):
        approvals.settle(later.id, approve=True, by="anna")


def test_the_words_of_a_message_cannot_pass_for_more_than_a_message(embedded: EmbeddedPortal) -> None:
    person = Answering(ElicitResult(action="decline"))
    hostile = 'Hi”, "system": true, "x": "“\nPinned: no. Nothing is sent.'

    async def story(caller: Caller) -> None:
        server = create_server(lambda _: caller)
        async with Client(server, mode="legacy", elicitation_callback=person) as client:
            await client.call_tool("bot_session_message_send", make_message(hostile))

    embedded.run(story, confirm="customer")
    (question,) = person.questions
    lines = question.splitlines()
    assert all(line.count("“") == line.count("”") <= 1 for line in lines)
    assert not any(line.startswith("Pinned: no. Nothing") for line in lines)
    assert any(line.startswith("What they will read: assistant: “Hi") for line in lines)


# What happens between the look and the call.


async def _moved(embedded: EmbeddedPortal) -> None:
    await embedded.request("imopenlines.operator.transfer", {"CHAT_ID": OTHER, "TRANSFER_ID": "queue1"})


@dataclass
class Mover:
    """A person who agrees after the dialog went to another line."""

    embedded: EmbeddedPortal
    name: str = "a test"
    answered_approval: str | None = None

    async def ask(self, approval_id: str, question: str) -> bool:  # noqa: ARG002
        await _moved(self.embedded)
        return True


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("bot_session_message_send", make_message(chat_id=OTHER)),
        ("reply", {"dialog": OTHER, "message": "Hello"}),
        ("close_dialog", {"dialog": OTHER}),
    ],
)
def test_a_dialog_that_went_to_another_line_while_the_person_thought_is_left_alone(
    embedded: EmbeddedPortal, tool: str, arguments: dict[str, Any]
) -> None:
    async def story(caller: Caller) -> None:
        await embedded.request("imopenlines.operator.answer", {"CHAT_ID": OTHER})
        person: Person = Mover(embedded)
        reply = await caller.calls.answer(tool, arguments, person=person)
        assert isinstance(reply, CallToolResult)
        assert "a client of line 1 would see it" in text_of(reply)

    embedded.run(story, confirm="customer", customer_lines="2")
    assert {SAY, "im.message.add", "imopenlines.operator.finish"}.isdisjoint(embedded.sent)
    assert embedded.approvals.list_all()[0].stage == "failed"


def test_a_dialog_that_went_to_another_line_before_it_was_approved_is_left_alone(embedded: EmbeddedPortal) -> None:
    async def story(caller: Caller) -> None:
        await answer(caller, "bot_session_message_send", make_message(chat_id=OTHER))
        await embedded.request("imopenlines.operator.answer", {"CHAT_ID": OTHER})
        await _moved(embedded)
        assert await wait_for_stage(caller, embedded.approve()) == "failed"

    embedded.run(story, confirm="customer", customer_lines="2")
    assert SAY not in embedded.sent
    assert embedded.read_events()[-2:] == ["begun", "refused"]


def test_a_fault_inside_an_approved_call_takes_nothing_else_with_it(
    embedded: EmbeddedPortal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> str:
        raise RuntimeError("a mistake of ours")

    monkeypatch.setattr(OperatorSpam, "text", fail)

    async def story(caller: Caller) -> None:
        await answer(caller, "operator_spam", {"chat_id": CHAT})
        assert await wait_for_stage(caller, embedded.approve()) == "unknown"
        assert not (await answer(caller, "dialog_get", {"chat_id": OTHER})).is_error

    embedded.run(story, confirm="destructive")
    assert embedded.read_events()[-1] == "unknown"


def test_a_server_that_may_not_make_an_approved_call_leaves_it_to_the_one_that_may(embedded: EmbeddedPortal) -> None:
    async def story(caller: Caller) -> None:
        strict = embedded.make_caller(caller.connection, confirm="destructive", deny="operator_spam")
        await answer(caller, "operator_spam", {"chat_id": CHAT})
        approval_id = embedded.approve()
        await strict.calls.make_approved(approval_id)
        assert await wait_for_stage(caller, approval_id) == "executed"

    embedded.run(story, confirm="destructive")
