"""Where pages of the official documentation stand among ours."""

from collections.abc import Sequence
from itertools import chain
from typing import Protocol

from reference.search.hit import Hit
from reference.search.names import TYPED
from reference.search.words import plain

_PLACES = 5
"""One of so many places is kept for an official page."""


class OfficialHit(Protocol):
    """A page of the official documentation, as reference.mirror finds it."""

    @property
    def uri(self) -> str:
        """Address of the copy."""

    @property
    def path(self) -> str:
        """Path of the page, which ends in the name of what it describes."""

    @property
    def title(self) -> str:
        """Its heading."""

    @property
    def summary(self) -> str:
        """What it is about, in one line."""

    @property
    def heading(self) -> str:
        """Heading of the part that fits best."""

    @property
    def excerpt(self) -> str:
        """The best place of that part."""

    @property
    def address(self) -> str:
        """Address of the page on the public site."""

    @property
    def score(self) -> float:
        """More is better."""


class Official(Protocol):
    """The official documentation, ready to be asked."""

    def search(self, query: str, limit: int) -> Sequence[OfficialHit]:
        """The best pages, the best first."""


def is_named(hit: OfficialHit, query: str) -> bool:
    """Whether somebody typed the name of the method or event that a page describes."""
    called = {plain(hit.path.rpartition("/")[2]), *map(plain, hit.title.split())}
    return any(plain(typed) in called for typed in TYPED.findall(query))


def as_hits(found: Sequence[OfficialHit]) -> list[Hit]:
    """Official pages in the form of ours."""
    return [
        Hit(hit.uri, hit.title, "official", hit.summary, hit.heading, hit.excerpt, hit.address, "official", hit.score)
        for hit in found
    ]


def joined(*parts: Sequence[Hit], below: Sequence[Hit], limit: int) -> list[Hit]:
    """All in one list that is not too long; where it is long enough, one of those below always has a place."""
    kept = min(len(below), limit // _PLACES)
    first = [*chain(*parts)][: limit - kept]
    return [*first, *below[: limit - len(first)]]
