"""The command line by hand."""

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result

from server.cli.main import cli
from tests.assistant import BY_DEFAULT, EVERYTHING
from tests.recording import recording_portal


def _run(*words: str, **environment: str | None) -> Result:
    return CliRunner().invoke(cli, words, env={"OPENCHANNELS_WEBHOOK_URL": None, **environment})


def test_tools_are_listed_with_effects_and_bytes() -> None:
    lines = _run("tools", "--toolsets", "all").output.splitlines()

    assert len(lines) == len(EVERYTHING) + 2
    assert lines[-1].split()[:2] == [str(len(EVERYTHING)), "tools"]
    (transfer,) = (line.split() for line in lines if line.startswith("operator_transfer "))
    assert transfer[1:3] == ["operators", "takeover"]
    assert int(transfer[3]) > 0


def test_the_tools_for_bots_connectors_and_the_messenger_are_off_unless_they_are_asked_for() -> None:
    listed = {line.split()[0] for line in _run("tools").output.splitlines()[1:-1]}

    assert listed == set(BY_DEFAULT)
    assert {EVERYTHING[name].toolset() for name in listed}.isdisjoint({"setup", "chatbots", "connectors", "messenger"})


@pytest.mark.parametrize("words", [("--read-only", "tools"), ("tools", "--read-only")])
def test_options_stand_before_or_after_the_command(words: tuple[str, ...]) -> None:
    output = _run(*words).output

    assert "dialog_get" in output
    assert "operator_answer" not in output


def test_a_call_prints_what_an_assistant_reads() -> None:
    ended = _run("call", "--sandbox", "dialog_get", "chat_id=201")

    assert ended.exit_code == 0
    assert "in the queue: nobody has taken it" in ended.output


def test_a_call_can_print_data() -> None:
    ended = _run(
        "--sandbox", "--toolsets", "dialogs", "call", "session_open", "user_code=telegrambot|2|9201|101", "--json"
    )

    assert json.loads(ended.output) == {"chatId": 201}


def test_values_get_the_types_of_their_arguments() -> None:
    with recording_portal() as portal:
        portal.result = 16
        queue = '[{"entity_type":"user","entity_id":3}]'
        words = [
            "--toolsets",
            "setup",
            "config_add",
            "line_name=2026",
            "active=true",
            "queue_time=60",
            f"queue={queue}",
        ]
        ended = _run("call", "--toolsets", "setup", *words, OPENCHANNELS_WEBHOOK_URL=portal.webhook)

    assert ended.exit_code == 0, ended.output
    sent = {"LINE_NAME": "2026", "ACTIVE": "Y", "QUEUE_TIME": 60, "QUEUE": [{"ENTITY_TYPE": "user", "ENTITY_ID": "3"}]}
    assert portal.requests == [("imopenlines.config.add", {"PARAMS": sent})]


def test_a_failed_call_goes_to_standard_error_with_exit_code_one() -> None:
    ended = _run("call", "--sandbox", "config_get", "config_id=999")

    assert ended.exit_code == 1
    assert ended.stdout == ""
    assert "There is no line with this config_id" in ended.stderr


WRONG: list[tuple[tuple[str, ...], Any]] = [
    (("call", "--sandbox", "dialog_get", "201"), "should be KEY=VALUE"),
    (("call", "--sandbox", "dialog_get", "chat_id=many"), "the argument takes integer"),
    (("call", "--sandbox", "dialog_get", "chat_id=1", "chat_id=2"), "chat_id is given twice"),
    (("call", "dialog_get", "chat_id=1"), "OPENCHANNELS_WEBHOOK_URL"),
    (("tools", "--toolsets", "everything"), "unknown toolset everything"),
    (("sandbox", "--port", "99999"), "not in the range"),
    (("sandbox", "--port", "0", "--handler", "http://localhost:3000/"), "a host with a dot"),
]


@pytest.mark.parametrize(("words", "said"), WRONG)
def test_wrong_words_get_a_message_and_exit_code_two(words: tuple[str, ...], said: str) -> None:
    ended = _run(*words)

    assert ended.exit_code == 2
    assert ended.stdout == ""
    assert said in ended.stderr
