"""Answers that would fill the memory: how much of them is read, and what is said of them."""

import gzip
import json
import tracemalloc
import zlib

import anyio
import pytest

from portal.answer import LARGEST, BrokenCompressionError, OversizeError, unpack
from portal.errors import AnswerLostError, AnswerTooLargeError, BlockedError, OutcomeUnknownError
from server.events.posting import LONGEST_ANSWER, post_form
from tests.portal.front_end import HTML, READ, WRITE, FrontEnd, Reply, call_portal, set_replies

JSON = {"content-type": "application/json"}
PACKED = {**JSON, "content-encoding": "gzip"}
MEMORY = 4 * LARGEST
"""Bytes that one hostile answer may take at most, whatever its size."""


def pack(size: int, wbits: int = 31) -> bytes:
    """An answer of so many bytes, packed."""
    packing = zlib.compressobj(9, wbits=wbits)
    piece = b"x" * 2**20
    packed = packing.compress(b'{"result": "')
    packed += b"".join(packing.compress(piece) for _ in range(size // len(piece)))
    return packed + packing.compress(b'"}') + packing.flush()


BOMB = pack(600 * 2**20)
HOSTILE = {
    "plain": Reply(body=b'{"result": "' + b"x" * (LARGEST + 2**20) + b'"}'),
    "plain, without an end": Reply(body=b"x" * (LARGEST + 2**20), headers={**JSON, "content-length": ""}, cut=True),
    "packed": Reply(body=BOMB, headers=PACKED),
    "packed with deflate": Reply(body=pack(600 * 2**20, 15), headers={**JSON, "content-encoding": "deflate"}),
    "packed twice": Reply(body=gzip.compress(BOMB), headers={**JSON, "content-encoding": "gzip, gzip"}),
    "packed, and no header says so": Reply(body=BOMB),
    "of many values": Reply(body=b'{"result": [' + b"{}," * 4_000_000 + b"0]}"),
}
hostile = pytest.mark.parametrize("reply", HOSTILE.values(), ids=HOSTILE)


@hostile
def test_a_read_whose_answer_is_too_large_is_asked_once_and_says_so(served: FrontEnd, reply: Reply) -> None:
    set_replies(served, reply)
    (error,) = call_portal(served)
    assert type(error) is AnswerTooLargeError
    assert "the answer is too large" in error.description
    assert served.asked == [READ]


@hostile
def test_a_change_whose_answer_is_too_large_has_an_unknown_outcome_and_is_never_sent_again(
    served: FrontEnd, reply: Reply
) -> None:
    set_replies(served, reply)
    (error,) = call_portal(served, repeatable=False)
    assert type(error) is OutcomeUnknownError
    assert "the answer is too large" in error.description
    assert served.asked == [WRITE]


@pytest.mark.parametrize("name", ["packed", "packed twice", "of many values"])
def test_an_answer_that_is_too_large_takes_no_more_memory_than_the_largest_that_is_read(
    served: FrontEnd, name: str
) -> None:
    set_replies(served, HOSTILE[name])
    tracemalloc.start()
    try:
        call_portal(served)
        assert tracemalloc.get_traced_memory()[1] < MEMORY
    finally:
        tracemalloc.stop()


def test_of_a_handlers_answer_no_more_is_read_than_is_shown(served: FrontEnd) -> None:
    set_replies(served, HOSTILE["plain, without an end"])
    tracemalloc.start()
    try:
        answer = anyio.run(post_form, f"{served.address}/handler", "event=ONTEST")
        assert tracemalloc.get_traced_memory()[1] < LARGEST
    finally:
        tracemalloc.stop()
    assert (answer.status, answer.text) == (200, "x" * LONGEST_ANSWER)


def test_a_page_that_is_too_large_is_still_a_refusal(served: FrontEnd) -> None:
    set_replies(served, Reply(status=403, body=BOMB, headers={**HTML, "content-encoding": "gzip"}))
    (error,) = call_portal(served, repeatable=False)
    assert type(error) is BlockedError
    assert served.asked == [WRITE]


def test_a_batch_whose_answer_is_too_large_is_asked_one_by_one(served: FrontEnd) -> None:
    served.asked.clear()
    served.answer = lambda method, _: Reply(body=BOMB, headers=PACKED) if method == "batch" else Reply()
    assert call_portal(served, count=30) == [1] * 30
    assert served.asked.count("batch") == 1


@pytest.mark.parametrize(
    ("encoding", "wbits"), [("gzip", 31), ("x-gzip", 31), ("deflate", 15), ("Deflate", -15), ("", 31)]
)
def test_an_answer_is_read_however_it_is_packed(served: FrontEnd, encoding: str, wbits: int) -> None:
    rows = [{"ID": number, "NAME": "the same", "ACTIVE": "Y"} for number in range(50_000)]
    packing = zlib.compressobj(wbits=wbits)
    body = packing.compress(json.dumps({"result": rows}).encode()) + packing.flush()
    set_replies(served, Reply(body=body, headers={**JSON, "content-encoding": encoding}))
    assert call_portal(served) == [rows]


def test_an_answer_whose_compression_is_broken_is_lost(served: FrontEnd) -> None:
    set_replies(served, Reply(body=b"\x1f\x8bbroken", headers=PACKED))
    (error,) = call_portal(served, repeatable=False)
    assert isinstance(error, AnswerLostError)
    assert "its compression is broken" in error.description


def test_nothing_that_is_unpacked_has_more_bytes_than_are_allowed() -> None:
    assert len(unpack(gzip.compress(b"x" * 1000), "gzip", 1000)) == 1000
    with pytest.raises(OversizeError):
        unpack(gzip.compress(b"x" * 1001), "gzip", 1000)
    with pytest.raises(BrokenCompressionError):
        unpack(b"not packed at all", "gzip")
