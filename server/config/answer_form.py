"""The form in which a client gets answers."""

from dataclasses import dataclass


@dataclass(frozen=True)
class AnswerForm:
    """Text alone, which is written for models and which every client shows them, or data for programs."""

    structured: bool = False
    """Data beside one line of text."""
    characters: int = 24_000
    """Of the longest answer, pictures not counted, and half as many bytes of UTF-8 again.

    The default stays under the limits of clients: 25,000 tokens in one, 40,000 bytes in another.
    """
