"""Addresses that may be talked to: https, or plain http on this machine."""

import ipaddress
from urllib.parse import SplitResult, urlsplit

_AROUND = " \t\r\n\u00a0\u200b\ufeff\"'`<>\u00ab\u00bb\u201c\u201d\u201e\u2018\u2019,;"
"""What is copied with an address out of a text."""


class InvalidAddressError(ValueError):
    """An address that cannot be used; the message says why without repeating it."""


def parse_address(url: str, what: str) -> SplitResult:
    """The parts of an address of a portal or server; `what` names it in the message.

    Raises:
        InvalidAddressError: It is no https address, and no plain http one of this machine, or it holds a user name,
            a query or a fragment.
    """
    try:
        parts = urlsplit(url.strip(_AROUND))
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise InvalidAddressError(f"the {what} is not a URL") from None
    if parts.scheme not in {"https", "http"} or not host or parts.username or parts.query or parts.fragment:
        raise InvalidAddressError(f"the {what} should look like https://HOST/...")
    if parts.scheme == "http" and not is_loopback(host):
        raise InvalidAddressError(f"the {what} has to start with https:// (plain http is for this machine only)")
    return parts


def format_origin(parts: SplitResult) -> str:
    """Scheme, host and port, in lower case."""
    host = parts.hostname or ""
    authority = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{authority}" + (f":{parts.port}" if parts.port else "")


def is_loopback(host: str) -> bool:
    """Whether a host, without brackets, is this machine for certain: by its address, or a name that never leaves it.

    Source: RFC 6761, section 6.3.
    """
    name = host.lower().rstrip(".")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    address = getattr(address, "ipv4_mapped", None) or address
    return address.is_loopback
