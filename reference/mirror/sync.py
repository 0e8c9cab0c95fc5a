"""One sync: bring the documentation, make a new database beside the old one, put it in its place in one step."""

import errno
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from reference.mirror.archive import BadArchiveError, Tree, compute_digest, read_archive
from reference.mirror.clean import Cleaner, CleanPage
from reference.mirror.languages import LANGUAGES, Language, detect_language
from reference.mirror.method_pages import select_sources
from reference.mirror.source import SourceError, Transport, Watch, fetch, hide_secrets, is_address
from reference.mirror.store import NoMirrorError, check_database, database_path, open_database, unpack, write_database

FEWEST_PAGES = 100
NEEDED_MEGABYTES = 60
_SURROUNDINGS = ("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")
"""Failures of the disk, not of our statements."""
_LEAST_SHARE = 0.5
"""A state with fewer pages than this share of the last one is taken for a broken one."""


class SyncError(Exception):
    """Nothing was changed; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Synced:
    """What a sync found and did."""

    lang: str
    database: Path
    source: str
    dated: str
    """Day of the state that is mirrored now."""
    pages: int
    rebuilt: bool
    new: int = 0
    changed: int = 0
    gone: int = 0


@dataclass(frozen=True, slots=True)
class _Present:
    """A readable database from an earlier sync."""

    lang: str
    path: Path
    meta: dict[str, str]
    texts: dict[str, bytes]
    """Path of each page -> its packed text."""

    def report_unchanged(self) -> Synced:
        return Synced(self.lang, self.path, self.meta["source"], self.meta["dated"], len(self.texts), rebuilt=False)


def sync(folder: Path, origin: str, lang: str | None, watch: Watch, transport: Transport | None = None) -> Synced:
    """Make the mirror of one language in the folder equal to an archive, a folder or what is at an address.

    The origin tells the language unless it is given. Until the new database is complete and in its place, readers have
    the old one. Raises SyncError.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _lock(folder):
            run = _SyncJob(folder, origin, lang, watch)
            return run.sync_address(transport) if is_address(origin) else run.sync_path()
    except SourceError as error:
        raise SyncError(str(error)) from None
    except OSError as error:
        full = error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
        raise SyncError(_explain_unwritten(folder, error.strerror or str(error), full=full)) from None
    except sqlite3.OperationalError as error:
        if not error.sqlite_errorname.startswith(_SURROUNDINGS):
            raise
        raise SyncError(_explain_unwritten(folder, str(error), full="FULL" in error.sqlite_errorname)) from None


@contextmanager
def _lock(folder: Path) -> Iterator[None]:
    """Hold the lock of the folder; the system frees it when a process dies, wherever SQLite runs."""
    with closing(sqlite3.connect(folder / "sync.lock", timeout=0, isolation_level=None)) as lock:
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorname != "SQLITE_BUSY":
                raise
            raise SyncError(f"another sync is at work in {folder}; let it finish") from None
        yield


