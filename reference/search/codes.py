"""Error codes in a question."""

import re
from collections.abc import Iterator
from functools import cache

from reference.pages.errors import list_codes
from reference.search.vocabulary import read_terms
from tools.registry import methods

_WORD = re.compile(r"\w+")
_ERROR = "~error"
"""Group of the words that speak of an error."""


def find_codes(query: str) -> Iterator[str]:
    """The codes that a question names, as they are written.

    Those that are parameters or numbers too, such as CHAT_ID and 100, count only where it speaks of an error.
    """
    named = [word for word in dict.fromkeys(_WORD.findall(query)) if _restore_case(word) in list_codes()]
    of_error = bool(named) and any(_ERROR in term.groups for term in read_terms(query))
    for word in named:
        code = _restore_case(word)
        if of_error or not (code in _list_parameters() or code.isdigit()):
            yield code


def _restore_case(word: str) -> str:
    """The word in the case in which portals write that code; words without underscores stay as they are."""
    return _map_cases().get(word.lower(), word) if "_" in word else word


@cache
def _map_cases() -> dict[str, str]:
    return {code.lower(): code for code in list_codes()}


@cache
def _list_parameters() -> frozenset[str]:
    return frozenset(method.wire_path(name)[-1] for method in methods().values() for name in method.model_fields)
