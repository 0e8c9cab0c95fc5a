"""What a file holds, as far as an assistant can read it: a picture, the text of a document, or neither."""

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path, PurePath
from subprocess import DEVNULL, PIPE
from typing import Any, Literal

import anyio
from anyio.lowlevel import RunVar

SECONDS = 30.0
"""That a file may take to be converted."""
ENVIRONMENT = ("PATH", "PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH", "SYSTEMROOT")
"""What the converting process gets to know of this one's environment, in which secrets are."""
SIDE_BY_SIDE = 2
"""Files that are converted at the same time."""
INSTALL = (
    "reading pictures and PDF takes an extra that is not installed here: ask the person who runs the server for "
    "pip install 'bitrix24-openchannels-mcp[files]'"
)
NO_TEXT = "it holds no text: a scan, perhaps"
UNREADABLE = "it is damaged, or of a kind that cannot be read"
LIBRARIES = {"picture": "PIL", "pdf": "pypdf"}
PICTURES = ((b"\x89PNG\r\n\x1a\n", 0), (b"\xff\xd8\xff", 0), (b"GIF8", 0), (b"WEBP", 8), (b"BM", 0))
"""How pictures begin, and at which byte."""
PICTURE_NAMES = frozenset(
    {"png", "jpg", "jpeg", "jpe", "gif", "webp", "bmp", "svg", "tif", "tiff", "heic", "heif", "avif"}
)
BEGINNING = 1024
"""Bytes within which a PDF says that it is one."""
_WEB_PAGE = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype|html|svg|script)\b", re.DOTALL
)
LONGEST_LINE, MOST_CHARACTERS = 1000, 400_000
_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")
"""What stands in no text."""

_LIMITER: RunVar[anyio.CapacityLimiter] = RunVar("files converted side by side")
Kind = Literal["picture", "pdf", "text", "other"]


@dataclass(frozen=True)
class FileContents:
    """What can be shown of a file."""

    kind: Kind
    picture: bytes | None = None
    """PNG or JPEG, drawn anew."""
    lines: tuple[str, ...] = ()
    """Of the text; long ones are broken."""
    width: int | None = None
    """Of the picture as it came, in pixels."""
    height: int | None = None
    shown_width: int | None = None
    """Of the picture as it is shown."""
    shown_height: int | None = None
    animated: bool = False
    pages: int | None = None
    pages_read: int | None = None
    note: str = ""
    """Why nothing, or not everything, is shown."""


async def read_contents(content: bytes, name: str, *, shows_pictures: bool = True) -> FileContents:
    """What can be shown of a file, by what it holds; its name counts only where that says nothing.

    Pictures and PDF are converted in a process of their own, so that none can take this one's time or memory.
    """
    kind = _find_kind(content, name)
    if kind == "text":
        text = await anyio.to_thread.run_sync(_decode_text, content)
        return _make_text("text", text or "", _explain_end(text or ""))
    if why := _explain_absence(kind, content, name, shows_pictures=shows_pictures):
        return FileContents(kind, note=why)
    told, made = await _convert(kind, content)
    if "error" in told:
        return FileContents(kind, note=told["error"])
    if kind == "picture":
        return FileContents(kind, picture=made, **told)
    return _make_text(kind, made.decode(), **told)


def _make_text(kind: Kind, text: str, note: str = "", **told: Any) -> FileContents:
    if not text.strip():
        return FileContents(kind, note=NO_TEXT if kind == "pdf" else "it is empty", **told)
    return FileContents(kind, lines=_split_lines(text), note=note, **told)


def _explain_absence(kind: Kind, content: bytes, name: str, *, shows_pictures: bool) -> str:
    """Why a file is not shown; empty where it can be tried."""
    if kind == "other":
        return _explain_other(content, name)
    if kind == "picture" and not shows_pictures:
        return "personal data are hidden here, and in a picture nothing can be hidden"
    return "" if find_spec(LIBRARIES[kind]) else INSTALL


def _find_ending(name: str) -> str:
    """The ending of a file's name, in lower case and without its dot."""
    return PurePath(name).suffix.lstrip(".").lower()


def _find_kind(content: bytes, name: str) -> Kind:
    if any(content.startswith(mark, place) for mark, place in PICTURES):
        return "picture"
    if b"%PDF-" in content[:BEGINNING]:
        return "pdf"
    if _find_ending(name) in PICTURE_NAMES or _is_web_page(content):
        return "other"
    return "text" if _decode_text(content) is not None else "other"


def _is_web_page(content: bytes) -> bool:
    return bool(_WEB_PAGE.match(content[:BEGINNING].lower()))


def _explain_other(content: bytes, name: str) -> str:
    if not content:
        return "it is empty"
    if _is_web_page(content):
        return "it holds a web page or an SVG drawing, and these are not shown"
    if _find_ending(name) in PICTURE_NAMES:
        return "it is called a picture, but is none that can be shown"
    return "files of this kind are not shown"


def _decode_text(content: bytes) -> str | None:
    """The text in UTF-8, UTF-16 or Windows-1251; None where it is no text."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(mark):
            return _decode(content, encoding)
    return _decode(content, "utf-8") or _decode(content, "cp1251") or None


def _split_lines(text: str) -> tuple[str, ...]:
    """The lines of a text, as far as it is read; of a very long one the pieces."""
    return tuple(
        line[start : start + LONGEST_LINE]
        for line in text[:MOST_CHARACTERS].splitlines()
        for start in range(0, len(line) or 1, LONGEST_LINE)
    )


def _explain_end(text: str) -> str:
    return f"only its first {MOST_CHARACTERS:,} characters are read" if len(text) > MOST_CHARACTERS else ""


def _decode(content: bytes, encoding: str) -> str | None:
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        return None
    return None if _CONTROL.search(text) else text


async def _convert(kind: Kind, content: bytes) -> tuple[dict[str, Any], bytes]:
    """What decoder.py says of a file, and makes of it."""
    run = partial(_run_decoder, kind, content)
    return await anyio.to_thread.run_sync(run, limiter=_find_limiter(), abandon_on_cancel=True)


def _run_decoder(kind: Kind, content: bytes) -> tuple[dict[str, Any], bytes]:
    """In a process of its own, which is killed when it takes too long."""
    program = [sys.executable, "-P", str(Path(__file__).with_name("decoder.py")), kind]
    environment = {name: os.environ[name] for name in ENVIRONMENT if name in os.environ}
    try:
        ran = subprocess.run(  # noqa: S603  (our own program)
            program, input=content, stdout=PIPE, stderr=DEVNULL, env=environment, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return {"error": "it takes too long to be read"}, b""
    line, _, made = ran.stdout.partition(b"\n")
    return (json.loads(line), made) if ran.returncode == 0 else ({"error": UNREADABLE}, b"")


def _find_limiter() -> anyio.CapacityLimiter:
    try:
        return _LIMITER.get()
    except LookupError:
        _LIMITER.set(limiter := anyio.CapacityLimiter(SIDE_BY_SIDE))
        return limiter
