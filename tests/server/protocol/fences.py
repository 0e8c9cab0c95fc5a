"""What has to hold for every answer, whatever people wrote into it."""

import json
import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import Any

from mcp.types import CallToolResult

from tests.assistant import text_of

OPENING = re.compile(r"<(?:client|operator|bot|system|unknown|portal|assistant) ([0-9a-f]{6})>")
EMOJI = re.compile(r"[\u2190-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff©®]")
BEFORE_A_SELECTOR = re.compile(r"[0-9#*\u203c\u2049\u2122\u2139]")
VISIBLE_SIGNS = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u08e2\U000110bd\U000110cd")
"""Signs that Unicode counts among the formats though they show."""
BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0")
JOINING = frozenset("\u200d\ufe0f")
"""What emoji are joined and coloured with; elsewhere it hides."""
NOBODYS = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})


def hidden_characters(text: str) -> list[str]:
    """Characters that a reader would not see, but tabs, line feeds and what emoji are made of."""
    doubtful = {character for character in set(text) if character in JOINING or _is_invisible(character)}
    if not doubtful:
        return []
    places = (place for place, character in enumerate(text) if character in doubtful)
    return [f"U+{ord(text[place]):04X}" for place in places if _is_hidden(text, place)]


def _is_hidden(text: str, place: int) -> bool:
    before, after = text[place - 1 : place], text[place + 1 : place + 2]
    if text[place] == "\u200d":
        return not (EMOJI.match(before) or before == "\ufe0f") or not EMOJI.match(after)
    if text[place] == "\ufe0f":
        return not (EMOJI.match(before) or BEFORE_A_SELECTOR.match(before))
    return _is_invisible(text[place])


@cache
def _is_invisible(character: str) -> bool:
    selector = "\ufe00" <= character <= "\ufe0e" or "\U000e0100" <= character <= "\U000e01ef"
    nobodys = unicodedata.category(character) in NOBODYS and character not in VISIBLE_SIGNS
    nonexistent = ord(character) & 0xFFFE == 0xFFFE or "\ufdd0" <= character <= "\ufdef"
    return character not in "\n\t" and (selector or nobodys or nonexistent or character in BLANK)


def texts_in(value: Any) -> Iterator[str]:
    """Every text in a JSON value, names of fields included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, item in value.items():
            yield name
            yield from texts_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts_in(item)


def skeleton(reply: CallToolResult) -> str:
    """What stands outside of the fences, without numbers; a fence is `<...>`, and several that are counted are one.

    Of an answer with data it is that of the data: the text beside them is the beginning of the text in the other form.
    """
    text = text_of(reply)
    if reply.structured_content is not None:
        text = json.dumps(reply.structured_content, ensure_ascii=False)
    if found := OPENING.search(text):
        marker = found[1]
        text = re.sub(rf"<\w+ {marker}>.*?</{marker}>", "<...>", text, flags=re.DOTALL)
    text = re.sub(r"\d+", "0", text)
    return re.sub(r'(<...>(?: |": )0)(?:, "?\1)+', r"\1", text)


def faults(reply: CallToolResult) -> list[str]:
    """What is wrong with the fences and characters of an answer, in its text and in its data."""
    return [*_find_faults("text", [text_of(reply)]), *_find_faults("data", [*texts_in(reply.structured_content)])]


def _find_faults(half: str, parts: list[str]) -> Iterator[str]:
    """The fences of one half all have the same marker; each text opens and closes its own."""
    opening = OPENING.search("\n".join(parts))
    for part in parts:
        yield from (f"hidden in the {half}: {one}" for one in hidden_characters(part)[:3])
        if opening:
            marker = opening[1]
            signs = re.findall(rf"<\w+ {marker}>|</{marker}>", part)
            if part.count(marker) != len(signs):
                yield f"the code {marker} stands in a message of the {half} too"
            if any(sign.startswith("</") is (place % 2 == 0) for place, sign in enumerate(signs)) or len(signs) % 2:
                yield f"fences do not open and close in turn in the {half}: {signs[:6]}"
