"""The settings of what stands before a change: where its state is kept, and for how long a call waits."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from server.config.settings import Settings


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
        """Those of a profile's settings."""
        return cls(
            settings.state_folder.expanduser(), settings.approval_seconds, settings.audit_texts, settings.mask_pii
        )
