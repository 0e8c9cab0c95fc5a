"""Ways in which people ask for a page, in English and Russian, from the file beside this module."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

_FILE = Path(__file__).with_name("questions.toml")


@cache
def read_questions() -> Mapping[str, tuple[str, ...]]:
    """Name of a page -> phrases in all languages."""
    written: dict[str, dict[str, list[str]]] = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return MappingProxyType(
        {
            name: tuple(phrase for spoken in languages.values() for phrase in spoken)
            for name, languages in written.items()
        }
    )
