"""The documentation pages as MCP has them: resources and templates of their addresses."""

from collections.abc import Mapping
from functools import cache

from mcp import types

from reference.pages.addresses import ERRORS, GUIDES, ROOT, SECTIONS, TOOLS
from reference.pages.page import Kind
from reference.pages.registry import pages
from server.catalogue.documentation import OFFICIAL

MARKDOWN = "text/markdown"
PRIORITIES: Mapping[Kind, float] = {
    "index": 1.0,
    "section": 0.8,
    "guide": 0.8,
    "tool": 0.7,
    "method": 0.6,
    "event": 0.5,
    "error": 0.3,
}
"""How much a reader needs a page of each kind before any other."""


@cache
def list_page_resources() -> list[types.Resource]:
    """Every page as a resource."""
    return [
        types.Resource(
            uri=page.uri,
            name=page.name,
            title=page.title,
            description=page.description,
            mime_type=MARKDOWN,
            size=len(page.text().encode()),
            annotations=_make_annotations(page.kind, page.modified()),
        )
        for page in pages().values()
    ]


def _make_annotations(kind: Kind, modified: str | None = None) -> types.Annotations:
    return types.Annotations(audience=["user", "assistant"], priority=PRIORITIES[kind], last_modified=modified)


def list_page_templates() -> list[types.ResourceTemplate]:
    """How the addresses of pages are made."""
    kinds: dict[Kind, tuple[str, str]] = {
        "method": (f"{ROOT}/methods", "Page of a method by its REST name, e.g. imopenlines.dialog.get, or its tool's"),
        "event": (f"{ROOT}/events", "Page of an event, e.g. OnSessionStart"),
        "guide": (GUIDES, "Guide to one subject, e.g. limits"),
        "tool": (TOOLS, "Page of a tool that makes several calls, e.g. channel_report: what it asks, what it answers"),
        "section": (SECTIONS, "Overview of a section of the API, e.g. operators: which method when"),
        "error": (ERRORS, "Page of an error code, e.g. ACCESS_DENIED; `empty` for the empty one"),
    }
    return [
        types.ResourceTemplate(
            uri_template=f"{folder}/{{name}}",
            name=f"{kind}s",
            description=description,
            mime_type=MARKDOWN,
            annotations=_make_annotations(kind),
        )
        for kind, (folder, description) in kinds.items()
    ] + [
        types.ResourceTemplate(
            uri_template=f"{OFFICIAL}{{lang}}/{{+path}}",
            name="official",
            description="Page of the official Bitrix24 REST documentation, lang en or ru, after `docs sync`",
            mime_type=MARKDOWN,
            annotations=types.Annotations(audience=["user", "assistant"], priority=0.2),
        )
    ]
