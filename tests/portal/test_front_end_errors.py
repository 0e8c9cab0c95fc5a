"""What an answer means that is not the portal's, by its status and form."""

import pytest

from portal.errors import AnswerLostError, BlockedError, LimitedError, PortalError
from portal.front_end import make_front_end_error


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (200, AnswerLostError),
        (204, AnswerLostError),
        (299, AnswerLostError),
        (300, BlockedError),
        (399, BlockedError),
        (400, BlockedError),
        (428, BlockedError),
        (429, LimitedError),
        (430, BlockedError),
        (499, BlockedError),
        (500, AnswerLostError),
        (599, AnswerLostError),
    ],
)
def test_a_status_says_whether_the_method_can_have_run(status: int, kind: type[PortalError]) -> None:
    error = make_front_end_error(status, {}, b"<html>")

    assert type(error) is kind
    assert error.status == status
    assert error.code is None
    assert error.description.startswith(f"HTTP {status}")
    assert ("redirect" in error.description) == (300 <= status < 400)


@pytest.mark.parametrize(
    ("headers", "body", "form"),
    [
        ({}, b"", "an empty answer"),
        ({}, b"<!DOCTYPE html>", "a page in its place"),
        ({}, b"\xef\xbb\xbf\r\n<HTML>", "a page in its place"),
        ({}, b"<head>", "a page in its place"),
        ({}, b"<?xml version='1.0'?>", "a page in its place"),
        ({}, b"<br />\n<b>Fatal error</b>: x <html>", "a page in its place"),
        ({}, b"<br />\n<b>Fatal error</b>: x", "something else in its place"),
        ({}, b"Service unavailable", "something else in its place"),
        ({}, b'{"a": 1}', "other JSON"),
        ({}, b" []", "other JSON"),
        ({"content-encoding": "br"}, b"\x00", "compressed in a way that was not asked for"),
        ({"content-encoding": "gzip, zstd"}, b"\x00", "compressed in a way that was not asked for"),
        ({"content-encoding": "GZIP,deflate, identity"}, b"x", "something else in its place"),
        ({"content-encoding": "br"}, b"", "an empty answer"),
    ],
)
def test_the_form_of_the_answer_is_told(headers: dict[str, str], body: bytes, form: str) -> None:
    assert make_front_end_error(502, headers, body).description == f"HTTP 502 without the portal's JSON ({form})"


def test_a_flaw_is_told_in_place_of_the_form() -> None:
    assert "(it broke)" in make_front_end_error(502, {}, b"", flaw="it broke").description


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0),
        (" 7 ", 7.0),
        ("999999999", 86_400.0),
        ("Mon, 01 Jan 2024 00:00:00 GMT", 0.0),
        ("Fri, 31 Dec 2100 00:00:00 GMT", 86_400.0),
        ("", None),
        ("-5", None),
        ("1e3", None),
        ("soon", None),
        ("Mon, 99 Jan 2024", None),
    ],
)
def test_the_time_that_a_front_end_names_is_read_and_bounded(value: str, seconds: float | None) -> None:
    error = make_front_end_error(429, {"retry-after": value}, b"")

    assert isinstance(error, LimitedError)
    assert error.seconds == seconds


@pytest.mark.parametrize(
    ("location", "words"),
    [
        ("https://new.example/x?token=y", "a redirect to https://new.example"),
        ("https://New.Example:8443", "a redirect to https://new.example:8443"),
        ("https://user:pass@new.example/", "a redirect to https://new.example"),
        ("/login", "a redirect to another page of the same host"),
        ("?x", "a redirect to another page of the same host"),
        ("//new.example/x", "a redirect to another host"),
        ("ftp://new.example", "a redirect to another host"),
        ("https://[", "a redirect to an address that is none"),
        ("https://what to do now/", "a redirect to another host"),
        ("", "a redirect to nowhere"),
    ],
)
def test_of_a_redirect_no_more_than_the_host_is_told(location: str, words: str) -> None:
    assert make_front_end_error(302, {"location": location}, b"").description == f"HTTP 302, {words}"
