"""The form in which a client gets answers."""

from dataclasses import dataclass


@dataclass(frozen=True)
class AnswerForm:
    """Text alone, which is written for models and which every client shows them, or data for programs."""

    structured: bool = False
    """Data beside one line of text."""
    characters: int = 24_000
    """Of the longest answer, pictures not counted: under the 25,000 tokens at which clients put an answer away."""
