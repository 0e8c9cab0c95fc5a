"""Marks what people outside wrote, so that the server can fence it off from our own words.

Marks are private-use characters, which stand in no message: `escape_invisible` takes them out of everything that is
marked.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

OPEN, SAID, CLOSE = "\ue0f0", "\ue0f1", "\ue0f2"
MARKED = re.compile(f"{OPEN}([a-z]+){SAID}([^{OPEN}{SAID}{CLOSE}]*){CLOSE}")
_EMOJI = (
    "\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u21ff\u2300-\u27bf\u2934\u2935\u2b00-\u2bff\u3030\u303d\u3297\u3299"
    "\U0001f000-\U0001faff"
)
_INVISIBLE = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # control characters but tab and line feed
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u206f"
    "\u2800\u3164\ufe00-\ufe0e\ufeff\uffa0\ufff0-\ufffb"  # invisible, or turning the direction
    "\U0001107f\U00013430-\U00013455\U00016fe4\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
    "\ud800-\udfff\ue000-\uf8ff\ufdd0-\ufdef\ufffe\uffff"  # nobody's, our own marks among them
    "\U0001fffe\U0001ffff\U0002fffe\U0002ffff\U0003fffe-\U0010ffff"
)
_DOUBTFUL = re.compile(f"[{_INVISIBLE}\u200d\ufe0f]")
"""One class of characters is looked for several times as fast as what depends on those beside it."""
_UNSEEN = re.compile(
    f"[{_INVISIBLE}]"
    f"|(?<![{_EMOJI}#*0-9])\ufe0f"  # makes an emoji colourful, and hides elsewhere
    f"|(?<![{_EMOJI}\ufe0f])\u200d|\u200d(?![{_EMOJI}])"  # joins emoji into one, and hides elsewhere
)
_CODE = re.compile(r"[A-Za-z0-9_.:|@+-]{0,128}")
LONGEST_NAME, MOST_WORDS, LONGEST_CODE = 60, 5, 40
_NAME = re.compile(r"[\w .,:/|@+'()\[\]-]*")


def mark_untrusted(text: object, author: str) -> str:
    """A text as `author` wrote it: client, operator, bot, system, or portal where it may be anybody."""
    return f"{OPEN}{author}{SAID}{escape_invisible(str(text))}{CLOSE}"


def mark_unless_code(value: object) -> str:
    """A number, a date or the code of something as it is; anything that is not one plain word is marked.

    None is what the portal did not tell, or not so that it could be read.
    """
    if value is None:
        return "not known"
    text = str(value)
    return text if is_code(text) else mark_untrusted(text, "portal")


def quote_argument(text: str, quote: str = "'") -> str:
    """What an assistant gave; anything that could be taken for more than a name is marked."""
    return f"{quote}{text}{quote}" if _NAME.fullmatch(text) else mark_untrusted(text, "assistant")


def mark_unless_name(text: str) -> str:
    """What a colleague or a line is called: a few plain words as they are, anything else marked."""
    plain = len(text) <= LONGEST_NAME and _NAME.fullmatch(text) and text.count(" ") < MOST_WORDS
    return text if plain else mark_untrusted(text, "portal")


def is_code(text: str) -> bool:
    """Whether it is one plain word."""
    return bool(_CODE.fullmatch(text))


def _is_short_code(text: str) -> bool:
    return len(text) <= LONGEST_CODE and is_code(text)


def escape_invisible(text: str) -> str:
    """The text with what a reader would not see, or would see in the wrong place, written as its code point.

    Line feeds and tabs stay.
    """
    text = text.replace("\r\n", "\n")
    return _UNSEEN.sub(lambda found: _escape(found[0]), text) if _DOUBTFUL.search(text) else text


def escape_invisible_in_json(text: str) -> str:
    """A JSON text that stays one, of the same value, with the same characters written as JSON's own escapes."""
    return _UNSEEN.sub(lambda found: json.dumps(found[0])[1:-1], text) if _DOUBTFUL.search(text) else text


def mark_untrusted_in(value: Any, author: str = "portal") -> Any:
    """A JSON value as it came with every text in it marked, names of fields included, but for short codes and dates.

    What looks marked in it was written by somebody outside, too.
    """
    return change_texts(value, lambda text: text if _is_short_code(text) else mark_untrusted(text, author))


def change_texts(value: Any, change: Callable[[str], str]) -> Any:
    """A JSON value with each of its texts changed, names of fields included."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {change_texts(name, change): change_texts(item, change) for name, item in value.items()}
    return [change_texts(item, change) for item in value] if isinstance(value, list | tuple) else value


def cut_marked(text: str, longest: int) -> str:
    """The first characters of a text; a mark that the cut falls into is closed, and a sign stands for the rest."""
    if len(text) <= longest:
        return text
    begun = text[: max(0, longest)]
    if begun.count(OPEN) == begun.count(CLOSE):
        return f"{begun}…"
    return f"{begun}…{CLOSE}" if SAID in begun[begun.rindex(OPEN) :] else f"{begun[: begun.rindex(OPEN)]}…"


def dump_json(value: Any) -> str:
    """A JSON value as text, marked as the portal's where anybody's words may be in it."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return mark_untrusted(text, "portal") if '"' in text else text


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode()
