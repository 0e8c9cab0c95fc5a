"""A sync that fails: whatever happens in it, what was there before serves."""

import errno
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reference.mirror.mirror import Mirror
from reference.mirror.store import database_path
from reference.mirror.sync import FEWEST_PAGES, SyncError, sync
from tests.assistant import ROOT
from tests.reference.mirror.handmade import documentation, quiet, synced, tar_gz
from tests.reference.mirror.publisher import Publisher
from tests.reference.mirror.syncing import BOOKING, NEWER, PUBLIC, list_names, serves


def test_a_cut_sync_leaves_the_old_mirror_and_the_next_one_goes_on(folder: Path, publisher: Publisher) -> None:
    sync(folder, PUBLIC, None, quiet, publisher.transport)
    publisher.content, publisher.cut_after = tar_gz(documentation(NEWER)), 2000

    with pytest.raises(SyncError, match="cut after 2,000 bytes"):
        sync(folder, PUBLIC, None, quiet, publisher.transport)
    assert serves(folder, "It never overbooks.")

    publisher.cut_after = None
    assert sync(folder, PUBLIC, None, quiet, publisher.transport).changed == 1
    assert publisher.requests[-1].headers["Range"] == "bytes=2000-"
    assert list_names(folder) == {"en.sqlite", "sync.lock"}


