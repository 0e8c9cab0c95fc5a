"""A program of its own that makes a harmless picture or plain text of a file: `decoder.py picture|pdf`.

It reads the file from its standard input, and writes a line of JSON and after it the picture (PNG or JPEG) or the text
(UTF-8) to its standard output. It may take so much time and memory; a file that wants more ends it, and nothing else.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL import Image

CPU_SECONDS = 20
MEMORY = 1_500_000_000
"""Bytes of address space."""
LONG_SIDE = 1568
"""Pixels of the longer side of a picture, which is what models see of it at most."""
MOST_BYTES = 700_000
"""Of a picture: some clients take no more than a million letters of Base64."""
MOST_PIXELS, MOST_PIXELS_OF_JPEG = 64_000_000, 300_000_000
"""JPEGs are made smaller while they are read."""
FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP")
LOSSLESS = frozenset({"PNG", "GIF", "BMP"})
QUALITIES = (88, 75, 60)
MOST_PAGES, MOST_CHARACTERS = 100, 400_000


class UnusableFileError(Exception):
    """A file of which nothing can be made; the message says why in our words alone."""


def convert_picture(content: bytes) -> tuple[dict[str, Any], bytes]:
    """What there is to say of a picture, and its first frame: upright, not too large, and without anything else.

    Places, names and previews that cameras write into pictures are left behind, as all is drawn anew.
    """
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None  # there is a bound of our own
    with Image.open(BytesIO(content), formats=FORMATS) as opened:
        lossless = opened.format in LOSSLESS
        width, height = opened.size
        if width * height > (MOST_PIXELS if opened.format != "JPEG" else MOST_PIXELS_OF_JPEG):
            raise UnusableFileError(f"it has {width} x {height} pixels, which is too many")
        told = {"width": width, "height": height, "animated": bool(getattr(opened, "is_animated", False))}
        opened.draft("RGB", (LONG_SIDE, LONG_SIDE))
        opened.load()
        upright = _turn_upright(opened)
        if (upright.width > upright.height) != (opened.width > opened.height):
            told |= {"width": height, "height": width}
    transparent = upright.mode in {"RGBA", "LA", "PA", "La", "RGBa"} or "transparency" in upright.info
    drawn = _reduce_depth(upright).convert("RGBA" if transparent else "RGB")
    drawn.thumbnail((LONG_SIDE, LONG_SIDE))
    bare = Image.new(drawn.mode, drawn.size)
    bare.paste(drawn)
    picture, size = _encode(bare, lossless=lossless or transparent)
    return {**told, "shown_width": size[0], "shown_height": size[1]}, picture


def _turn_upright(picture: "Image.Image") -> "Image.Image":
    """The picture as the camera noted that it was held, if the note can be read."""
    from PIL import ImageOps

    try:
        return ImageOps.exif_transpose(picture)
    except Exception:  # noqa: BLE001  (notes can be damaged in many ways, and the picture is good without them)
        return picture


def _reduce_depth(picture: "Image.Image") -> "Image.Image":
    """A picture of 16 bits a pixel with 8 of them; the others have no more."""
    if not picture.mode.startswith("I"):
        return picture
    return picture.convert("I").point(lambda value: value / 256).convert("L")


def _encode(picture: "Image.Image", *, lossless: bool) -> tuple[bytes, tuple[int, int]]:
    """As PNG where it was drawn, else as JPEG, small enough; and its size in pixels."""
    from PIL import Image

    if lossless and len(png := _save(picture, "PNG")) <= MOST_BYTES:
        return png, picture.size
    if picture.mode == "RGBA":
        white = Image.new("RGB", picture.size, "white")
        white.paste(picture, mask=picture.getchannel("A"))
        picture = white
    while True:
        for quality in QUALITIES:
            if len(jpeg := _save(picture, "JPEG", quality=quality, optimize=True)) <= MOST_BYTES:
                return jpeg, picture.size
        picture = picture.resize((max(1, picture.width * 3 // 4), max(1, picture.height * 3 // 4)))


def _save(picture: "Image.Image", kind: str, **options: Any) -> bytes:
    written = BytesIO()
    picture.save(written, kind, **options)
    return written.getvalue()


def extract_text(content: bytes) -> tuple[dict[str, Any], bytes]:
    """How many pages a PDF has, how many were read, and their text."""
    from pypdf import PdfReader

    reader = PdfReader(BytesIO(content))
    if reader.is_encrypted and not reader.decrypt(""):
        raise UnusableFileError("it is locked with a password")
    texts: list[str] = []
    for text in _read_pages(reader):
        texts.append(text)
        if sum(map(len, texts)) >= MOST_CHARACTERS:
            break
    told = {"pages": len(reader.pages), "pages_read": len(texts)}
    return told, "\n\n".join(texts)[:MOST_CHARACTERS].encode(errors="replace")


def _read_pages(reader: Any) -> Iterator[str]:
    for number in range(min(len(reader.pages), MOST_PAGES)):
        yield reader.pages[number].extract_text().strip()


def limit_resources() -> None:
    """Let this process take so much and no more, where the system can."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def main() -> None:
    """Read, convert, write."""
    limit_resources()
    convert = {"picture": convert_picture, "pdf": extract_text}[sys.argv[1]]
    try:
        told, made = convert(sys.stdin.buffer.read())
    except UnusableFileError as error:
        told, made = {"error": str(error)}, b""
    except Exception:  # noqa: BLE001  (libraries fail in many ways, and their words may be the client's)
        told, made = {"error": "it is damaged, or of a kind that cannot be read"}, b""
    sys.stdout.buffer.write(json.dumps(told).encode() + b"\n" + made)


if __name__ == "__main__":
    main()
