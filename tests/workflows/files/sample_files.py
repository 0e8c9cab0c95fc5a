"""Files as clients send them: pictures of cameras, documents, and some that are not what they are called."""

import struct
import zlib
from functools import cache
from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw

PLACE = "geo:52.52"
"""Stands in the notes of a camera."""
LETTER = "Dear team,\nthe lamp of order 20931 is broken.\n"


def draw(mode: str = "RGB", size: tuple[int, int] = (400, 300)) -> Image.Image:
    """The upper left quarter is red; what is transparent, or another colour, lies around it."""
    picture = Image.new("RGBA" if mode == "RGBA" else "RGB", size, (0, 0, 255, 0) if mode == "RGBA" else (0, 0, 255))
    ImageDraw.Draw(picture).rectangle((0, 0, size[0] // 2 - 1, size[1] // 2 - 1), fill=(255, 0, 0))
    return picture if picture.mode == mode else picture.convert(mode)


def save(picture: Image.Image, kind: str, **options: Any) -> bytes:
    written = BytesIO()
    picture.save(written, kind, **options)
    return written.getvalue()


def photo_on_its_side() -> bytes:
    """A JPEG that a camera, held on its side, has noted the place in, and much else."""
    exif = Image.Exif()
    exif[0x0112] = 6  # turn it by 90 degrees
    exif[0x010E] = PLACE
    exif.get_ifd(0x8825)[1] = "N"
    return save(draw(size=(400, 200)), "JPEG", exif=exif, comment=PLACE.encode())


def animation() -> bytes:
    frames = [Image.new("RGB", (64, 64), colour) for colour in ("red", "green", "blue")]
    return save(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=100)


def noise(size: int) -> bytes:
    """A picture that no PNG makes small."""
    return save(Image.effect_noise((size, size), 90).convert("RGB"), "PNG", compress_level=1)


@cache
def _pack_zeros() -> bytes:
    packed = zlib.compressobj()
    return b"".join(packed.compress(bytes(1 << 20)) for _ in range(64)) + packed.flush()


def bomb(width: int, height: int) -> bytes:
    """A few bytes of PNG that would be gigabytes in memory."""
    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", _pack_zeros()) + chunk(b"IEND", b"")


HTML = b"<!DOCTYPE html><html><script>alert(document.cookie)</script></html>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><rect width="9" height="9"/></svg>'
