"""The documentation that a server has: our pages, and the official ones where they were synchronised."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from tools.suggestions import suggest
from tools.untrusted import quote_argument

if TYPE_CHECKING:
    from reference.mirror.mirror import Mirror
    from reference.pages.page import Page

INDEX = "openchannels://docs/index"
OFFICIAL = "openchannels://official/"
_BEHIND = re.compile(r"/*(?:[#?].*)?$", re.DOTALL)
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


class Documentation:
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
        found = find_page(address)
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


def find_page(address: str) -> "Page":
    """A page by its address or its name, whatever the case; a tool's name leads to its method's page.

    An address may be percent-encoded, and name a heading or a query, which pages do not have.

    Raises:
        PageNotFoundError: There is none; the message names the nearest one.
    """
    asked = _BEHIND.sub("", unquote(address.strip())).lower()
    known = _name_pages()
    if asked in known:
        return known[asked]
    near = suggest(asked, known, cutoff=0.8)
    hint = f"did you mean {known[near[0]].uri}?" if near else f"{INDEX} shows those that exist"
    raise PageNotFoundError(f"There is no page {quote_argument(address[:200])}; {hint}")


@cache
def _name_pages() -> "Mapping[str, Page]":
    """Everything that leads to a page, in lower case; pages are imported when somebody first reads one."""
    from reference.pages.addresses import ROOT
    from reference.pages.registry import pages
    from tools.registry import methods
    from workflows.registry import COMPOSITES

    known = {}
    for uri, found in pages().items():
        known[uri.lower()] = known[found.name.lower()] = found
    for tool in COMPOSITES:
        known[tool.tool()] = pages()[tool.page()]
    for name, method in methods().items():
        known[f"{ROOT}/methods/{name}"] = known[name] = pages()[method.page()]
    return known
