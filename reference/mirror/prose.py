"""A clean page taken apart: its text, its code, its sections, its words without their links."""

import re
from collections.abc import Iterator

_FENCE = re.compile(
    r"^(?P<prefix>[ >]*)(?P<fence>`{3,})[^`\n]*\n"
    r"(?P<code>(?:(?!(?P=prefix)(?P=fence)$)[^\n]*\n)*)"
    r"(?P=prefix)(?P=fence)$",
    re.MULTILINE,
)
_LISTED_LINK = re.compile(r"^\s*[-*] \[[^\]]*\]\([^)]*\)\s*$", re.MULTILINE)
_HEADING = re.compile(r"^#{1,6} (.*)$", re.MULTILINE)
_LINK = re.compile(r"\[((?:[^\[\]]|\[[^\[\]]*\])*)\]\([^()\s]*\)")


def extract_prose(page: str) -> str:
    """The page without its blocks of code, and without the points that are nothing but links to other pages."""
    return _LISTED_LINK.sub("", _FENCE.sub("", page))


def extract_code(page: str) -> str:
    """What stands in the blocks of code."""
    return " ".join(fence["code"] for fence in _FENCE.finditer(page))


def split_sections(text: str) -> Iterator[tuple[str, str]]:
    """Every heading with what stands under it, up to the next one of any level; first what stands above them all."""
    before, *rest = _HEADING.split(text)
    yield "", before
    yield from zip(rest[::2], rest[1::2], strict=True)


def strip_links(text: str) -> str:
    """The words of links without where they lead."""
    return _LINK.sub(r"\1", text)
