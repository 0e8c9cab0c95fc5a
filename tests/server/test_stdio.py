"""The server as a client meets it: a spawned process over standard input and output."""

import json
from collections.abc import Iterator
from typing import Any

import anyio
import pytest
from mcp.shared.exceptions import MCPError
from pydantic import SecretStr

from server.config.settings import Settings
from server.connection import Connection
from server.policy import Policy
from server.protocol.instructions import INSTRUCTIONS
from tests.assistant import EVERYTHING, Assistant, assistant, text_of
from tests.callers import answer, caller
from tests.recording import TOKEN, Recording, recording_portal
from tools import TOOLSETS
from tools.method import Method
from tools.registry import methods

READING = {name for name, tool in EVERYTHING.items() if tool.reads()}
WRITING = set(EVERYTHING) - READING


@pytest.fixture(scope="module", params=["legacy", "auto"])
def client(request: pytest.FixtureRequest) -> Iterator[Assistant]:
    with assistant("--sandbox", mode=request.param) as connected:
        yield connected


@pytest.fixture
def portal() -> Iterator[Recording]:
    with recording_portal() as recording:
        yield recording


def test_a_client_of_either_era_lists_calls_reads_and_prompts(client: Assistant) -> None:
    assert {tool.name for tool in client.run("list_tools").tools} == set(EVERYTHING)
    told = client.client.instructions or ""
    assert told.startswith(INSTRUCTIONS)
    assert "sandbox" in told

    state = client.call("dialog_get", chat_id=201)
    assert not state.is_error
    assert state.structured_content is None
    assert "owner 0." in text_of(state)

    uris = [resource.uri for resource in client.run("list_resources").resources]
    assert len(uris) == len(set(uris)) >= len(methods())
    page = client.run("read_resource", "openchannels://docs/methods/imopenlines.operator.transfer").contents[0]
    assert page.mime_type == "text/markdown"
    assert "TRANSFER_ID" in page.text

    names = {prompt.name for prompt in client.run("list_prompts").prompts}
    assert len(names) == 7
    message = client.run("get_prompt", "answer_customer", {"chat_id": "201"}).messages[0]
    assert "201" in message.content.text


def test_what_does_not_exist_is_said_to_be_missing(client: Assistant) -> None:
    tool = client.call("operator_transfr", chat_id=5)
    assert tool.is_error
    assert "operator_transfer" in text_of(tool)
    with pytest.raises(MCPError, match="no page"):
        client.run("read_resource", "openchannels://docs/methods/imopenlines.nothing")
    with pytest.raises(MCPError, match="no prompt"):
        client.run("get_prompt", "nothing", {})


def test_read_only_leaves_reading_tools_and_lets_no_write_through(portal: Recording) -> None:
    with assistant("--read-only", webhook=portal.webhook) as client:
        assert {tool.name for tool in client.run("list_tools").tools} == READING
        for tool in WRITING:
            written = EVERYTHING[tool]
            rest = written.rest if issubclass(written, Method) else tool
            example = dict(getattr(written, "example", {}))
            for disguise in (tool, tool.upper(), tool.title(), rest, rest.lower(), f" {tool} ", f"dialog_get {tool}"):
                assert client.call(disguise, example).is_error

    assert portal.requests == []


def test_only_the_chosen_toolsets_exist(portal: Recording) -> None:
    with assistant(webhook=portal.webhook, OPENCHANNELS_TOOLSETS="channels, statistics") as client:
        listed = {tool.name for tool in client.run("list_tools").tools}
        refused = client.call("operator_answer", chat_id=5)

    assert listed == {n for n, tool in EVERYTHING.items() if tool.toolset() in {"channels", "statistics", None}}
    assert refused.is_error
    assert "operators is not switched on" in text_of(refused)
    assert portal.requests == []


FAILURES = [
    (200, b'{"result": false, "error": "SOMETHING", "error_description": "broken"}', "SOMETHING"),
    (400, b'{"error": "", "error_description": ""}', "(empty)"),
    (400, b'{"error": "ACCESS_DENIED", "error_description": "no"}', "ACCESS_DENIED"),
    (401, b'{"error": "INVALID_CREDENTIALS", "error_description": "no"}', "OPENCHANNELS_WEBHOOK_URL"),
    (429, b'{"error": "OPERATION_TIME_LIMIT", "error_description": "no"}', "OPERATION_TIME_LIMIT"),
    (500, b"<h1>Internal Server Error</h1>", "not known whether the portal executed the call"),
    (200, b"<html>login</html>", "not known whether the portal executed the call"),
    (200, b'{"result": {"an": "object"}}', "probably executed"),
]