class _SyncJob:
    """What one sync works with."""

    def __init__(self, folder: Path, origin: str, lang: str | None, watch: Watch) -> None:
        self._folder = folder
        self._origin = origin
        self._lang = lang
        self._watch = watch
        self._present = {
            code: present for code in LANGUAGES if lang in {None, code} and (present := _read_present(folder, code))
        }

    def sync_address(self, transport: Transport | None) -> Synced:
        """Fetch what is new at the address; a download that was cut stays, so that the next sync can continue it."""
        source = hide_secrets(self._origin)
        same = next((present for present in self._present.values() if present.meta["source"] == source), None)
        download = fetch(self._origin, self._folder, same.meta["etag"] if same else "", self._watch, transport)
        if same and download.superfluous:
            return same.report_unchanged()
        try:
            synced = self._sync_from(download.path, download.etag)
        except SyncError:
            download.discard()
            raise
        download.discard()
        return synced

    def sync_path(self) -> Synced:
        """Read the file or folder of this machine."""
        path = Path(self._origin).expanduser()
        if not path.exists():
            raise SyncError(f"there is no file or folder {path}")
        return self._sync_from(path, "")

    def _sync_from(self, path: Path, etag: str) -> Synced:
        try:
            fingerprint = compute_digest(path)
            for present in self._present.values():
                if present.meta["digest"] == fingerprint:
                    return present.report_unchanged()
            tree = read_archive(path)
        except BadArchiveError as error:
            raise SyncError(f"{hide_secrets(self._origin)} cannot be used: {error}") from None
        except OSError as error:
            raise SyncError(f"{hide_secrets(self._origin)} cannot be read: {error.strerror or error}") from None
        language = self._choose_language(tree)
        pages = self._clean_pages(tree, language)
        self._watch("index", 0, None)
        self._replace(language, tree, pages, fingerprint, etag)
        return self._report_changes(language, pages, tree.dated)

    def _choose_language(self, tree: Tree) -> Language:
        told = detect_language(tree.root, hide_secrets(self._origin))
        if told is None and self._lang is None:
            raise SyncError(f"{hide_secrets(self._origin)} does not tell its language; add --lang en or --lang ru")
        if told is not None and self._lang not in {None, told.code}:
            raise SyncError(
                f"{hide_secrets(self._origin)} holds the {told.name} documentation; leave out --lang {self._lang}"
            )
        return told or LANGUAGES[self._lang or ""]

    def _clean_pages(self, tree: Tree, language: Language) -> list[CleanPage]:
        """All pages, if there are as many as there should be."""
        cleaner = Cleaner(tree.texts(), language)
        old = self._present.get(language.code)
        fewest = max(FEWEST_PAGES, int(len(old.texts) * _LEAST_SHARE) if old else 0)
        if len(cleaner) < fewest:
            raise SyncError(
                f"{hide_secrets(self._origin)} has only {len(cleaner)} pages where at least {fewest} are expected; "
                f"if that is right, delete {database_path(self._folder, language.code)} and sync again"
            )
        pages = []
        for page in cleaner.pages():
            pages.append(page)
            self._watch("pages", len(pages), len(cleaner))
        return pages

    def _replace(self, language: Language, tree: Tree, pages: Sequence[CleanPage], fingerprint: str, etag: str) -> None:
        """Write the new database; it takes the place of the old one only when it is complete and on the disk."""
        final = database_path(self._folder, language.code)
        beside = final.with_suffix(".new")
        meta = {
            "source": hide_secrets(self._origin),
            "etag": etag,
            "digest": fingerprint,
            "revision": tree.revision,
            "dated": tree.dated,
            "synced": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        try:
            write_database(
                beside,
                pages,
                [tree.sheets[f"{page.path}.md"].dated for page in pages],
                select_sources(tree.texts()),
                meta,
            )
            beside.replace(final)
        finally:
            beside.unlink(missing_ok=True)
        _flush_folder(self._folder)

    def _report_changes(self, language: Language, pages: Sequence[CleanPage], dated: str) -> Synced:
        """The result, with what differs from the state before."""
        old = self._present.get(language.code)
        before = {path: unpack(text) for path, text in old.texts.items()} if old else {}
        now = {page.path: page.text for page in pages}
        return Synced(
            language.code,
            database_path(self._folder, language.code),
            hide_secrets(self._origin),
            dated,
            len(now),
            rebuilt=True,
            new=len(now.keys() - before.keys()),
            changed=sum(before.get(path, text) != text for path, text in now.items()),
            gone=len(before.keys() - now.keys()),
        )


def _read_present(folder: Path, lang: str) -> _Present | None:
    """The database of a language, if every page in it can be read."""
    path = database_path(folder, lang)
    with suppress(NoMirrorError), open_database(path) as connection:
        meta = dict(connection.execute("SELECT name, value FROM meta"))
        texts = dict(connection.execute("SELECT path, text FROM pages"))
        check_database(connection)
        if all(map(unpack, texts.values())):
            return _Present(lang, path, meta, texts)
    return None


def _flush_folder(folder: Path) -> None:
    """Make the new name survive a power cut, where the system can do so for a folder."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _explain_unwritten(folder: Path, words: str, *, full: bool) -> str:
    if full:
        return f"there is no room for the mirror in {folder}; it takes up to {NEEDED_MEGABYTES} MB"
    return f"the mirror in {folder} cannot be written ({words}); OPENCHANNELS_DOCS_FOLDER names another folder"
