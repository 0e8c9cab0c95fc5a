"""One tool call by hand: arguments as words, the answer as text."""

import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import click
from mcp.types import CallToolResult, ContentBlock, TextContent

from server.caller import Caller
from server.catalogue.definitions import make_input_schema
from tools.tool import Tool


class BadArgumentsError(ValueError):
    """Words that are not KEY=VALUE, or values that are not what the argument takes."""


@dataclass(frozen=True)
class Answered:
    """What a call came to."""

    text: str
    data: dict[str, Any]
    failed: bool


@dataclass(frozen=True)
class AtTerminal:
    """The person who typed the call."""

    name: str = "terminal"
    answered_approval: str | None = None

    async def ask(self, approval_id: str, question: str) -> bool | None:  # noqa: ARG002
        """Asked on the terminal; without one the answer is no."""
        if sys.stdin.isatty():
            return click.confirm(question, err=True)
        click.echo(f"{question}\nNobody can answer here: call it in a terminal.", err=True)
        return False


async def call_by_hand(caller: Caller, tool: str, words: Iterable[str], as_json: bool) -> Answered:
    """The answer of one call."""
    arguments = parse(words, caller.policy.tools.get(tool))
    async with caller.connection:
        reply = await caller.calls.answer(tool, arguments, person=AtTerminal())
    if not isinstance(reply, CallToolResult):
        raise TypeError("nobody is sent round at a terminal")
    text = "\n".join(map(_in_words, reply.content))
    if as_json:
        text = json.dumps(reply.structured_content, ensure_ascii=False, indent=2)
    return Answered(text, reply.structured_content, failed=reply.is_error)


def _in_words(block: ContentBlock) -> str:
    """A terminal shows no pictures."""
    return block.text if isinstance(block, TextContent) else f"({block.type}, which a client shows)"


def parse(words: Iterable[str], tool: type[Tool] | None) -> dict[str, Any]:
    """`chat_id=5 message=Hello` -> arguments of the tool's types; what the tool does not know stays text."""
    properties = make_input_schema(tool)["properties"] if tool else {}
    arguments: dict[str, Any] = {}
    for word in words:
        key, equals, value = word.partition("=")
        if not equals or not key:
            raise BadArgumentsError(f"'{word[:60]}' should be KEY=VALUE")
        if key in arguments:
            raise BadArgumentsError(f"{key} is given twice")
        arguments[key] = _value(key, value, properties.get(key, {"type": "string"}))
    return arguments


def _value(key: str, value: str, schema: dict[str, Any]) -> Any:
    if schema.get("type") == "string":
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        wanted = schema.get("type", "JSON")
        raise BadArgumentsError(f"{key}: '{value[:60]}' is not JSON; the argument takes {wanted}") from None
