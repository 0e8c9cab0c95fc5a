"""Drafts as the tests read them."""

from typing import Any

from tests.assistant import text_of
from tests.workflows.tool_calls import ToolCaller


def draft(caller: ToolCaller, tool: str, **arguments: Any) -> tuple[str, dict[str, Any]]:
    """Text and data of a draft, which changes nothing."""
    messages = len(caller.company.messages)
    reply = caller.call(tool, dry_run=True, **arguments)
    assert not reply.is_error, text_of(reply)
    assert len(caller.company.messages) == messages
    return text_of(reply), reply.structured_content or {}


def change_of(data: dict[str, Any], what: str) -> tuple[str, str]:
    """What a draft says of one thing: before and after."""
    (found,) = [change for change in data["changes"] if change["what"] == what]
    return found["before"], found["after"]
