"""A sync from an address, a file or a folder: what it makes, and who sees what while it runs."""

import shutil
import sqlite3
from pathlib import Path

import pytest

from reference.mirror.mirror import Mirror
from reference.mirror.store import database_path
from reference.mirror.sync import FEWEST_PAGES, SyncError, sync
from tests.reference.mirror.handmade import COMMIT, RUSSIAN, documentation, quiet, synced, tar_gz, written_state, zipped
from tests.reference.mirror.publisher import Publisher
from tests.reference.mirror.syncing import BOOKING, NEWER, PUBLIC, list_names, serves


def test_the_first_sync_makes_the_mirror(folder: Path) -> None:
    done = synced(folder)

    assert (done.lang, done.rebuilt, done.dated) == ("en", True, "2026-01-01")
    assert done.pages == done.new == len(documentation()) - 2  # without the piece and the repository's front
    assert serves(folder, "It never overbooks.")
    assert list_names(folder) == {"en.sqlite", "sync.lock"}


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
    before = written_state(database_path(folder, "en"))

    done = synced(folder)

    assert (done.rebuilt, done.pages) == (False, len(documentation()) - 2)
    assert written_state(database_path(folder, "en")) == before


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
    assert list_names(folder) == {"en.sqlite", "sync.lock"}


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
    assert serves(folder, "often overbooks")
    assert mirror.search("often overbooks")[0].path == BOOKING
    assert mirror.page("en", "api-reference/outdated/ferry-booking-create") is None


def test_a_zip_archive_will_do(folder: Path, tmp_path: Path) -> None:
    archive = tmp_path / "b24restdocs.zip"
    archive.write_bytes(zipped(documentation()))

    assert sync(folder, str(archive), None, quiet).rebuilt
    assert serves(folder, "It never overbooks.")


def test_the_mirror_knows_its_commit(folder: Path) -> None:
    synced(folder)

    with sqlite3.connect(database_path(folder, "en")) as connection:
        assert dict(connection.execute("SELECT name, value FROM meta"))["revision"] == COMMIT


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


def test_a_reader_in_the_middle_of_a_sync_keeps_its_state(folder: Path) -> None:
    synced(folder)
    seen: list[bool] = []
    (folder.parent / "b24restdocs.newer.tar.gz").write_bytes(tar_gz(documentation(NEWER)))

    sync(
        folder,
        str(folder.parent / "b24restdocs.newer.tar.gz"),
        None,
        lambda *_: seen.append(serves(folder, "It never overbooks.")),
    )

    assert all(seen)
    assert len(seen) > FEWEST_PAGES


def test_the_secrets_of_an_address_are_kept_nowhere(folder: Path, publisher: Publisher) -> None:
    secret = "https://user:geheim@codeload.example/b24restdocs.tar.gz?token=geheim"

    done = sync(folder, secret, None, quiet, publisher.transport)

    assert done.source == "https://codeload.example/b24restdocs.tar.gz"
    assert b"geheim" not in database_path(folder, "en").read_bytes()
    publisher.status = 500
    with pytest.raises(SyncError) as failed:
        sync(folder, secret, None, quiet, publisher.transport)
    assert "geheim" not in str(failed.value)


def test_a_moved_mirror_serves_from_its_new_place(folder: Path, tmp_path: Path) -> None:
    synced(folder)
    shutil.move(folder, tmp_path / "a place?with #odd & names")

    assert serves(tmp_path / "a place?with #odd & names", "It never overbooks.")