@pytest.mark.parametrize(
    "broken",
    [
        lambda whole: whole[: len(whole) // 2],
        lambda whole: whole[:-5] + b"\0\0\0\0\0",
        lambda whole: b"<html>Sign in</html>" + whole[:0],
        lambda _: tar_gz({"readme.md": "# A game"}, "b24restdocs"),
        lambda _: tar_gz(documentation(NEWER, pages=10)),
    ],
    ids=["cut", "corrupt", "no archive", "another repository", "few pages"],
)  # fmt: skip
def test_a_broken_archive_leaves_the_old_mirror(
    broken: Callable[[bytes], bytes], folder: Path, publisher: Publisher
) -> None:
    sync(folder, PUBLIC, None, quiet, publisher.transport)
    publisher.content = broken(tar_gz(documentation(NEWER)))

    with pytest.raises(SyncError):
        sync(folder, PUBLIC, None, quiet, publisher.transport)

    assert serves(folder, "It never overbooks.")
    assert list_names(folder) == {"en.sqlite", "sync.lock"}, "the next sync must not go on from a broken download"


def test_half_of_the_pages_gone_is_taken_for_a_mistake_unless_the_mirror_is_deleted(folder: Path) -> None:
    synced(folder, documentation(pages=4 * FEWEST_PAGES))

    with pytest.raises(SyncError, match=r"delete .*en\.sqlite and sync again"):
        synced(folder)
    database_path(folder, "en").unlink()

    assert synced(folder).rebuilt


def test_a_second_sync_at_the_same_time_says_so(folder: Path) -> None:
    synced(folder)
    refused: list[str] = []

    def meanwhile(step: str, done: int, _total: int | None) -> None:
        if (step, done) == ("pages", 1):
            with pytest.raises(SyncError) as failed:
                sync(folder, str(folder.parent / "b24restdocs-main.tar.gz"), None, quiet)
            refused.append(str(failed.value))

    (folder.parent / "other.tar.gz").write_bytes(tar_gz(documentation(NEWER)))
    sync(folder, str(folder.parent / "other.tar.gz"), None, meanwhile)

    assert refused == [f"another sync is at work in {folder}; let it finish"]
    assert serves(folder, "often overbooks")


KILLED = """
import os, signal, sys
from pathlib import Path
from typing import Any
from reference.mirror import store
from reference.mirror.sync import sync

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

def watch(step, done, total):
    if (step, done) == ("pages", 50) and sys.argv[3] == "while it cleans":
        die()

def index_pages(pages):
    for number, page in enumerate(real(pages)):
        if number == 50 and sys.argv[3] == "while it writes":
            die()
        yield page

real, store.index_pages = store.index_pages, index_pages
sync(Path(sys.argv[1]), sys.argv[2], None, watch)
"""


@pytest.mark.parametrize("moment", ["while it cleans", "while it writes"])
def test_a_killed_sync_leaves_the_old_mirror_and_no_lock(moment: str, folder: Path, tmp_path: Path) -> None:
    synced(folder)
    newer = tmp_path / "b24restdocs.newer.tar.gz"
    newer.write_bytes(tar_gz(documentation(NEWER)))

    killed = subprocess.run([sys.executable, "-c", KILLED, folder, newer, moment], check=False, cwd=ROOT)

    assert killed.returncode == -9
    assert serves(folder, "It never overbooks.")
    assert sync(folder, str(newer), None, quiet).changed == 1
    assert serves(folder, "often overbooks")
    assert list_names(folder) == {"en.sqlite", "sync.lock"}


LIMITED = """
import resource, sys
from pathlib import Path
from typing import Any
from reference.mirror.sync import SyncError, sync

resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
try:
    sync(Path(sys.argv[1]), sys.argv[2], None, lambda *_: None)
except SyncError as error:
    print(error)
"""


def test_a_disk_that_takes_no_more_leaves_the_old_mirror(folder: Path, tmp_path: Path) -> None:
    synced(folder)
    newer = tmp_path / "b24restdocs.newer.tar.gz"
    newer.write_bytes(tar_gz(documentation(NEWER)))

    told = subprocess.run(
        [sys.executable, "-c", LIMITED, folder, newer], check=True, cwd=ROOT, capture_output=True, text=True
    ).stdout

    assert f"the mirror in {folder} cannot be written" in told
    assert serves(folder, "It never overbooks.")
    assert list_names(folder) == {"en.sqlite", "sync.lock"}


def test_a_full_disk_leaves_the_old_mirror(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced(folder)
    real = sqlite3.connect

    def small(*arguments: Any, **options: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = real(*arguments, **options)
        connection.execute("PRAGMA max_page_count = 10")
        return connection

    monkeypatch.setattr(sqlite3, "connect", small)

    with pytest.raises(SyncError, match="there is no room for the mirror"):
        synced(folder, documentation(NEWER))
    assert serves(folder, "It never overbooks.")
    assert list_names(folder) == {"en.sqlite", "sync.lock"}


def test_a_disk_that_is_too_full_for_the_download_is_said_to_be(
    folder: Path, publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Path.open

    def full(path: Path, *arguments: Any, **options: Any) -> Any:
        if path.suffix == ".download":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(path, *arguments, **options)

    monkeypatch.setattr(Path, "open", full)

    with pytest.raises(SyncError, match="no room"):
        sync(folder, PUBLIC, None, quiet, publisher.transport)


def test_a_folder_that_is_a_file_cannot_be_the_mirror(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(SyncError, match="OPENCHANNELS_DOCS_FOLDER names another folder"):
        sync(tmp_path / "file", PUBLIC, None, quiet)


def test_a_source_that_is_not_there_is_said_to_be_missing(folder: Path) -> None:
    with pytest.raises(SyncError, match=r"no file or folder .*nowhere"):
        sync(folder, str(folder / "nowhere"), None, quiet)


def test_a_source_that_cannot_be_read_is_to_blame_itself(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_source: Path) -> str:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("reference.mirror.sync.compute_digest", refuse)

    with pytest.raises(SyncError, match=r"b24restdocs-main\.tar\.gz cannot be read: Permission denied"):
        synced(folder)


def _damage_the_end(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 3 :] = b"\xff" * (len(content) - len(content) // 3)
    path.write_bytes(content)


def _age(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 0")


@pytest.mark.parametrize(
    ("hurt", "state"),
    [
        (_damage_the_end, "damaged"),
        (lambda path: path.write_bytes(b""), "outdated"),
        (lambda path: path.write_bytes(b"no database"), "damaged"),
        (_age, "outdated"),
        (Path.unlink, "absent"),
    ],
    ids=["damaged", "empty", "nonsense", "older schema", "deleted"],
)  # fmt: skip
def test_a_mirror_that_cannot_be_read_says_why_and_the_same_archive_makes_it_anew(
    hurt: Callable[[Path], object], state: str, folder: Path
) -> None:
    synced(folder)
    hurt(database_path(folder, "en"))
    mirror = Mirror(folder)

    assert mirror.search("ferry") == []
    assert mirror.page("en", BOOKING) is None
    english = mirror.states()[0]
    assert english.state == state
    assert "openchannels-mcp docs sync" in english.message

    assert synced(folder).rebuilt
    assert serves(folder, "It never overbooks.")
