"""The guides in docs/guides: front matter in TOML between `+++` lines, then Markdown."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

_FOLDER = Path(__file__).parents[2] / "docs" / "guides"
_FENCE = "+++\n"
_DESCRIBED = re.compile(r"^(?:## |\| )`?([a-zA-Z]\w*(?:\.\w+)+)`?(?: \||$)", re.MULTILINE)
"""A method that has a heading or a row of its own."""


@dataclass(frozen=True, slots=True)
class Guide:
    """A page that a person wrote."""

    name: str
    title: str
    description: str
    """One line by which a reader chooses the page."""
    body: str
    source: Path


@cache
def read_guides() -> Mapping[str, Guide]:
    """Name -> guide, in alphabetical order."""
    return MappingProxyType({path.stem: read_guide(path) for path in sorted(_FOLDER.glob("*.md"))})


def read_guide(path: Path) -> Guide:
    """One file of this form."""
    _, front, body = path.read_text(encoding="utf-8").split(_FENCE, 2)
    return Guide(path.stem, body=body.strip() + "\n", source=path, **tomllib.loads(front))


@cache
def list_described_methods() -> Mapping[str, str]:
    """Method in lower case -> the guide that has a heading or a row of a table for it."""
    found: dict[str, str] = {}
    for name, guide in read_guides().items():
        for method in _DESCRIBED.findall(guide.body):
            found.setdefault(method.lower(), name)
    return MappingProxyType(found)
