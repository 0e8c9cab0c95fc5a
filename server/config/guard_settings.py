"""The settings of what stands before a change: where its state is kept, and for how long a call waits."""

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Self

from server.config.settings import Settings, SettingsError

MASKING = ("phonenumbers", "confusable_homoglyphs")
"""Libraries that masks need."""


@dataclass(frozen=True)
class GuardSettings:
    """The folder of the state, and what is written into it."""

    folder: Path
    approval_seconds: float = 900.0
    """How long a call waits for a person, in seconds."""
    texts: bool = False
    """Whether the audit log holds the texts of messages."""
    masks: bool = False
    """Whether the assistant gets pseudonyms in place of what belongs to clients."""
    files_folder: Path | None = None
    """Folder of this machine from which files may be sent to clients; None where none may."""

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """Those of a profile's settings.

        Raises:
            SettingsError: Clients' data are to be hidden, and what that takes is not installed.
        """
        if settings.mask_pii and not all(map(find_spec, MASKING)):
            raise SettingsError(
                "--mask-pii needs the extra `masking`: pip install 'bitrix24-openchannels-mcp[masking]'"
            )
        return cls(
            settings.state_folder.expanduser(), settings.approval_seconds, settings.audit_texts, settings.mask_pii
        )
