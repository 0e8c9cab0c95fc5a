"""Marks what people outside wrote, so that the server can fence it off from our own words.

Marks are private-use characters, which stand in no message: `visible` takes them out of everything that is marked.
"""

import json
import re
from typing import Any

OPEN, SAID, CLOSE = "\ue0f0", "\ue0f1", "\ue0f2"
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # control characters but tab and line feed
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u206f"
    "\u3164\ufeff\uffa0\ufff0-\ufffb\ue0f0-\ue0f2"  # invisible, bidirectional, and our own marks
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
    "|(?<![\u2190-\U0001faff\ufe0f])\u200d"  # joins emoji into one, and hides elsewhere
)
_CODE = re.compile(r"[A-Za-z0-9_.:|@+-]{0,128}")


def outside(text: object, author: str) -> str:
    """A text as `author` wrote it: client, operator, bot, system, or portal where it may be anybody."""
    return f"{OPEN}{author}{SAID}{visible(str(text))}{CLOSE}"


def code(value: object) -> str:
    """A number, a date or the code of something as it is; anything that is not one plain word is marked."""
    text = str(value)
    return text if _CODE.fullmatch(text) else outside(text, "portal")


def visible(text: str) -> str:
    """The text with what a reader would not see, or would see in the wrong place, written as its code point."""
    return _UNSEEN.sub(lambda found: _escaped(found[0]), text)


def visible_in(value: Any) -> Any:
    """The same for every text in a JSON value, names of fields included."""
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, dict):
        return {visible_in(key): visible_in(item) for key, item in value.items()}
    return [visible_in(item) for item in value] if isinstance(value, list) else value


def as_json(value: Any) -> str:
    """A JSON value as text, marked as the portal's where anybody's words may be in it."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return outside(text, "portal") if '"' in text else text


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode()
