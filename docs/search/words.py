"""Words of a text as search compares them: lower case, word stems of English and Russian, names taken apart."""

import re
from collections.abc import Iterator
from functools import cache

import snowballstemmer

_WORD = re.compile(r"[^\W_]+")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_ENGLISH = snowballstemmer.stemmer("english")
_RUSSIAN = snowballstemmer.stemmer("russian")


def stems(text: str) -> Iterator[str]:
    """The stems of all words in order; `getLastId`, `get_last_id` and `get.last.id` give the same three."""
    for word in _WORD.findall(text):
        for part in _HUMP.split(word):
            yield stem(part.lower())


@cache
def stem(word: str) -> str:
    """The stem of one lower-case word, by its alphabet."""
    if word.isascii():
        return str(_ENGLISH.stemWord(word))
    return str(_RUSSIAN.stemWord(word.replace("ё", "е")))  # noqa: RUF001  (Russian)
