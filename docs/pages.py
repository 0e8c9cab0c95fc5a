"""All pages by their address; nothing is rendered before somebody reads it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial
from types import MappingProxyType

from docs.addresses import ERRORS, event_address
from docs.errors import errors_page
from docs.events import event_page
from docs.methods import method_page
from tools.events import events
from tools.registry import methods

__all__ = ["Page", "errors_page", "event_page", "method_page", "pages"]


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the documentation."""

    uri: str
    name: str
    title: str
    description: str
    """One line by which a reader chooses the page."""
    render: Callable[[], str]

    def text(self) -> str:
        """The page in Markdown."""
        return self.render()


@cache
def pages() -> Mapping[str, Page]:
    """Address -> page: methods in the order of the tools, then events, then the error codes."""
    return MappingProxyType({page.uri: page for page in _pages()})


def _pages() -> Iterator[Page]:
    for method in methods().values():
        yield Page(
            method.page(),
            method.rest,
            method.title,
            _first_line(method.description()),
            partial(method_page, method),
        )
    for event in events().values():
        yield Page(
            event_address(event), event.name, event.title, _first_line(event.description()), partial(event_page, event)
        )
    yield Page(ERRORS, "errors", "Error codes", "Every error code with what to do, and who gives it.", errors_page)


def _first_line(text: str) -> str:
    return text.partition("\n")[0]
