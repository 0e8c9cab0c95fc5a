"""Seals: signatures by which a program recognises what it wrote itself.

The key is one of the settings, which whoever may write the state should not be able to read; else it is made and kept
in a file beside the state. Such a file proves that nobody without the rights to it has written: whoever has the rights
of the server can read it too.
"""

import hashlib
import hmac
import secrets
from pathlib import Path

from portal.private_file import check_private_file, check_private_folder, lock_file, write_private_file

ELSEWHERE = "The key is in the settings: OPENCHANNELS_SEAL_KEY, _FILE or _KEYRING\n"


class MissingKeyError(OSError):
    """A key that was used before is out of reach; the message says which."""


class Seal:
    """Signs with the first of its keys, and recognises what any of them has signed."""

    def __init__(self, path: Path, keys: tuple[bytes, ...] = ()) -> None:
        self.path = path
        self.has_own_key = bool(keys)
        """Whether the settings hold the key."""
        self._given = keys
        self._keys: tuple[bytes, ...] = ()

    def was_used(self) -> bool:
        """Whether something was sealed before, as the file beside the state says."""
        return self.path.exists()

    def load(self) -> bool:
        """Read the keys; False if there is none yet.

        Raises:
            MissingKeyError: The key was in the settings once, and is there no more.
            OSError: The file of the key cannot be read, or others could have written it.
        """
        if not self._keys and self.path.exists():
            check_private_folder(self.path.parent)
            check_private_file(self.path)
            kept = self.path.read_text(encoding="ascii")
            if kept != ELSEWHERE:
                self._keys = (*self._given, kept.strip().encode())
        self._keys = self._keys or self._given
        if not self._keys and self.was_used():
            raise MissingKeyError(f"the key that seals {self.path.stem} is not in the settings any more: {ELSEWHERE}")
        return bool(self._keys)

    def prepare(self) -> None:
        """Load the keys, or think up one that `save` keeps; the caller holds a lock.

        Raises:
            OSError: As `load`.
        """
        if not self.load():
            self._keys = (secrets.token_hex(32).encode(),)

    def save(self) -> None:
        """Keep the key, or the note that the settings have it; nothing if that was done before.

        Raises:
            OSError: It cannot be kept.
        """
        if not self.was_used():
            write_private_file(self.path, ELSEWHERE if self._given else self._keys[0] + b"\n")

    def open(self) -> None:
        """Load the keys, or make one.

        Raises:
            OSError: They cannot be read or made.
        """
        if not self._keys:
            with lock_file(self.path):
                self.prepare()
                self.save()

    @property
    def name(self) -> str:
        """By which the present key is told from others; it says nothing of the key."""
        return _sign(self._keys[0], "name", b"")[:8]

    def knows(self, name: object) -> bool:
        """Whether it has the key of this name."""
        return any(_sign(key, "name", b"")[:8] == name for key in self._keys)

    def sign(self, purpose: str, content: bytes) -> str:
        """The seal of some content, as 64 hexadecimal digits; the same content for another purpose has another."""
        return _sign(self._keys[0], purpose, content)

    def find_key(self, purpose: str, content: bytes, seal: str) -> int | None:
        """Which key made this seal, 0 for the present one; None if none of them did."""
        for number, key in enumerate(self._keys):
            if seal.isascii() and hmac.compare_digest(_sign(key, purpose, content), seal):
                return number
        return None


def _sign(key: bytes, purpose: str, content: bytes) -> str:
    return hmac.new(key, purpose.encode() + b"\0" + content, hashlib.sha256).hexdigest()
