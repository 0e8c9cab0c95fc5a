"""The pages that people wrote, for the tests of their words and of their code."""

import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from reference.pages.guides import Guide, read_guide, read_guides

ROOT = Path(__file__).resolve().parents[2]
SECTIONS = {path.stem: read_guide(path) for path in sorted((ROOT / "docs" / "sections").glob("*.md"))}
PAGES = {
    **{f"guides/{name}": guide for name, guide in read_guides().items()},
    **{f"sections/{name}": section for name, section in SECTIONS.items()},
}
EVERY_PAGE = pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def fences(page: Guide, language: str) -> Iterator[str]:
    """The blocks of code in a language."""
    return (code for found, code in FENCE.findall(page.body) if found == language)


def prose(page: Guide) -> str:
    """A page with a word in place of each block of code."""
    return FENCE.sub("(code)", page.body)


def run_code(name: str, part: str) -> SimpleNamespace:
    """The names that the Python of a guide defines, from the block that holds `part`."""
    [code] = [code for code in fences(read_guides()[name], "python") if part in code]
    names: dict[str, Any] = {}
    exec(compile(code, name, "exec"), names)  # noqa: S102  it is our own page
    return SimpleNamespace(**names)
