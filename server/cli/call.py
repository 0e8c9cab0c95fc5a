"""One tool call by hand: arguments as words, the answer as text."""

import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import click

from server.caller import Caller
from server.catalogue.definitions import make_input_schema
from server.protocol.results import Answer, Failure, make_text
from tools.fence import remove_marks_in
from tools.tool import Tool


class BadArgumentsError(ValueError):
    """Words that are not KEY=VALUE, or values that are not what the argument takes."""


@dataclass(frozen=True)
class CallOutput:
    """What is printed of a call."""

    text: str
    """The answer as text, or as JSON where that was asked for."""
    data: dict[str, Any]
    failed: bool


@dataclass(frozen=True)
class TerminalPerson:
    """The person who typed the call."""

    name: str = "terminal"
    answered_approval: str | None = None

    async def ask(self, approval_id: str, question: str) -> bool | None:  # noqa: ARG002
        """Asked on the terminal; without one the answer is no."""
        if sys.stdin.isatty():
            return click.confirm(question, err=True)
        click.echo(f"{question}\nNobody can answer here: call it in a terminal.", err=True)
        return False


async def call_by_hand(caller: Caller, tool: str, words: Iterable[str], as_json: bool) -> CallOutput:
    """Make one call and take down its answer; `words` are `KEY=VALUE`.

    Raises:
        BadArgumentsError: A word is no `KEY=VALUE`, or a value is not what the argument takes.
    """
    arguments = parse_arguments(words, caller.policy.tools.get(tool))
    async with caller.connection:
        reply = await caller.calls.reply(tool, arguments, person=TerminalPerson())
    data = remove_marks_in(reply.data)
    text = make_text(reply, caller.policy.answer_form)
    if as_json:
        text = json.dumps(data, ensure_ascii=False, indent=2)
    elif isinstance(reply, Answer) and reply.pictures:
        text += "\n(image, which a client shows)"
    return CallOutput(text, data, failed=isinstance(reply, Failure))


def parse_arguments(words: Iterable[str], tool: type[Tool] | None) -> dict[str, Any]:
    """`chat_id=5 message=Hello` -> arguments of the tool's types; what the tool does not know stays text.

    Raises:
        BadArgumentsError: A word is no `KEY=VALUE`, is there twice, or has no value of its type.
    """
    properties = make_input_schema(tool)["properties"] if tool else {}
    arguments: dict[str, Any] = {}
    for word in words:
        key, equals, value = word.partition("=")
        if not equals or not key:
            raise BadArgumentsError(f"'{word[:60]}' should be KEY=VALUE")
        if key in arguments:
            raise BadArgumentsError(f"{key} is given twice")
        arguments[key] = _parse_value(key, value, properties.get(key, {"type": "string"}))
    return arguments


def _parse_value(key: str, value: str, schema: dict[str, Any]) -> Any:
    if schema.get("type") == "string":
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        wanted = schema.get("type", "JSON")
        raise BadArgumentsError(f"{key}: '{value[:60]}' is not JSON; the argument takes {wanted}") from None
