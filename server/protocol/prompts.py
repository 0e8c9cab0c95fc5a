"""Prompts as MCP has them."""

from collections.abc import Mapping

from mcp import types

from prompts import Prompt, PromptArgumentsError, read_prompts
from server.catalogue.registry import every_tool
from server.policy import Policy
from server.protocol.habits import undo_habits
from tools.untrusted import escape_invisible


class PromptNotFoundError(Exception):
    """A prompt that does not exist, or arguments that it does not take."""


def list_prompts() -> list[types.Prompt]:
    """Every prompt with its arguments."""
    return [
        types.Prompt(
            name=prompt.name,
            title=prompt.title,
            description=prompt.description,
            arguments=[
                types.PromptArgument(name=argument.name, description=argument.description, required=argument.required)
                for argument in prompt.arguments
            ],
        )
        for prompt in read_prompts().values()
    ]


def fill_prompt(name: str, arguments: Mapping[str, str], policy: Policy) -> types.GetPromptResult:
    """A prompt filled in, with what it names and this caller does not have.

    Raises:
        PromptNotFoundError: There is no such prompt, or its arguments are not right; the message says what would be.
    """
    found = read_prompts().get(name)
    if found is None:
        raise PromptNotFoundError(f"There is no prompt {name[:80]}; there are {', '.join(read_prompts())}")
    names = [argument.name for argument in found.arguments]
    meant = undo_habits({"properties": {key: {} for key in names}, "required": names}, arguments)
    try:
        text = escape_invisible(found.render(meant)) + _describe_missing_tools(found, policy)
    except PromptArgumentsError as error:
        raise PromptNotFoundError(str(error)) from None
    message = types.PromptMessage(role="user", content=types.TextContent(text=text))
    return types.GetPromptResult(description=found.description, messages=[message])


def _describe_missing_tools(found: Prompt, policy: Policy) -> str:
    """A text is the same for everybody; what only reads may lack its last steps and still be of use."""
    tools = {name: tool for name, tool in sorted(every_tool().items()) if name in found.code_words}
    reasons = [f"- `{name}`: {why}" for name, tool in tools.items() if (why := policy.explain_refusal(tool))]
    if not reasons:
        return ""
    return "\n".join(("\nNot available here; leave out the steps that need these, and tell me so first:", *reasons, ""))
