"""All pages by their address; nothing is rendered before somebody reads it."""

import sys
from collections.abc import Iterator, Mapping
from functools import cache, partial
from pathlib import Path
from types import MappingProxyType

import reference.pages.errors
import reference.pages.index
from reference.pages.addresses import (
    ERRORS,
    GUIDES,
    INDEX,
    error_address,
    event_address,
    official_event_page,
    official_method_page,
    section_address,
)
from reference.pages.composites import render_composite_page
from reference.pages.errors import list_codes, render_error_page, render_errors_page, summarise_code
from reference.pages.events import render_event_page
from reference.pages.guides import read_guides
from reference.pages.index import render_index_page
from reference.pages.methods import render_method_page
from reference.pages.page import Page
from reference.pages.sections import read_overviews, render_section_page
from tools.event import events
from tools.registry import methods
from workflows.registry import COMPOSITES


@cache
def pages() -> Mapping[str, Page]:
    """Address -> page, in the order in which a reader would go: overview first, single codes last."""
    return MappingProxyType({page.uri: page for page in _list_pages()})


def _list_pages() -> Iterator[Page]:
    yield Page(
        INDEX,
        "index",
        "index",
        "Open Channels documentation",
        "What there is to read, and where: the page to begin with.",
        render_index_page,
        Path(reference.pages.index.__file__),
    )
    yield from _list_sections()
    yield from _list_guides()
    yield from _list_composites()
    yield from _list_methods()
    yield from _list_events()
    yield from _list_errors()


def _list_sections() -> Iterator[Page]:
    for name, overview in read_overviews().items():
        yield Page(
            section_address(name),
            f"sections/{name}",
            "section",
            overview.title,
            overview.description,
            partial(render_section_page, overview),
            overview.source,
        )


def _list_guides() -> Iterator[Page]:
    for name, guide in read_guides().items():
        yield Page(
            f"{GUIDES}/{name}",
            f"guides/{name}",
            "guide",
            guide.title,
            guide.description,
            partial(str, guide.body),
            guide.source,
        )


def _list_composites() -> Iterator[Page]:
    for tool in COMPOSITES:
        yield Page(
            tool.page(),
            f"tools/{tool.tool()}",
            "tool",
            tool.title,
            _read_first_line(tool.description()),
            partial(render_composite_page, tool),
            _find_source(tool),
        )


def _list_methods() -> Iterator[Page]:
    for method in methods().values():
        yield Page(
            method.page(),
            method.rest,
            "method",
            method.title,
            _read_first_line(method.description()),
            partial(render_method_page, method),
            _find_source(method),
            official_method_page(method),
        )


def _list_events() -> Iterator[Page]:
    for event in events().values():
        yield Page(
            event_address(event),
            event.name,
            "event",
            event.title,
            _read_first_line(event.description()),
            partial(render_event_page, event),
            _find_source(event),
            official_event_page(event),
        )


def _list_errors() -> Iterator[Page]:
    source = Path(reference.pages.errors.__file__)
    yield Page(
        ERRORS,
        "errors",
        "error",
        "Error codes",
        "Every error code with what to do, and who gives it.",
        render_errors_page,
        source,
    )
    for code in list_codes():
        shown = code or "empty"
        yield Page(
            error_address(code),
            f"errors/{shown}",
            "error",
            f"Error {code}" if code else "Empty error code",
            summarise_code(code),
            partial(render_error_page, code),
            source,
        )


def _find_source(declared: type) -> Path:
    return Path(str(sys.modules[declared.__module__].__file__))


def _read_first_line(text: str) -> str:
    return text.partition("\n")[0]
