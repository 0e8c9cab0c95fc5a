"""The files of the audit log: the one that is written, and those that were put aside when they were full."""

import os
import re
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import IO

from portal.private_file import check_private_file, check_private_folder, create_private_file

LONGEST = 1 << 20
"""Bytes of a line, at most; what is written is held to less by `redact_arguments`."""
TAIL = 1 << 14
"""Bytes that are read first to find the last line."""


class LogFiles:
    """`audit.jsonl`, and `audit.jsonl.1` and so on, the oldest first."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def check(self) -> None:
        """Check that nobody else could have written them.

        Raises:
            UnsafeFileError: Somebody could.
        """
        check_private_folder(self.path.parent)
        for path in (self.path, self.path.with_name(f"{self.path.name}.head"), *self.list_full()):
            check_private_file(path)

    def list_full(self) -> list[Path]:
        """Those put aside, the oldest first."""
        name = re.compile(re.escape(self.path.name) + r"\.([1-9]\d*)")
        found = {int(match[1]): path for path in self.path.parent.glob("*") if (match := name.fullmatch(path.name))}
        return [found[number] for number in sorted(found)]

    def put_aside(self, size: int) -> None:
        """Begin a new file if the present one has grown to this size, in bytes."""
        with suppress(FileNotFoundError):
            if self.path.is_file() and self.path.stat().st_size >= size:
                last = max((int(path.suffix[1:]) for path in self.list_full()), default=0)
                self.path.rename(self.path.with_name(f"{self.path.name}.{last + 1}"))

    def cut_half_line(self) -> bool:
        """Take away what a full disk or a process that ended may have left of a line; False if there is nothing.

        Raises:
            OSError: The file cannot be made or changed.
        """
        create_private_file(self.path)
        with self.path.open("r+b") as file:
            size = file.seek(0, os.SEEK_END)
            if not size or _read_end(file, size, 1) == b"\n":
                return False
            tail = _read_end(file, size, LONGEST)
            file.truncate(size - len(tail) + tail.rfind(b"\n") + 1)
        return True

    def append(self, line: bytes) -> int:
        """Add a whole line; the size of the file before, in bytes.

        Raises:
            OSError: It cannot be written; as far as possible the file is as it was.
        """
        with self.path.open("ab", buffering=0) as file:
            size = file.seek(0, os.SEEK_END)
            if file.write(line) != len(line):
                self.take_back(size)
                raise OSError("there is no room for a line of the audit log")
        return size

    def take_back(self, size: int) -> None:
        """Make the file as long as it was; nothing where that is not possible."""
        with suppress(OSError):
            os.truncate(self.path, size)

    def read_last_lines(self) -> list[bytes]:
        """The whole lines at the end of the log, at least one if there is any; what is half is left out."""
        for path in (self.path, *reversed(self.list_full())):
            with suppress(FileNotFoundError), path.open("rb") as file:
                size = file.seek(0, os.SEEK_END)
                for length in (TAIL, LONGEST):
                    tail = _read_end(file, size, length)
                    lines = [line for line in tail.splitlines(keepends=True) if line.endswith(b"\n")]
                    if len(tail) < size:
                        lines = lines[1:]
                    if lines:
                        return lines
        return []

    def open_all(self, stack: ExitStack) -> list[tuple[IO[bytes], int]]:
        """All files and the size of each, the oldest first; servers may go on writing and put files aside meanwhile."""
        opened = list[tuple[IO[bytes], int]]()
        for path in (*self.list_full(), self.path):
            with suppress(FileNotFoundError):
                file = stack.enter_context(path.open("rb"))
                opened.append((file, os.fstat(file.fileno()).st_size))
        return opened


def read_lines(opened: list[tuple[IO[bytes], int]]) -> Iterator[bytes]:
    """The lines within the sizes of these files, with their newlines."""
    for file, size in opened:
        begun = 0
        for line in file:
            if begun >= size:
                break
            begun += len(line)
            yield line


def _read_end(file: IO[bytes], size: int, length: int) -> bytes:
    file.seek(max(0, size - length))
    return file.read()
