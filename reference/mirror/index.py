"""What of a page the search looks at: names, title, summary, headings and text as stems, without what tells nothing."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from reference.mirror.clean import CleanPage
from reference.mirror.prose import code, prose, sections, unlinked
from reference.search.words import stems

WEIGHTS = {"name": 8.0, "title": 12.0, "summary": 4.0, "headings": 3.0, "body": 1.0, "code": 0.1}
"""Column of the index -> what a word in it weighs; tried on titles and first sentences of 400 pages a language."""
NAME = re.compile(r"[A-Za-z]\w*(?:\.\w+)+|\b[oO][nN][A-Z]\w+")
"""A method or an event in a title."""
_MOST_PAGES = 25
"""A block that stands on more pages than this is a template's."""
_COMMON = 0.15
"""A stem in the text of more than this share of the pages finds nothing there; titles and summaries keep it."""
_NO_WORDS = re.compile(r"<https?:[^>\s]*>|<br>")
_WORD = re.compile(r"[^\W_]+")
_COMPOUND = re.compile(r"\w[.-]\w")


@dataclass(frozen=True, slots=True)
class Entry:
    """One page in the index."""

    names: frozenset[str]
    """Keys of the methods and events that its title names."""
    aliases: frozenset[str]
    """Keys of those names without their scope, and of the name of its file."""
    columns: tuple[str, ...]
    """Stems, in the order of WEIGHTS."""


def entries(pages: Sequence[CleanPage]) -> Iterator[Entry]:
    """The entry of each page, in the same order."""
    texts = [prose(page.text).split("\n\n") for page in pages]
    templates = _frequent(texts, _MOST_PAGES)
    own = ["\n\n".join(block for block in blocks if block not in templates) for blocks in texts]
    bodies = [_stemmed(" ".join(_without_targets(section) for _, section in sections(text))).split() for text in own]
    common = _frequent(bodies, int(len(pages) * _COMMON))
    for page, text, body in zip(pages, own, bodies, strict=True):
        names = NAME.findall(page.title)
        file = page.path.rpartition("/")[2]
        in_code = {stem for word in set(_WORD.findall(code(page.text))) for stem in _stems_of(word).split()}
        headings = _stemmed(" ".join(heading for heading, _ in sections(text)))
        yield Entry(
            _keys(names),
            _keys(name for name in (file, *map(_without_scope, names)) if _COMPOUND.search(name)),
            (
                _stemmed(" ".join((*names, file))),
                _stemmed(page.title),
                _stemmed(page.summary),
                headings,
                " ".join(stem for stem in body if stem not in common),
                " ".join(sorted(in_code - common - set(body))),
            ),
        )


def keys(name: str) -> set[str]:
    """What `crm.dealType.add`, `crm.deal_types.add` and `CRM_DEALTYPE_ADD` share: stems in a row, or letters."""
    return {"".join(stems(name)), "".join(_WORD.findall(name)).lower()}


def _keys(names: Iterable[str]) -> frozenset[str]:
    return frozenset(key for name in names for key in keys(name))


def _frequent(pages: Iterable[Iterable[str]], limit: int) -> set[str]:
    """What stands on more pages than the limit."""
    counted = Counter(piece for pieces in pages for piece in set(pieces))
    return {piece for piece, count in counted.items() if count > limit}


def _without_scope(name: str) -> str:
    return name.partition(".")[2]


def _without_targets(text: str) -> str:
    return _NO_WORDS.sub(" ", unlinked(text))


def _stemmed(text: str) -> str:
    return " ".join(map(_stems_of, _WORD.findall(text)))


@cache
def _stems_of(word: str) -> str:
    return " ".join(stems(word))
