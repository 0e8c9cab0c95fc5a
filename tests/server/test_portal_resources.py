"""Dialogs, lines and the inbox as resources: listed, read, completed, and bound by the same policy as their tools."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from mcp.shared.exceptions import MCPError
from mcp.types import INTERNAL_ERROR, INVALID_PARAMS, PromptReference, ResourceTemplateReference

from sandbox.seed import seed
from tests.assistant import Assistant, assistant, text_of, words_of
from tests.served import ServedSandbox, serve_sandbox
from tools.fence import remove_fences

DIALOGS, LINES, INBOX = "openchannels://dialogs/{chat_id}", "openchannels://lines/{id}", "openchannels://inbox"


@pytest.fixture(scope="module")
def served() -> Iterator[ServedSandbox]:
    with serve_sandbox() as served:
        yield served


@pytest.fixture(scope="module")
def anna(served: ServedSandbox) -> Iterator[Assistant]:
    with assistant(webhook=f"{served.address}{seed.ADMIN_WEBHOOK_PATH}") as client:
        yield client


def _offered(client: Assistant) -> set[str]:
    resources = {resource.uri for resource in client.run("list_resources").resources}
    templates = {template.uri_template for template in client.run("list_resource_templates").resource_templates}
    return (resources | templates) & {DIALOGS, LINES, INBOX}


def _read(client: Assistant, uri: str) -> Any:
    return client.run("read_resource", uri).contents[0]


def _completed(client: Assistant, ref: Any, name: str, value: str) -> list[str]:
    found: list[str] = client.run("complete", ref, {"name": name, "value": value}).completion.values
    return found


def test_they_are_listed(anna: Assistant) -> None:
    assert _offered(anna) == {DIALOGS, LINES, INBOX}


def test_a_dialog_is_read_as_its_tool_gives_it_fences_and_all(anna: Assistant) -> None:
    content = _read(anna, "openchannels://dialogs/203")

    assert content.mime_type == "text/plain"
    assert "chat_id 203, session 303" in content.text
    assert len(re.findall(r"<(client|system) \w{6}>", content.text)) == content.text.count("</") == 4
    assert "\ue0f0" not in content.text


def test_an_address_may_be_written_as_clients_normalize_it(anna: Assistant) -> None:
    wanted = {"openchannels://dialogs/201": "Dialog with", "openchannels://docs/index": "# Open Channels documentation"}
    for uri, words in wanted.items():
        for written in (
            f"{uri}/",
            f" {uri}",
            uri.replace("201", "%32%30%31"),
            uri.replace("open", "OPEN", 1),
            quote(uri, ""),
        ):
            assert words in _read(anna, written).text, written
    method = "openchannels://docs/methods/imopenlines.dialog.get"
    for written in (method.replace(".", "%2E"), f"{method}#errors", f"{method}?x=1"):
        assert _read(anna, written).text == _read(anna, method).text, written


def test_a_line_and_the_inbox_are_read_as_their_tools_give_them(anna: Assistant) -> None:
    line, inbox = _read(anna, "openchannels://lines/2").text, _read(anna, INBOX).text

    assert remove_fences(line) == words_of(anna.call("channel_overview", line=2))
    assert inbox.partition(".")[0] == text_of(anna.call("inbox")).partition(".")[0]


@pytest.mark.parametrize(
    ("uri", "code", "words"),
    [
        ("openchannels://dialogs/999", INVALID_PARAMS, "there is no chat and no session 999"),
        ("openchannels://lines/99", INVALID_PARAMS, "nothing fits '99'"),
        ("openchannels://dialogs/", INVALID_PARAMS, "There is no page 'openchannels://dialogs/'"),
        ("openchannels://inbox/1", INVALID_PARAMS, "There is no page 'openchannels://inbox/1'"),
    ],
)
def test_what_is_not_there_is_told(anna: Assistant, uri: str, code: int, words: str) -> None:
    with pytest.raises(MCPError) as refused:
        _read(anna, uri)

    assert refused.value.error.code == code
    assert words in refused.value.error.message
    assert refused.value.error.data == {"uri": uri}


def test_ids_are_completed_from_the_portal_and_kept_while_somebody_types(
    served: ServedSandbox, anna: Assistant
) -> None:
    dialogs, lines = ResourceTemplateReference(uri=DIALOGS), ResourceTemplateReference(uri=LINES)

    assert _completed(anna, dialogs, "chat_id", "20") == ["206"]
    assert _completed(anna, lines, "id", "") == ["1", "2", "3", "4", "5"]
    served.control("requests/clear")
    assert _completed(anna, dialogs, "chat_id", "21") == ["215"]
    assert _completed(anna, PromptReference(name="answer_customer"), "chat_id", "2") == ["215", "206"]
    assert _completed(anna, PromptReference(name="triage_dialogs"), "line", "3") == ["3"]
    assert served.look("requests")["requests"] == []
    assert _completed(anna, PromptReference(name="triage_dialogs"), "chat_id", "2") == []
    assert _completed(anna, dialogs, "id", "2") == []


def test_without_the_messenger_the_dialogs_that_began_last_are_offered(served: ServedSandbox) -> None:
    served.control("webhooks", {"token": "reports-only-token", "user_id": 1})
    with assistant(webhook=f"{served.address}/rest/1/reports-only-token/") as client:
        found = _completed(client, ResourceTemplateReference(uri=DIALOGS), "chat_id", "")

    assert found[0] == "204"
    assert len(found) == 20


def test_a_portal_that_cannot_be_asked_is_no_missing_page_and_offers_nothing() -> None:
    with assistant(webhook="http://127.0.0.1:9/rest/1/some-token/", OPENCHANNELS_TIMEOUT="1") as client:
        assert _completed(client, ResourceTemplateReference(uri=LINES), "id", "") == []
        with pytest.raises(MCPError, match="could not be reached") as refused:
            _read(client, INBOX)

    assert refused.value.error.code == INTERNAL_ERROR
    assert "some-token" not in refused.value.error.message


def test_where_dialogs_may_not_be_read_they_are_not_there(served: ServedSandbox) -> None:
    webhook = f"{served.address}{seed.ADMIN_WEBHOOK_PATH}"
    with assistant(webhook=webhook, OPENCHANNELS_TOOLSETS="channels") as client:
        assert _offered(client) == {LINES}
        with pytest.raises(MCPError, match="There is no page"):
            _read(client, "openchannels://dialogs/203")
        assert _completed(client, ResourceTemplateReference(uri=DIALOGS), "chat_id", "2") == []
        assert "toolset dialogs is not switched on" in text_of(client.call("inbox"))


def test_behind_a_gateway_they_are_read_all_the_same(served: ServedSandbox) -> None:
    webhook = f"{served.address}{seed.ADMIN_WEBHOOK_PATH}"
    with assistant(webhook=webhook, OPENCHANNELS_MODE="gateway") as client:
        assert "channel_overview" not in {tool.name for tool in client.run("list_tools").tools}
        assert "Website support" in _read(client, "openchannels://lines/1").text
