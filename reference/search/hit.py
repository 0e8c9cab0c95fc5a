"""What a search finds."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Hit:
    """A page that answers a question."""

    uri: str
    title: str
    kind: str
    """What Page.kind says, or `official` for a page of the official documentation."""
    answer: str
    """One line: what the page is about."""
    section: str
    """Heading of the part that fits best; empty for the beginning of the page."""
    excerpt: str
    """The best place of that part."""
    official: str | None
    """Address of the official page of the same thing, where one is known."""
    source: Literal["openchannels", "official"]
    score: float
    """More is better; comparable within one answer and source only."""


@dataclass(frozen=True, slots=True)
class OfficialHit:
    """A page of the official documentation that answers a question."""

    uri: str
    """Address of the mirrored page."""
    path: str
    """Without extension; it ends in the name of what the page describes."""
    lang: str
    title: str
    summary: str
    """One line: what the page is about."""
    heading: str
    """Of the part that fits best; the page's own title where that is the beginning."""
    excerpt: str
    """The best place of that part."""
    address: str
    """On the public site."""
    score: float
    """More is better; comparable within one answer only."""
