"""Lines of the audit log as bytes: each holds the seal of the line before it and its own, over exactly its bytes."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from server.storage.seal import Seal

START = "0" * 64
"""What the first line follows."""
PURPOSE = "audit line"
_END = re.compile(rb',"hash":"([0-9a-f]{64})"\}\n')
_END_LENGTH = len(b',"hash":""}\n') + len(START)


class SpoiltLineError(ValueError):
    """A line that cannot be read."""


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line, read; whether its seal is right is not said yet."""

    entry: Mapping[str, Any]
    body: bytes
    """What is sealed."""
    digest: str
    is_sealed: bool
    """False for a line of versions that knew no key: it holds a plain hash, which anybody can make."""

    @property
    def number(self) -> Any:
        """Its place in the log, from 1."""
        return self.entry.get("line")

    @property
    def before(self) -> Any:
        """The digest of the line before it."""
        return self.entry.get("before")

    def find_key(self, seal: Seal) -> int | None:
        """Which key has sealed it, 0 for the present one; None if it was changed, or sealed with another key."""
        return seal.find_key(PURPOSE, self.body, self.digest) if self.is_sealed else None

    def has_own_hash(self) -> bool:
        """Whether a line without seal holds the hash of its content."""
        canonical = json.dumps(
            {name: value for name, value in self.entry.items() if name != "hash"},
            ensure_ascii=False,
            separators=(",", ":"),
            sort_keys=True,
        )
        return hashlib.sha256(canonical.encode()).hexdigest() == self.digest


def make_line(entry: Mapping[str, Any], seal: Seal) -> tuple[bytes, str]:
    """A line with its newline, and its digest, which the next line names."""
    body = _dump({**entry, "key": seal.name})[:-1]
    digest = seal.sign(PURPOSE, body)
    return body + f',"hash":"{digest}"}}\n'.encode(), digest


def read_line(raw: bytes) -> LogLine:
    """One line with its newline.

    Raises:
        SpoiltLineError: It is no whole line as this program writes it, or has a name twice.
    """
    found = _END.fullmatch(raw, max(0, len(raw) - _END_LENGTH))
    try:
        entry = json.loads(raw.decode(), object_pairs_hook=_make_object)
    except ValueError:
        raise SpoiltLineError("it is no JSON as this program writes it") from None
    if found is None or not isinstance(entry, dict) or _dump(entry) + b"\n" != raw:
        raise SpoiltLineError("it is not as this program writes it")
    return LogLine(entry, raw[: found.start()], found[1].decode(), "key" in entry)


def _dump(entry: Mapping[str, Any]) -> bytes:
    return json.dumps(entry, ensure_ascii=False, separators=(",", ":")).encode()


def _make_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) != len(pairs):
        raise ValueError("a name is there twice")
    return content
