"""Words of a text as search compares them: lower case, word stems of English and Russian, names taken apart."""

import re
import sys
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from importlib.machinery import ModuleSpec
from importlib.util import find_spec, module_from_spec
from typing import Any

_WORD = re.compile(r"[^\W_]+")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_STEMMERS = "_openchannels_snowball"


def stems(text: str) -> Iterator[str]:
    """The stems of all words in order; `getLastId`, `get_last_id` and `get.last.id` give the same three."""
    for word in _WORD.findall(text):
        yield from stems_of_word(word)


@cache
def stems_of_word(word: str) -> tuple[str, ...]:
    """The stems of the words that are written together in humps."""
    return tuple(stem(part) for part in parts_of_word(word))


def parts_of_word(word: str) -> list[str]:
    """The words written together in humps, in lower case."""
    return [part.lower().replace("ё", "е") for part in _HUMP.split(word)]  # noqa: RUF001  (Russian)


@cache
def stem(word: str) -> str:
    """The stem of one lower-case word, by its alphabet."""
    return str(_stemmer("english" if word.isascii() else "russian").stemWord(word))


@cache
def _stemmer(language: str) -> Any:
    """A stemmer without the package around it, whose import costs ten times as much: it loads every language."""
    if _STEMMERS not in sys.modules:
        found = find_spec("snowballstemmer")
        assert found
        package = ModuleSpec(_STEMMERS, None, is_package=True)
        package.submodule_search_locations = found.submodule_search_locations
        sys.modules[_STEMMERS] = module_from_spec(package)
    return getattr(import_module(f"{_STEMMERS}.{language}_stemmer"), f"{language.title()}Stemmer")()
