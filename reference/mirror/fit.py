"""How well the title of a page and the name in it fit a question: the more of either is the other, the better."""

from collections.abc import Set as AbstractSet

from reference.mirror.index import NAME
from reference.mirror.query import meanings

_TITLE = 4.0
_NAME = 2.0
"""What a perfect fit adds to a page, in times of what its words are worth; tried on ninety everyday questions."""


def fit(asked: AbstractSet[str], title: str) -> float:
    """From 1 for a title that has nothing of what is asked, up to 7 for one whose words and name are just that."""
    name = " ".join(NAME.findall(title))
    return 1.0 + _TITLE * _shared(asked, meanings(NAME.sub(" ", title))) + _NAME * _shared(asked, meanings(name))


def _shared(asked: AbstractSet[str], there: AbstractSet[str]) -> float:
    """What both have of what either has, from 0 to 1."""
    return len(asked & there) / (len(asked | there) or 1)
