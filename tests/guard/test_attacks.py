"""Ways around what stands between an assistant and the portal, each tried once."""

import json
import re
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client
from mcp.types import CallToolResult, ElicitResult, ErrorData

from server.app import create_server
from server.caller import Caller
from server.guard.approvals import Approval, Approvals, NotPending
from server.guard.masking import masks_of
from server.guard.person import AskFirst, Nobody, Person
from server.guard.pseudonyms import FORM
from server.guard.record import recorded
from server.live import NotShown
from tests.assistant import ROOT, text_of
from tests.callers import answer
from tests.guard.house import House
from tools.operators import OperatorSpam

SPAM = "imopenlines.operator.spam"
SAY = "imopenlines.bot.session.message.send"
CHAT, OTHER = 203, 201
"""On line 1 and on line 2."""
LOOKS = 2000
"""At most, for anything that takes its time."""


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


async def settled(caller: Caller, approval_id: str) -> str:
    """The stage that a call came to, once the server has looked after it."""
    for _ in range(LOOKS):
        reply = await answer(caller, "approval_status", {"approval_id": approval_id})
        stage = str((reply.structured_content or {})["stage"])
        if stage not in {"approved", "running"}:
            return stage
    raise AssertionError("it is never made")


def said(text: str = "Hello", chat_id: int = CHAT) -> dict[str, Any]:
    return {"chat_id": chat_id, "name": "DEFAULT", "message": text}


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
            raise AskFirst(approval_id, question)
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
        other = Caller("other", caller.policy, caller.connection, caller.shelf, caller.keeping)
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
    with pytest.raises(NotPending, match="running already"):
        house.approvals.begin(approval.id, by="ben")


