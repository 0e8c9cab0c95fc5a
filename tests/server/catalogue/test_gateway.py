"""The gateway: what it lists beside its three tools, in how many bytes, and what is called past it or through it."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from mcp.types import CallToolResult

from tests.assistant import Assistant, assistant, text_of

BUDGET = 7_200
"""Bytes of JSON of the whole answer."""
BESIDE = [
    "inbox",
    "dialog",
    "reply",
    "hand_over",
    "close_dialog",
    "docs_search",
    "docs_read",
    "approval_status",
]


def _call_through(client: Assistant, name: str, arguments: Mapping[str, Any], **more: Any) -> CallToolResult:
    return client.call("call_method", {"name": name, "arguments": arguments, **more})


@pytest.fixture(scope="module", params=["legacy", "auto"])
def client(request: pytest.FixtureRequest) -> Iterator[Assistant]:
    with assistant("--sandbox", "--mode", "gateway", mode=request.param) as connected:
        yield connected


def test_the_gateway_lists_what_is_called_most_and_its_three_tools_within_its_budget(client: Assistant) -> None:
    listed = client.run("list_tools")

    assert [tool.name for tool in listed.tools] == [*BESIDE, "find_method", "describe_method", "call_method"]
    size = len(listed.model_dump_json(by_alias=True, exclude_none=True).encode())
    print(f"gateway: {size} bytes of JSON")  # noqa: T201  (shown by pytest -rP)
    assert size <= BUDGET


def test_what_is_listed_beside_the_gateway_is_called_by_its_name_and_through_call_method(client: Assistant) -> None:
    for name, arguments in (("inbox", {"limit": 2}), ("dialog", {"dialog": "206"})):
        by_name = client.call(name, arguments)
        through = _call_through(client, name, arguments)
        assert not by_name.is_error
        assert not through.is_error
        assert text_of(by_name)[:20] == text_of(through)[:20]
    examples = {
        "reply": {"dialog": "206", "message": "Hello"},
        "hand_over": {"dialog": "206", "to": "queue"},
        "close_dialog": {"dialog": "206"},
    }
    for name, arguments in examples.items():
        drafted = {**arguments, "dry_run": True}
        assert "Draft: nothing was sent" in text_of(client.call(name, drafted)), name
        assert "Draft: nothing was sent" in text_of(_call_through(client, name, drafted)), name


def test_every_other_tool_is_called_through_the_gateway_only(client: Assistant) -> None:
    arguments = {"chat_id": 206}
    assert "Call it through call_method" in text_of(client.call("dialog_get", arguments))
    assert not _call_through(client, "dialog_get", arguments).is_error


@pytest.mark.parametrize("inside", [{}, {"dry_run": False}, {"dry_run": True}])
def test_a_draft_is_a_draft_wherever_the_word_stands(client: Assistant, inside: dict[str, bool]) -> None:
    arguments = {"dialog": "206", **inside}
    drafted = _call_through(client, "close_dialog", arguments, dry_run=True)
    assert "Draft: nothing was sent" in text_of(drafted)
    assert not _call_through(client, "dialog_get", {"chat_id": 206}, dry_run=True).is_error


def test_a_word_for_a_draft_that_is_none_is_refused(client: Assistant) -> None:
    refused = _call_through(client, "close_dialog", {"dialog": "206"}, dry_run="perhaps")
    assert refused.is_error
    assert "dry_run: should be true or false" in text_of(refused)
