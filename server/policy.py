"""What a caller may do: one answer for listing, calling, drafts and the command line."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, Self

from server.catalogue.order import DEFAULT_TOOLS
from server.catalogue.registry import every_tool
from server.config.answer_form import AnswerForm
from server.config.settings import DEFAULT, Settings, SettingsError
from tools import DEFAULT_TOOLSETS, TOOLSETS
from tools.effect import EVERY_EFFECT, NO_EFFECT, Effect
from tools.suggestions import suggest
from tools.tool import Tool

Mode = Literal["tools", "gateway"]
BESIDE_THE_GATEWAY = frozenset(
    {"inbox", "dialog", "reply", "hand_over", "close_dialog", "docs_search", "docs_read", "approval_status"}
)
"""What is called so often, or explains so much, that nobody should have to find it first."""


@dataclass(frozen=True)
class PolicyRule:
    """Words that name effects, toolsets or tools; what is denied is denied, whatever else allows it."""

    allow: frozenset[str] = frozenset()
    """A tool passes if it or its toolset is named, or all of its effects are; empty lets every tool pass."""
    deny: frozenset[str] = frozenset()
    """A tool is stopped if it, its toolset or any of its effects is named."""

    def explain_denial(self, tool: type[Tool]) -> str | None:
        """Why it stops a tool by name; None if it does not."""
        stopped = {tool.tool(), tool.toolset()} & self.deny
        return f"{', '.join(sorted(map(str, stopped)))} is denied here" if stopped else None

    def explain_refusal(self, tool: type[Tool]) -> str | None:
        """Why it stops a tool; None if it does not."""
        names, effects = {tool.tool(), tool.toolset()}, set(tool.effects.names)
        if stopped := (names | effects) & self.deny:
            return f"{', '.join(sorted(map(str, stopped)))} is denied here"
        return None if self.permits(tool) else f"only {', '.join(sorted(self.allow))} is allowed here"

    def permits(self, tool: type[Tool]) -> bool:
        """Whether what it allows leaves a tool, whatever it denies."""
        return not self.allow or bool({tool.tool(), tool.toolset()} & self.allow) or {*tool.effects.names} <= self.allow


@dataclass(frozen=True)
class Policy:
    """An upper bound: the settings draw one, and a token may draw a closer one within it. No request widens it."""

    toolsets: frozenset[str]
    """All tools of these are on."""
    effects: Effect = EVERY_EFFECT
    rules: tuple[PolicyRule, ...] = ()
    confirm: Effect = NO_EFFECT
    """A person has to agree to calls with any of these."""
    customer_lines: frozenset[int] | None = None
    """The only lines whose clients may get something to read; None for all."""
    per_hour: tuple[tuple[str, int], ...] = ()
    """Effects, and how many calls of each any sixty minutes may see."""
    taint: bool = False
    """After a client's words were read in one dialog, what clients of others would see has to be agreed to."""
    mode: Mode = "tools"
    partly: frozenset[str] = frozenset()
    """Of these further toolsets only the default tools are on."""
    structured: bool | None = None
    """Whether answers are data for programs; None where nothing is said of it, which means text for models."""
    answer_characters: int | None = None
    """Of the longest answer; None where nothing is said of it."""
    narrowed: bool = False
    """Whether another bound, such as a token's, was drawn within that of the settings."""

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """The bound that the settings draw; behind a gateway the default is not cut short, as nobody pays for it."""
        toolsets, partly = settings.toolsets - {DEFAULT}, frozenset[str]()
        if DEFAULT in settings.toolsets and settings.mode == "gateway":
            toolsets |= frozenset(DEFAULT_TOOLSETS)
        elif DEFAULT in settings.toolsets:
            partly = frozenset(DEFAULT_TOOLSETS) - toolsets
        return cls(
            toolsets,
            Effect.READ if settings.read_only else EVERY_EFFECT,
            (PolicyRule(_check_names(settings.allow), _check_names(settings.deny)),),
            Effect.from_names(settings.confirm),
            settings.customer_lines,
            tuple(
                (name, limit)
                for name, limit in (
                    ("customer", settings.customer_per_hour),
                    ("destructive", settings.destructive_per_hour),
                )
                if limit is not None
            ),
            settings.taint,
            settings.mode,
            partly,
            settings.structured,
            settings.answer_characters,
        )

    def narrow(self, other: Self) -> Self:
        """What both allow, with the care that either asks for; `other` chooses the form of answers."""
        lines = [bound.customer_lines for bound in (self, other) if bound.customer_lines is not None]
        toolsets = self.toolsets & other.toolsets
        return type(self)(
            toolsets,
            self.effects & other.effects,
            self.rules + other.rules,
            self.confirm | other.confirm,
            frozenset.intersection(*lines) if lines else None,
            tuple(sorted(dict(sorted(self.per_hour + other.per_hour, reverse=True)).items())),
            self.taint or other.taint,
            "gateway" if "gateway" in {self.mode, other.mode} else "tools",
            ((self.toolsets | self.partly) & (other.toolsets | other.partly)) - toolsets,
            self.structured if other.structured is None else other.structured,
            min(filter(None, (self.answer_characters, other.answer_characters)), default=None),
            narrowed=True,
        )

    @property
    def answer_form(self) -> AnswerForm:
        """The form of all answers."""
        return AnswerForm(bool(self.structured), self.answer_characters or AnswerForm.characters)

    def allows(self, tool: type[Tool]) -> bool:
        """Whether this tool exists here."""
        return self.explain_refusal(tool) is None

    def explain_refusal(self, tool: type[Tool]) -> str | None:
        """Why a tool is out of bounds, for whoever tried to call it; None if it is not."""
        if tool.effects & ~self.effects:
            return (
                f"its effects are {_join_effects(tool.effects)}, and only {_join_effects(self.effects)} is allowed here"
            )
        ruled_out = (why for rule in self.rules if (why := rule.explain_refusal(tool)))
        return self._explain_absence(tool) or next(ruled_out, None)

    def has_switched_on(self, tool: type[Tool]) -> bool:
        """Whether the toolsets have a tool, whatever effects and rules say of it."""
        return self._explain_absence(tool) is None

    def _explain_absence(self, tool: type[Tool]) -> str | None:
        """Why a tool is not switched on; None if it is."""
        toolset = tool.toolset()
        if toolset is None or toolset in self.toolsets:
            return None
        if toolset not in self.partly:
            return f"its toolset {toolset} is not switched on here (--toolsets, OPENCHANNELS_TOOLSETS)"
        if tool.tool() in DEFAULT_TOOLS:
            return None
        return (
            f"it is none of the default tools; all of its toolset come with --toolsets {DEFAULT},{toolset} "
            "(OPENCHANNELS_TOOLSETS)"
        )

    def explain_denial(self, tool: type[Tool]) -> str | None:
        """Why a tool may not be used inside another one either; None if it may."""
        return next((why for rule in self.rules if (why := rule.explain_denial(tool))), None)

    @cached_property
    def tools(self) -> Mapping[str, type[Tool]]:
        """The tools that exist here, by name."""
        return {name: tool for name, tool in every_tool().items() if self.allows(tool)}

    @cached_property
    def listed(self) -> Mapping[str, type[Tool]]:
        """The tools that a client sees and calls: all that exist, or the gateway to them."""
        if self.mode == "tools":
            return self.tools
        from server.catalogue.gateway import GATEWAY

        return {**{name: tool for name, tool in self.tools.items() if name in BESIDE_THE_GATEWAY}, **GATEWAY}


DEFAULT_POLICY = Policy(frozenset(), partly=frozenset(DEFAULT_TOOLSETS))
"""What is on where the settings say nothing."""


def _check_names(words: frozenset[str]) -> frozenset[str]:
    """The words, or SettingsError: a misspelt one would quietly leave a limit off."""
    if not words:
        return words
    known = {*TOOLSETS, *EVERY_EFFECT.names, *every_tool()}
    for word in sorted(words - known):
        near = suggest(word, known)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise SettingsError(f"{word[:60]} is no effect, toolset or tool{hint}")
    return words


def _join_effects(effects: Effect) -> str:
    return ", ".join(effects.names) or "nothing"
