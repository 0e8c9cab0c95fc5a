"""Names of methods and events in the titles of official pages and in questions, in all their spellings."""

import re
from collections.abc import Iterable

from reference.mirror.clean import CleanPage
from reference.search.words import normalise_name, stem_words

_NAME = re.compile(r"[A-Za-z]\w*(?:\.\w+)+|\b[oO][nN][A-Z]\w+")
"""A method or an event in a title."""
_COMPOUND = re.compile(r"\w[.-]\w")
_TYPED = re.compile(r"[A-Za-z0-9]+(?:[._\-/:]+[A-Za-z0-9]+)+|[a-z]+(?:[A-Z][a-z0-9]*)+|[A-Z][a-z]+(?:[A-Z][a-z0-9]*)+")


def find_names(title: str) -> list[str]:
    """The methods and events that a title names."""
    return _NAME.findall(title)


def remove_names(title: str) -> str:
    """The other words of a title."""
    return _NAME.sub(" ", title)


def make_name_keys(page: CleanPage) -> set[str]:
    """Keys of the methods and events that the title of a page names."""
    return _make_keys(find_names(page.title))


def make_alias_keys(page: CleanPage) -> set[str]:
    """Keys of those names without their scope, and of the name of the page's file."""
    short = (name.partition(".")[2] for name in find_names(page.title))
    return _make_keys(name for name in (page.path.rpartition("/")[2], *short) if _COMPOUND.search(name))


def make_typed_keys(query: str) -> set[str]:
    """Keys of the methods and events that a question may name: all of it as one, and each compound in it."""
    compounds = _TYPED.findall(query)
    files = [re.split(r"[/:]", compound)[-1].removesuffix(".html").removesuffix(".md") for compound in compounds]
    return _make_keys((query, *compounds, *files)) - {""}


def _make_keys(names: Iterable[str]) -> set[str]:
    """What `crm.dealType.add`, `crm.deal_types.add` and `CRM_DEALTYPE_ADD` share: stems in a row, or letters."""
    return {key for name in names for key in ("".join(stem_words(name)), normalise_name(name))}
