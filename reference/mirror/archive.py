"""The Markdown files of an archive or a folder, read in memory: nothing unpacked, no link followed, no size trusted.

The filters of tarfile guard what is written to a disk. Nothing is written here, so memory and time are left to guard.
"""

import calendar
import gzip
import hashlib
import posixpath
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, cast

INDEX = "api-reference/index.md"
"""The page that every state of the documentation has had; what stands beside and below its folder is the rest."""

LARGEST_FILE = 2 * 2**20
LARGEST_MEMBER = 64 * 2**20
LARGEST_TOTAL = 2**30
LARGEST_TEXT = 256 * 2**20
MOST_MEMBERS = 100_000
"""Far above the real documentation (50 MB in 3,400 files, images included), far below what hurts."""
_BROKEN = (EOFError, zlib.error, gzip.BadGzipFile, tarfile.TarError, zipfile.BadZipFile, ValueError, RuntimeError)
"""What the libraries say to archives that are cut, corrupt, encrypted or absurd."""
_LATEST = datetime(9999, 1, 1, tzinfo=UTC).timestamp()


class BadArchiveError(Exception):
    """An archive that is cut, corrupt, hostile or something else; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One Markdown file."""

    text: str
    dated: str
    """Day of its last change as far as the archive tells, ISO 8601."""


@dataclass(frozen=True, slots=True)
class Tree:
    """All Markdown files under one outermost folder, by their path in it."""

    root: str
    sheets: Mapping[str, Sheet]
    revision: str
    """Commit of the archive; empty where it names none."""

    @property
    def dated(self) -> str:
        """Day of the newest change."""
        return max(sheet.dated for sheet in self.sheets.values())

    def texts(self) -> dict[str, str]:
        """Path -> text."""
        return {path: sheet.text for path, sheet in self.sheets.items()}


def compute_digest(source: Path) -> str:
    """A digest of an archive's bytes, or of a folder's Markdown files; it changes whenever they do."""
    if source.is_file():
        with source.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    total = hashlib.sha256()
    for entry in _read_folder(source):
        total.update(f"{entry.name}\0{len(entry.content)}\0".encode() + entry.content)
    return total.hexdigest()


def read_archive(source: Path) -> Tree:
    """The tree of a tar.gz, tar or zip archive or of a folder, verified to its end; else BadArchiveError or OSError."""
    if source.is_dir():
        return _make_tree(_read_folder(source), "")
    try:
        if zipfile.is_zipfile(source):
            with zipfile.ZipFile(source) as archive:
                return _make_tree(_read_zip(archive), archive.comment.decode("ascii", "ignore"))
        with _open_unpacked(source) as file, tarfile.open(fileobj=file, mode="r:") as tar:
            tree = _make_tree(_read_tar(tar), "")
            _read_to_the_end(file)
            return Tree(tree.root, tree.sheets, tar.pax_headers.get("comment", ""))
    except _BROKEN as error:
        raise BadArchiveError(f"it is cut or corrupt ({error})") from None


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    content: bytes
    changed: float
    """Seconds since 1970."""


class _Bounded(gzip.GzipFile):
    """A packed file that gives nobody more at once than the largest member can hold."""

    def read(self, size: int | None = -1) -> bytes:
        """At most `size` bytes; BadArchiveError where a header asks for an absurd number of them."""
        if size is not None and size > LARGEST_MEMBER:
            raise BadArchiveError("a member claims an absurd size")
        return super().read(size)


def _open_unpacked(source: Path) -> BinaryIO:
    with source.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    return cast("BinaryIO", _Bounded(source)) if packed else source.open("rb")


def _read_to_the_end(file: BinaryIO) -> None:
    """Read what is left, as the checksum is checked at the end only."""
    rest = 0
    while piece := file.read(2**20):
        rest += len(piece)
        if rest > LARGEST_TOTAL:
            raise BadArchiveError("it unpacks to an absurd size")


def _read_tar(archive: tarfile.TarFile) -> Iterator[_Entry]:
    for number, member in enumerate(archive):
        if member.offset_data + member.size > LARGEST_TOTAL:
            raise BadArchiveError("it unpacks to an absurd size")
        _check(member.name, member.size, number)
        file = archive.extractfile(member) if member.isreg() and _is_wanted(member.name) else None
        if file is not None:
            yield _Entry(member.name, file.read(), float(member.mtime))


def _read_zip(archive: zipfile.ZipFile) -> Iterator[_Entry]:
    if sum(member.file_size for member in archive.infolist()) > LARGEST_TOTAL:
        raise BadArchiveError("it unpacks to an absurd size")
    for number, member in enumerate(archive.infolist()):
        _check(member.filename, member.file_size, number)
        if member.is_dir() or stat.S_ISLNK(member.external_attr >> 16) or not _is_wanted(member.filename):
            continue
        with archive.open(member) as file:
            yield _Entry(member.filename, file.read(), calendar.timegm((*member.date_time, 0, 0, 0)))


def _read_folder(source: Path) -> Iterator[_Entry]:
    """The files of a folder in the order of their names; links in it are left alone."""
    name = source.resolve().name
    for number, path in enumerate(sorted(source.rglob("*.md"))):
        if path.is_file() and not path.is_symlink():
            found = path.stat()
            _check(str(path), found.st_size, number)
            yield _Entry(f"{name}/{path.relative_to(source).as_posix()}", path.read_bytes(), found.st_mtime)


def _check(name: str, size: int, number: int) -> None:
    if number >= MOST_MEMBERS:
        raise BadArchiveError(f"it has more than {MOST_MEMBERS} members")
    if size > (LARGEST_FILE if _is_wanted(name) else LARGEST_MEMBER):
        raise BadArchiveError(f"a member claims an absurd size ({size} bytes)")


def _is_wanted(name: str) -> bool:
    """Whether it is a Markdown file inside the archive, and no name that leads out of it."""
    return name.endswith(".md") and name.isprintable() and not name.startswith("/") and ".." not in name.split("/")


def _make_tree(entries: Iterable[_Entry], revision: str) -> Tree:
    """The files beside and below the documentation's index."""
    files: dict[str, _Entry] = {}
    total = 0
    for entry in entries:
        total += len(entry.content)
        if total > LARGEST_TEXT:
            raise BadArchiveError("its Markdown files have an absurd size")
        files[posixpath.normpath(entry.name)] = entry
    indexes = [name for name in files if f"/{name}".endswith(f"/{INDEX}")]
    if not indexes:
        raise BadArchiveError(f"it has no {INDEX}, so it is not the documentation")
    top = min(indexes, key=len).removesuffix(INDEX)
    sheets = {name.removeprefix(top): _make_sheet(entry) for name, entry in files.items() if name.startswith(top)}
    return Tree(top.rstrip("/").rpartition("/")[2], sheets, revision)


def _make_sheet(entry: _Entry) -> Sheet:
    dated = datetime.fromtimestamp(min(max(0, entry.changed), _LATEST), UTC).date().isoformat()
    return Sheet(entry.content.decode("utf-8", "replace"), dated)
