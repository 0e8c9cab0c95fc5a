"""Callers in this process, for tests that replace the network below them."""

from collections.abc import Mapping
from typing import Any

from mcp.types import CallToolResult, InputRequiredResult

from server.caller import Caller
from server.catalogue.documentation import Documentation
from server.config.guard_settings import GuardSettings
from server.connection import Connection
from server.policy import Policy
from server.protocol.elicitation import InputRequiredError, Nobody, Person
from server.protocol.results import make_result
from tests.assistant import STATE
from tools.fence import remove_marks_in


def caller(policy: Policy, connection: Connection, name: str = "tests") -> Caller:
    """One who needs nobody's agreement, as far as the policy says nothing else."""
    return Caller(name, policy, connection, Documentation(STATE), GuardSettings(STATE))


async def answer(of: Caller, tool: str, arguments: Mapping[str, Any]) -> CallToolResult:
    """What a call is answered where nobody is asked first: its text as a client gets it, and beside it the data."""
    reply = await answer_person(of, tool, arguments, Nobody())
    assert isinstance(reply, CallToolResult)
    return reply


async def answer_person(
    of: Caller, tool: str, arguments: Mapping[str, Any], person: Person
) -> CallToolResult | InputRequiredResult:
    """The same where somebody may be asked."""
    try:
        reply = await of.calls.reply(tool, arguments, None, person)
    except InputRequiredError as asking:
        return asking.result
    shown = make_result(reply, of.policy.answer_form)
    return shown.model_copy(update={"structured_content": remove_marks_in(reply.data)})
