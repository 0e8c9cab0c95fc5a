"""Whether the server that began a call is still there: it holds a lock that ends with its process."""

import atexit
import os
import re
import secrets
from contextlib import suppress
from pathlib import Path

_NAME = re.compile(r"[0-9a-f]{16}")


class Runner:
    """This process, as others who share the state can see it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._name = ""
        self._descriptor = -1

    @property
    def name(self) -> str:
        """Its name; from the first use on its lock is held."""
        if not self._name:
            name = secrets.token_hex(8)
            self._descriptor = os.open(self._lock(name), os.O_RDWR | os.O_CREAT, 0o600)
            _locked(self._descriptor)
            atexit.register(self._lock(name).unlink, missing_ok=True)
            self._name = name
        return self._name

    def has_ended(self, name: str | None) -> bool:
        """Whether the process of this name is gone for certain."""
        if name is None or not _NAME.fullmatch(name) or name == self._name:
            return False
        try:
            descriptor = os.open(self._lock(name), os.O_RDWR)
        except FileNotFoundError:
            return True
        except OSError:
            return False
        try:
            ended = _locked(descriptor)
        finally:
            os.close(descriptor)
        if ended:
            with suppress(OSError):
                self._lock(name).unlink()
        return ended

    def _lock(self, name: str) -> Path:
        return self._folder / f"server-{name}.lock"


def _locked(descriptor: int) -> bool:
    """Whether nobody else holds the lock; where there are no such locks nothing is known, and the answer is no."""
    try:
        import fcntl
    except ImportError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
