"""The page of a tool that makes several calls, rendered from its class."""

import json
from inspect import cleandoc

from reference.pages.addresses import ERRORS
from reference.pages.markdown import bullets, fence, page, section, table
from reference.pages.methods import EFFECTS
from reference.pages.parameters import parameters
from tools.effect import Effect
from workflows.core.composite import Composite


def composite_page(tool: type[Composite]) -> str:
    """Everything that is known about a tool."""
    effects = "; ".join(EFFECTS[effect] for effect in Effect if effect in tool.effects)
    return page(
        f"# {tool.tool()}: {tool.title}",
        tool.description(),
        bullets((f"Effects: {effects}", f"Sending again after a lost answer: {_repeating(tool)}")),
        section("Arguments", _arguments(tool)),
        section("What it asks the portal", bullets(tool.asks)),
        section("Result", tool.answer),
        section("Behaviour", cleandoc(tool.details)),
        section("Errors", _errors(tool)),
        section("Example", _example(tool)),
    )


def _repeating(tool: type[Composite]) -> str:
    return "safe" if tool.reads() else "not safe: look at the state first"


def _arguments(tool: type[Composite]) -> str:
    found = parameters(tool)
    if not found:
        return "It takes none."
    head = ("Argument", "Type", "Required", "Limits", "Meaning")
    rows = ((f"`{row.argument}`", row.type, "yes" if row.required else "no", row.limits, row.meaning) for row in found)
    return table(head, rows)


def _errors(tool: type[Composite]) -> str:
    own = table(("Code", "What to do"), ((f"`{code}`", advice) for code, advice in tool.errors.items()))
    general = f"Codes that any method can give: {ERRORS}"
    return f"{own}\n\n{general}" if tool.errors else general


def _example(tool: type[Composite]) -> str:
    if not tool.example_answer:
        return ""
    arguments = fence("json", json.dumps(dict(tool.example), ensure_ascii=False))
    return f"With the arguments\n\n{arguments}\n\nthe embedded portal answers\n\n{fence('text', tool.example_answer)}"
