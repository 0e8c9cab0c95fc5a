"""Fences around what people outside wrote, with a marker that is new in each answer and that no text can hold."""

import re
import secrets

from tools.untrusted import MARKED, OPEN, escape_invisible

_FENCED = re.compile(r"<(\w+) ([0-9a-f]{6})>(.*?)</\2>", re.DOTALL)


def add_fences(text: str) -> str:
    """The text with its marks as fences, `<client 7f3a9c>Hello!</7f3a9c>`, and nothing in it that a reader misses."""
    if OPEN in text:
        marker = _make_marker(text)
        text = MARKED.sub(lambda found: f"<{found[1]} {marker}>{found[2]}</{marker}>", text)
    return escape_invisible(text)


def quote_marked(text: str) -> str:
    """The text for a person: what people outside wrote stands in quotation marks, which nothing in it closes."""
    return escape_invisible(MARKED.sub(lambda found: f"{found[1]}: “{straighten_quotes(found[2])}”", text))


def remove_fences(text: str) -> str:
    """A fenced text as it is good enough for a terminal."""
    return _FENCED.sub(r"\3", text)


def straighten_quotes(text: str) -> str:
    """Nothing in it can look like the end of a quotation."""
    return text.replace("“", '"').replace("”", '"')


def _make_marker(text: str) -> str:
    """Six letters that the text does not hold, so that nothing in it can look like an end."""
    while (marker := secrets.token_hex(3)) in text:
        pass
    return marker
