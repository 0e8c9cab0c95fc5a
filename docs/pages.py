"""All pages by their address; nothing is rendered before somebody reads it."""

import sys
from collections.abc import Iterator, Mapping
from functools import cache, partial
from pathlib import Path
from types import MappingProxyType

import docs.errors
import docs.index
from desk.registry import COMPOSITES
from docs.addresses import (
    ERRORS,
    GUIDES,
    INDEX,
    error_address,
    event_address,
    official_event_page,
    official_method_page,
    section_address,
)
from docs.composites import composite_page
from docs.errors import codes, error_page, errors_page, summary
from docs.events import event_page
from docs.guides.guide import guides
from docs.index import index_page
from docs.methods import method_page
from docs.page import Page
from docs.sections.section import section_page, sections
from tools.events import events
from tools.registry import methods

__all__ = [
    "Page",
    "composite_page",
    "error_page",
    "errors_page",
    "event_page",
    "index_page",
    "method_page",
    "pages",
    "section_page",
]


@cache
def pages() -> Mapping[str, Page]:
    """Address -> page, in the order in which a reader would go: overview first, single codes last."""
    return MappingProxyType({page.uri: page for page in _pages()})


def _pages() -> Iterator[Page]:
    yield Page(
        INDEX,
        "index",
        "index",
        "Open Channels documentation",
        "What there is to read, and where: the page to begin with.",
        index_page,
        Path(docs.index.__file__),
    )
    yield from _sections()
    yield from _guides()
    yield from _composites()
    yield from _methods()
    yield from _events()
    yield from _errors()


def _sections() -> Iterator[Page]:
    for name, overview in sections().items():
        yield Page(
            section_address(name),
            f"sections/{name}",
            "section",
            overview.title,
            overview.description,
            partial(section_page, overview),
            overview.source,
        )


def _guides() -> Iterator[Page]:
    for name, guide in guides().items():
        yield Page(
            f"{GUIDES}/{name}",
            f"guides/{name}",
            "guide",
            guide.title,
            guide.description,
            partial(str, guide.body),
            guide.source,
        )


def _composites() -> Iterator[Page]:
    for tool in COMPOSITES:
        yield Page(
            tool.page(),
            f"tools/{tool.tool()}",
            "tool",
            tool.title,
            _first_line(tool.description()),
            partial(composite_page, tool),
            _source(tool),
        )


def _methods() -> Iterator[Page]:
    for method in methods().values():
        yield Page(
            method.page(),
            method.rest,
            "method",
            method.title,
            _first_line(method.description()),
            partial(method_page, method),
            _source(method),
            official_method_page(method),
        )


def _events() -> Iterator[Page]:
    for event in events().values():
        yield Page(
            event_address(event),
            event.name,
            "event",
            event.title,
            _first_line(event.description()),
            partial(event_page, event),
            _source(event),
            official_event_page(event),
        )


def _errors() -> Iterator[Page]:
    source = Path(docs.errors.__file__)
    yield Page(
        ERRORS,
        "errors",
        "error",
        "Error codes",
        "Every error code with what to do, and who gives it.",
        errors_page,
        source,
    )
    for code in codes():
        shown = code or "empty"
        yield Page(
            error_address(code),
            f"errors/{shown}",
            "error",
            f"Error {code}" if code else "Empty error code",
            summary(code),
            partial(error_page, code),
            source,
        )


def _source(declared: type) -> Path:
    return Path(str(sys.modules[declared.__module__].__file__))


def _first_line(text: str) -> str:
    return text.partition("\n")[0]
