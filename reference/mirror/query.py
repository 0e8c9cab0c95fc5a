"""A question in somebody's words as what the database is asked for."""

import re
import tomllib
from functools import cache
from importlib import resources

from reference.mirror.index import keys
from reference.search.words import stems

_MOST_STEMS = 24
LONGEST_QUERY = 1000
_CYRILLIC = re.compile("[\u0400-\u04ff]")
_COMPOUND = re.compile(
    r"[A-Za-z0-9]+(?:[._\-/:]+[A-Za-z0-9]+)+|[a-z]+(?:[A-Z][a-z0-9]*)+|[A-Z][a-z]+(?:[A-Z][a-z0-9]*)+"
)


def language_of(query: str) -> str:
    """The language of the question, by its alphabet."""
    return "ru" if _CYRILLIC.search(query) else "en"


def terms(query: str) -> list[str]:
    """The stems that can find something, each once; stop words only where there is nothing else."""
    every = list(dict.fromkeys(stems(query[:LONGEST_QUERY])))
    return ([stem for stem in every if stem not in _stop_words()] or every)[:_MOST_STEMS]


def meanings(text: str) -> frozenset[str]:
    """The stems that say something, verbs of one meaning as one."""
    return frozenset(_verbs().get(stem, stem) for stem in stems(text) if stem not in _stop_words())


def expression(query: str) -> str:
    """The query of FTS5: any of the stems, each in quotes, for they hold letters and digits only.

    A page that says add is as good for create, so verbs that have such others stay out unless there is nothing else.
    """
    every = terms(query)
    return " OR ".join(f'"{stem}"' for stem in [stem for stem in every if stem not in _verbs()] or every)


def names(query: str) -> set[str]:
    """Keys of the methods and events that the question may name: all of it as one, and each compound in it."""
    asked = query[:LONGEST_QUERY]
    compounds = _COMPOUND.findall(asked)
    files = [re.split(r"[/:]", compound)[-1].removesuffix(".html").removesuffix(".md") for compound in compounds]
    return {key for name in (asked, *compounds, *files) for key in keys(name) if key}


@cache
def _stop_words() -> frozenset[str]:
    """Stems of the words that say nothing about what is asked."""
    return frozenset(stem for words in _lists("stop_words.toml").values() for stem in stems(words))


@cache
def _verbs() -> dict[str, str]:
    """Stem -> the one that stands for all of its meaning."""
    return {stem: verb for verb, words in _lists("verbs.toml").items() for stem in stems(words)}


def _lists(file: str) -> dict[str, str]:
    return tomllib.loads(resources.files("reference.mirror").joinpath(file).read_text(encoding="utf-8"))
