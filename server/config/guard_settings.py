"""Where a guard keeps what outlives the process, and for how long."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from server.config.settings import Settings


@dataclass(frozen=True)
class GuardSettings:
    """A folder and what is written into it."""

    folder: Path
    approval_seconds: float = 900.0
    """How long a call waits for a person."""
    texts: bool = False
    """Whether the audit log holds the texts of messages."""
    masks: bool = False
    """Whether the assistant gets pseudonyms in place of what belongs to clients."""

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """As the settings say."""
        return cls(
            settings.state_folder.expanduser(), settings.approval_seconds, settings.audit_texts, settings.mask_pii
        )