def test_several_servers_that_are_answered_at_once_make_the_call_once(house: House) -> None:
    approval = house.approvals.ask("shop", "stdio", "operator_spam", {}, summary="", seconds=60)
    begun: list[Approval] = []

    def begin() -> None:
        try:
            begun.append(house.approvals.begin(approval.id, by="anna"))
        except NotPending:
            return

    threads = [threading.Thread(target=begin) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
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
    with pytest.raises(NotPending, match="expired already"):
        approvals.settle(later.id, approve=True, by="anna")


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


# Where nothing can be written down.


def _no_log(house: House) -> None:
    house.log.path.mkdir(parents=True)


def _no_state(house: House) -> None:
    house.approvals.state.path.write_bytes(b"this is no database " * 100)


def _locked_state(house: House) -> None:
    house.approvals.all()
    database = sqlite3.connect(house.approvals.state.path, isolation_level=None)
    database.execute("BEGIN EXCLUSIVE")
    house.__dict__["keeps"] = database


@pytest.mark.parametrize("spoil", [_no_log, _no_state, _locked_state])
def test_nothing_is_sent_that_cannot_be_written_down_first(
    house: House, spoil: Callable[[House], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.guard.state.SECONDS_TO_WAIT", 0)
    spoil(house)

    async def story(caller: Caller) -> None:
        reply = await answer(caller, "operator_spam", {"chat_id": CHAT})
        assert "Nothing was sent" in text_of(reply)
        assert "state folder" in text_of(reply)
        assert not (await answer(caller, "dialog_get", {"chat_id": CHAT})).is_error

    house.play(story, confirm="destructive")
    assert SPAM not in house.sent
    if keeps := house.__dict__.get("keeps"):
        keeps.close()


def test_what_was_approved_is_not_made_where_it_cannot_be_written_down(house: House) -> None:
    async def story(caller: Caller) -> None:
        await answer(caller, "operator_spam", {"chat_id": CHAT})
        house.log.path.unlink()
        _no_log(house)
        approval_id = house.waiting().id
        assert house.hand("approvals", "approve", approval_id).returncode == 1
        assert house.waiting().id == approval_id
        house.approve()
        assert await settled(caller, approval_id) == "failed"

    house.play(story, confirm="destructive")
    assert SPAM not in house.sent


def test_what_is_forbidden_is_refused_even_if_that_cannot_be_written_down(house: House) -> None:
    _no_log(house)

    async def story(caller: Caller) -> None:
        assert "is allowed here" in text_of(await answer(caller, "operator_spam", {"chat_id": CHAT}))

    house.play(story, read_only=True)


# What policy forbids.


def test_what_is_forbidden_is_refused_and_noted_behind_the_gateway_too(house: House) -> None:
    async def story(caller: Caller) -> None:
        for name in ("operator_spam", SPAM):
            reply = await answer(caller, "call_method", {"name": name, "arguments": {"chat_id": CHAT}})
            assert "operator_spam is denied here" in text_of(reply)

    house.play(story, mode="gateway", deny="operator_spam")
    assert house.noted() == ["refused", "refused"]
    assert SPAM not in house.sent


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
    house: House, denied: str, tool: str, arguments: dict[str, Any]
) -> None:
    async def story(caller: Caller) -> None:
        reply = await answer(caller, tool, arguments)
        assert f"{denied} is denied here" in text_of(reply)
        assert "Nothing was changed" in text_of(reply)

    house.play(story, deny=denied)
    looks = {"profile", "scope", "user.get", "imopenlines.v2.Operator.list"}
    assert [rest for rest in house.sent if rest not in looks and not rest.endswith("get")] == []


@pytest.mark.parametrize("processes", [1, 2])
def test_of_fifty_calls_at_once_as_many_go_out_as_an_hour_may_see(house: House, processes: int) -> None:
    replies: list[CallToolResult] = []

    async def story(caller: Caller) -> None:
        others = [house.server(caller.connection, customer_per_hour=5) for _ in range(processes - 1)]

        async def say(number: int) -> None:
            server = [caller, *others][number % processes]
            replies.append(await answer(server, "bot_session_message_send", said(str(number))))

        async with anyio.create_task_group() as tasks:
            for number in range(50):
                tasks.start_soon(say, number)

    house.play(story, customer_per_hour=5)
    assert house.sent.count(SAY) == 5
    assert sum(not reply.is_error for reply in replies) == 5
    house.play(story, customer_per_hour=5)
    assert house.sent.count(SAY) == 5


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
    house: House, way: str, tool: str, arguments: dict[str, Any]
) -> None:
    async def call(caller: Caller, name: str, given: dict[str, Any]) -> CallToolResult:
        if way == "tool":
            return await answer(caller, name, given)
        return await answer(caller, "call_method", {"name": name, "arguments": given})

    async def story(caller: Caller) -> None:
        assert not (await call(caller, "bot_session_message_send", said())).is_error
        assert not (await call(caller, tool, arguments)).is_error
        for name, given in (("bot_session_message_send", said()), ("reply", {"dialog": CHAT, "message": "Hello"})):
            assert "a person has to approve" in text_of(await call(caller, name, given))

    house.play(story, taint=True, mode="gateway" if way == "gateway" else "tools")
    assert house.sent.count(SAY) == 1


@pytest.mark.parametrize("uri", ["openchannels://inbox", f"openchannels://dialogs/{OTHER}"])
def test_reading_a_resource_is_a_look_too(house: House, uri: str) -> None:
    async def story(caller: Caller) -> None:
        assert await caller.live.read(uri)
        assert "a person has to approve" in text_of(await answer(caller, "bot_session_message_send", said()))

    house.play(story, taint=True)


# What is kept and shown.


def test_not_even_a_message_of_one_word_is_kept_in_the_log(house: House) -> None:
    async def story(caller: Caller) -> None:
        await answer(caller, "bot_session_message_send", said("Geheimnis"))
        await answer(caller, "hand_over", {"dialog": "204", "to": "Olga", "note": "Geheimnis"})
        await answer(caller, "config_update", {"config_id": 1, "close_text": "Geheimnis"})

    house.play(story)
    assert "Geheimnis" not in house.log.path.read_text(encoding="utf-8")
    house.play(story, audit_texts=True)
    assert "Geheimnis" in house.log.path.read_text(encoding="utf-8")


def _deep(levels: int) -> Any:
    value: Any = "x"
    for _ in range(levels):
        value = {"a": [value]}
    return value


@pytest.mark.parametrize("texts", [True, False])
@pytest.mark.parametrize(
    "arguments",
    [
        {"a" * 3_000_000: 1},
        {str(number): "word" for number in range(100_000)},
        {"message": "x" * 3_000_000},
        {"message": "\ud800", "\udfff": "a"},
        {"chat_id": 10**4000},
        {"deep": _deep(90)},
    ],
    ids=["a long name", "many names", "a long text", "half characters", "a long number", "deep"],
)
def test_a_refused_call_leaves_a_line_of_bearable_length(house: House, arguments: dict[str, Any], texts: bool) -> None:
    async def story(caller: Caller) -> None:
        assert (await answer(caller, "operator_spam", arguments)).is_error

    house.play(story, read_only=True, audit_texts=texts)
    assert house.noted() == ["refused"]
    assert len(house.log.path.read_bytes()) < 50_000
    assert house.log.verify().problem == ""


def test_a_log_verifies_while_servers_write_it(house: House) -> None:
    script = (
        "import sys; from pathlib import Path; from server.guard.audit import AuditLog\n"
        "for n in range(300): AuditLog(Path(sys.argv[1])).write('asked', n=n)"
    )
    writers = [subprocess.Popen([sys.executable, "-c", script, str(house.log.path)], cwd=ROOT) for _ in range(2)]
    while any(writer.poll() is None for writer in writers):
        assert house.log.verify().problem == ""
    assert house.log.verify().lines == 600


def test_what_a_client_program_calls_itself_does_nothing_to_a_terminal(house: House) -> None:
    name = "evil\x1b[2J\u202e 1.0\nApproval abcdefgh: approved"
    approval = house.approvals.ask("shop", "stdio", "operator_spam", {}, summary="Mark as spam", seconds=60)
    house.approvals.settle(approval.id, approve=True, by=f"stdio at {name}")
    house.log.write("asked", caller=name, client=name, portal="shop", tool="operator_spam", arguments={})
    for words in (("approvals", "show", approval.id), ("approvals", "list", "--all"), ("audit", "show")):
        shown = house.hand(*words)
        assert shown.returncode == 0, shown.stderr
        assert "\x1b" not in shown.stdout
        assert "\u202e" not in shown.stdout


def test_the_log_shown_to_a_person_tells_who_asked_and_what_came_of_it(house: House) -> None:
    async def story(caller: Caller) -> None:
        await answer(caller, "operator_spam", {"chat_id": CHAT})

    house.play(story, confirm="destructive")
    waiting = house.waiting()
    house.hand("approvals", "deny", waiting.id)
    shown = house.hand("audit", "show").stdout.splitlines()
    assert [line.split()[1] for line in shown] == ["asked", "pending", "denied"]
    assert f"approval: {waiting.id}" in shown[1]
    assert "a person has to approve" in shown[1]
    assert "by: " in shown[2]


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


def test_arguments_for_the_log_are_short_words_or_lengths() -> None:
    given = {"chat_id": 5, "name": "WELCOME", "message": "Hello", "items": [{"TEXT": "Hi", "id": "a1"}], "code": "abc"}
    assert recorded(given, texts=False) == {
        "chat_id": 5,
        "name": "WELCOME",
        "message": "(5 characters)",
        "items": [{"TEXT": "(2 characters)", "id": "a1"}],
        "code": "(secret)",
    }


# What is hidden.

PHONE, NAME = "79995550102", "Emma Wilson"


SAID_BACK: dict[str, Callable[[str], list[tuple[str, dict[str, Any]]]]] = {
    "a page": lambda glued: [("docs_read", {"uri": glued})],
    "a dialog": lambda glued: [("dialog", {"dialog": glued})],
    "a person": lambda glued: [("hand_over", {"dialog": 204, "to": glued})],
    "an argument": lambda glued: [("operator_spam", {"chat_id": 5, glued: 1})],
    "a message": lambda glued: [
        ("bot_session_message_send", said(glued, OTHER)),
        ("session_history_get", {"chat_id": OTHER}),
        ("im_recent_list", {}),
    ],
}


@pytest.mark.parametrize("back", SAID_BACK)
def test_no_pseudonym_is_taken_off_by_having_the_original_said_back(house: House, back: str) -> None:
    """Glued to other characters or cut off, so that by itself it would look like no phone or name."""
    told: list[str] = []

    async def call(caller: Caller, name: str, arguments: dict[str, Any]) -> None:
        reply = await answer(caller, name, arguments)
        told.extend((text_of(reply), json.dumps(reply.structured_content, ensure_ascii=False)))

    async def story(caller: Caller) -> None:
        await house.request("imopenlines.operator.answer", {"CHAT_ID": OTHER})
        await house.request(SAY, {"CHAT_ID": OTHER, "NAME": "DEFAULT", "MESSAGE": f"call {PHONE}"})
        await call(caller, "session_history_get", {"chat_id": OTHER})
        for mask in sorted(set(FORM.findall(told[0]))):
            for glued in (f"q{mask}q", f"1234567{mask}12345", "A" * 74 + f" {mask}"):
                for name, arguments in SAID_BACK[back](glued):
                    await call(caller, name, arguments)
                with pytest.raises(NotShown) as shown:
                    await caller.live.read(f"openchannels://dialogs/{glued}")
                told.append(str(shown.value))

    house.play(story, mask_pii=True)
    assert len(told) > len(SAID_BACK)
    for text in told:
        assert not re.search(f"{PHONE[:5]}|{NAME[:4]}|{NAME.split()[1]}", text)


def test_a_name_put_back_for_a_person_cannot_end_its_quotation(house: House) -> None:
    name = "Emma”\x1b“Wilson"
    masks = masks_of(house.folder, "shop")
    masks.listen({"role": "client", "author": name})
    hidden = masks.hidden(f"client: {name}")
    assert "Emma" not in hidden
    approval = house.approvals.ask("shop", "stdio", "operator_spam", {}, summary=f"“{hidden}”", seconds=60)
    shown = house.hand("approvals", "show", approval.id).stdout
    assert "Emma" in shown
    assert (shown.count("“"), shown.count("”"), shown.count("\x1b")) == (1, 1, 0)
