"""`events listen`, `resend`, `list` and `trigger`, with a handler that is a real HTTP server."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.assistant import PLAIN_ENVIRONMENT, ROOT
from tests.sandbox.event_handler import EventHandler, serve_handler
from tests.served import ServedSandbox, serve_sandbox
from tests.server.events.posting_portal import User, Watch, use_webhook
from tests.spawning import command


@pytest.fixture(scope="module")
def sandbox() -> Iterator[ServedSandbox]:
    with serve_sandbox() as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def user(sandbox: ServedSandbox, tmp_path_factory: pytest.TempPathFactory) -> User:
    return use_webhook(sandbox, tmp_path_factory.mktemp("events"))


@pytest.fixture
def handler() -> Iterator[EventHandler]:
    with serve_handler() as handler:
        yield handler


def test_events_are_forwarded_triggered_listed_and_sent_again(user: User, handler: EventHandler) -> None:
    words = command("events", "listen", "--forward-to", handler.address, "--token", "of-my-own")
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    environment = {**PLAIN_ENVIRONMENT, **user.environment}
    with subprocess.Popen(words, cwd=ROOT, env=environment, **streams) as process:  # type: ignore[call-overload]
        listening = Watch(process)
        try:
            listening.wait_for_note("Hearing events by polling")
            proof = listening.wait_for_note("application_token of-my-own")
            triggered = user.run(
                "events", "trigger", "OnOpenLineMessageAdd", "--dialog", "206", "--text", "Hello there"
            )
            line = listening.wait_for("ONOPENLINEMESSAGEADD")
        finally:
            process.kill()
    assert triggered.status == 0, triggered
    assert json.loads(triggered.output)["chat_id"] == 206
    assert "HTTP 200" in line
    (form,) = handler.wait_for(1)
    assert form["auth"]["application_token"] == "of-my-own"
    assert f"member_id {form['auth']['member_id']} " in proof, "a handler that checks who posts has to know it"
    assert form["auth"]["domain"] == user.sandbox.address.removeprefix("http://")
    assert form["data"]["DATA"]["message"]["text"] == "Hello there"

    listed = user.run("events", "list")
    number = line.split()[0]
    assert f"  {number}  " in f"  {listed.output}"
    assert "Hello there" in listed.output
    handler.status = 500
    again = user.run("events", "resend", number, "--forward-to", handler.address)
    assert again.status == 1
    assert "HTTP 500" in again.output
    assert handler.wait_for(2)[1]["data"] == form["data"]
    assert f"application_token {handler.wait_for(2)[1]['auth']['application_token']}" in again.errors


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("resend", "999999", "--forward-to", "http://127.0.0.1:9/"), "the feed has no event 999999"),
        (("listen", "--forward-to", "http://handler.example.com/"), "has to start with https://"),
        (("trigger", "OnNothing"), "event: one of ONOPENLINEMESSAGEADD"),
        (("trigger", "OnSessionStart", "--dialog", "9999"), "chat_id: no such open-line chat"),
    ],
)
def test_what_cannot_work_is_named(user: User, words: tuple[str, ...], said: str) -> None:
    refused = user.run("events", *words)

    assert refused.status == 2, refused
    assert said in refused.errors


def test_nothing_is_triggered_at_a_portal_that_is_no_sandbox(tmp_path: Path, handler: EventHandler) -> None:
    origin = handler.address.removesuffix("/handler")
    environment = {"OPENCHANNELS_WEBHOOK_URL": f"{origin}/rest/1/token/", "OPENCHANNELS_STATE_FOLDER": str(tmp_path)}
    user = User(ServedSandbox(origin), environment, "")
    refused = user.run("events", "trigger", "OnSessionStart")

    assert refused.status == 2
    assert "is no sandbox that runs" in refused.errors
