"""The page of a tool that makes several calls, rendered from its class."""

import json
from inspect import cleandoc

from reference.pages.addresses import ERRORS
from reference.pages.markdown import render_code, render_list, render_page, render_section, render_table
from reference.pages.methods import EFFECTS
from reference.pages.parameters import list_parameters
from tools.effect import Effect
from workflows.core.composite import Composite


def render_composite_page(tool: type[Composite]) -> str:
    """Everything that is known about a tool."""
    effects = "; ".join(EFFECTS[effect] for effect in Effect if effect in tool.effects)
    return render_page(
        f"# {tool.tool()}: {tool.title}",
        tool.description(),
        render_list((f"Effects: {effects}", f"Sending again after a lost answer: {_describe_repeating(tool)}")),
        render_section("Arguments", _render_arguments(tool)),
        render_section("What it asks the portal", render_list(tool.asks)),
        render_section("Result", tool.answer),
        render_section("Behaviour", cleandoc(tool.details)),
        render_section("Errors", _render_errors(tool)),
        render_section("Example", _render_example(tool)),
    )


def _describe_repeating(tool: type[Composite]) -> str:
    return "safe" if tool.reads() else "not safe: look at the state first"


def _render_arguments(tool: type[Composite]) -> str:
    found = list_parameters(tool)
    if not found:
        return "It takes none."
    head = ("Argument", "Type", "Required", "Limits", "Meaning")
    rows = ((f"`{row.argument}`", row.type, "yes" if row.required else "no", row.limits, row.meaning) for row in found)
    return render_table(head, rows)


def _render_errors(tool: type[Composite]) -> str:
    own = render_table(("Code", "What to do"), ((f"`{code}`", advice) for code, advice in tool.errors.items()))
    general = f"Codes that any method can give: {ERRORS}"
    return f"{own}\n\n{general}" if tool.errors else general


def _render_example(tool: type[Composite]) -> str:
    if not tool.example_answer:
        return ""
    arguments = render_code("json", json.dumps(dict(tool.example), ensure_ascii=False))
    answer = render_code("text", tool.example_answer)
    return f"With the arguments\n\n{arguments}\n\nthe embedded portal answers\n\n{answer}"
