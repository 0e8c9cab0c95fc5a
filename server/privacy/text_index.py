"""Finds many texts in one pass: an automaton after Aho and Corasick, made anew when something was added."""

from collections import deque
from collections.abc import Iterator

MOST = 2_000
"""Texts that are looked for, unless told otherwise; the oldest go."""


class TextIndex:
    """Texts with what they stand for.

    Looking for them takes time in proportion to the text, however many there are.
    """

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._known: dict[str, str] = {}
        self._next: list[dict[str, int]] = []
        self._back: list[int] = []
        self._depth: list[int] = []
        self._longest: list[int] = []
        """Per state: characters of the longest known text that ends there."""
        self._kind: list[str] = []
        """Per state: what the text stands for that goes through it."""

    def __bool__(self) -> bool:
        return bool(self._known)

    def add(self, text: str, kind: str) -> None:
        """Look for this text too."""
        if text and text not in self._known:
            self._known[text] = kind
            self._next = []
            if len(self._known) > self._most:
                del self._known[next(iter(self._known))]

    def find(self, text: str, *, cut_at: str = "", shortest_cut: int = 3) -> Iterator[tuple[int, int, str]]:
        """Start, end and kind of the known texts in this one.

        Where the text ends, and before the characters of `cut_at`, the beginning of a known text counts as well if it
        has `shortest_cut` characters.
        """
        self._build()
        state, last = 0, len(text) - 1
        following, back, depth, longest = self._next, self._back, self._depth, self._longest
        for place, character in enumerate(text):
            while state and character not in following[state]:
                state = back[state]
            state = following[state].get(character, 0)
            if not state:
                continue
            if longest[state]:
                yield place + 1 - longest[state], place + 1, self._kind[state]
            elif depth[state] >= shortest_cut and (place == last or text[place + 1] in cut_at):
                yield place + 1 - depth[state], place + 1, self._kind[state]

    def _build(self) -> None:
        if self._next:
            return
        self._next, self._back, self._depth, self._longest, self._kind = [{}], [0], [0], [0], [""]
        for text, kind in self._known.items():
            self._insert(text, kind)
        waiting = deque(self._next[0].values())
        while waiting:
            state = waiting.popleft()
            for character, child in self._next[state].items():
                other = self._back[state]
                while other and character not in self._next[other]:
                    other = self._back[other]
                self._back[child] = self._next[other].get(character, 0)
                self._longest[child] = self._longest[child] or self._longest[self._back[child]]
                waiting.append(child)

    def _insert(self, text: str, kind: str) -> None:
        state = 0
        for depth, character in enumerate(text, 1):
            if character not in self._next[state]:
                self._next[state][character] = len(self._next)
                self._next.append({})
                self._back.append(0)
                self._depth.append(depth)
                self._longest.append(0)
                self._kind.append(kind)
            state = self._next[state][character]
        self._longest[state], self._kind[state] = len(text), kind
