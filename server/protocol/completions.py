"""Completions: what an argument of a prompt or of a page's address may become."""

from collections.abc import Mapping, Sequence

from mcp import types

from prompts import takes_argument
from reference.pages.registry import pages
from tools.registry import methods

Reference = types.ResourceTemplateReference | types.PromptReference

MOST_VALUES = 100
"""Of a completion, by the protocol."""


def make_completion(begun: str, values: Sequence[str]) -> types.Completion:
    """Of the values those that begin as asked, then those that hold it."""
    asked = begun.lower()
    found = [value for value in values if asked in value.lower()]
    found.sort(key=lambda value: not value.lower().startswith(asked))
    return types.Completion(values=found[:MOST_VALUES], total=len(found), has_more=len(found) > MOST_VALUES)


def list_values(ref: Reference, argument: str) -> list[str]:
    """What an argument of a prompt or of a page's address may become."""
    if isinstance(ref, types.PromptReference):
        return _list_prompt_values().get(argument, []) if takes_argument(ref.name, argument) else []
    folder, _, last = ref.uri.rpartition("/")
    if last != "{name}" or argument != "name":
        return []
    return [uri.rpartition("/")[2] for uri in pages() if uri.rpartition("/")[0] == folder]


def _list_prompt_values() -> Mapping[str, list[str]]:
    """Argument of a prompt -> what is worth offering for it."""
    from reference.pages.errors import list_codes
    from reference.pages.examples import LANGUAGES

    return {
        "code": [code or "(empty)" for code in list_codes()],
        "method": [method.rest for method in methods().values()],
        "language": list(LANGUAGES),
    }
