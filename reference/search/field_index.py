"""Parameters, fields of results and settings by their names, and the pages that declare them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from math import log

from reference.search.documents import Document
from reference.search.weights import DECLARED, FIELD_IN_CAPITALS
from reference.search.words import normalise_name

SPELT = re.compile(r"\w+(?:\.\w+)+|\w*(?:_\w|[a-z][A-Z])\w*")
"""Written with dots, underscores or humps."""
_ASSIGNED = re.compile(r"\b(\w+) ?=(?!=)")
_CAPITALS = re.compile(r"\b[A-Z][A-Z0-9]+\b")


def collect_fields(documents: Sequence[Document]) -> dict[str, dict[int, float]]:
    """Field in the spelling of `normalise_name()` -> document -> how much that has to say about it."""
    found: dict[str, dict[int, float]] = {}
    for number, document in enumerate(documents):
        for field, weight in document.list_fields() if document.page.kind != "error" else ():
            holders = found.setdefault(normalise_name(field), {})
            holders[number] = max(weight, holders.get(number, 0.0))
    return found


class FieldIndex:
    """Which pages have which field."""

    def __init__(self, holders: Mapping[str, Mapping[int, float]], pages: int) -> None:
        """From what `collect_fields()` found on so many pages."""
        self._holders = holders
        self._pages = pages

    def __contains__(self, name: str) -> bool:
        return normalise_name(name) in self._holders

    def score(self, query: str) -> dict[int, float]:
        """Document -> how much it has to say about the fields that are named: 1 for the only page that declares one."""
        found: dict[int, float] = {}
        for holders, worth in self._find_named(query):
            rarity = log(1 + self._pages / len(holders)) / log(1 + self._pages)
            for number, weight in holders.items():
                found[number] = found.get(number, 0.0) + worth * weight * rarity
        return found

    def _find_named(self, query: str) -> Iterator[tuple[Mapping[int, float], float]]:
        certain = dict.fromkeys((*SPELT.findall(query), *_ASSIGNED.findall(query)))
        for name in certain:
            if name in self:
                yield self._holders[normalise_name(name)], 1.0
        for name in dict.fromkeys(_CAPITALS.findall(query)):
            declaring = {
                n: weight for n, weight in self._holders.get(normalise_name(name), {}).items() if weight == DECLARED
            }
            if declaring and name not in certain:
                yield declaring, FIELD_IN_CAPITALS
