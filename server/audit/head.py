"""What is kept beside the audit log of its end, so that lines cut off there show; and what is told of it elsewhere."""

import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from portal.private_file import OWNER_ONLY, write_private_file
from server.audit.lines import START
from server.storage.seal import Seal

PURPOSE = "audit head"
SYSLOG = "syslog"


@dataclass(frozen=True, slots=True)
class Head:
    """The last line of a log."""

    count: int = 0
    """How many lines there are."""
    digest: str = START
    """Of the last one."""
    unsealed: int = 0
    """How many of them, from the first on, were written by versions that knew no key."""
    seal: str = ""

    @property
    def content(self) -> str:
        """What is sealed."""
        return f"{self.count} {self.digest} {self.unsealed}"

    def is_sealed(self, seal: Seal) -> bool:
        """Whether this program wrote it, with a key that is known."""
        return seal.find_key(PURPOSE, self.content.encode(), self.seal) is not None


class HeadFile:
    """The small file beside the log."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> Head | None:
        """What it holds; None where it is missing or spoilt."""
        try:
            count, digest, *more = self.path.read_text(encoding="ascii").split()
            unsealed, seal = more or (count, "")
            return Head(int(count), digest, int(unsealed), seal)
        except (FileNotFoundError, ValueError):
            return None

    def write(self, head: Head, seal: Seal) -> None:
        """Note the end of the log.

        Raises:
            OSError: It cannot be written.
        """
        # Not brought to the disk, as the lines are not: it must never be there without them.
        sealed = seal.sign(PURPOSE, head.content.encode())
        write_private_file(self.path, f"{head.content} {sealed}\n", to_disk=False)


class Anchor:
    """A place elsewhere that is told each end of the log: a file, to which lines are only added, or `syslog`."""

    def __init__(self, where: str) -> None:
        self.where = where

    def write(self, head: Head) -> None:
        """Tell it the end of the log.

        Raises:
            OSError: It cannot be told.
        """
        told = f"{head.count} {head.digest}"
        if self.where == SYSLOG:
            import syslog

            syslog.syslog(f"openchannels-mcp audit {told}")
            return
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
        descriptor = os.open(Path(self.where).expanduser(), flags, OWNER_ONLY)
        try:
            os.write(descriptor, f"{told} {datetime.now(UTC).isoformat(timespec='seconds')}\n".encode())
        finally:
            os.close(descriptor)

    def read(self) -> dict[int, str] | None:
        """The digests that it was told first, by the number of the line; None where they cannot be read from here."""
        if self.where == SYSLOG:
            return None
        told = dict[int, str]()
        with suppress(FileNotFoundError):
            for line in Path(self.where).expanduser().read_text(encoding="ascii").splitlines():
                with suppress(ValueError):
                    count, digest, *_ = line.split()
                    told.setdefault(int(count), digest)
        return told
