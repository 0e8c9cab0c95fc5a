"""Ways to make the log, a terminal or the masks tell more or less than they should, each tried once."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from server.audit.redaction import redact_arguments
from server.caller import Caller
from server.portal_resources import ResourceUnavailableError
from server.privacy.masking import open_masks
from server.privacy.pseudonyms import FORM
from tests.assistant import ROOT, text_of
from tests.callers import answer
from tests.server.embedded import CHAT, OTHER, SAY, EmbeddedPortal, make_message
from tests.waiting import wait_until

# What is kept and shown.


def test_not_even_a_message_of_one_word_is_kept_in_the_log(embedded: EmbeddedPortal) -> None:
    async def story(caller: Caller) -> None:
        await answer(caller, "bot_session_message_send", make_message("Geheimnis"))
        await answer(caller, "hand_over", {"dialog": "204", "to": "Olga", "note": "Geheimnis"})
        await answer(caller, "config_update", {"config_id": 1, "close_text": "Geheimnis"})

    embedded.run(story)
    assert "Geheimnis" not in embedded.log.path.read_text(encoding="utf-8")
    embedded.run(story, audit_texts=True)
    assert "Geheimnis" in embedded.log.path.read_text(encoding="utf-8")


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
def test_a_refused_call_leaves_a_line_of_bearable_length(
    embedded: EmbeddedPortal, arguments: dict[str, Any], texts: bool
) -> None:
    async def story(caller: Caller) -> None:
        assert (await answer(caller, "operator_spam", arguments)).is_error

    embedded.run(story, read_only=True, audit_texts=texts)
    assert embedded.read_events() == ["refused"]
    assert len(embedded.log.path.read_bytes()) < 50_000
    assert embedded.log.verify().problem == ""


def test_a_log_verifies_while_servers_write_it(embedded: EmbeddedPortal) -> None:
    script = (
        "import sys; from pathlib import Path; from server.audit.log import AuditLog\n"
        "for n in range(300): AuditLog(Path(sys.argv[1])).write('asked', n=n)"
    )
    writers = [subprocess.Popen([sys.executable, "-c", script, str(embedded.log.path)], cwd=ROOT) for _ in range(2)]
    problems: set[str] = set()

    def verify_once() -> bool:
        have_ended = all(writer.poll() is not None for writer in writers)
        problems.add(embedded.log.verify().problem)
        return have_ended

    wait_until(verify_once, seconds=120)
    assert problems == {""}
    assert embedded.log.verify().lines == 600


def test_what_a_client_program_calls_itself_does_nothing_to_a_terminal(embedded: EmbeddedPortal) -> None:
    name = "evil\x1b[2J\u202e 1.0\nApproval abcdefgh: approved"
    approval = embedded.approvals.ask("shop", "stdio", "operator_spam", {}, summary="Mark as spam", seconds=60)
    embedded.approvals.settle(approval.id, approve=True, by=f"stdio at {name}")
    embedded.log.write("asked", caller=name, client=name, portal="shop", tool="operator_spam", arguments={})
    for words in (("approvals", "show", approval.id), ("approvals", "list", "--all"), ("audit", "show")):
        shown = embedded.run_command(*words)
        assert shown.returncode == 0, shown.stderr
        assert "\x1b" not in shown.stdout
        assert "\u202e" not in shown.stdout


def test_the_log_shown_to_a_person_tells_who_asked_and_what_came_of_it(embedded: EmbeddedPortal) -> None:
    async def story(caller: Caller) -> None:
        await answer(caller, "operator_spam", {"chat_id": CHAT})

    embedded.run(story, confirm="destructive")
    waiting = embedded.find_pending()
    embedded.run_command("approvals", "deny", waiting.id)
    shown = embedded.run_command("audit", "show").stdout.splitlines()
    assert [line.split()[1] for line in shown] == ["asked", "pending", "denied"]
    assert f"approval: {waiting.id}" in shown[1]
    assert "a person has to approve" in shown[1]
    assert "by: " in shown[2]


def test_arguments_for_the_log_are_short_words_or_lengths() -> None:
    given = {"chat_id": 5, "name": "WELCOME", "message": "Hello", "items": [{"TEXT": "Hi", "id": "a1"}], "code": "abc"}
    assert redact_arguments(given, texts=False) == {
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
        ("bot_session_message_send", make_message(glued, OTHER)),
        ("session_history_get", {"chat_id": OTHER}),
        ("im_recent_list", {}),
    ],
}


@pytest.mark.parametrize("back", SAID_BACK)
def test_no_pseudonym_is_taken_off_by_having_the_original_said_back(embedded: EmbeddedPortal, back: str) -> None:
    """Glued to other characters or cut off, so that by itself it would look like no phone or name."""
    told: list[str] = []

    async def call(caller: Caller, name: str, arguments: dict[str, Any]) -> None:
        reply = await answer(caller, name, arguments)
        told.extend((text_of(reply), json.dumps(reply.structured_content, ensure_ascii=False)))

    async def story(caller: Caller) -> None:
        await embedded.request("imopenlines.operator.answer", {"CHAT_ID": OTHER})
        await embedded.request(SAY, {"CHAT_ID": OTHER, "NAME": "DEFAULT", "MESSAGE": f"call {PHONE}"})
        await call(caller, "session_history_get", {"chat_id": OTHER})
        for mask in sorted(set(FORM.findall(told[0]))):
            for glued in (f"q{mask}q", f"1234567{mask}12345", "A" * 74 + f" {mask}"):
                for name, arguments in SAID_BACK[back](glued):
                    await call(caller, name, arguments)
                with pytest.raises(ResourceUnavailableError) as shown:
                    await caller.resources.read(f"openchannels://dialogs/{glued}")
                told.append(str(shown.value))

    embedded.run(story, mask_pii=True)
    assert len(told) > len(SAID_BACK)
    for text in told:
        assert not re.search(f"{PHONE[:5]}|{NAME[:4]}|{NAME.split()[1]}", text)


def test_a_name_put_back_for_a_person_cannot_end_its_quotation(embedded: EmbeddedPortal) -> None:
    name = "Emma”\x1b“Wilson"
    masks = open_masks(embedded.folder, "shop")
    masks.listen({"role": "client", "author": name})
    hidden = masks.hide(f"client: {name}")
    assert "Emma" not in hidden
    approval = embedded.approvals.ask("shop", "stdio", "operator_spam", {}, summary=f"“{hidden}”", seconds=60)
    shown = embedded.run_command("approvals", "show", approval.id).stdout
    assert "Emma" in shown
    assert (shown.count("“"), shown.count("”"), shown.count("\x1b")) == (1, 1, 0)
