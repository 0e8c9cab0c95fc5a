"""A sync as one step: whatever happens in it, what was there before serves until the new state is complete."""

import errno
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reference.mirror.mirror import Mirror
from reference.mirror.store import database
from reference.mirror.sync import FEWEST_PAGES, SyncError, sync
from tests.assistant import ROOT
from tests.reference.mirror.handmade import COMMIT, FERRY, PAGES, RUSSIAN, documentation, quiet, synced, tar_gz, zipped
from tests.reference.mirror.publisher import Publisher

PUBLIC = "https://codeload.example/bitrix24/b24restdocs/tar.gz/main"
BOOKING = "api-reference/ferry/ferry-booking-add"
NEWER = {**PAGES, f"{BOOKING}.md": FERRY.replace("never overbooks", "often overbooks")}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "mirror"


@pytest.fixture
def publisher() -> Publisher:
    return Publisher(tar_gz(documentation()))


def _serves(folder: Path, words: str) -> bool:
    page = Mirror(folder).page("en", BOOKING)
    return page is not None and words in page.text


def _left(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_the_first_sync_makes_the_mirror(folder: Path) -> None:
    done = synced(folder)

    assert (done.lang, done.rebuilt, done.dated) == ("en", True, "2026-01-01")
    assert done.pages == done.new == len(documentation()) - 2  # without the piece and the repository's front
    assert _serves(folder, "It never overbooks.")
    assert _left(folder) == {"en.sqlite", "sync.lock"}


def test_both_languages_live_side_by_side(folder: Path) -> None:
    synced(folder)
    synced(folder, documentation(RUSSIAN), "b24-rest-docs-main")

    english, russian = (Mirror(folder).page(lang, BOOKING) for lang in ("en", "ru"))

    assert english
    assert russian
    assert english.title == "Book a ferry ferry.booking.add"
    assert russian.title == "Забронировать паром ferry.booking.add"
    assert english.address == f"https://apidocs.bitrix24.com/{BOOKING}.html"
    assert russian.uri == f"openchannels://official/ru/{BOOKING}"


def test_a_second_sync_of_the_same_file_leaves_the_database_alone(folder: Path) -> None:
    synced(folder)
    before = database(folder, "en").stat()

    done = synced(folder)

    assert (done.rebuilt, done.pages) == (False, len(documentation()) - 2)
    assert database(folder, "en").stat() == before


def test_a_second_sync_of_the_same_folder_leaves_the_database_alone(folder: Path, tmp_path: Path) -> None:
    source = tmp_path / "b24restdocs"
    for name, text in documentation().items():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text(text)

    assert sync(folder, str(source), None, quiet).rebuilt
    assert not sync(folder, str(source), None, quiet).rebuilt


def test_a_second_sync_from_the_address_asks_only_whether_anything_is_new(folder: Path, publisher: Publisher) -> None:
    sync(folder, PUBLIC, None, quiet, publisher.transport)

    done = sync(folder, PUBLIC, None, quiet, publisher.transport)

    assert (done.rebuilt, done.source) == (False, PUBLIC)
    assert publisher.requests[-1].headers["If-None-Match"] == publisher.etag
    assert _left(folder) == {"en.sqlite", "sync.lock"}


def test_a_changed_page_arrives_and_a_reader_sees_it_at_once(folder: Path, publisher: Publisher) -> None:
    mirror = Mirror(folder)
    sync(folder, PUBLIC, None, quiet, publisher.transport)
    before = mirror.page("en", BOOKING)
    gone = {name: text for name, text in NEWER.items() if "outdated" not in name}
    publisher.content = tar_gz(documentation({**gone, "api-reference/ferry/new.md": "# New\n\nNew."}))

    done = sync(folder, PUBLIC, None, quiet, publisher.transport)

    assert (done.new, done.changed, done.gone) == (1, 1, 1)
    assert before
    assert "never overbooks" in before.text
    assert _serves(folder, "often overbooks")
    assert mirror.search("often overbooks")[0].path == BOOKING
    assert mirror.page("en", "api-reference/outdated/ferry-booking-create") is None


def test_a_zip_archive_will_do(folder: Path, tmp_path: Path) -> None:
    archive = tmp_path / "b24restdocs.zip"
    archive.write_bytes(zipped(documentation()))

    assert sync(folder, str(archive), None, quiet).rebuilt
    assert _serves(folder, "It never overbooks.")


def test_the_mirror_knows_its_commit(folder: Path) -> None:
    synced(folder)

    with sqlite3.connect(database(folder, "en")) as connection:
        assert dict(connection.execute("SELECT name, value FROM meta"))["revision"] == COMMIT


def test_a_cut_sync_leaves_the_old_mirror_and_the_next_one_goes_on(folder: Path, publisher: Publisher) -> None:
    sync(folder, PUBLIC, None, quiet, publisher.transport)
    publisher.content, publisher.cut_after = tar_gz(documentation(NEWER)), 2000

    with pytest.raises(SyncError, match="cut after 2,000 bytes"):
        sync(folder, PUBLIC, None, quiet, publisher.transport)
    assert _serves(folder, "It never overbooks.")

    publisher.cut_after = None
    assert sync(folder, PUBLIC, None, quiet, publisher.transport).changed == 1
    assert publisher.requests[-1].headers["Range"] == "bytes=2000-"
    assert _left(folder) == {"en.sqlite", "sync.lock"}


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

    assert _serves(folder, "It never overbooks.")
    assert _left(folder) == {"en.sqlite", "sync.lock"}, "the next sync must not go on from a broken download"


def test_half_of_the_pages_gone_is_taken_for_a_mistake_unless_the_mirror_is_deleted(folder: Path) -> None:
    synced(folder, documentation(pages=4 * FEWEST_PAGES))

    with pytest.raises(SyncError, match=r"delete .*en\.sqlite and sync again"):
        synced(folder)
    database(folder, "en").unlink()

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
    assert _serves(folder, "often overbooks")


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

def entries(pages):
    for number, entry in enumerate(real(pages)):
        if number == 50 and sys.argv[3] == "while it writes":
            die()
        yield entry

real, store.entries = store.entries, entries
sync(Path(sys.argv[1]), sys.argv[2], None, watch)
"""


@pytest.mark.parametrize("moment", ["while it cleans", "while it writes"])
def test_a_killed_sync_leaves_the_old_mirror_and_no_lock(moment: str, folder: Path, tmp_path: Path) -> None:
    synced(folder)
    newer = tmp_path / "b24restdocs.newer.tar.gz"
    newer.write_bytes(tar_gz(documentation(NEWER)))

    killed = subprocess.run([sys.executable, "-c", KILLED, folder, newer, moment], check=False, cwd=ROOT)

    assert killed.returncode == -9
    assert _serves(folder, "It never overbooks.")
    assert sync(folder, str(newer), None, quiet).changed == 1
    assert _serves(folder, "often overbooks")
    assert _left(folder) == {"en.sqlite", "sync.lock"}


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
    assert _serves(folder, "It never overbooks.")
    assert _left(folder) == {"en.sqlite", "sync.lock"}


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
    assert _serves(folder, "It never overbooks.")
    assert _left(folder) == {"en.sqlite", "sync.lock"}


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


@pytest.mark.parametrize(
    ("name", "root", "lang", "expected"),
    [
        ("docs.tar.gz", "b24restdocs", None, "en"),
        ("docs.tar.gz", "b24-rest-docs-main", None, "ru"),
        ("not-b24restdocs.tar.gz", "b24-rest-docs", None, "ru"),
        ("b24restdocs.tar.gz", "docs", None, "en"),
        ("ru.tar.gz", "docs", None, "ru"),
        ("docs.tar.gz", "docs", "ru", "ru"),
        ("docs.tar.gz", "docs", None, "add --lang en or --lang ru"),
        ("docs.tar.gz", "b24restdocs", "ru", "holds the English documentation; leave out --lang ru"),
    ],
)
def test_the_source_tells_its_language(name: str, root: str, lang: str | None, expected: str, folder: Path) -> None:
    source = folder.parent / name
    source.write_bytes(tar_gz(documentation(), root))

    if len(expected) == 2:
        assert sync(folder, str(source), lang, quiet).lang == expected
    else:
        with pytest.raises(SyncError, match=expected):
            sync(folder, str(source), lang, quiet)


def test_a_source_that_cannot_be_read_is_to_blame_itself(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_source: Path) -> str:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("reference.mirror.sync.digest", refuse)

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
    hurt(database(folder, "en"))
    mirror = Mirror(folder)

    assert mirror.search("ferry") == []
    assert mirror.page("en", BOOKING) is None
    english = mirror.states()[0]
    assert english.state == state
    assert "openchannels-mcp docs sync" in english.message

    assert synced(folder).rebuilt
    assert _serves(folder, "It never overbooks.")


def test_a_reader_in_the_middle_of_a_sync_keeps_its_state(folder: Path) -> None:
    synced(folder)
    seen: list[bool] = []
    (folder.parent / "b24restdocs.newer.tar.gz").write_bytes(tar_gz(documentation(NEWER)))

    sync(
        folder,
        str(folder.parent / "b24restdocs.newer.tar.gz"),
        None,
        lambda *_: seen.append(_serves(folder, "It never overbooks.")),
    )

    assert all(seen)
    assert len(seen) > FEWEST_PAGES


def test_the_secrets_of_an_address_are_kept_nowhere(folder: Path, publisher: Publisher) -> None:
    secret = "https://user:geheim@codeload.example/b24restdocs.tar.gz?token=geheim"

    done = sync(folder, secret, None, quiet, publisher.transport)

    assert done.source == "https://codeload.example/b24restdocs.tar.gz"
    assert b"geheim" not in database(folder, "en").read_bytes()
    publisher.status = 500
    with pytest.raises(SyncError) as failed:
        sync(folder, secret, None, quiet, publisher.transport)
    assert "geheim" not in str(failed.value)


def test_a_moved_mirror_serves_from_its_new_place(folder: Path, tmp_path: Path) -> None:
    synced(folder)
    shutil.move(folder, tmp_path / "a place?with #odd & names")

    assert _serves(tmp_path / "a place?with #odd & names", "It never overbooks.")
