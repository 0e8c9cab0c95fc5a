"""Which tools exist for this server: one answer for listing, calling and documentation of the command line."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Self

from server.settings import Settings
from tools.effect import EVERY_EFFECT, Effect
from tools.tool import Tool


@dataclass(frozen=True)
class Policy:
    """An upper bound: the settings draw one, and a token may draw a closer one within it. No request widens it."""

    toolsets: frozenset[str]
    effects: Effect = EVERY_EFFECT

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The bound that the settings draw."""
        return cls(settings.toolsets, Effect.READ if settings.read_only else EVERY_EFFECT)

    def within(self, other: Self) -> Self:
        """What both allow."""
        return type(self)(self.toolsets & other.toolsets, self.effects & other.effects)

    def allows(self, tool: type[Tool]) -> bool:
        """Whether this tool exists here."""
        return self.why_not(tool) is None

    def why_not(self, tool: type[Tool]) -> str | None:
        """Why a tool is out of bounds, for whoever tried to call it; None if it is not."""
        if tool.effects & ~self.effects:
            return f"its effects are {_listed(tool.effects)}, and only {_listed(self.effects)} is allowed here"
        if tool.toolset() is not None and tool.toolset() not in self.toolsets:
            return f"its toolset {tool.toolset()} is not switched on here (--toolsets, OPENCHANNELS_TOOLSETS)"
        return None

    @cached_property
    def tools(self) -> Mapping[str, type[Tool]]:
        """The tools that exist here, by name."""
        return {name: tool for name, tool in every_tool().items() if self.allows(tool)}


@cache
def every_tool() -> Mapping[str, type[Tool]]:
    """All tools by name, whoever may use them."""
    from desk.registry import COMPOSITES
    from server.lookup import DocsRead, DocsSearch
    from tools.registry import methods

    others: tuple[type[Tool], ...] = (*COMPOSITES, DocsSearch, DocsRead)
    return {**methods(), **{tool.tool(): tool for tool in others}}


def _listed(effects: Effect) -> str:
    return ", ".join(effects.names) or "nothing"
