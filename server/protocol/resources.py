"""Pages and prompts as MCP has them."""

import difflib
from collections.abc import Mapping, Sequence
from functools import cache

from mcp import types

from prompts import Prompt, PromptArgumentsError, prompts, takes
from reference.pages.addresses import ERRORS, GUIDES, ROOT, SECTIONS, TOOLS
from reference.pages.page import Kind, Page
from reference.pages.registry import pages
from server.catalogue.library import OFFICIAL, PageNotFoundError
from server.policy import Policy, every_tool
from tools.registry import methods
from tools.untrusted import repeated, visible
from workflows.registry import COMPOSITES

Reference = types.ResourceTemplateReference | types.PromptReference

MARKDOWN = "text/markdown"
PRIORITIES: Mapping[Kind, float] = {
    "index": 1.0,
    "section": 0.8,
    "guide": 0.8,
    "tool": 0.7,
    "method": 0.6,
    "event": 0.5,
    "error": 0.3,
}
"""How much a reader needs a page of each kind before any other."""
MOST_VALUES = 100
"""Of a completion, by the protocol."""


class PromptNotFoundError(Exception):
    """A prompt that does not exist, or arguments that it does not take."""


@cache
def resources() -> list[types.Resource]:
    """Every page as a resource."""
    return [
        types.Resource(
            uri=page.uri,
            name=page.name,
            title=page.title,
            description=page.description,
            mime_type=MARKDOWN,
            size=len(page.text().encode()),
            annotations=_annotations(page.kind, page.modified()),
        )
        for page in pages().values()
    ]


def _annotations(kind: Kind, modified: str | None = None) -> types.Annotations:
    return types.Annotations(audience=["user", "assistant"], priority=PRIORITIES[kind], last_modified=modified)


def templates() -> list[types.ResourceTemplate]:
    """How the addresses of pages are made."""
    kinds: dict[Kind, tuple[str, str]] = {
        "method": (f"{ROOT}/methods", "Page of a method by its REST name, e.g. imopenlines.dialog.get, or its tool's"),
        "event": (f"{ROOT}/events", "Page of an event, e.g. OnSessionStart"),
        "guide": (GUIDES, "Guide to one subject, e.g. limits"),
        "tool": (TOOLS, "Page of a tool that makes several calls, e.g. channel_report: what it asks, what it answers"),
        "section": (SECTIONS, "Overview of a section of the API, e.g. operators: which method when"),
        "error": (ERRORS, "Page of an error code, e.g. ACCESS_DENIED; `empty` for the empty one"),
    }
    return [
        types.ResourceTemplate(
            uri_template=f"{folder}/{{name}}",
            name=f"{kind}s",
            description=description,
            mime_type=MARKDOWN,
            annotations=_annotations(kind),
        )
        for kind, (folder, description) in kinds.items()
    ] + [
        types.ResourceTemplate(
            uri_template=f"{OFFICIAL}{{lang}}/{{+path}}",
            name="official",
            description="Page of the official Bitrix24 REST documentation, lang en or ru, after `docs sync`",
            mime_type=MARKDOWN,
            annotations=types.Annotations(audience=["user", "assistant"], priority=0.2),
        )
    ]


def page(address: str) -> Page:
    """A page by its address or its name, whatever the case; a tool's name leads to its method's page."""
    asked = address.strip().lower().rstrip("/")
    known = _known()
    if asked in known:
        return known[asked]
    near = difflib.get_close_matches(asked, known, n=1, cutoff=0.8)
    hint = f"did you mean {known[near[0]].uri}?" if near else f"{ROOT}/index shows those that exist"
    raise PageNotFoundError(f"There is no page {repeated(address[:200])}; {hint}")


@cache
def _known() -> Mapping[str, Page]:
    """Everything that leads to a page, in lower case."""
    known = {}
    for uri, found in pages().items():
        known[uri.lower()] = known[found.name.lower()] = found
    for tool in COMPOSITES:
        known[tool.tool()] = pages()[tool.page()]
    for name, method in methods().items():
        known[f"{ROOT}/methods/{name}"] = known[name] = pages()[method.page()]
    return known


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


def prompt(name: str, arguments: Mapping[str, str], policy: Policy) -> types.GetPromptResult:
    """A prompt filled in, with what it names and this caller does not have, or PromptNotFoundError."""
    found = prompts().get(name)
    if found is None:
        raise PromptNotFoundError(f"There is no prompt {name[:80]}; there are {', '.join(prompts())}")
    try:
        text = visible(found.render(arguments)) + _missing(found, policy)
    except PromptArgumentsError as error:
        raise PromptNotFoundError(str(error)) from None
    message = types.PromptMessage(role="user", content=types.TextContent(text=text))
    return types.GetPromptResult(description=found.description, messages=[message])


def _missing(found: Prompt, policy: Policy) -> str:
    """A text is the same for everybody; what only reads may lack its last steps and still be of use."""
    tools = {name: tool for name, tool in sorted(every_tool().items()) if name in found.named}
    reasons = [f"- `{name}`: {why}" for name, tool in tools.items() if (why := policy.why_not(tool))]
    if not reasons:
        return ""
    return "\n".join(("\nNot available here; leave out the steps that need these, and tell me so first:", *reasons, ""))


def complete(begun: str, values: Sequence[str]) -> types.Completion:
    """Of the values those that begin as asked, then those that hold it."""
    asked = begun.lower()
    found = [value for value in values if asked in value.lower()]
    found.sort(key=lambda value: not value.lower().startswith(asked))
    return types.Completion(values=found[:MOST_VALUES], total=len(found), has_more=len(found) > MOST_VALUES)


def values(ref: Reference, argument: str) -> list[str]:
    """What an argument of a prompt or of a page's address may become."""
    if isinstance(ref, types.PromptReference):
        return _of_prompts().get(argument, []) if takes(ref.name, argument) else []
    folder, _, last = ref.uri.rpartition("/")
    if last != "{name}" or argument != "name":
        return []
    return [uri.rpartition("/")[2] for uri in pages() if uri.rpartition("/")[0] == folder]


def _of_prompts() -> Mapping[str, list[str]]:
    """Argument of a prompt -> what is worth offering for it."""
    from reference.pages.errors import list_codes
    from reference.pages.examples import LANGUAGES

    return {
        "code": [code or "(empty)" for code in list_codes()],
        "method": [method.rest for method in methods().values()],
        "language": list(LANGUAGES),
    }
