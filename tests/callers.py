"""Callers in this process, for tests that replace the network below them."""

from collections.abc import Mapping
from typing import Any

from mcp.types import CallToolResult

from server.caller import Caller
from server.catalogue.documentation import Documentation
from server.config.guard_settings import GuardSettings
from server.connection import Connection
from server.policy import Policy
from tests.assistant import STATE


def caller(policy: Policy, connection: Connection, name: str = "tests") -> Caller:
    """One who needs nobody's agreement, as far as the policy says nothing else."""
    return Caller(name, policy, connection, Documentation(STATE), GuardSettings(STATE))


async def answer(of: Caller, tool: str, arguments: Mapping[str, Any]) -> CallToolResult:
    """What a call is answered where nobody is asked first."""
    reply = await of.calls.answer(tool, arguments)
    assert isinstance(reply, CallToolResult)
    return reply
