"""Fences around what people outside wrote, with a marker that is new in each answer and that no text can hold."""

import secrets

from tools.outside import CLOSE, OPEN, SAID


def fenced(text: str) -> str:
    """The text with its marks as fences: `<client 7f3a9c>Hello!</7f3a9c>`."""
    if OPEN not in text:
        return text
    marker = _marker(text)
    parts = []
    for part in text.split(OPEN):
        author, said, rest = part.partition(SAID)
        content, closed, after = rest.partition(CLOSE)
        parts.append(f"<{author} {marker}>{content}</{marker}>{after}" if said and closed else part)
    return "".join(parts)


def in_quotes(text: str) -> str:
    """The text for a person: what people outside wrote stands in quotation marks."""
    return text.replace(OPEN, "").replace(SAID, ": “").replace(CLOSE, "”")


def _marker(text: str) -> str:
    """Six letters that the text does not hold, so that nothing in it can look like an end."""
    while (marker := secrets.token_hex(3)) in text:
        pass
    return marker
