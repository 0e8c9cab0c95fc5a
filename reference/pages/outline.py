"""A page taken apart into its sections, so that a reader can have one of them."""

from collections.abc import Iterator
from dataclasses import dataclass

_FENCES = ("```", "~~~")
_HEADINGS = ("# ", "## ")


@dataclass(frozen=True, slots=True)
class PageSection:
    """A part of a page from one heading to the next; deeper headings stay inside."""

    heading: str
    text: str
    """In Markdown, with the heading."""


def split_sections(text: str) -> list[PageSection]:
    """The page's title with what stands below it, then each `##` section."""
    return [PageSection(lines[0].lstrip("#").strip(), "\n".join(lines).strip()) for lines in _split_parts(text)]


def _split_parts(text: str) -> Iterator[list[str]]:
    part: list[str] = []
    fence = ""
    for line in text.splitlines():
        opening = line.lstrip()[:3]
        if opening in _FENCES and fence in {"", opening}:
            fence = "" if fence else opening
        if not fence and line.startswith(_HEADINGS) and part:
            yield part
            part = []
        part.append(line)
    if part:
        yield part
