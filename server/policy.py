"""Which tools exist for this server: one answer for listing, calling and documentation of the command line."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from tools.method import Method


@dataclass(frozen=True)
class Policy:
    """An upper bound set by whoever starts the server; nothing in a request widens it."""

    toolsets: frozenset[str]
    read_only: bool = False

    def allows(self, method: type[Method]) -> bool:
        """Whether the tool of this method exists here."""
        return self.why_not(method) is None

    def why_not(self, method: type[Method]) -> str | None:
        """Why a method is out of bounds, for whoever tried to call it; None if it is not."""
        if self.read_only and not method.reads():
            return "this server is read-only, and the tool would change something"
        if method.toolset() not in self.toolsets:
            return f"its toolset {method.toolset()} is not switched on here"
        return None

    @cached_property
    def tools(self) -> Mapping[str, type[Method]]:
        """The tools that exist here, by name."""
        from tools.registry import methods

        return {name: method for name, method in methods().items() if self.allows(method)}
