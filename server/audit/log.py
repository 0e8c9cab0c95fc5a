"""The audit log: one JSON line for each step of a call that is more than reading, chained so that a gap shows.

Every line holds the hash of the one before it and its own. A small file beside the log holds the number and the hash
of the last line, so that lines cut off at the end show too. Whoever may write both files can forge them: keep a copy of
the second elsewhere if that matters.
"""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from server.audit.events import Event

START = "0" * 64
"""What the first line follows."""
LONGEST = 1 << 20
"""Bytes of a line, at most; what is written is held to less by `redact_arguments`."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an examination of the log came to."""

    lines: int
    problem: str = ""
    """The first thing that is wrong, with its line; empty where nothing is."""


class AuditLog:
    """The log in one file, written by any number of processes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._head = path.with_name(f"{path.name}.head")

    def write(self, event: Event, **facts: Any) -> None:
        """Append one line; OSError where that is not possible, so that the call it stands for can be stopped."""
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._locked():
            count, last = self._end()
            entry = {
                "line": count + 1,
                "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
                "event": event,
                **facts,
                "before": last,
            }
            digest = _hash(entry)
            _append(self.path, json.dumps({**entry, "hash": digest}, ensure_ascii=False, separators=(",", ":")))
            self._write_head(count + 1, digest)

    def entries(self) -> Iterator[dict[str, Any]]:
        """Every line as it was written; ValueError at one that cannot be read."""
        return self._entries(None)

    def _entries(self, size: int | None) -> Iterator[dict[str, Any]]:
        """The lines that begin within so many bytes."""
        begun = 0
        try:
            with self.path.open("rb") as file:
                for line in file:
                    if size is not None and begun >= size:
                        return
                    begun += len(line)
                    entry = json.loads(line.decode())
                    if not isinstance(entry, dict):
                        raise ValueError("a line is no object")  # noqa: TRY004  (one kind of error for a spoilt line)
                    yield entry
        except FileNotFoundError:
            return

    def verify(self) -> Verdict:
        """Whether every line is there, unchanged and in its place; servers may go on writing meanwhile."""
        (expected, last), size = self._snapshot()
        count, before, met = 0, START, expected == 0
        try:
            for entry in self._entries(size):
                count += 1
                digest = entry.pop("hash", None)
                if entry.get("line") != count or entry.get("before") != before:
                    return Verdict(count, f"line {count} does not follow the line before it")
                if digest != _hash(entry):
                    return Verdict(count, f"line {count} was changed")
                before = digest
                met = met or (count, digest) == (expected, last)
        except ValueError:
            return Verdict(count + 1, f"line {count + 1} cannot be read")
        if not met:
            return Verdict(count, f"the end is missing: {expected} lines were written, {count} are there")
        if count > expected + 1:
            return Verdict(count, f"{self._head.name} knows of {expected} lines only: it was replaced or removed")
        return Verdict(count)

    def _snapshot(self) -> tuple[tuple[int, str], int]:
        """What the small file says, and the size of the log at the same moment; a copy may be in a closed folder."""
        with ExitStack() as stack:
            with suppress(OSError):
                stack.enter_context(self._locked())
            head = self._read_head()
            with suppress(FileNotFoundError):
                return head, self.path.stat().st_size
            return head, 0

    def _end(self) -> tuple[int, str]:
        """Number and hash of the last line: of the small file, unless a process ended before it could write that."""
        count, last = self._read_head()
        with suppress(OSError, ValueError, KeyError):
            entry = json.loads(_last_line(self.path))
            if entry["line"] == count + 1 and entry["before"] == last:
                return count + 1, str(entry["hash"])
        return count, last

    def _read_head(self) -> tuple[int, str]:
        try:
            count, last = self._head.read_text(encoding="ascii").split()
            return int(count), last
        except (FileNotFoundError, ValueError):
            return 0, START

    def _write_head(self, count: int, digest: str) -> None:
        beside = self._head.with_name(f"{self._head.name}.new")
        beside.write_text(f"{count} {digest}\n", encoding="ascii")
        beside.replace(self._head)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        descriptor = os.open(self.path.with_name(f".{self.path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            with suppress(ImportError):  # not on Windows
                import fcntl

                fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def _hash(entry: Mapping[str, Any]) -> str:
    canonical = json.dumps(entry, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _append(path: Path, line: str) -> None:
    """Add a whole line, after cutting off what a full disk may have left of another."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "r+b") as file:
        size = file.seek(0, os.SEEK_END)
        tail = _tail(file, size)
        whole = tail.rfind(b"\n") + 1
        file.seek(size - len(tail) + whole)
        file.truncate()
        file.write(f"{line}\n".encode())


def _last_line(path: Path) -> bytes:
    with path.open("rb") as file:
        tail = _tail(file, file.seek(0, os.SEEK_END))
    lines = tail.splitlines(keepends=True)
    return lines[-1] if lines and lines[-1].endswith(b"\n") else b""


def _tail(file: IO[bytes], size: int) -> bytes:
    file.seek(max(0, size - LONGEST))
    return file.read()
