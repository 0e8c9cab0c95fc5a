"""Slips of the finger: which word was meant by another that looks nearly like it."""

_LONG, _LONGEST = 4, 8
"""From so many letters on, one slip is believed, and two."""


def is_slip(typed: str, meant: str) -> bool:
    """Whether few enough letters were added, left out, exchanged or swapped with their neighbours."""
    allowed = (len(meant) >= _LONG) + (len(meant) >= _LONGEST)
    return abs(len(typed) - len(meant)) <= allowed and slips(typed, meant) <= allowed


def slips(typed: str, meant: str) -> int:
    """How many letters have to be added, left out, exchanged or swapped to get from one word to the other."""
    before: list[int] = []
    row = list(range(len(meant) + 1))
    for i, letter in enumerate(typed):
        before, row, earlier = row, [i + 1], before
        for j, wanted in enumerate(meant):
            cost = min(before[j + 1] + 1, row[j] + 1, before[j] + (letter != wanted))
            if i and j and letter == meant[j - 1] and typed[i - 1] == wanted:
                cost = min(cost, earlier[j - 1] + 1)
            row.append(cost)
    return row[-1]
