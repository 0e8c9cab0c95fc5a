"""A file of the portal, fetched by an address of the portal's that lets in whoever has it."""

import json
import re
from dataclasses import dataclass
from urllib.parse import unquote

import httpx

from portal import envelope
from portal.credentials import Credentials
from portal.errors import AnswerLostError, PortalError, PortalFaultError
from portal.wire import NEVER_SENT, UNUSABLE

MOST_REDIRECTS = 3
HEADERS = {"Accept": "*/*", "Accept-Encoding": "identity"}
"""What is packed could be of any size once it is unpacked."""
LONGEST_REFUSAL = 10_000
"""Bytes of an answer with an error status that are read."""
_NAME = re.compile(r"filename=(?:\"([^\"]*)\"|([^;\s]+))")
_ENCODED_NAME = re.compile(r"filename\*=utf-8''([^;\s]+)", re.IGNORECASE)


class FileTooLargeError(Exception):
    """The file is larger than whoever wants it can use; `size` is in bytes, None where the portal does not tell."""

    def __init__(self, size: int | None) -> None:
        super().__init__("the file is too large")
        self.size = size


@dataclass(frozen=True)
class DownloadedFile:
    """A file as the portal gave it; what it says of the file may be anything."""

    content: bytes
    media_type: str
    """As the portal says, in lower case and without parameters; empty where it says nothing."""
    name: str
    """Empty where the portal does not say."""


async def fetch_file(
    http: httpx.AsyncClient, credentials: Credentials, address: str, *, most_bytes: int
) -> DownloadedFile:
    """The file at an address that a method of the portal gave.

    The address holds a secret, in place of which it may have three asterisks, as answers of the portal have. Nothing
    of it stands in an error. Only the portal's own host is asked, also where it redirects.

    Raises:
        FileTooLargeError: It has more than `most_bytes`; no more than these were read.
        PortalFaultError: The file did not come.
        PortalError: The portal's own error, by its code.
    """
    target = _parse(credentials.reveal(address))
    try:
        for _ in range(MOST_REDIRECTS + 1):
            _check_origin(target, credentials)
            async with http.stream("GET", target, headers=HEADERS, follow_redirects=False) as answer:
                if not answer.has_redirect_location:
                    return await _read_file(answer, credentials, most_bytes)
                target = target.join(answer.headers["location"])
    except UNUSABLE:
        raise PortalFaultError("the portal sent to an address that cannot be used for the file") from None
    except (*NEVER_SENT, httpx.HTTPError, ConnectionError) as error:
        raise PortalFaultError(f"the file did not come ({type(error).__name__})") from None
    raise PortalFaultError("the portal redirects too often for the file")


def _parse(address: str) -> httpx.URL:
    try:
        return httpx.URL(address)
    except UNUSABLE:
        raise PortalFaultError("the portal gave an address for the file that cannot be used") from None


def _check_origin(target: httpx.URL, credentials: Credentials) -> None:
    """Anybody else would get what lets in whoever has it, and could be any server of this network."""
    ours = httpx.URL(credentials.origin)
    if (target.scheme, target.host, target.port) != (ours.scheme, ours.host, ours.port) or target.userinfo:
        raise PortalFaultError("the portal sent to another server for the file, and only the portal's own is asked")


async def _read_file(answer: httpx.Response, credentials: Credentials, most_bytes: int) -> DownloadedFile:
    if answer.headers.get("content-encoding", "identity").lower() != "identity":
        raise PortalFaultError("the answer came packed, which was not asked for", status=answer.status_code)
    if not answer.is_success:
        raise _make_refusal(answer.status_code, credentials.conceal(await _read_beginning(answer)))
    media_type = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    disposition = answer.headers.get("content-disposition", "")
    if media_type == "text/html" and not disposition:
        raise PortalFaultError("a page came in place of the file")
    told = answer.headers.get("content-length", "")
    size = int(told) if told.isdecimal() else None
    if size is not None and size > most_bytes:
        raise FileTooLargeError(size)
    content = bytearray()
    async for piece in answer.aiter_bytes():
        content += piece
        if len(content) > most_bytes:
            raise FileTooLargeError(size)
    if media_type == "application/json" and not disposition:
        raise _make_refusal(answer.status_code, credentials.conceal(bytes(content)))
    return DownloadedFile(bytes(content), media_type, _read_name(disposition))


async def _read_beginning(answer: httpx.Response) -> bytes:
    read = bytearray()
    async for piece in answer.aiter_bytes():
        read += piece
        if len(read) > LONGEST_REFUSAL:
            break
    return bytes(read)


def _make_refusal(status: int, body: bytes) -> PortalError:
    """What an answer with an error status means: the portal's own error, or a fault."""
    error = _read_error(status, body)
    if error is None or isinstance(error, AnswerLostError):
        return PortalFaultError(f"HTTP {status} in place of the file", status=status)
    return error


def _read_error(status: int, body: bytes) -> PortalError | None:
    """The portal's error in its JSON, which comes with HTTP 200 too; None where there is none."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if isinstance(answer, dict) and answer.get("error") is not None:
        return envelope.make_error(status, answer)
    return None


def _read_name(disposition: str) -> str:
    if encoded := _ENCODED_NAME.search(disposition):
        return unquote(encoded[1])
    named = _NAME.search(disposition)
    return unquote(named[1] or named[2] or "") if named else ""
