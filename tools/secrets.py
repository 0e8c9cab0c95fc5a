"""Secrets in what the portal answers: tokens that travel with events, and addresses that hold one."""

import re
from typing import Any

SECRET_FIELDS = frozenset(
    {
        "auth",
        "accesstoken",
        "refreshtoken",
        "applicationtoken",
        "bottoken",
        "clientsecret",
        "clientid",
        "downloadurl",
    }
)
"""Names of fields that open something, in lower case and without underscores."""
HIDDEN = "(hidden)"
_SECRET_IN_ADDRESS = re.compile(
    r"([?&][^=&#\s]*(?:token|secret|key|client_?id|auth|pass|sign|hash|code)[^=&#\s]*=)[^&#\s]+", re.IGNORECASE
)
_PERSON_IN_ADDRESS = re.compile(r"(?<=://)[^/@\s]+@")


def is_secret_field(name: str) -> bool:
    """Whether a field or an argument of this name opens something, in whatever spelling it comes."""
    return name.lower().replace("_", "") in SECRET_FIELDS


def hide_secrets(value: Any) -> Any:
    """A JSON value whose secret fields say that something is there, and whose addresses carry no token."""
    if isinstance(value, dict):
        return {
            name: HIDDEN if item and is_secret_field(str(name)) else hide_secrets(item) for name, item in value.items()
        }
    if isinstance(value, list):
        return [hide_secrets(item) for item in value]
    return hide_in_address(value) if isinstance(value, str) and "://" in value else value


def hide_in_address(address: str) -> str:
    """An address, or a text that holds some, without what could let somebody in."""
    return _PERSON_IN_ADDRESS.sub("", _SECRET_IN_ADDRESS.sub(rf"\1{HIDDEN}", address))
