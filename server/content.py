"""Pages and prompts as MCP has them."""

import difflib
from collections.abc import Mapping

from mcp import types

from docs.pages import pages
from prompts import PromptArguments, prompts
from tools.registry import methods

MOST_VALUES = 100
"""More are not allowed in one completion."""


class NoSuchPage(Exception):  # noqa: N818
    """A page that does not exist."""


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


def templates() -> list[types.ResourceTemplate]:
    """How the addresses of pages are made."""
    kinds = {
        "methods": "Page of a method by its REST name, e.g. imopenlines.dialog.get, or by its tool's name",
        "events": "Page of an event, e.g. OnSessionStart",
    }
    return [
        types.ResourceTemplate(
            uri_template=f"openchannels://docs/{kind}/{{name}}",
            name=kind,
            description=description,
            mime_type="text/markdown",
        )
        for kind, description in kinds.items()
    ]


def page(uri: str) -> str:
    """The text of a page, whatever the case of its name; a tool's name leads to its method's page."""
    known = {address.lower(): page for address, page in pages().items()}
    known |= {f"openchannels://docs/methods/{name}": pages()[method.page()] for name, method in methods().items()}
    asked = uri.lower().rstrip("/")
    if asked in known:
        return known[asked].text()
    near = difflib.get_close_matches(asked, known, n=1, cutoff=0.8)
    hint = f"did you mean {known[near[0]].uri}?" if near else "resources/list shows those that exist"
    raise NoSuchPage(f"There is no page {uri[:200]}; {hint}")


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


def complete(
    ref: types.PromptReference | types.ResourceTemplateReference,
    argument: types.CompletionArgument,
    context: types.CompletionContext | None,  # noqa: ARG001  (no value depends on another argument yet)
) -> types.Completion:
    """What an argument may become: those that begin like it first, then those that hold it."""
    begun = argument.value.lower()
    values = [value for value in _possible(ref, argument.name) if begun in value.lower()]
    values.sort(key=lambda value: not value.lower().startswith(begun))
    return types.Completion(values=values[:MOST_VALUES], total=len(values), has_more=len(values) > MOST_VALUES)


def _possible(ref: types.PromptReference | types.ResourceTemplateReference, argument: str) -> list[str]:
    """Names of pages; arguments of prompts are free text, except where one names a method."""
    if isinstance(ref, types.PromptReference):
        known = prompts().get(ref.name)
        names_method = known is not None and argument == "method" and any(a.name == argument for a in known.arguments)
        return [method.rest for method in methods().values()] if names_method else []
    prefix, variable, _ = ref.uri.partition("{name}")
    if not variable or argument != "name":
        return []
    return [uri.removeprefix(prefix) for uri in pages() if uri.startswith(prefix)]
