"""The bytes of an answer: bounded while they are read and while they are unpacked."""

import zlib

import httpx

ENCODINGS = "gzip, deflate"
"""What may be asked for: what is unpacked here, within a bound."""
LARGEST = 32 * 2**20
"""Bytes of an answer, as it comes and unpacked; a full batch of full pages has some 5 MB."""
HIGHEST_RATIO = 250
"""Of what is unpacked to what came; rows that are all alike come to some 100."""
SMALLEST_BOUND = 2**20
"""Bytes up to which an answer may be packed or filled as it likes."""
MOST_VALUES = 2 * 10**6
"""Each value of JSON takes some 100 bytes, however short it is written."""
_WBITS = {"gzip": (31,), "x-gzip": (31,), "deflate": (15, -15)}
"""Some servers send `deflate` without the header of zlib."""
_GZIP = b"\x1f\x8b"


class OversizeError(Exception):
    """An answer is larger than any true one; the message says in what."""


class BrokenCompressionError(Exception):
    """What came cannot be unpacked."""


async def read_answer(answer: httpx.Response, most: int = LARGEST) -> bytes:
    """The unpacked content of an answer that was asked for as a stream, which is closed afterwards.

    `most` bounds the bytes that are received and those that they are unpacked to.

    Raises:
        OversizeError: There are more; no more than these were kept, and the connection is closed.
        BrokenCompressionError: They cannot be unpacked.
        httpx.HTTPError: The answer broke off.
    """
    pieces, size = [], 0
    try:
        if not isinstance(answer.stream, httpx.AsyncByteStream):
            raise httpx.StreamClosed
        async for piece in answer.stream:
            size += len(piece)
            if size > most:
                raise OversizeError(f"it is larger than {most:,} bytes")
            pieces.append(piece)
    finally:
        await answer.aclose()
    return unpack(b"".join(pieces), answer.headers.get("content-encoding", ""), most)


def unpack(body: bytes, encoding: str, most: int = LARGEST) -> bytes:
    """A body without its encodings, of which those that are not known stay; also gzip that no header tells of.

    Raises:
        OversizeError: It has more than `most` bytes then, or shrinks more than answers do.
        BrokenCompressionError: It cannot be unpacked.
    """
    for name in reversed(encoding.lower().split(",")) if encoding else ():
        if forms := _WBITS.get(name.strip()):
            body = _unpack(body, forms, most)
    if body.startswith(_GZIP):
        try:
            return _unpack(body, _WBITS["gzip"], most)
        except BrokenCompressionError:
            return body
    return body


def _unpack(body: bytes, forms: tuple[int, ...], most: int) -> bytes:
    bound = min(most, max(SMALLEST_BOUND, len(body) * HIGHEST_RATIO))
    for wbits in forms:
        try:
            unpacked = zlib.decompressobj(wbits=wbits).decompress(body, bound + 1)
        except zlib.error:
            continue
        if len(unpacked) > bound:
            raise OversizeError(f"unpacked, it is larger than {bound:,} bytes")
        return unpacked
    raise BrokenCompressionError


def check_values(body: bytes) -> None:
    """Look whether the values of some JSON would take much more memory than its text.

    Raises:
        OversizeError: They would.
    """
    if len(body) > SMALLEST_BOUND and sum(map(body.count, (b",", b"[", b"{"))) > MOST_VALUES:
        raise OversizeError(f"it has more than {MOST_VALUES:,} values")
