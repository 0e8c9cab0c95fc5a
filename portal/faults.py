"""Why a request brought no answer, in words that say what to look at; the library's own often say nothing."""

import os
import re
import socket
import ssl
from collections.abc import Iterator

import httpx

from portal.answer import BrokenCompressionError
from portal.errors import BlockedError, CertificateError, NotReachableError, PortalError

_STATUS = re.compile(r"[1-5]\d\d\b")
MOST_WORDS = 300


def make_connection_error(error: Exception, host: str, proxy: str = "") -> PortalError:
    """What it means that no connection to `host` could be opened; `proxy` is the variable that names the proxy used.

    Raises nothing, and says nothing that the exception or a proxy's address may hold of a secret.
    """
    where = f"the proxy of {proxy}" if proxy else host
    if isinstance(error, httpx.ProxyError):
        return _make_proxy_error(error, where)
    causes = list(_list_causes(error))
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            reason = _shorten(cause.verify_message) or "it could not be verified"
            return CertificateError(f"the certificate of {host} cannot be trusted: {reason}")
    for cause in causes:
        if isinstance(cause, ssl.SSLError):
            reason = _shorten(cause.reason or "").replace("_", " ").lower() or "it was broken off"
            return NotReachableError(f"no TLS connection to {host}: {reason}")
        if isinstance(cause, socket.gaierror):
            return NotReachableError(f"the name of {where} is not known (DNS)")
    if isinstance(error, httpx.TimeoutException):
        return NotReachableError(f"no connection to {where} in time")
    numbers = [cause.errno for cause in causes if isinstance(cause, OSError) and cause.errno]
    reason = f" ({os.strerror(numbers[-1]).lower()})" if numbers else ""
    return NotReachableError(f"no connection to {where}{reason}")


def _make_proxy_error(error: httpx.ProxyError, where: str) -> PortalError:
    """A proxy that did not open the way; it begins its reason with a status."""
    found = _STATUS.match(str(error))
    status = int(found[0]) if found else None
    if status is not None and status < 500:  # noqa: PLR2004  (the border of faults)
        return BlockedError(f"HTTP {status} from {where}", status=status)
    return NotReachableError(f"HTTP {status} from {where}" if status else f"{where} does not work", status=status)


def _list_causes(error: BaseException) -> Iterator[BaseException]:
    """An exception and everything that led to it."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        cause = waiting.pop(0)
        if cause is None or id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        waiting += [cause.__cause__, cause.__context__]
        if isinstance(cause, BaseExceptionGroup):
            waiting += cause.exceptions


def describe_lost_answer(error: Exception) -> str:
    """Why an answer did not come, or not to its end."""
    match error:
        case httpx.DecodingError() | BrokenCompressionError():
            return "its compression is broken"
        case httpx.TimeoutException():
            return "no answer in time"
        case httpx.RemoteProtocolError() | httpx.ReadError() | httpx.WriteError() | ConnectionError():
            return "the connection was closed before the answer was complete"
    return "no usable answer came"


def _shorten(words: str) -> str:
    return " ".join(words.split())[:MOST_WORDS]
