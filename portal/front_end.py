"""Answers that are not the portal's: what stands before it, or broke inside it, sent a page, a redirect or nothing."""

import re
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from portal.address import format_origin
from portal.errors import AnswerLostError, BlockedError, LimitedError, PortalError

REDIRECTS, REFUSALS, FAULTS = 300, 400, 500
"""Where each class of HTTP statuses begins."""
TOO_MANY = 429
LONGEST_WAIT = 86_400.0
"""Seconds; a front end that names more has no time in mind."""
_HOST = re.compile(r"https?://[\w.:\[\]-]{1,100}")
_DECODED = {"", "identity", "gzip", "deflate"}


def make_front_end_error(status: int, headers: Mapping[str, str], body: bytes, *, flaw: str = "") -> PortalError:
    """What an answer means that is not the portal's JSON.

    A method that ran answers in JSON, so a redirect or a status of 4xx comes from before the portal and nothing was
    executed. `headers` have names in lower case; `flaw` says why the body could not be read, if it could not.
    """
    if REDIRECTS <= status < REFUSALS:
        return BlockedError(f"HTTP {status}, {_describe_target(headers)}", status=status)
    words = f"HTTP {status} without the portal's JSON ({flaw or _describe_body(headers, body)})"
    if status == TOO_MANY:
        return LimitedError(words, status=status, seconds=_read_retry_after(headers.get("retry-after", "")))
    kind = BlockedError if REFUSALS <= status < FAULTS else AnswerLostError
    return kind(words, status=status)


def _describe_target(headers: Mapping[str, str]) -> str:
    """Where a redirect leads; no more than scheme and host, because the rest may hold a secret."""
    location = headers.get("location", "")
    try:
        origin = format_origin(urlsplit(location))
    except ValueError:
        return "a redirect to an address that is none"
    if _HOST.fullmatch(origin):
        return f"a redirect to {origin}"
    if location.startswith("//") or "://" in location:
        return "a redirect to another host"
    return "a redirect to another page of the same host" if location else "a redirect to nowhere"


def _describe_body(headers: Mapping[str, str], body: bytes) -> str:
    if not body.strip():
        return "an empty answer"
    encodings = {part.strip().lower() for part in headers.get("content-encoding", "").split(",")}
    if encodings - _DECODED:
        return "compressed in a way that was not asked for"
    start = body[:1000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype", b"<html", b"<head", b"<body", b"<?xml")) or b"<html" in start:
        return "a page in its place"
    return "other JSON" if start.startswith((b"{", b"[")) else "something else in its place"


def _read_retry_after(value: str) -> float | None:
    """Seconds until another request is welcome, from a number or a date; None where neither can be read."""
    value = value.strip()
    if value.isdecimal():
        return min(float(value), LONGEST_WAIT)
    try:
        seconds = parsedate_to_datetime(value).timestamp() - time.time()
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(0.0, seconds), LONGEST_WAIT)
