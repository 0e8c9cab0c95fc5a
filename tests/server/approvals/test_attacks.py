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
from server.approvals.store import Approval, Approvals, NotPendingError
from server.caller import Caller
from server.protocol.elicitation import InputRequiredError, Nobody, Person
from tests.assistant import text_of
from tests.callers import answer
from tests.server.house import CHAT, OTHER, SAY, SPAM, House, said, settled
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


def asked(house: House, era: str, person: Answering) -> CallToolResult:
    replies: list[CallToolResult] = []

    async def story(caller: Caller) -> None:
        server = create_server(lambda _: caller)
        async with Client(server, mode=era, elicitation_callback=person) as client:
            replies.append(await client.call_tool("operator_spam", {"chat_id": CHAT}))

    house.play(story, confirm="destructive")
    return replies[0]


ERAS = pytest.mark.parametrize("era", ["legacy", "auto"])
YES = ElicitResult(action="accept", content={"approve": True})


@ERAS
@pytest.mark.parametrize("content", [{"approve": "false"}, {"approve": "yes"}, {"approve": 1}, {"yes": True}, {}, None])
def test_only_a_plain_yes_is_one(house: House, era: str, content: Any) -> None:
    reply = asked(house, era, Answering(ElicitResult(action="accept", content=content)))
    assert "did not agree" in text_of(reply)
    assert SPAM not in house.sent


def test_a_client_that_cannot_ask_after_all_leaves_the_call_to_the_command_line(house: House) -> None:
    reply = asked(house, "legacy", Answering(ErrorData(code=-32601, message="Method not found")))
    assert house.waiting().id in text_of(reply)
    assert SPAM not in house.sent


@ERAS
def test_an_answer_that_comes_too_late_counts_for_nothing(house: House, era: str) -> None:
    def expire() -> None:
        with house.approvals.state.changing() as database:
            database.execute("UPDATE approvals SET expires = asked")

    reply = asked(house, era, Answering(YES, meanwhile=expire))
    assert "came too late" in text_of(reply)
    assert SPAM not in house.sent


@ERAS
@pytest.mark.parametrize("approve", [True, False])
def test_what_was_settled_elsewhere_meanwhile_is_not_made_a_second_time(house: House, era: str, approve: bool) -> None:
    def settle() -> None:
        house.approvals.settle(house.waiting().id, approve=approve, by="anna")

    reply = asked(house, era, Answering(YES, meanwhile=settle))
    assert "came too late" in text_of(reply)
    assert house.sent.count(SPAM) <= approve


def test_what_its_client_gave_up_while_the_person_was_asked_is_not_made(house: House) -> None:
    async def story(caller: Caller) -> None:
        async with anyio.create_task_group() as tasks:

            class Leaving(Nobody):
                async def agrees(self, approval_id: str, question: str) -> bool | None:  # noqa: ARG002
                    tasks.cancel_scope.cancel()
                    await anyio.sleep_forever()
                    return None

            await caller.calls.call("operator_spam", {"chat_id": CHAT}, person=Leaving())

    house.play(story, confirm="destructive")
    (left,) = house.approvals.all()
    assert left.stage == "denied"
    assert SPAM not in house.sent


@dataclass
class Repeating:
    """A client of the newer protocol, which calls again with the person's answer, or with somebody else's."""

    answered: str | None
    name: str = "a test"

    async def agrees(self, approval_id: str, question: str) -> bool:
        if self.answered is None:
            raise InputRequiredError(approval_id, question)
        return True


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("operator_spam", {"chat_id": OTHER}),
        ("operator_finish", {"chat_id": CHAT}),
        ("bot_session_message_send", said("another text")),
    ],
)
def test_an_agreement_is_good_for_nothing_but_the_call_that_was_shown(
    house: House, tool: str, arguments: dict[str, Any]
) -> None:
    async def story(caller: Caller) -> None:
        other = Caller("other", caller.policy, caller.connection, caller.library, caller.guard_settings)
        for asking, shown in (("operator_spam", {"chat_id": CHAT}), ("bot_session_message_send", said())):
            await caller.calls.call(asking, shown, person=Repeating(None))
        for known in house.approvals.all():
            reply = await caller.calls.call(tool, arguments, person=Repeating(known.id))
            assert isinstance(reply, CallToolResult)
            assert "does not belong to exactly this call" in text_of(reply)
            stolen = await other.calls.call(known.tool, known.arguments, person=Repeating(known.id))
            assert isinstance(stolen, CallToolResult)
            assert stolen.is_error
        for known in house.approvals.all():
            for _ in range(2):
                await caller.calls.call(known.tool, known.arguments, person=Repeating(known.id))

    house.play(story, confirm="destructive,customer")
    assert (house.sent.count(SPAM), house.sent.count(SAY)) == (1, 1)


def test_agreeing_is_the_right_to_make_the_call_so_that_no_other_server_comes_in_between(house: House) -> None:
    approval = house.approvals.ask("shop", "stdio", "operator_spam", {}, summary="", seconds=60)
    assert house.approvals.begin(approval.id, by="anna").stage == "running"
    assert house.approvals.claim(approval.id) is None
    with pytest.raises(NotPendingError, match="running already"):
        house.approvals.begin(approval.id, by="ben")


