"""How a tool that is off is switched on: the very settings."""

from collections.abc import Iterator
from itertools import chain

from server.config.settings import DEFAULT
from server.policy import Policy
from tools import DEFAULT_TOOLSETS, TOOLSETS
from tools.tool import Tool


def explain_switch(policy: Policy, tool: type[Tool]) -> str | None:
    """That a tool is off under this policy, and all that has to change for it; None where it is on."""
    if policy.allows(tool):
        return None
    token = ", if the caller's token allows it" if policy.narrowed else ""
    return f"{tool.tool()} is switched off here; to switch it on: {'; '.join(_list_changes(policy, tool))}{token}."


def _list_changes(policy: Policy, tool: type[Tool]) -> Iterator[str]:
    toolset, rules = tool.toolset(), policy.rules
    if toolset and not policy.has_switched_on(tool):
        words = ",".join(dict.fromkeys([*_name_toolsets(policy), toolset]))
        yield f"--toolsets {words} (OPENCHANNELS_TOOLSETS={words})"
    if tool.effects & ~policy.effects:
        yield "no --read-only (OPENCHANNELS_READ_ONLY=false)"
    denied = chain.from_iterable(rule.deny & {tool.tool(), toolset, *tool.effects.names} for rule in rules)
    if words := ", ".join(sorted(map(str, denied))):
        yield f"without {words} in --deny (OPENCHANNELS_DENY)"
    if not all(rule.permits(tool) for rule in rules):
        yield f"with {tool.tool()} in --allow (OPENCHANNELS_ALLOW)"


def _name_toolsets(policy: Policy) -> list[str]:
    """The words that switched on what is on; behind a gateway `default` stands for whole toolsets."""
    if policy.partly or policy.toolsets >= {*DEFAULT_TOOLSETS}:
        rest = policy.toolsets if policy.partly else policy.toolsets.difference(DEFAULT_TOOLSETS)
        return [DEFAULT, *(name for name in TOOLSETS if name in rest)]
    return [name for name in TOOLSETS if name in policy.toolsets]
