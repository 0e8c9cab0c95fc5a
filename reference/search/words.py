"""Words of a text as search compares them: lower case, word stems of English and Russian, names taken apart."""

import re
import sys
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib import import_module
from importlib.machinery import ModuleSpec
from importlib.util import find_spec, module_from_spec
from typing import Any

_stems: dict[str, str] = {}
_WORD = re.compile(r"[^\W_]+")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_APART = ("attachment", "business", "customer", "documentation", "operation", "responsible", "setting", "subscriber")
"""Words that the stemmer throws together with others: customer and custom, operation and operator, setting and set."""
_STEMMERS = "_openchannels_snowball"
_REMEMBERED = 20_000
"""Words: several times as many as the pages have, but a limit, as people type anything."""


def split_words(text: str) -> list[str]:
    """The words in lower case; `getLastId`, `get_last_id` and `get.last.id` are the same three."""
    return [part for word in _WORD.findall(text) for part in _split_humps(word)]


def normalise_name(name: str) -> str:
    """A name without case, dots and underscores: what all its spellings have in common."""
    return "".join(_WORD.findall(name)).lower()


def stem_words(text: str) -> list[str]:
    """The stems of all words in order."""
    return [stem for word in _WORD.findall(text) for stem in _stem_parts(word)]


def stem_word(word: str) -> str:
    """The stem of one lower-case word, by its alphabet."""
    if (known := _stems.get(word)) is None:
        known = _find_stem(word)
        if len(_stems) < _REMEMBERED:
            _stems[word] = known
    return known


def list_stems() -> dict[str, str]:
    """Word -> stem, of those that were asked for so far."""
    return dict(_stems)


def remember_stems(stems: Mapping[str, str]) -> None:
    """Stems that need not be found again."""
    _stems.update(stems)


def _find_stem(word: str) -> str:
    if word.removesuffix("s") in _APART:
        return word.removesuffix("s")
    return str(_load_stemmer("english" if word.isascii() else "russian").stemWord(word))


@lru_cache(_REMEMBERED)
def _stem_parts(word: str) -> tuple[str, ...]:
    return tuple(stem_word(part) for part in _split_humps(word))


@lru_cache(_REMEMBERED)
def _split_humps(word: str) -> tuple[str, ...]:
    return tuple(part.lower().replace("ё", "е") for part in _HUMP.split(word))  # noqa: RUF001  (Russian)


@cache
def _load_stemmer(language: str) -> Any:
    """A stemmer without the package around it, whose import takes ten times as long: it loads every language."""
    if _STEMMERS not in sys.modules:
        found = find_spec("snowballstemmer")
        if found is None:
            raise ModuleNotFoundError("snowballstemmer is not installed: install this program with its dependencies")
        package = ModuleSpec(_STEMMERS, None, is_package=True)
        package.submodule_search_locations = found.submodule_search_locations
        sys.modules[_STEMMERS] = module_from_spec(package)
    return getattr(import_module(f"{_STEMMERS}.{language}_stemmer"), f"{language.title()}Stemmer")()