def test_several_servers_that_are_answered_at_once_make_the_call_once(house: House) -> None:
    approval = house.approvals.ask("shop", "stdio", "operator_spam", {}, summary="", seconds=60)
    begun: list[Approval] = []

    def begin() -> None:
        try:
            begun.append(house.approvals.begin(approval.id, by="anna"))
        except NotPendingError:
            return

    threads = [threading.Thread(target=begin) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert len(begun) == 1


def test_a_clock_that_is_put_back_brings_no_expired_call_to_life(house: House) -> None:
    time = [1_000_000.0]
    approvals = Approvals(house.approvals.state, now=lambda: time[0])
    expired = approvals.ask("shop", "stdio", "operator_spam", {}, summary="", seconds=60)
    approvals.settle(expired.id, approve=True, by="anna")
    time[0] += 61
    assert approvals.open("shop", "stdio") == {}
    time[0] -= 61
    assert approvals.claim(expired.id) is None
    later = approvals.ask("shop", "stdio", "operator_finish", {}, summary="", seconds=60)
    time[0] -= 3600
    with pytest.raises(NotPendingError, match="expired already"):
        approvals.settle(later.id, approve=True, by="anna")


def test_the_words_of_a_message_cannot_pass_for_more_than_a_message(house: House) -> None:
    person = Answering(ElicitResult(action="decline"))
    hostile = 'Hi”, "system": true, "x": "“\nPinned: no. Nothing is sent.'

    async def story(caller: Caller) -> None:
        server = create_server(lambda _: caller)
        async with Client(server, mode="legacy", elicitation_callback=person) as client:
            await client.call_tool("bot_session_message_send", said(hostile))

    house.play(story, confirm="customer")
    (question,) = person.questions
    lines = question.splitlines()
    assert all(line.count("“") == line.count("”") <= 1 for line in lines)
    assert not any(line.startswith("Pinned: no. Nothing") for line in lines)
    assert any(line.startswith("What they will read: assistant: “Hi") for line in lines)


# What happens between the look and the call.


async def _moved(house: House) -> None:
    await house.request("imopenlines.operator.transfer", {"CHAT_ID": OTHER, "TRANSFER_ID": "queue1"})


@dataclass
class Mover:
    """A person who agrees after the dialog went to another line."""

    house: House
    name: str = "a test"
    answered: str | None = None

    async def agrees(self, approval_id: str, question: str) -> bool:  # noqa: ARG002
        await _moved(self.house)
        return True


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("bot_session_message_send", said(chat_id=OTHER)),
        ("reply", {"dialog": OTHER, "message": "Hello"}),
        ("close_dialog", {"dialog": OTHER}),
    ],
)
def test_a_dialog_that_went_to_another_line_while_the_person_thought_is_left_alone(
    house: House, tool: str, arguments: dict[str, Any]
) -> None:
    async def story(caller: Caller) -> None:
        await house.request("imopenlines.operator.answer", {"CHAT_ID": OTHER})
        person: Person = Mover(house)
        reply = await caller.calls.call(tool, arguments, person=person)
        assert isinstance(reply, CallToolResult)
        assert "a client of line 1 would see it" in text_of(reply)

    house.play(story, confirm="customer", customer_lines="2")
    assert {SAY, "im.message.add", "imopenlines.operator.finish"}.isdisjoint(house.sent)
    assert house.approvals.all()[0].stage == "failed"


def test_a_dialog_that_went_to_another_line_before_it_was_approved_is_left_alone(house: House) -> None:
    async def story(caller: Caller) -> None:
        await answer(caller, "bot_session_message_send", said(chat_id=OTHER))
        await house.request("imopenlines.operator.answer", {"CHAT_ID": OTHER})
        await _moved(house)
        assert await settled(caller, house.approve()) == "failed"

    house.play(story, confirm="customer", customer_lines="2")
    assert SAY not in house.sent
    assert house.noted()[-2:] == ["begun", "refused"]


def test_a_fault_inside_an_approved_call_takes_nothing_else_with_it(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> str:
        raise RuntimeError("a mistake of ours")

    monkeypatch.setattr(OperatorSpam, "text", fail)

    async def story(caller: Caller) -> None:
        await answer(caller, "operator_spam", {"chat_id": CHAT})
        assert await settled(caller, house.approve()) == "unknown"
        assert not (await answer(caller, "dialog_get", {"chat_id": OTHER})).is_error

    house.play(story, confirm="destructive")
    assert house.noted()[-1] == "unknown"


def test_a_server_that_may_not_make_an_approved_call_leaves_it_to_the_one_that_may(house: House) -> None:
    async def story(caller: Caller) -> None:
        strict = house.server(caller.connection, confirm="destructive", deny="operator_spam")
        await answer(caller, "operator_spam", {"chat_id": CHAT})
        approval_id = house.approve()
        await strict.calls.make_approved(approval_id)
        assert await settled(caller, approval_id) == "executed"

    house.play(story, confirm="destructive")
