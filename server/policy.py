"""Which tools exist for this server: one answer for listing, calling and documentation of the command line."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from tools.tool import Tool


@dataclass(frozen=True)
class Policy:
    """An upper bound set by whoever starts the server; nothing in a request widens it."""

    toolsets: frozenset[str]
    read_only: bool = False

    def allows(self, tool: type[Tool]) -> bool:
        """Whether this tool exists here."""
        return self.why_not(tool) is None

    def why_not(self, tool: type[Tool]) -> str | None:
        """Why a tool is out of bounds, for whoever tried to call it; None if it is not."""
        if self.read_only and not tool.reads():
            return "this server is read-only, and the tool would change something"
        if tool.toolset() is not None and tool.toolset() not in self.toolsets:
            return f"its toolset {tool.toolset()} is not switched on here (--toolsets, OPENCHANNELS_TOOLSETS)"
        return None

    @cached_property
    def tools(self) -> Mapping[str, type[Tool]]:
        """The tools that exist here, by name."""
        from server.portal_check import PortalCheck
        from tools.registry import methods

        everything: dict[str, type[Tool]] = {**methods(), PortalCheck.tool(): PortalCheck}
        return {name: tool for name, tool in everything.items() if self.allows(tool)}
