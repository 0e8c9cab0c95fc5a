"""Who is calling: a name, the bounds that hold, and the portal that the calls go to."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any

from mcp import types
from mcp.server import ServerRequestContext

from server.calls import ToolCalls
from server.catalogue.documentation import Documentation
from server.config.guard_settings import GuardSettings
from server.config.settings import ChannelMode
from server.connection import Connection
from server.policy import Policy
from server.portal_resources import PortalResources
from server.protocol.instructions import CHANNEL, INSTRUCTIONS, MASKED


def is_always_valid() -> bool:
    """Of whoever has no credential that could be taken back."""
    return True


@dataclass(frozen=True, eq=False)
class Caller:
    """One who may call tools; nothing of one caller is seen by another, except a portal that they share."""

    name: str
    policy: Policy
    connection: Connection
    documentation: Documentation
    guard_settings: GuardSettings
    credential: str = ""
    """What they showed, where several may have the same name."""
    is_still_valid: Callable[[], bool] = is_always_valid
    """Whether the credential is as it was when they came: what a person approves later is made only then."""
    channel: ChannelMode = "off"
    """What is pushed into a Claude Code session when clients write; over standard input and output only."""

    @property
    def owner(self) -> str:
        """Whose approvals theirs are: the name, and a sign of the credential without its secret."""
        return f"{self.name} {sha256(self.credential.encode()).hexdigest()[:8]}" if self.credential else self.name

    @cached_property
    def calls(self) -> ToolCalls:
        """Its tool calls."""
        return ToolCalls(
            self.name,
            self.policy,
            self.connection,
            self.documentation,
            self.guard_settings,
            owner=self.owner,
            is_still_valid=self.is_still_valid,
        )

    @cached_property
    def resources(self) -> PortalResources:
        """What the portal holds now, as far as its tools may read it."""
        return PortalResources(self.policy, self.calls)

    @property
    def definitions(self) -> list[types.Tool]:
        """Its tools as MCP lists them; made when somebody first asks for them."""
        from server.catalogue.definitions import describe_tool

        structured = self.policy.answer_form.structured
        return [describe_tool(tool, structured=structured) for tool in self.policy.listed.values()]

    @property
    def instructions(self) -> str:
        """What its assistant is told before it sees a tool."""
        masks = MASKED if self.guard_settings.masks else ""
        channel = "" if self.channel == "off" else CHANNEL
        return f"{INSTRUCTIONS}{masks}{channel}{self.connection.describe()}"


CallerOf = Callable[[ServerRequestContext[Any]], Caller]
"""Tells who sent a request."""
