"""`events bind`, `unbind`, `status` and `test`, with a server that a portal really posts to."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from server.cli.event_setup import explain_silence
from server.events.posting import HandlerAnswer
from server.http.deliveries.receiver import TEST_ASKED
from tests.served import ServedSandbox
from tests.server.events.posting_portal import RunningServer, User, serve_for, use_application, use_webhook

NOBODY = "http://127.0.0.1:9"
SIX = {
    "ONOPENLINEMESSAGEADD",
    "ONOPENLINEMESSAGEUPDATE",
    "ONOPENLINEMESSAGEDELETE",
    "ONSESSIONSTART",
    "ONSESSIONFINISH",
    "ONAPPTEST",
}


@pytest.fixture
def user(sandbox: ServedSandbox, tmp_path: Path) -> User:
    return use_application(sandbox, tmp_path)


@pytest.fixture
def server(user: User) -> Iterator[RunningServer]:
    with serve_for(user) as server:
        yield server


def _list_bound(user: User) -> list[Any]:
    bound: list[Any] = user.sandbox.look("events/bindings")["bindings"]
    return bound


def test_bind_has_events_posted_and_proves_that_they_arrive(user: User, server: RunningServer) -> None:
    bound = user.run("events", "bind", "--address", server.address)

    assert bound.status == 0, bound
    assert f"reaches the server at {server.address}/events/default, and its posts are believed" in bound.output
    assert {one["event"] for one in _list_bound(user) if one["handler"]} == SIX
    assert {one["auth_type"] for one in _list_bound(user) if one["handler"]} == {1}
    assert user.feed.read_position(TEST_ASKED) == ""
    user.sandbox.control("client-message", {"chat_id": 201, "text": "Is anybody there?"})
    assert user.wait_for_texts("Is anybody there?")


def test_bind_again_changes_nothing_and_unbind_takes_off_its_own_alone(user: User, server: RunningServer) -> None:
    assert user.run("events", "bind", "--address", server.address).status == 0
    before = _list_bound(user)
    again = user.run("events", "bind", OPENCHANNELS_HTTP_EVENTS_ADDRESS=server.address)

    assert again.status == 0, again
    assert again.output.count("already bound") == len(SIX)
    assert _list_bound(user) == before
    other = user.run("events", "bind", "--address", NOBODY, "--wait", "5")
    assert f"It went to {server.address}/events/default too, and may have come by that one" in other.output
    taken = user.run("events", "unbind", "--address", server.address)
    assert taken.status == 0
    assert {one["handler"] for one in _list_bound(user) if one["handler"]} == {f"{NOBODY}/events/default"}
    assert "Nothing was bound" in user.run("events", "unbind", "--address", server.address).output


def test_connector_events_are_bound_where_they_are_asked_for(user: User, server: RunningServer) -> None:
    bound = user.run("events", "bind", "--address", server.address, "--connectors")

    assert bound.status == 0, bound
    assert len([one for one in _list_bound(user) if one["handler"]]) == len(SIX) + 7


def test_status_shows_bindings_sources_proof_and_feed(user: User, server: RunningServer) -> None:
    before = user.run("events", "status")
    user.run("events", "bind", "--address", server.address)
    user.sandbox.control("client-message", {"chat_id": 201, "text": "Hello?"})
    user.wait_for_texts("Hello?")
    after = user.run("events", "status")
    data = json.loads(user.run("events", "status", "--json").output)

    assert before.status == 0, before
    assert "The portal's proof: missing" in before.output
    assert "Events by application: heard by a process now" in after.output
    assert "The portal's proof: posts are believed" in after.output
    assert "cannot see: edits and deletions whose delivery was lost" in after.output
    assert f"Bound: ONAPPTEST to {server.address}/events/default as user 1" in after.output
    assert data["proved"] is True
    assert data["feed"]["waiting_posts"] == 0
    assert data["feed"]["newest"] > 0


@pytest.mark.usefixtures("server")
def test_doctor_and_its_tool_show_what_is_heard_and_what_is_not(user: User) -> None:
    told = user.run("doctor").output
    data = json.loads(user.run("call", "portal_check", "--json").output)
    broken = user.run("doctor", OPENCHANNELS_EVENTS="bot").output

    assert "Events by application (nobody listens now). Sees: all dialogs of all lines" in told
    assert "Cannot see: edits and deletions whose delivery was lost. How sure: heard of within a second" in told
    assert [source["name"] for source in data["events"]] == ["application", "offline"]
    assert "Events by bot (nobody listens now). Sees: nothing." in broken
    assert "events = bot needs bot_id" in broken


@pytest.mark.parametrize("words", [("bind",), ("test",), ("unbind",)])
def test_a_missing_address_is_named(user: User, words: tuple[str, ...]) -> None:
    refused = user.run("events", *words)

    assert refused.status == 2
    assert "events_address" in refused.errors


def test_a_webhook_is_told_that_nothing_has_to_be_bound(sandbox: ServedSandbox, tmp_path: Path) -> None:
    refused = use_webhook(sandbox, tmp_path).run("events", "bind", "--address", "https://mcp.example.com")

    assert refused.status == 2
    assert "With a webhook the server hears them by asking" in refused.errors


def test_a_server_that_does_not_run_is_named(user: User) -> None:
    address = NOBODY
    failed = user.run("events", "bind", "--address", address, "--wait", "1")

    assert failed.status == 1
    assert f"Nothing answers at {address}/events/default" in failed.output


def test_a_name_that_the_server_does_not_know_is_named() -> None:
    found = explain_silence("https://mcp.example.com/events/default", HandlerAnswer(421, "misdirected"))

    assert "not known by the name mcp.example.com: add it to allowed_hosts" in found


def test_another_program_at_the_address_is_named(user: User, sandbox: ServedSandbox) -> None:
    failed = user.run("events", "bind", "--address", sandbox.address, "--wait", "1")

    assert failed.status == 1
    assert "something else answers" in failed.output


def test_a_server_with_another_state_folder_is_named(user: User, server: RunningServer, tmp_path: Path) -> None:
    other = str(tmp_path / "other state")
    words = ("events", "bind", "--address", server.address, "--wait", "1")
    failed = user.run(*words, OPENCHANNELS_STATE_FOLDER=other)

    assert failed.status == 1
    assert "state_folder and token_file have to be the same" in failed.output
