"""Texts of the messenger in plain words: its BBCode read, nothing of what was said lost.

Which tags there are: https://apidocs.bitrix24.com/api-reference/chats/messages/index.html and the pages beside it.
"""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

_TAG = re.compile(r"\[(/?)(\*|[a-z]+)((?:=|\s)[^\[\]\n]{0,2000})?\]|#br#", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"(?:^|\s)(\w+)=(?:\"([^\"]*)\"|([^\s\"]*))")
_LATEST = 253_402_300_799
"""The last second of the year 9999."""

Reader = Callable[[str, str], str]


@dataclass(frozen=True)
class _OpenTag:
    name: str
    value: str
    place: int
    """Of the tag among the parts of the text."""


def _first_word(value: str) -> str:
    return next(iter(value.split(maxsplit=1)), "")


def _keep(_: str, text: str) -> str:
    return text


def _read_link(address: str, text: str) -> str:
    address = address.strip().strip("\"'")
    return f"{text} ({address})" if text.strip() and address and text.strip() != address else text or address


def _read_person(number: str, text: str) -> str:
    """[USER=4 REPLACE]James Carter[/USER]."""
    number = _first_word(number)
    return f"{text} ({number})" if text.strip() and number.isdecimal() else text or f"user {number}"


def _read_chat(number: str, text: str) -> str:
    return f"{text} (chat {number.strip()})" if text.strip() else f"chat {number.strip()}"


def _read_picture(_: str, text: str) -> str:
    return f"[picture {text.strip()}]"


def _read_quote(_: str, text: str) -> str:
    return "".join(("\n", *(f"> {line}\n" for line in text.strip("\n").split("\n"))))


def _make_button(does: str) -> Reader:
    def read(value: str, text: str) -> str:
        value = value.strip()
        return f"[button {text}, {does} {value}]" if value and value != text.strip() else f"[button {text}]"

    return read


def _read_cell(_: str, text: str) -> str:
    return f"{text} | "


def _read_line(_: str, text: str) -> str:
    return f"{text}\n"


_PAIRS: dict[str, Reader] = {
    **dict.fromkeys(
        ("b", "i", "u", "s", "size", "color", "font", "center", "left", "right", "justify", "list", "table", "context"),
        _keep,
    ),
    **dict.fromkeys(("p", "tr"), _read_line),
    **dict.fromkeys(("td", "th"), _read_cell),
    "url": _read_link,
    "call": _read_link,
    "pch": _keep,
    "user": _read_person,
    "chat": _read_chat,
    "img": _read_picture,
    "quote": _read_quote,
    "send": _make_button("sends"),
    "put": _make_button("writes"),
}
"""Tags with an end: from what stands behind `=`, and what is between them."""


def _read_icon(value: str) -> str:
    """[icon=https://... size=20 title="Smile"]."""
    named = {name.lower(): quoted or plain for name, quoted, plain in _ATTRIBUTE.findall(value)}
    return f"[icon {named.get('title') or _first_word(value)}]"


def _read_moment(value: str) -> str:
    seconds = _first_word(value)
    if not seconds.isdecimal() or int(seconds) > _LATEST:
        return f"[timestamp {value}]"
    return datetime.fromtimestamp(int(seconds), UTC).isoformat()


_SINGLES: dict[str, Callable[[str], str]] = {
    "br": lambda _: "\n",
    "*": lambda _: "\n- ",
    "icon": _read_icon,
    "timestamp": _read_moment,
    "disk": lambda value: f"[file {value}]",
}
"""Tags without an end."""
_VERBATIM, _END_OF_CODE = "code", re.compile(r"\[/code\]", re.IGNORECASE)


def read_bbcode(text: str) -> str:
    """A text of the messenger as its reader sees it, addresses of links and ids of people behind their names.

    What is no tag stays as it is: a tag that is not known, one that nothing closes, and all between [code] and [/code].
    """
    if "[" not in text and "#" not in text:
        return text
    parts, stack, opened, place = list[str](), list[_OpenTag](), Counter[str](), 0
    last_code_end = max((end.start() for end in _END_OF_CODE.finditer(text)), default=-1)
    for found in _TAG.finditer(text):
        if found.start() < place:
            continue
        parts.append(text[place : found.start()])
        place = found.end()
        name, value = (found[2] or "br").lower(), (found[3] or "").removeprefix("=")
        if name == _VERBATIM and not found[1] and place <= last_code_end and (end := _END_OF_CODE.search(text, place)):
            parts.append(text[place : end.start()])
            place = end.end()
        elif found[1] and opened[name]:
            _close(parts, stack, opened, name)
        elif not found[1] and name in _SINGLES:
            parts.append(_SINGLES[name](value))
        else:
            if not found[1] and name in _PAIRS:
                stack.append(_OpenTag(name, value, len(parts)))
                opened[name] += 1
            parts.append(found[0])  # as it is, until its end is found
    return "".join((*parts, text[place:]))


def _close(parts: list[str], stack: list[_OpenTag], opened: Counter[str], name: str) -> None:
    """What was opened since and is still open is no tag."""
    while (tag := stack.pop()).name != name:
        opened[tag.name] -= 1
    opened[name] -= 1
    parts[tag.place :] = [_PAIRS[name](tag.value, "".join(parts[tag.place + 1 :]))]
