"""The overview of a section: the text in its file of docs/sections, and a table of what is in it."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from reference.pages.addresses import event_address
from reference.pages.guides import Guide, read_guide
from reference.pages.markdown import render_page, render_section, render_table
from tools.event import events
from tools.registry import methods

EVENTS = "events"
_FOLDER = Path(__file__).parents[2] / "docs" / "sections"


@cache
def read_overviews() -> Mapping[str, Guide]:
    """Name -> overview: the toolsets in the order of the tools, then the events."""
    names = (*dict.fromkeys(method.section() for method in methods().values()), EVENTS)
    return MappingProxyType({name: read_guide(_FOLDER / f"{name}.md") for name in names})


def render_section_page(overview: Guide) -> str:
    """The text, then every method or event of the section."""
    content = _render_events() if overview.name == EVENTS else _render_methods(overview.name)
    return render_page(overview.body.strip(), content)


def _render_events() -> str:
    rows = ((f"`{event.name}`", event.fires, event_address(event)) for event in events().values())
    return render_section("All events", render_table(("Event", "Fires", "Page"), rows))


def _render_methods(section: str) -> str:
    rows = (
        (f"`{method.rest}`", f"`{name}`", method.description().partition("\n")[0], ", ".join(method.effects.names))
        for name, method in methods().items()
        if method.section() == section
    )
    return render_section("All methods", render_table(("Method", "Tool", "What it does", "Effects"), rows))
