"""Where pages of the official documentation stand among ours."""

from collections.abc import Sequence
from itertools import chain
from typing import Protocol

from reference.search.hit import Hit, OfficialHit
from reference.search.method_names import TYPED
from reference.search.words import normalise_name

_PLACES = 5
"""One of so many places is kept for an official page."""


class OfficialSearch(Protocol):
    """The official documentation, ready to be asked."""

    def search(self, query: str, limit: int) -> Sequence[OfficialHit]:
        """The best pages, the best first."""


def is_named(hit: OfficialHit, query: str) -> bool:
    """Whether somebody typed the name of the method or event that a page describes."""
    called = {normalise_name(hit.path.rpartition("/")[2]), *map(normalise_name, hit.title.split())}
    return any(normalise_name(typed) in called for typed in TYPED.findall(query))


def make_hits(found: Sequence[OfficialHit]) -> list[Hit]:
    """Official pages in the form of ours."""
    return [
        Hit(hit.uri, hit.title, "official", hit.summary, hit.heading, hit.excerpt, hit.address, "official", hit.score)
        for hit in found
    ]


def merge_hits(*parts: Sequence[Hit], below: Sequence[Hit], limit: int) -> list[Hit]:
    """All in one list that is not too long; where it is long enough, one of those below always has a place."""
    kept = min(len(below), limit // _PLACES)
    first = [*chain(*parts)][: limit - kept]
    return [*first, *below[: limit - len(first)]]
