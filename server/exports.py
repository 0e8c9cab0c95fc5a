"""Tables that were too long for an answer, as files that their caller reads as resources."""

import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

import anyio

ADDRESS = "openchannels://exports/"
LIFETIME = 3600.0
"""Seconds for which a file is kept."""
MOST_FILES = 20
"""Of one caller; the oldest goes first."""


@dataclass(frozen=True)
class Export:
    """A file in this process."""

    uri: str
    name: str
    content: bytes
    at: float
    mime_type: str = "text/csv"


class Exports:
    """The files of one caller; whoever has another credential finds none of them. `clock` counts seconds."""

    def __init__(self, clock: Callable[[], float] = anyio.current_time) -> None:
        self._clock = clock
        self._files: OrderedDict[str, Export] = OrderedDict()

    def add(self, name: str, content: bytes) -> Export:
        """Keep a file for an hour, under an address that nobody can guess."""
        uri = f"{ADDRESS}{secrets.token_hex(12)}"
        self._files[uri] = Export(uri, name, content, self._clock())
        while len(self._files) > MOST_FILES:
            self._files.popitem(last=False)
        return self._files[uri]

    def find(self, uri: str) -> Export | None:
        """The file of an address; None where it was never there, or is not any more."""
        self._files = OrderedDict(
            (known, file) for known, file in self._files.items() if self._clock() - file.at < LIFETIME
        )
        return self._files.get(uri)
