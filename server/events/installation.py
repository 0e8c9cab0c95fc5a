"""How a portal proves that it is the one whose application this is, and where the proof is kept.

An event carries no signature: only `auth[application_token]` and `auth[member_id]` tell it from a forged one. The
token is learned in one of two ways that nobody else can go. An installation brings tokens that the authorisation server
renews for this application's secret alone, and names their portal. Where the application is installed already, a test
event brings back a number that only the portal was told.
"""

import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

from portal.private_file import check_secret_file, write_private_file
from tools.result_types import read_object, read_text

UNKNOWN = "no portal is known by this name"
_NOBODY = secrets.token_hex(16)


@dataclass(frozen=True)
class Installation:
    """What a portal's deliveries have to carry."""

    member_id: str
    application_token: str = field(repr=False)

    @classmethod
    def from_auth(cls, auth: Mapping[str, Any]) -> Self:
        """What a delivery carries."""
        return cls(read_text(auth.get("member_id")), read_text(auth.get("application_token")))

    def matches(self, shown: "Installation") -> bool:
        """Whether both are the same; the time that this takes tells nothing."""
        same_member = hmac.compare_digest(self.member_id.encode(), shown.member_id.encode())
        same_token = hmac.compare_digest(self.application_token.encode(), shown.application_token.encode())
        return same_member & same_token


NOBODY = Installation(_NOBODY, _NOBODY)
"""Stands for a portal that is not known, so that refusing it takes as long as refusing a wrong token."""


class InstallationFile:
    """Keeps the proof of one portal beside the tokens of its application; only its owner can read it."""

    def __init__(self, token_file: Path) -> None:
        self.path = token_file.with_name(f"{token_file.stem}.events.json")

    def load(self) -> Installation | None:
        """The proof; None where none was learned, or it cannot be read."""
        try:
            check_secret_file(self.path)
            content = read_object(json.loads(self.path.read_text(encoding="utf-8")))
        except (OSError, ValueError):
            return None
        kept = Installation.from_auth(content)
        return kept if kept.member_id and kept.application_token else None

    def save(self, installation: Installation) -> None:
        """Keep another proof.

        Raises:
            OSError: The file cannot be written; the proof before is still in it.
        """
        write_private_file(self.path, json.dumps(asdict(installation)))

    def forget(self) -> None:
        """Believe no delivery any more: the application was taken off the portal."""
        self.path.unlink(missing_ok=True)
