"""The documentation that a server has: our pages, and the official ones where they were synchronised."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Text:
    """A page as it is read."""

    uri: str
    title: str
    text: str
    """Markdown."""


class Library:
    """Finds and reads pages; nothing is opened before somebody asks."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        """Where the official documentation is kept."""

    def read(self, address: str) -> Text:
        """A page by its address or name, or NoSuchPage."""
        from server.content import page

        found = page(address)
        return Text(found.uri, found.title, found.text())

    def search(self, query: str, limit: int, kind: str | None) -> list[dict[str, Any]]:
        """The hits, best first."""
        from docs.search.search import search

        return [asdict(hit) for hit in search(query, limit, kind)]
