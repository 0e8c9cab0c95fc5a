"""Actions that a person has to agree to, or that may only be tried: named dialogs are settled first."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from server.policy import Policy
from tests.assistant import text_of
from tests.workflows.tool_calls import ToolCaller
from tools import TOOLSETS
from tools.effect import EVERY_EFFECT, NO_EFFECT, Effect

HELLO = "Good morning!"


@dataclass
class Asked:
    """A person who ask, perhaps after something has happened."""

    meanwhile: Callable[[], None] = lambda: None
    name: str = "a test"
    answered_approval: str | None = None
    questions: list[str] = field(default_factory=list)

    async def ask(self, approval_id: str, question: str) -> bool:  # noqa: ARG002
        """Yes."""
        self.questions.append(question)
        self.meanwhile()
        return True


def _make_caller(confirm: Effect = NO_EFFECT, lines: frozenset[int] | None = None) -> ToolCaller:
    return ToolCaller(policy=Policy(frozenset(TOOLSETS), EVERY_EFFECT, confirm=confirm, customer_lines=lines))


def test_what_was_agreed_to_goes_into_the_dialog_that_was_shown() -> None:
    caller = _make_caller(Effect.CUSTOMER)

    def add_colleagues() -> None:
        caller.chat(201).name, caller.chat(202).name = "Somebody Else - Sales", "Emma Watson - Website support"

    person = Asked(add_colleagues)
    reply = caller.call("reply", dialog="emma", message=HELLO, person=person)

    assert not reply.is_error, text_of(reply)
    assert "Chat 201" in person.questions[0]
    assert caller.messages(201)[-1].text == HELLO
    assert caller.messages(202)[-1].text != HELLO


def test_a_name_that_fits_several_is_refused_before_anybody_is_asked() -> None:
    caller, person = _make_caller(Effect.CUSTOMER), Asked()
    caller.chat(202).name = "Emma Watson - Website support"
    reply = caller.call("reply", dialog="emma", message=HELLO, person=person)

    assert reply.is_error
    assert "'emma' fits several" in text_of(reply)
    assert person.questions == []


@pytest.mark.parametrize(("line", "sent"), [(2, True), (1, False)])
def test_only_the_allowed_lines_are_written_to_whatever_a_dialog_is_called(line: int, *, sent: bool) -> None:
    caller = _make_caller(lines=frozenset({line}))
    reply = caller.call("reply", dialog="Emma Wilson", message=HELLO)

    assert reply.is_error is not sent
    assert (caller.messages(201)[-1].text == HELLO) is sent


def test_a_draft_names_the_dialog_and_does_nothing() -> None:
    caller = _make_caller()
    text = text_of(caller.call("close_dialog", dialog="deal 601", dry_run=True))

    assert "Draft: nothing was sent." in text
    assert "Chat 215" in text
    assert caller.chat(215).session_id == 315


def test_a_part_that_was_done_is_not_called_a_failure_of_all() -> None:
    caller = _make_caller(Effect.CUSTOMER)
    caller.company.switches.message_storage_fails = True
    reply = caller.call("reply", dialog=203, message=HELLO, person=Asked())

    assert "you took the dialog and are its operator" in text_of(reply)
