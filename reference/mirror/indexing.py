"""What search keeps of official pages: titles, names, summaries, headings and text, without what tells nothing."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from reference.mirror.clean import CleanPage
from reference.mirror.page_names import find_names, remove_names
from reference.mirror.prose import extract_code, extract_prose, split_sections, strip_links
from reference.search.indexed_page import IndexedPage
from reference.search.vocabulary import Term, read_terms
from reference.search.words import stem_words

_MOST_PAGES = 25
"""A block that stands on more pages than this is a template's."""
_COMMON = 0.15
"""A stem in the text of more than this share of the pages finds nothing there; titles and summaries keep it."""
_NO_WORDS = re.compile(r"<https?:[^>\s]*>|<br>")
_TEMPLATE = frozenset(stem_words("new existing specified новый существующий указанный"))
"""Words of titles that say nothing: whatever is created is new, and whatever is changed was there."""
_WORD = re.compile(r"[^\W_]+")


def index_pages(pages: Sequence[CleanPage]) -> Iterator[IndexedPage]:
    """What the index keeps of each page, in the same order."""
    texts = [extract_prose(page.text).split("\n\n") for page in pages]
    templates = _find_frequent(texts, _MOST_PAGES)
    own = ["\n\n".join(block for block in blocks if block not in templates) for blocks in texts]
    bodies = [_stem(" ".join(_remove_targets(section) for _, section in split_sections(text))) for text in own]
    common = _find_frequent(bodies, int(len(pages) * _COMMON))
    for page, text, body in zip(pages, own, bodies, strict=True):
        yield IndexedPage(
            phrases=[phrase for phrase in _read_phrases(page) if phrase],
            headings=_stem(" ".join(heading for heading, _ in split_sections(text))),
            body=[stem for stem in body if stem not in common],
            code=sorted({*_stem(extract_code(page.text))} - common - {*body}),
        )


def _read_phrases(page: CleanPage) -> Iterator[list[Term]]:
    """What a page says of itself, in the terms by which it is found."""
    yield [term for term in read_terms(remove_names(page.title), general=True) if term.stem not in _TEMPLATE]
    for phrase in (remove_names(page.summary), *find_names(page.title)[:1]):
        yield list(read_terms(phrase, general=True))


def _find_frequent(pages: Iterable[Iterable[str]], limit: int) -> set[str]:
    """What stands on more pages than the limit."""
    counted = Counter(piece for pieces in pages for piece in set(pieces))
    return {piece for piece, count in counted.items() if count > limit}


def _remove_targets(text: str) -> str:
    return _NO_WORDS.sub(" ", strip_links(text))


def _stem(text: str) -> list[str]:
    return [stem for word in _WORD.findall(text) for stem in _stem_word(word)]


@cache
def _stem_word(word: str) -> list[str]:
    return stem_words(word)
