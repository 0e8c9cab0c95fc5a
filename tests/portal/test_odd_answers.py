"""Answers that are wrapped oddly or broken, over real connections."""

import gzip
import json
import zlib

import pytest

from portal.errors import OutcomeUnknownError, PortalFaultError
from tests.portal.front_end import HTML, PAGE, FrontEnd, Reply, call_portal, set_replies

RESULT = json.dumps({"result": {"id": "Оля"}}, ensure_ascii=False)
WARNING = b"<br />\n<b>Warning</b>:  Undefined array key {0} in <b>/home/x.php</b> on line <b>7</b><br />\n"
READABLE = {
    "byte order mark": Reply(body=b"\xef\xbb\xbf" + RESULT.encode()),
    "utf-16": Reply(body=RESULT.encode("utf-16")),
    "a warning of PHP before": Reply(body=WARNING + RESULT.encode(), headers=HTML),
    "a warning of PHP behind": Reply(body=RESULT.encode() + WARNING, headers=HTML),
    "the wrong character set named": Reply(
        headers={"content-type": "text/html; charset=windows-1251"}, body=RESULT.encode()
    ),
    "another character set": Reply(
        headers={"content-type": "application/json; charset=windows-1251"}, body=RESULT.encode("cp1251")
    ),
    "gzip": Reply(body=gzip.compress(RESULT.encode()), headers={"content-encoding": "gzip"}),
    "gzip that no header tells": Reply(body=gzip.compress(RESULT.encode())),
    "deflate": Reply(body=zlib.compress(RESULT.encode()), headers={"content-encoding": "deflate"}),
    "chunked": Reply(
        body=b"%x\r\n%s\r\n0\r\n\r\n" % (len(RESULT.encode()), RESULT.encode()),
        headers={"transfer-encoding": "chunked", "content-length": ""},
    ),
    "an empty error beside the result": Reply(body=b'{"error": [], "result": {"id": "\\u041e\\u043b\\u044f"}}'),
}


@pytest.mark.parametrize("how", READABLE)
def test_an_answer_that_is_wrapped_oddly_is_read(served: FrontEnd, how: str) -> None:
    set_replies(served, READABLE[how])

    assert call_portal(served, repeatable=False) == [{"id": "Оля"}]


TEXTS = {
    "a broken character": (b'{"result": "a\xd0"}', "a\ufffd"),
    "half of a pair of surrogates": (b'{"result": "a\\ud83d"}', "a?"),
    "control characters": (b'{"result": "a\nb\tc\x01"}', "a\nb\tc\x01"),
}


@pytest.mark.parametrize("how", TEXTS)
def test_an_odd_character_in_a_text_does_not_take_the_answer_with_it(served: FrontEnd, how: str) -> None:
    body, text = TEXTS[how]
    set_replies(served, Reply(body=body))

    assert call_portal(served, repeatable=False) == [text]


UNREADABLE = {
    "nothing": (Reply(body=b""), "an empty answer"),
    "only space": (Reply(body=b" \r\n"), "an empty answer"),
    "a page": (Reply(body=PAGE, headers=HTML), "a page in its place"),
    "a page that holds JSON": (
        Reply(body=b"<html><script>x = " + RESULT.encode(), headers=HTML),
        "a page in its place",
    ),
    "gzip that is none": (Reply(body=b"plain", headers={"content-encoding": "gzip"}), "its compression is broken"),
    "deflate that is none": (
        Reply(body=b"plain", headers={"content-encoding": "deflate"}),
        "its compression is broken",
    ),
    "brotli": (Reply(body=b"\x0b\x02\x80", headers={"content-encoding": "br"}), "compressed in a way"),
    "half of gzip": (Reply(body=gzip.compress(RESULT.encode())[:20], headers={"content-encoding": "gzip"}), "HTTP 200"),
    "half an answer": (Reply(body=b'{"res', headers={"content-length": "90"}, cut=True), "the connection was closed"),
    "half a chunk": (
        Reply(body=b'5a\r\n{"res', headers={"transfer-encoding": "chunked", "content-length": ""}, cut=True),
        "the connection was closed",
    ),
    "half of the JSON": (Reply(body=RESULT.encode()[:-4]), "other JSON"),
    "a list": (Reply(body=b"[1]"), "other JSON"),
    "bytes": (Reply(body=b"\xff\xfe\x00\xd8"), "something else"),
    "a character set that nobody knows": (
        Reply(body=b"\xff", headers={"content-type": "x; charset=klingon"}),
        "something",
    ),
}


@pytest.mark.parametrize("how", UNREADABLE)
def test_an_answer_that_cannot_be_read_is_told_with_its_status_and_what_it_was(served: FrontEnd, how: str) -> None:
    reply, words = UNREADABLE[how]
    for repeatable, kind, requests in ((True, PortalFaultError, 5), (False, OutcomeUnknownError, 1)):
        set_replies(served, reply)

        (error,) = call_portal(served, repeatable=repeatable)

        assert type(error) is kind
        assert error.description.startswith("HTTP 200")
        assert words in error.description
        assert len(served.asked) == requests
