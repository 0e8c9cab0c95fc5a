"""`openchannels-mcp watch`: what happens at a portal, at a terminal."""

import json
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from server.cli.event_lines import dump_event, format_event
from server.cli.watching import EventMasks
from server.events.feed.event import EventKind, FeedEvent, PortalEvent
from server.privacy.masking import open_masks
from tests.served import ServedSandbox, serve_sandbox
from tests.server.events.posting_portal import User, use_webhook, watch


@pytest.fixture(scope="module")
def sandbox() -> Iterator[ServedSandbox]:
    with serve_sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def user(sandbox: ServedSandbox, tmp_path: Path) -> User:
    sandbox.control("reset")
    return use_webhook(sandbox, tmp_path)


def test_what_happens_is_printed_a_line_an_event_and_ctrl_c_is_no_failure(user: User) -> None:
    with watch(user, "--all") as watching:
        user.sandbox.control("client-message", {"chat_id": 201, "text": "[b]Is anybody[/b] there?\n\x1b[31mred"})
        line = watching.wait_for("Is anybody")
        watching.process.send_signal(signal.SIGINT)
        status = watching.process.wait(10)

    assert status == 0
    assert line.endswith("  client     dialog 201 line 2  Emma Wilson: Is anybody there? \\x1b[31mred\n")
    assert watching.notes[0].startswith("Hearing events by polling: nothing is lost")
    assert "Traceback" not in "".join(watching.notes)


def test_a_line_or_a_client_can_be_chosen_and_each_event_is_an_object(user: User) -> None:
    one_client = watch(user, "--json", "--client", "Wilson, Emma", "--line", "2")
    with one_client as one, watch(user, until="another process") as all_of:
        for text in ("first", "second"):
            user.sandbox.control("client-message", {"chat_id": 201, "text": text})
        user.sandbox.control("client-message", {"line_id": 1, "name": "Noah", "text": "other"})
        all_of.wait_for("other")
        events = [json.loads(line) for line in all_of.lines]
        ours = [json.loads(one.wait_for(text)) for text in ("first", "second")]

    assert [event["text"] for event in ours] == ["first", "second"]
    assert not any("other" in line for line in one.lines)
    assert len({event["number"] for event in events}) == len(events)
    assert ours[0]["kind"] == "message_from_client"
    assert ours[0]["at"].startswith("2026-03-16T")


def test_a_second_ctrl_c_ends_at_once_and_without_a_traceback(user: User) -> None:
    with watch(user) as watching:
        for _ in range(2):
            watching.process.send_signal(signal.SIGINT)
        status = watching.process.wait(10)

    assert status in (0, -signal.SIGINT), "the second may come before the first was seen: the system ends it then"
    assert "Traceback" not in "".join(watching.notes)


def test_a_state_folder_that_cannot_be_used_is_named(user: User, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for words in (("watch",), ("events", "list"), ("events", "status")):
        refused = user.run(*words, OPENCHANNELS_STATE_FOLDER=str(tmp_path / "file"))

        assert refused.status == 1
        assert "the state folder cannot be used" in refused.errors
        assert "Traceback" not in refused.errors


def test_nothing_that_a_client_writes_steers_the_terminal_and_the_object_holds_all_of_it() -> None:
    said = "\x1b[2J \x9b31m \u202e \u2028 \ufeff \U000e0041 \ud800"
    event = PortalEvent(EventKind.MESSAGE_FROM_CLIENT, "k", 0.0, author=said, client=said, text=said)
    line = dump_event(FeedEvent(1, 1.0, event))

    assert line.isprintable()
    assert line.isascii()
    assert [json.loads(line)[name] for name in ("text", "client", "author")] == [said] * 3
    assert format_event(FeedEvent(1, 1.0, event)).isprintable()


def test_trouble_is_told_as_it_comes_and_when_it_is_over(user: User) -> None:
    user.environment["OPENCHANNELS_TIMEOUT"] = "1"
    with watch(user) as watching:
        user.sandbox.control("faults", {"rules": [{"kind": "status", "status": 503}]})
        watching.wait_for_note("polling: The portal gave no usable answer")
        user.sandbox.control("faults/clear")
        watching.wait_for_note("polling: ok")


def test_clients_are_masked_where_that_is_asked_for(tmp_path: Path) -> None:
    said = "I am Emma Wilson, +44 20 7946 0958"
    event = PortalEvent(EventKind.MESSAGE_FROM_CLIENT, "k", 0.0, author="Emma Wilson", client="Emma Wilson", text=said)
    shown = format_event(EventMasks(open_masks(tmp_path, "portal")).hide(FeedEvent(1, 1.0, event)))

    assert "I am" in shown
    assert "Emma" not in shown
    assert "7946" not in shown


def test_events_that_are_off_are_refused(user: User) -> None:
    refused = user.run("watch", OPENCHANNELS_EVENTS="off")

    assert refused.status == 2
    assert "events are off" in refused.errors


@pytest.mark.parametrize(
    ("kind", "fields", "line"),
    [
        (EventKind.DIALOG_TAKEN, {"author_id": 4, "client": "Emma"}, "user 4 has Emma"),
        (
            EventKind.DIALOG_TRANSFERRED,
            {"author_id": 4, "client": "Emma", "details": {"from_owner": 5, "from_line": 1}},
            "user 4 has Emma, from user 5, line 1",
        ),
        (EventKind.DIALOG_OFFERED, {"client": "Emma"}, "Emma waits in the queue"),
        (EventKind.SESSION_STARTED, {"session_id": 3, "client": "Emma"}, "session 3 of Emma"),
        (EventKind.MESSAGE_DELETED, {"message_id": 7, "author": "Emma"}, "message 7 of Emma"),
        (EventKind.MESSAGE_FROM_CLIENT, {"author": "E", "text": "hi", "files": ("a.png",)}, "E: hi [file a.png]"),
        (EventKind.CONNECTOR, {"details": {"event": "ONIMCONNECTORLINEDELETE"}}, "ONIMCONNECTORLINEDELETE"),
    ],
)
def test_each_kind_has_words_of_its_own(kind: EventKind, fields: dict[str, Any], line: str) -> None:
    assert format_event(FeedEvent(1, 1.0, PortalEvent(kind, "key", 0.0, **fields))).strip().endswith(line)


def test_a_line_is_cut_to_the_terminal() -> None:
    event = PortalEvent(EventKind.MESSAGE_FROM_CLIENT, "k", 0.0, text="x" * 500, author="E")

    assert len(format_event(FeedEvent(1, 1.0, event), 100)) == 100
    assert len(format_event(FeedEvent(1, 1.0, event), 20)) == 80
