"""Pages and prompts as MCP has them."""

from collections.abc import Mapping

from mcp import types

from docs.pages import pages
from prompts import PromptArguments, prompts


class NoSuchPrompt(Exception):  # noqa: N818
    """A prompt that does not exist, or arguments that it does not take."""


def resources() -> list[types.Resource]:
    """Every page as a resource."""
    return [
        types.Resource(
            uri=page.uri,
            name=page.name,
            title=page.title,
            description=page.description,
            mime_type="text/markdown",
        )
        for page in pages().values()
    ]


def page(uri: str) -> str | None:
    """The text of a page, or None."""
    found = pages().get(uri)
    return found.text() if found else None


def prompt_list() -> list[types.Prompt]:
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
        for prompt in prompts().values()
    ]


def prompt(name: str, arguments: Mapping[str, str]) -> types.GetPromptResult:
    """A prompt filled in, or NoSuchPrompt."""
    found = prompts().get(name)
    if found is None:
        raise NoSuchPrompt(f"There is no prompt {name[:80]}; there are {', '.join(prompts())}")
    try:
        text = found.render(arguments)
    except PromptArguments as error:
        raise NoSuchPrompt(str(error)) from None
    message = types.PromptMessage(role="user", content=types.TextContent(text=text))
    return types.GetPromptResult(description=found.description, messages=[message])
