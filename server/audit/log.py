"""The audit log: one JSON line for each step of a call that is more than reading, chained so that a gap shows.

Every line holds the seal of the one before it and its own, made with a key over its exact bytes: see lines.py. A small
file beside the log holds number and seal of the last line, so that lines cut off at the end show too. What that proves
depends on who can read the key: see server/storage/seal.py. Whoever may write the files can put all of them back to how
they were once; only an anchor elsewhere shows that.
"""

import json
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from portal.private_file import lock_file
from server.audit.events import Event
from server.audit.files import LogFiles, read_lines
from server.audit.head import Anchor, Head, HeadFile
from server.audit.lines import LogLine, SpoiltLineError, make_line, read_line
from server.audit.verification import Verdict, Verification
from server.config.guard_settings import AuditSettings
from server.storage.seal import Seal


@dataclass(frozen=True, slots=True)
class Repair:
    """What was wrong with the log before a line was added."""

    why: str
    lost: bool = False
    """Whether lines are missing, or may be."""


class AuditLog:
    """The log in one file and those that were full, written by any number of processes."""

    def __init__(self, path: Path, settings: AuditSettings | None = None) -> None:
        settings = settings or AuditSettings()
        self.path = path
        self._files = LogFiles(path)
        self._head = HeadFile(path.with_name(f"{path.name}.head"))
        self._seal = Seal(path.with_suffix(".key"), settings.keys)
        self._anchor = Anchor(settings.anchor) if settings.anchor else None
        self._file_bytes = settings.file_bytes
        self._missed = 0
        """Lines that could not be written since the last one that could."""
        self._fault = ""

    def write(self, event: Event, **facts: Any) -> None:
        """Append one line with these facts, which JSON can hold; what was wrong with the log is noted first.

        Raises:
            OSError: That is not possible, or others could have written the log; the call that the line stands for has
                to be stopped.
        """
        try:
            self._files.check()
            with lock_file(self.path):
                end = self._prepare()
                self._add(end, event, facts)
        except OSError as error:
            self._missed += 1
            self._fault = type(error).__name__ if error.strerror is None else error.strerror
            raise
        self._missed = 0

    def _prepare(self) -> Head:
        """The end of the log, where the next line can follow."""
        self._seal.prepare()
        end, repairs = self._find_end()
        if not self._seal.was_used():
            # The key comes last: once it is there, a log without a sealed head was replaced.
            self._write_head(end)
            self._seal.save()
        if self._files.cut_half_line():
            repairs.append(Repair("half a line was cut off: a process ended or the disk was full as it was written"))
        if self._missed:
            repairs.append(Repair(f"{self._missed} lines could not be written before this one ({self._fault})"))
        self._files.put_aside(self._file_bytes)
        self._files.cut_half_line()
        for repair in repairs:
            end = self._add(end, "repaired", {"why": repair.why, **({"lost": True} if repair.lost else {})})
        return end

    def _add(self, end: Head, event: Event, facts: dict[str, Any]) -> Head:
        entry = {
            "line": end.count + 1,
            "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "event": event,
            **facts,
            "before": end.digest,
        }
        line, digest = make_line(entry, self._seal)
        size = self._files.append(line)
        new = replace(end, count=end.count + 1, digest=digest)
        try:
            self._write_head(new)
        except OSError:
            self._files.take_back(size)
            raise
        if self._anchor:
            self._anchor.write(new)
        return new

    def _write_head(self, head: Head) -> None:
        self._head.write(head, self._seal)

    def _find_end(self) -> tuple[Head, list[Repair]]:
        """The last line: of the small file, and those after it that a process could not note before it ended."""
        head, lines = self._head.read(), self._read_last_lines()
        is_new = not self._seal.was_used()
        if head is None and is_new and not lines:
            return Head(), []
        if head is None or not (is_new or head.is_sealed(self._seal)):
            last = lines[-1] if lines else None
            end = Head(last.number, last.digest, last.number if is_new else 0) if last else Head()
            return end, [Repair(f"{self._head.path.name} was missing, or not written by this program", lost=True)]
        end = head
        for line in lines:
            if (line.number, line.before) == (end.count + 1, end.digest) and self._is_ours(line, is_new=is_new):
                end = replace(end, count=end.count + 1, digest=line.digest)
        repairs = list[Repair]()
        if end.count and (not lines or lines[-1].digest != end.digest):
            repairs.append(Repair(f"line {end.count} was not the last: lines are missing or were changed", lost=True))
        if is_new and end.count:
            end = replace(end, unsealed=end.count)
            repairs.append(Repair(f"the {end.count} lines before this one have no seal, from here on each has one"))
        return end, repairs

    def _is_ours(self, line: LogLine, *, is_new: bool) -> bool:
        return line.find_key(self._seal) is not None or (is_new and not line.is_sealed and line.has_own_hash())

    def _read_last_lines(self) -> list[LogLine]:
        """Those at the end that can be read."""
        lines = list[LogLine]()
        for raw in self._files.read_last_lines():
            with suppress(SpoiltLineError):
                lines.append(read_line(raw))
        return [line for line in lines if isinstance(line.number, int)]

    def entries(self) -> Iterator[dict[str, Any]]:
        """Every line as it was written, the oldest first; none where there is no log.

        Raises:
            ValueError: A line cannot be read.
        """
        with ExitStack() as stack:
            for raw in read_lines(self._files.open_all(stack)):
                entry = json.loads(raw.decode())
                if not isinstance(entry, dict):
                    raise ValueError("a line is no object")  # noqa: TRY004  (one kind of error for a spoilt line)
                yield entry

    def verify(self) -> Verdict:
        """Whether every line is there, unchanged and in its place; servers may go on writing meanwhile.

        Raises:
            OSError: The log or its key cannot be read, or others could have written it.
        """
        self._files.check()
        has_key = self._seal.load()
        with ExitStack() as stack:
            with ExitStack() as locked:
                if self.path.parent.exists():
                    with suppress(OSError):  # a copy may be in a closed folder
                        locked.enter_context(lock_file(self.path))
                head = self._head.read()
                told = self._anchor.read() if self._anchor else None
                opened = self._files.open_all(stack)
            verification = Verification(self._seal, head, self._head.path.name, must_be_sealed=has_key, anchored=told)
            return verification.run(read_lines(opened))
