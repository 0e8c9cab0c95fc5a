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
        "downloadlink",
        "urldownload",
    }
)
"""Names of fields that open something, in lower case and without underscores."""
ADDRESS_FIELDS = frozenset({"handler", "webhookurl"})
"""Names of fields whose address may carry a secret of the application in its query."""
HIDDEN = "(hidden)"
_SECRET_IN_ADDRESS = re.compile(
    r"([?&][^=&#\s]*(?:token|secret|key|client_?id|auth|pass|sign|hash|code)[^=&#\s]*=)[^&#\s]+", re.IGNORECASE
)
_PERSON_IN_ADDRESS = re.compile(r"(?<=://)[^/@\s]+@")


def is_secret_field(name: str) -> bool:
    """Whether a field or an argument of this name opens something, in whatever spelling it comes."""
    return _fold(name) in SECRET_FIELDS


def hide_secrets(value: Any) -> Any:
    """A JSON value in which secret fields only say that something is there, and handlers carry no token.

    What people write stays as it is.
    """
    if isinstance(value, dict):
        return {name: _hide(str(name), item) for name, item in value.items()}
    return [hide_secrets(item) for item in value] if isinstance(value, list) else value


def _hide(name: str, value: Any) -> Any:
    if value and is_secret_field(name):
        return HIDDEN
    if isinstance(value, str):
        return hide_in_address(value) if _fold(name) in ADDRESS_FIELDS else value
    return hide_secrets(value)


def _fold(name: str) -> str:
    return name.lower().replace("_", "")


def hide_in_address(address: str) -> str:
    """An address without what could let somebody in."""
    return _PERSON_IN_ADDRESS.sub("", _SECRET_IN_ADDRESS.sub(rf"\1{HIDDEN}", address))
