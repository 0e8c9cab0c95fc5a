"""Checks of what the control API is sent, and of who sends it."""

from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any


class BadInputError(Exception):
    """The control API was asked for something that makes no sense."""


def read_required(body: Mapping[str, Any], name: str, kinds: tuple[type, ...]) -> Any:
    """A value of a JSON object that must be there and of one of the given types; a boolean is never a number.

    Raises:
        BadInputError: the value is missing or of another type; the text names the field and the types.
    """
    value = body.get(name)
    if isinstance(value, bool) or not isinstance(value, kinds):
        raise BadInputError(f"{name}: {' or '.join(kind.__name__ for kind in kinds)} expected")
    return value


def is_loopback(host: str) -> bool:
    """Whether a host, given as an IP address or as a name, is this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
