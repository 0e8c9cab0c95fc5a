"""Fences around what people outside wrote, with a marker that is new in each answer and that no text can hold."""

import json
import re
import secrets
from typing import Any

from tools.untrusted import MARKED, OPEN, change_texts, escape_invisible

_FENCED = re.compile(r"<(\w+) ([0-9a-f]{6})>(.*?)</\2>", re.DOTALL)


def add_fences(text: str) -> str:
    """The text with its marks as fences, `<client 7f3a9c>Hello!</7f3a9c>`, and nothing in it that a reader misses."""
    return _fence(text, _make_marker(text)) if OPEN in text else escape_invisible(text)


def add_fences_in(value: Any) -> Any:
    """A JSON value with the marks in its texts as fences, all with one marker."""
    marker = _make_marker(json.dumps(value, ensure_ascii=False))
    return change_texts(value, lambda text: _fence(text, marker))


def remove_marks_in(value: Any) -> Any:
    """A JSON value without marks, for a program of the person at the terminal."""
    return change_texts(value, lambda text: escape_invisible(MARKED.sub(r"\2", text)))


def quote_marked(text: str) -> str:
    """The text for a person: what people outside wrote stands in quotation marks, which nothing in it closes."""
    return escape_invisible(MARKED.sub(lambda found: f"{found[1]}: “{straighten_quotes(found[2])}”", text))


def remove_fences(text: str) -> str:
    """A fenced text as it is good enough for a terminal."""
    return _FENCED.sub(r"\3", text)


def straighten_quotes(text: str) -> str:
    """Nothing in it can look like the end of a quotation."""
    return text.replace("“", '"').replace("”", '"')


def _fence(text: str, marker: str) -> str:
    return escape_invisible(MARKED.sub(lambda found: f"<{found[1]} {marker}>{found[2]}</{marker}>", text))


def _make_marker(text: str) -> str:
    """Six letters that the text does not hold, so that nothing in it can look like an end."""
    while (marker := secrets.token_hex(3)) in text:
        pass
    return marker
