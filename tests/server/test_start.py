"""The program as it starts and ends: what it answers first, wrong settings, a signal."""

import json
import signal
import subprocess
from collections.abc import Callable
from typing import Any

import pytest

from tests.assistant import PLAIN_ENVIRONMENT, ROOT
from tests.recording import TOKEN
from tests.spawning import command, fresh_command


def _converse(start: list[str], *requests: dict[str, Any], **environment: str) -> subprocess.CompletedProcess[str]:
    lines = "".join(json.dumps({"jsonrpc": "2.0", **request}) + "\n" for request in requests)
    return subprocess.run(
        start,
        input=lines,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**PLAIN_ENVIRONMENT, **environment},
        timeout=60,
        check=False,
    )


def _initialize(version: str) -> dict[str, Any]:
    params = {"protocolVersion": version, "capabilities": {}, "clientInfo": {"name": "raw", "version": "1"}}
    return {"id": 1, "method": "initialize", "params": params}


@pytest.mark.parametrize(
    ("version", "start"),
    [("2024-11-05", command), ("2025-03-26", command), ("2025-06-18", command), ("2025-11-25", fresh_command)],
)
def test_every_handshake_revision_is_spoken_and_standard_output_carries_nothing_else(
    version: str, start: Callable[[], list[str]]
) -> None:
    ended = _converse(start(), _initialize(version), OPENCHANNELS_SANDBOX="true")

    answers = [json.loads(line) for line in ended.stdout.splitlines()]
    assert [answer["result"]["protocolVersion"] for answer in answers] == [version]
    assert ended.stderr == ""
    assert ended.returncode == 0


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({}, "OPENCHANNELS_WEBHOOK_URL"),
        ({"OPENCHANNELS_WEBHOOK_URL": f"http://portal.example/rest/1/{TOKEN}/"}, "https://"),
        ({"OPENCHANNELS_WEBHOOK_URL": f"https://portal.example/{TOKEN}"}, "/rest/USER/TOKEN/"),
        (
            {"OPENCHANNELS_SANDBOX": "true", "OPENCHANNELS_TOOLSETS": "chats"},
            "unknown toolset chats; choose from channels",
        ),
        ({"OPENCHANNELS_WEBHOOK_URL": "https://PORTAL/rest/USER/TOKEN/"}, "still the example"),
        ({"OPENCHANNELS_WEBHOOK_URL": "https://portal.example/rest/api/1/"}, "cut short: copy the whole address"),
        ({"OPENCHANNELS_SANDBOX": "true", "OPENCHANNELS_READONLY": "1"}, "did you mean OPENCHANNELS_READ_ONLY?"),
        ({"OPENCHANNELS_SANDBOX": "perhaps"}, "OPENCHANNELS_SANDBOX: Input should be a valid boolean"),
        (
            {"OPENCHANNELS_SANDBOX": "true", "OPENCHANNELS_TIMEOUT": "0"},
            "OPENCHANNELS_TIMEOUT: Input should be greater",
        ),
    ],
)
def test_wrong_settings_end_with_one_clear_message_and_exit_code_two(environment: dict[str, str], words: str) -> None:
    ended = _converse(command(), **environment)

    assert ended.returncode == 2
    assert ended.stdout == ""
    assert words in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1
    assert TOKEN not in ended.stderr


@pytest.mark.skipif(not hasattr(signal, "SIGINT"), reason="needs signals")
def test_ctrl_c_ends_the_server() -> None:
    with subprocess.Popen(
        fresh_command("--sandbox"),
        cwd=ROOT,
        env=PLAIN_ENVIRONMENT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(json.dumps({"jsonrpc": "2.0", **_initialize("2025-11-25")}) + "\n")
        process.stdin.flush()
        assert process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=10) == -signal.SIGINT
