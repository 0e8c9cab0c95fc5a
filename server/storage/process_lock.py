"""Whether the server that began a call is still there: it holds a lock that ends with its process."""

import atexit
import re
import secrets
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from portal.private_file import try_lock

if TYPE_CHECKING:
    from filelock import BaseFileLock

_NAME = re.compile(r"[0-9a-f]{16}")


class Runner:
    """This process, as others who share the state folder can see it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._name = ""

    @property
    def name(self) -> str:
        """The name of this process, 16 hexadecimal digits; from the first use on its lock is held.

        Raises:
            OSError: There can be no lock in the folder.
        """
        if not self._name:
            name = secrets.token_hex(8)
            lock = try_lock(self._make_lock_path(name))
            atexit.register(
                _remove, lock, self._make_lock_path(name)
            )  # keeps the lock for as long as the process lives
            self._name = name
        return self._name

    def has_ended(self, name: str | None) -> bool:
        """Whether the process of this name is gone for certain; its lock is taken away then."""
        if name is None or not _NAME.fullmatch(name) or name == self._name:
            return False
        path = self._make_lock_path(name)
        if not path.exists():
            return True
        try:
            lock = try_lock(path)
        except OSError:
            return False
        _remove(lock, path)
        return lock is not None

    def _make_lock_path(self, name: str) -> Path:
        return self._folder / f"server-{name}.lock"


def _remove(lock: "BaseFileLock | None", path: Path) -> None:
    """Give a lock back and take its file away; nothing where there is no lock."""
    if lock is not None:
        lock.release()
        with suppress(OSError):
            path.unlink()
