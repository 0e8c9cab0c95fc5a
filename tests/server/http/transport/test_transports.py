"""One story over every transport and revision, as a client of each tells it."""

from collections.abc import Iterator
from pathlib import Path

import anyio
import anyio.to_thread
import httpx
import pytest
from mcp.shared.exceptions import MCPError
from mcp.types import CompleteResult, PromptReference, ResourceTemplateReference

from portal.scheduler import SIDE_BY_SIDE
from server.approvals.changes import NOT_SENT
from server.audit.log import AuditLog
from server.protocol.instructions import INSTRUCTIONS
from tests.assistant import BY_DEFAULT, text_of
from tests.recording import recording_portal
from tests.server.http.messages import DATA, MESSAGE, POST_BOX, read_line, read_message
from tests.server.http.team_server import (
    HEADERS,
    WAYS,
    TeamServer,
    make_bearer_header,
    make_initialize_request,
    serve_team,
    write_profiles,
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TeamServer]:
    folder = tmp_path_factory.mktemp("team")
    with serve_team(folder) as server:
        yield server


@pytest.fixture(scope="module")
def token(server: TeamServer) -> str:
    return server.token("anna")


@pytest.mark.parametrize("way", WAYS)
def test_a_client_lists_calls_reads_completes_and_prompts(server: TeamServer, token: str, way: str) -> None:
    with server.client(way, token) as client:
        assert {tool.name for tool in client.run("list_tools").tools} == set(BY_DEFAULT)
        assert (client.client.instructions or "").startswith(INSTRUCTIONS)
        state = client.call("dialog_get", chat_id=201)
        assert not state.is_error, text_of(state)
        assert "owner 0." in text_of(state)
        uris = [resource.uri for resource in client.run("list_resources").resources]
        assert "openchannels://docs/methods/imopenlines.dialog.get" in uris
        page = client.run("read_resource", "openchannels://docs/methods/dialog_get").contents[0]
        assert "DIALOG_ID" in page.text
        assert "201" in client.run("get_prompt", "answer_customer", {"chat_id": "201"}).messages[0].content.text
        with pytest.raises(MCPError, match="no page"):
            client.run("read_resource", "openchannels://docs/methods/imopenlines.nothing")


@pytest.mark.parametrize("way", WAYS)
def test_a_call_tells_what_it_waits_for_and_is_never_sent_once_it_is_cancelled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    monkeypatch.setattr("portal.client.REPORT_EVERY", 0.05)
    heard: list[str] = []
    with recording_portal(hold=True) as portal:
        write_profiles(tmp_path, shop=portal)
        with serve_team(tmp_path) as server, server.client(way, server.token("anna", profile="shop")) as client:

            async def story() -> None:
                async with anyio.create_task_group() as tasks:
                    for chat in range(SIDE_BY_SIDE):
                        tasks.start_soon(client.client.call_tool, "operator_answer", {"chat_id": 1 + chat})
                    await anyio.to_thread.run_sync(portal.wait_for, SIDE_BY_SIDE)
                    with anyio.CancelScope() as waiting:

                        async def listen(progress: float, total: float | None, message: str | None) -> None:  # noqa: ARG001
                            heard.append(message or "")
                            waiting.cancel()

                        await client.client.call_tool("operator_answer", {"chat_id": 999}, progress_callback=listen)
                    await client.client.list_tools()  # answered after the server has heard of the cancellation
                    portal.release()

            client.run_async(story)
            client.call("operator_answer", chat_id=1000)

    assert "waiting for" in heard[0]
    asked = {body["CHAT_ID"] for _, body in portal.requests}
    assert asked == {*range(1, SIDE_BY_SIDE + 1), 1000}
    ends = [entry for entry in AuditLog(tmp_path / "state" / "audit.jsonl").entries() if entry["event"] != "asked"]
    given_up = [(entry["event"], entry["why"]) for entry in ends if entry["arguments"]["chat_id"] == 999]
    assert given_up == [("failed", NOT_SENT)]


@pytest.mark.parametrize("way", WAYS)
def test_arguments_are_completed(server: TeamServer, token: str, way: str) -> None:
    def complete(ref: PromptReference | ResourceTemplateReference, name: str, value: str) -> list[str]:
        found: CompleteResult = client.run("complete", ref, {"name": name, "value": value})
        return found.completion.values

    methods = ResourceTemplateReference(uri="openchannels://docs/methods/{name}")
    events = ResourceTemplateReference(uri="openchannels://docs/events/{name}")
    with server.client(way, token) as client:
        assert complete(methods, "name", "IMOPENLINES.dialog") == ["imopenlines.dialog.get"]
        assert "imopenlines.operator.transfer" in complete(methods, "name", "transfer")
        assert "OnSessionStart" in complete(events, "name", "onsession")
        assert "imopenlines.dialog.get" in complete(PromptReference(name="explain_error"), "method", "dialog")
        assert "ACCESS_DENIED" in complete(PromptReference(name="explain_error"), "code", "acc")
        assert complete(PromptReference(name="explain_error"), "situation", "A") == []
        assert complete(PromptReference(name="review_session"), "code", "A") == []
        assert complete(ResourceTemplateReference(uri="file:///{name}"), "name", "e") == []


@pytest.mark.parametrize("version", ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"])
def test_every_handshake_revision_is_spoken(server: TeamServer, token: str, version: str) -> None:
    answer = server.post(make_initialize_request(version), token)

    assert answer.status_code == 200
    assert read_message(answer.text)["result"]["protocolVersion"] == version
    assert "server" not in answer.headers


def test_the_first_revision_is_spoken_over_its_own_pair_of_endpoints(server: TeamServer, token: str) -> None:
    with (
        httpx.Client(base_url=server.address, headers={**HEADERS, **make_bearer_header(token)}) as http,
        http.stream("GET", "/sse") as stream,
    ):
        lines = stream.iter_lines()
        box = read_line(lines, POST_BOX).removeprefix(DATA)
        assert http.post(box, json=make_initialize_request("2024-11-05")).status_code == 202
        answer = read_line(lines, MESSAGE)

    assert read_message(answer)["result"]["protocolVersion"] == "2024-11-05"
