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