def test_a_failure_of_a_write_is_flagged_and_sent_once(portal: Recording) -> None:
    with assistant(webhook=portal.webhook) as client:
        for status, body, words in FAILURES:
            portal.requests.clear()
            portal.answers = [(status, body)]
            reply = client.call("operator_answer", chat_id=5)

            text = text_of(reply)
            assert reply.is_error, body
            assert words in text
            assert "What to do:" in text
            assert "openchannels://docs/methods/imopenlines.operator.answer" in text
            assert len(portal.requests) == 1


def test_a_read_survives_passing_faults(portal: Recording) -> None:
    portal.result = {"rest": 2, "web": 1, "mobile": 1}
    portal.answers = [(500, b"<h1>500</h1>"), (503, b'{"error": "QUERY_LIMIT_EXCEEDED"}')]
    with assistant(webhook=portal.webhook) as client:
        reply = client.call("revision_get")

    assert not reply.is_error
    assert len(portal.requests) == 3


def test_the_secret_appears_nowhere_even_when_the_portal_repeats_it(
    portal: Recording, capfd: pytest.CaptureFixture[str]
) -> None:
    with assistant(webhook=portal.webhook) as client:
        portal.answers = [(400, json.dumps({"error": "X", "error_description": f"see {portal.webhook}"}).encode())]
        refused = client.call("operator_answer", chat_id=5)
        portal.result = {"id": 5, "name": portal.webhook}
        told = client.call("dialog_get", chat_id=5, detail="full")

    assert len(portal.requests) == 2
    assert "see http" in text_of(refused)
    assert not told.is_error
    printed = "".join(capfd.readouterr())
    assert TOKEN not in f"{refused} {told} {printed}"


def test_half_a_surrogate_pair_in_an_answer_does_not_end_the_server(portal: Recording) -> None:
    with assistant(webhook=portal.webhook) as client:
        portal.answers = [(200, b'{"result": {"id": 5, "name": "cut \\ud83d"}}')]
        first = client.call("dialog_get", chat_id=5)
        portal.result = {"id": 5, "name": "whole \N{GRINNING FACE}"}
        second = client.call("dialog_get", chat_id=5)

    assert "cut ?" in text_of(first)
    assert "whole \N{GRINNING FACE}" in text_of(second)


def test_a_hundred_calls_at_once_each_get_their_own_answer() -> None:
    with assistant("--sandbox", "--structured") as client:

        async def crowd() -> list[Any]:
            got: list[Any] = [None] * 100

            async def one(number: int) -> None:
                reply = await client.client.call_tool("dialog_get", {"chat_id": 201 + number % 19})
                got[number] = reply.structured_content["chat_id"]

            async with anyio.create_task_group() as tasks:
                for number in range(100):
                    tasks.start_soon(one, number)
            return got

        assert client.run_async(crowd) == [201 + number % 19 for number in range(100)]


def test_a_cancelled_call_leaves_the_server_well() -> None:
    with recording_portal(hold=True) as portal, assistant(webhook=portal.webhook) as client:

        async def give_up() -> None:
            with anyio.move_on_after(0.3):
                await client.client.call_tool("dialog_get", {"chat_id": 5})

        client.run_async(give_up)
        portal.release()
        portal.result = {"rest": 2, "web": 1, "mobile": 1}
        assert not client.call("revision_get").is_error


def test_a_fault_of_the_server_is_flagged_and_says_what_may_have_happened(
    portal: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken(Connection):
        async def portal(self) -> Any:
            raise ZeroDivisionError

    async def run() -> Any:
        settings = Settings(webhook_url=SecretStr(portal.webhook))
        async with Broken(settings) as connection:
            return await answer(caller(Policy(frozenset(TOOLSETS)), connection), "operator_answer", {"chat_id": 5})

    monkeypatch.setattr("server.calls.logger.exception", lambda *_: None)
    reply = anyio.run(run)

    assert reply.is_error
    assert "failed inside" in text_of(reply)
    assert "may have been executed" in text_of(reply)


@pytest.mark.parametrize(
    "uri", ["openchannels://docs/methods/operator_answer", "OPENCHANNELS://docs/events/onsessionstart"]
)
def test_a_page_is_found_by_the_name_of_the_tool_and_in_any_case(client: Assistant, uri: str) -> None:
    assert client.run("read_resource", uri).contents[0].text.startswith("# ")


def test_the_templates_of_pages_and_of_what_the_portal_holds_are_listed(client: Assistant) -> None:
    templates = client.run("list_resource_templates").resource_templates

    pages = {
        f"openchannels://docs/{kind}/{{name}}"
        for kind in ("methods", "tools", "events", "guides", "sections", "errors")
    }
    live = {"openchannels://dialogs/{chat_id}", "openchannels://lines/{id}"}
    official = {"openchannels://official/{lang}/{+path}"}
    assert {template.uri_template for template in templates} == pages | live | official
