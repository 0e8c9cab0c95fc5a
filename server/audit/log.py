"""The audit log: one JSON line for each step of a call that is more than reading, chained so that a gap shows.

Every line holds the hash of the one before it and its own. A small file beside the log holds the number and the hash
of the last line, so that lines cut off at the end show too. Whoever may write both files can forge them: keep a copy of
the second elsewhere if that matters.
"""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from portal.private_file import create_private_file, lock_file, write_private_file
from server.audit.events import Event

START = "0" * 64
"""What the first line follows."""
LONGEST = 1 << 20
"""Bytes of a line, at most; what is written is held to less by `redact_arguments`."""


BLOCK = 1 << 10
"""Half of the bytes that are read first to find the last line."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What `AuditLog.verify` found."""

    lines: int
    problem: str = ""
    """The first thing that is wrong, with its line; empty where nothing is."""


class AuditLog:
    """The log in one file, written by any number of processes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._head = path.with_name(f"{path.name}.head")

    def write(self, event: Event, **facts: Any) -> None:
        """Append one line with these facts, which JSON can hold.

        Raises:
            OSError: That is not possible; the call that the line stands for has to be stopped.
        """
        with lock_file(self.path):
            count, last = self._find_end()
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
        """Every line as it was written, the oldest first; none where there is no log.

        Raises:
            ValueError: A line cannot be read.
        """
        return self._read_entries(None)

    def _read_entries(self, size: int | None) -> Iterator[dict[str, Any]]:
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
        (expected, last), size = self._take_snapshot()
        count, before, met = 0, START, expected == 0
        try:
            for entry in self._read_entries(size):
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

    def _take_snapshot(self) -> tuple[tuple[int, str], int]:
        """What the small file says, and the size of the log at the same moment; a copy may be in a closed folder."""
        with ExitStack() as stack:
            if self.path.parent.exists():
                with suppress(OSError):
                    stack.enter_context(lock_file(self.path))
            head = self._read_head()
            with suppress(FileNotFoundError):
                return head, self.path.stat().st_size
            return head, 0

    def _find_end(self) -> tuple[int, str]:
        """Number and hash of the last line: of the small file, unless a process ended before it could write that."""
        count, last = self._read_head()
        with suppress(OSError, ValueError, KeyError):
            entry = json.loads(_read_last_line(self.path))
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
        # Not brought to the disk, as the lines are not: it must never be there without them.
        write_private_file(self._head, f"{count} {digest}\n", to_disk=False)


def _hash(entry: Mapping[str, Any]) -> str:
    canonical = json.dumps(entry, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _append(path: Path, line: str) -> None:
    """Add a whole line, after cutting off what a full disk may have left of another."""
    create_private_file(path)
    with path.open("r+b") as file:
        size = file.seek(0, os.SEEK_END)
        tail = _read_tail(file, size, lines=1)
        whole = tail.rfind(b"\n") + 1
        file.seek(size - len(tail) + whole)
        file.truncate()
        file.write(f"{line}\n".encode())


def _read_last_line(path: Path) -> bytes:
    with path.open("rb") as file:
        tail = _read_tail(file, file.seek(0, os.SEEK_END), lines=2)
    lines = tail.splitlines(keepends=True)
    return lines[-1] if lines and lines[-1].endswith(b"\n") else b""


def _read_tail(file: IO[bytes], size: int, *, lines: int) -> bytes:
    """The end of a file with the ends of so many lines, if there are as many in the length of the longest."""
    length, tail = BLOCK, b""
    while tail.count(b"\n") < lines and len(tail) < min(size, LONGEST):
        length = min(2 * length, LONGEST)
        file.seek(max(0, size - length))
        tail = file.read()
    return tail
