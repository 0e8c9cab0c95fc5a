"""The bytes of files: those that were sent, or such as fit the name."""

import struct
import zlib
from pathlib import PurePosixPath

from sandbox.state.records import File

WIDTH, HEIGHT = 646, 615
TEXT = "Order 20931\nTwo lamps, white\nThe left one came with a broken shade.\n"
MEDIA_TYPES = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "svg": "image/svg+xml",
    "txt": "text/plain",
    "pdf": "application/pdf",
    "json": "application/json",
    "html": "text/html",
    "ogg": "audio/ogg",
    "mp4": "video/mp4",
}
"""By the ending of the name: the portal believes it, whatever the file holds."""


def find_extension(name: str) -> str:
    """The ending of a file's name in lower case, without its dot."""
    return PurePosixPath(name).suffix.lstrip(".").lower()


def find_media_type(name: str) -> str:
    """What the portal says a file of this name is."""
    return MEDIA_TYPES.get(find_extension(name), "application/octet-stream")


def read_content(file: File) -> bytes:
    """The bytes of a file; one that came without any has such as fit its name, filled up to its size."""
    if file.content is not None:
        return file.content
    match find_extension(file.name):
        case "png":
            return make_picture().ljust(file.size, b"\0")
        case "pdf":
            return make_pdf(TEXT.splitlines()).ljust(file.size, b"\n")
        case "txt":
            return (TEXT * (file.size // len(TEXT) + 1))[: file.size].encode()
        case _:
            return bytes(file.size)


def make_picture(width: int = WIDTH, height: int = HEIGHT) -> bytes:
    """A PNG with a slope of colours."""
    row = bytearray(b for x in range(width) for b in (x * 16 // width * 16, 0, 160))
    rows = bytearray()
    for y in range(height):
        row[1::3] = bytes((y * 16 // height * 16,)) * width
        rows += b"\0" + row
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(rows))), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_make_chunk(kind, data) for kind, data in parts)


def _make_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def make_pdf(lines: list[str]) -> bytes:
    """A PDF of one page with these lines, which have to be ASCII without brackets."""
    shown = " ".join(f"({line}) Tj T*" for line in lines)
    drawn = f"BT /F1 12 Tf 14 TL 72 720 Td {shown} ET"
    objects = (
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        f"<</Length {len(drawn)}>>\nstream\n{drawn}\nendstream",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    )
    written, places = "%PDF-1.4\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(written))
        written += f"{number} 0 obj\n{one}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    count = len(objects) + 1
    return (
        f"{written}xref\n0 {count}\n0000000000 65535 f \n{table}trailer\n<</Size {count}/Root 1 0 R>>\n"
        f"startxref\n{len(written)}\n%%EOF\n"
    ).encode()
