"""Whether an audit log is whole: every line there, unchanged and in its place."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from server.audit.head import Head
from server.audit.lines import START, LogLine, SpoiltLineError, read_line
from server.storage.seal import Seal


@dataclass(frozen=True, slots=True)
class Verdict:
    """What `AuditLog.verify` found."""

    lines: int
    problem: str = ""
    """The first thing that is wrong, with its line; empty where nothing is."""
    notes: tuple[str, ...] = ()
    """What the lines cannot prove, and what was repaired."""


class BrokenLogError(Exception):
    """Something is wrong; the message says what, and with which line."""


class Verification:
    """Walks through a log once.

    `must_be_sealed`: a key is there, so that lines without seal have to be accounted for by a sealed head. `anchored`
    holds the digests that were told elsewhere by the number of the line; None where nothing was, or it cannot be read.
    """

    def __init__(
        self,
        seal: Seal,
        head: Head | None,
        head_name: str,
        *,
        must_be_sealed: bool,
        anchored: Mapping[int, str] | None,
    ) -> None:
        self._seal = seal
        self._head = head
        self._head_name = head_name
        self._must_be_sealed = must_be_sealed
        self._anchored = anchored
        self._count = 0
        self._before = START
        self._unsealed = 0
        self._oldest_key = -1
        """Number of the key of the last line; a later line has the same key or a newer one, of a smaller number."""
        self._met = False
        self._notes = list[str]()

    def run(self, lines: Iterable[bytes]) -> Verdict:
        """What is to be said of these lines."""
        try:
            for raw in lines:
                self._check_line(raw)
            self._check_end()
        except SpoiltLineError as error:
            return Verdict(self._count, f"line {self._count} cannot be read: {error}")
        except BrokenLogError as error:
            return Verdict(self._count, str(error))
        return Verdict(self._count, notes=tuple(self._notes))

    def _check_line(self, raw: bytes) -> None:
        self._count += 1
        line = read_line(raw)
        if line.number != self._count or line.before != self._before:
            raise BrokenLogError(f"line {self._count} does not follow the line before it")
        self._check_seal(line)
        self._before = line.digest
        self._met = self._met or (self._head is not None and (self._count, line.digest) == self._told)
        if self._anchored and self._anchored.get(self._count, line.digest) != line.digest:
            raise BrokenLogError(f"line {self._count} is not what was told the anchor")
        if line.is_sealed and line.entry.get("event") == "repaired":
            if line.entry.get("lost"):
                raise BrokenLogError(f"line {self._count} notes: {line.entry.get('why')}")
            self._notes.append(f"line {self._count} notes: {line.entry.get('why')}")

    @property
    def _told(self) -> tuple[int, str]:
        return (self._head.count, self._head.digest) if self._head else (0, START)

    def _check_seal(self, line: LogLine) -> None:
        if not line.is_sealed:
            if not line.has_own_hash():
                raise BrokenLogError(f"line {self._count} was changed")
            if self._unsealed != self._count - 1:
                raise BrokenLogError(f"line {self._count} has no seal, though the line before it has one")
            self._unsealed += 1
            return
        key = line.find_key(self._seal)
        if key is None and not self._seal.knows(line.entry.get("key")):
            raise BrokenLogError(f"line {self._count} was changed, or sealed with a key that is not here")
        if key is None:
            raise BrokenLogError(f"line {self._count} was changed")
        if self._oldest_key not in {-1, key} and key > self._oldest_key:
            raise BrokenLogError(f"line {self._count} is sealed with an older key than the line before it")
        self._oldest_key = key

    def _check_end(self) -> None:
        expected, last = self._told
        if not self._count and (self._must_be_sealed or self._head):
            raise BrokenLogError(f"it is missing: {expected or 'some'} lines were written")
        if not self._count:
            return
        if self._head is None:
            raise BrokenLogError(f"{self._head_name} is missing or spoilt, which says how many lines there were")
        if not self._met and (expected, last) != (0, START):
            raise BrokenLogError(f"the end is missing: {expected} lines were written, {self._count} are there")
        sealed_head = self._head.is_sealed(self._seal)
        if self._must_be_sealed and not sealed_head:
            raise BrokenLogError(
                f"{self._head_name} has no seal: it was replaced, or nothing was written since there is a key"
            )
        if sealed_head and self._head.unsealed != self._unsealed:
            raise BrokenLogError(f"{self._unsealed} lines have no seal, {self._head.unsealed} had none")
        if not sealed_head and self._count > expected + 1:
            raise BrokenLogError(f"{self._head_name} knows of {expected} lines only: it was replaced or removed")
        self._check_anchor()
        if self._unsealed:
            self._notes.insert(0, f"{self._unsealed} lines from the first on have no seal: {_WHAT_THEY_PROVE}")

    def _check_anchor(self) -> None:
        if self._anchored is None:
            return
        if not self._anchored:
            raise BrokenLogError("its anchor is missing, or was told nothing yet")
        if (told := max(self._anchored)) > self._count:
            raise BrokenLogError(f"the end is missing: the anchor was told of {told} lines, {self._count} are there")


_WHAT_THEY_PROVE = "a version before seals wrote them, and whoever could write the file could make them anew"
