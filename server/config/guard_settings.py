"""The settings of what stands before a change: where its state is kept, and for how long a call waits."""

from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Self

from portal.private_file import UnsafeFileError, check_private_folder
from server.config.secrets import read_secret
from server.config.settings import Settings, SettingsError

MASKING = ("phonenumbers", "confusable_homoglyphs")
"""Libraries that masks need."""
SHORTEST_KEY = 32
"""Characters of a key that seals."""


@dataclass(frozen=True)
class AuditSettings:
    """How the audit log is kept."""

    keys: tuple[bytes, ...] = field(default=(), repr=False)
    """What seals, the present key first; none where it is kept beside the state."""
    anchor: str | None = None
    """The file where the end of the log is told too, or `syslog`."""
    file_bytes: int = 50_000_000
    """Size at which a new file is begun."""

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """Those of a profile's settings.

        Raises:
            SettingsError: The key cannot be read, or is too short.
        """
        keys = tuple(key.encode() for key in (read_secret(settings, "seal_key") or "").split())
        if any(len(key) < SHORTEST_KEY for key in keys):
            raise SettingsError(f"each seal_key should have {SHORTEST_KEY} characters or more: openssl rand -hex 32")
        return cls(keys, settings.audit_anchor, int(settings.audit_megabytes * 1_000_000))


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
    audit: AuditSettings = AuditSettings()
    files_folder: Path | None = None
    """Folder of this machine from which files may be sent to clients; None where none may."""

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """Those of a profile's settings.

        Raises:
            SettingsError: Clients' data are to be hidden, and what that takes is not installed; others than its owner
                can change the state folder; or the key that seals cannot be used.
        """
        if settings.mask_pii and not all(map(find_spec, MASKING)):
            raise SettingsError(
                "--mask-pii needs the extra `masking`: pip install 'bitrix24-openchannels-mcp[masking]'"
            )
        folder = settings.state_folder.expanduser()
        try:
            check_private_folder(folder)
        except UnsafeFileError as error:
            raise SettingsError(str(error)) from None
        return cls(
            folder,
            settings.approval_seconds,
            settings.audit_texts,
            settings.mask_pii,
            AuditSettings.from_settings(settings),
        )
