"""Ways in which people ask for a page, in English and Russian, from the file beside this module."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

_FILE = Path(__file__).with_name("questions.toml")


@cache
def questions() -> Mapping[str, tuple[str, ...]]:
    """Name of a page -> questions that it answers."""
    written = tomllib.loads(_FILE.read_text(encoding="utf-8")) if _FILE.exists() else {}
    return MappingProxyType({name: tuple(q for group in langs.values() for q in group) for name, langs in written.items()})
