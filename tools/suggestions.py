"""What somebody may have meant who wrote a name that does not exist."""

from collections.abc import Iterable

CUTOFF = 0.6


def suggest(word: str, known: Iterable[str], *, count: int = 1, cutoff: float = CUTOFF) -> list[str]:
    """The known names that are most like a word, best first: at most `count`, none less like it than `cutoff`.

    Likeness goes from 0, not a letter in common, to 1, the same; case matters.
    """
    from rapidfuzz.distance import Indel  # noqa: PLC0415  (only needed where somebody made a mistake)
    from rapidfuzz.process import extract  # noqa: PLC0415

    # Of names that are equally alike always the same comes first, even out of a set.
    names = sorted(known)
    found = extract(word, names, scorer=Indel.normalized_similarity, limit=count, score_cutoff=cutoff)
    return [name for name, _, _ in found]
