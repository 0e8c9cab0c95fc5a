"""The documentation that a server has: our pages, and the official ones where they were synchronised."""

from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reference.mirror.mirror import Mirror

OFFICIAL = "openchannels://official/"
SYNC = "the official documentation is here after `openchannels-mcp docs sync`"


class PageNotFoundError(Exception):
    """A page that does not exist."""


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

    @cached_property
    def _mirror(self) -> "Mirror":
        from reference.mirror.mirror import Mirror

        return Mirror(self._folder)

    def read(self, address: str) -> Text:
        """A page by its address or name, or PageNotFoundError."""
        if address.strip().lower().startswith(OFFICIAL):
            return self._official(address.strip())
        from server.protocol.resources import page

        found = page(address)
        return Text(found.uri, found.title, found.text())

    def search(self, query: str, limit: int, kind: str | None) -> list[dict[str, Any]]:
        """The hits, best first."""
        from reference.search.search import search

        return [asdict(hit) for hit in search(query, limit, kind, self._mirror)]

    def _official(self, address: str) -> Text:
        lang, _, path = address[len(OFFICIAL) :].partition("/")
        page = self._mirror.page(lang.lower(), path)
        if page is None:
            here = "; ".join(f"{state.lang}: {state.message}" for state in self._mirror.states())
            raise PageNotFoundError(f"There is no page {address[:200]}; {SYNC}. Now: {here}")
        return Text(
            page.uri, page.title, f"{page.text.rstrip()}\n\nOfficial page, as of {page.dated}: {page.address}\n"
        )
