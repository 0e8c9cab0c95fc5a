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
    from reference.mirror.mirror import Mirror, OfficialPage
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
        """A page by its address or name: ours, then the official one of that name, then the guide that describes it.

        Raises:
            PageNotFoundError: There is none; the message says what to read instead.
        """
        asked = address.strip().strip("`'\"")
        if asked.lower().startswith(OFFICIAL):
            return self._read_official(asked)
        found, guide = _find_named(asked), _find_guide(asked)
        if found is None and (official := self._mirror.find_named(asked)):
            return _quote_official(official, guide)
        page = found or guide
        if page is None:
            raise PageNotFoundError(_describe_absence(asked, synced=self._is_synced()))
        return Text(page.uri, page.title, page.text())

    def _is_synced(self) -> bool:
        return any(state.state == "ready" for state in self._mirror.states())

    def search(self, query: str, limit: int, kind: str | None) -> list[dict[str, Any]]:
        """The hits, best first."""
        from reference.search.search import search

        return [asdict(hit) for hit in search(query, limit, kind, self._mirror)]

    def _read_official(self, address: str) -> Text:
        lang, _, path = address[len(OFFICIAL) :].partition("/")
        page = self._mirror.page(lang.lower(), path)
        if page is None:
            here = "; ".join(f"{state.lang}: {state.message}" for state in self._mirror.states())
            raise PageNotFoundError(f"There is no page {address[:200]}; {SYNC}. Now: {here}")
        return _quote_official(page, None)


def find_page(address: str) -> "Page":
    """A page of ours by its address or its name, whatever the case; a tool's name leads to its method's page.

    An address may be percent-encoded, and name a heading or a query, which pages do not have.

    Raises:
        PageNotFoundError: There is none; the message names the nearest one.
    """
    found = _find_named(address)
    if found is None:
        raise PageNotFoundError(_describe_absence(address, synced=False))
    return found


def _find_named(address: str) -> "Page | None":
    return _name_pages().get(_normalise(address))


def _find_guide(address: str) -> "Page | None":
    """The guide that describes a method which has no page of ours."""
    from reference.pages.addresses import GUIDES
    from reference.pages.guides import list_described_methods
    from reference.pages.registry import pages

    name = list_described_methods().get(_normalise(address))
    return pages()[f"{GUIDES}/{name}"] if name else None


def _normalise(address: str) -> str:
    return _BEHIND.sub("", unquote(address.strip())).lower()


def _describe_absence(address: str, *, synced: bool) -> str:
    """That there is no such page, with the nearest one, or where else it may be found."""
    asked = _normalise(address)
    near = suggest(asked, _name_pages(), cutoff=0.8)
    if near:
        hint = f"did you mean {_name_pages()[near[0]].uri}?"
    elif synced or "://" in asked:
        hint = f"{INDEX} shows those that exist, and docs_search finds them by words"
    else:
        hint = f"{SYNC}; {INDEX} shows those that exist"
    return f"There is no page {quote_argument(address[:200])}; {hint}"


def _quote_official(page: "OfficialPage", guide: "Page | None") -> Text:
    """An official page with its day and address, and the guide of ours that tells what happens really."""
    ours = f"\n\nWhat portals do besides: {guide.uri}" if guide else ""
    tail = f"Official page, as of {page.dated}: {page.address}{ours}"
    return Text(page.uri, page.title, f"{page.text.rstrip()}\n\n{tail}\n")


@cache
def _name_pages() -> "Mapping[str, Page]":
    """Everything that leads to a page, in lower case; pages are imported when somebody first reads one.

    Of one name a method or event goes before a tool, that before a guide, a section and an error code.
    """
    from reference.pages.addresses import ROOT
    from reference.pages.registry import pages
    from server.catalogue.registry import every_tool

    known: dict[str, Page] = {}
    for uri, found in pages().items():
        known[uri.lower()] = known[found.name.lower()] = found
    for name, tool in every_tool().items():
        known[f"{ROOT}/methods/{name}"] = known[f"{ROOT}/tools/{name}"] = known[name] = pages()[tool.page()]
    for kind in ("guide", "section", "error"):
        for found in pages().values():
            if found.kind == kind:
                known.setdefault(found.name.partition("/")[2].lower(), found)
    return known
