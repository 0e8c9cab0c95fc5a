"""The commands about the official documentation."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from server.cli.main import cli
from server.config.settings import Settings
from tests.reference.mirror.handmade import RUSSIAN, documentation, tar_gz


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"OPENCHANNELS_{name.upper()}", raising=False)
    monkeypatch.setenv("OPENCHANNELS_SETTINGS_FILE", str(tmp_path / "settings.toml"))
    (tmp_path / "settings.toml").write_text("")
    monkeypatch.setenv("OPENCHANNELS_DOCS_FOLDER", str(tmp_path / "mirror"))
    (tmp_path / "en.tar.gz").write_bytes(tar_gz(documentation(), "docs"))
    (tmp_path / "ru.tar.gz").write_bytes(tar_gz(documentation(RUSSIAN), "docs"))
    return tmp_path


def _run(*words: str) -> Result:
    return CliRunner().invoke(cli, ["docs", *words], catch_exceptions=False)


def test_both_languages_are_brought_and_told_with_counts_and_places(folder: Path) -> None:
    done = _run("sync", "--from", str(folder / "en.tar.gz"), "--from", str(folder / "ru.tar.gz"))

    english, russian = done.stdout.splitlines()
    assert done.exit_code == 0
    assert english.startswith("English: 127 pages as of 2026-01-01 (127 new, 0 changed, 0 gone) in ")
    assert english.endswith(f" MB in {folder / 'mirror' / 'en.sqlite'}.")
    assert russian.startswith("Russian: 122 pages as of 2026-01-01 ")


def test_a_second_sync_says_that_nothing_has_changed(folder: Path) -> None:
    _run("sync", "--from", str(folder / "en.tar.gz"))

    done = _run("sync", "--lang", "en", "--from", str(folder / "en.tar.gz"))

    assert done.exit_code == 0
    assert done.stdout.startswith("English: 127 pages as of 2026-01-01, nothing has changed (")


def test_one_failure_does_not_keep_the_other_language_away(folder: Path) -> None:
    done = _run("sync", "--from", str(folder / "nothing.tar.gz"), "--from", str(folder / "ru.tar.gz"))

    assert done.exit_code == 1
    assert done.stderr == (
        f"Error: there is no file or folder {folder / 'nothing.tar.gz'}. What was there before still serves.\n"
    )
    assert done.stdout.startswith("Russian: ")


def test_the_folder_may_be_at_home(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("OPENCHANNELS_DOCS_FOLDER", "~/at-home")

    _run("sync", "--from", str(folder / "en.tar.gz"))

    assert (folder / "at-home" / "en.sqlite").is_file()


def test_without_a_mirror_there_is_nothing_to_compare_with() -> None:
    done = _run("drift")

    assert done.exit_code == 2
    assert done.stderr == "Error: English documentation: not there yet; openchannels-mcp docs sync brings it\n"


def test_unknown_differences_are_told_and_end_with_one(folder: Path) -> None:
    page = "# A session pauses OnSessionPause\n"
    files = documentation() | {"api-reference/imopenlines/openlines/events/on-session-pause.md": page}
    (folder / "en.tar.gz").write_bytes(tar_gz(files, "docs"))
    _run("sync", "--from", str(folder / "en.tar.gz"))

    done = _run("drift")
    told = json.loads(_run("drift", "--json").stdout)

    assert done.exit_code == 1
    assert "Compared with 0 methods and 1 events of the official pages." in done.stdout
    assert "  OnSessionPause: has a page and no class\n" in done.stdout
    assert (
        "  The methods of statistics are newer than the published pages:\n    imopenlines.v2.Operator.list\n"
        in done.stdout
    )
    assert "extra_error imopenlines.session.open (empty)\n" in done.stdout, "stale while no page is there"
    assert {
        "kind": "missing_event",
        "where": "OnSessionPause",
        "words": "has a page and no class",
        "reason": "",
    } in told["unknown"]
    assert told["stale"]


def test_where_nothing_is_unknown_it_ends_with_nought(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reference.mirror.drift.methods", dict)
    monkeypatch.setattr("reference.mirror.drift.events", dict)
    _run("sync", "--from", str(folder / "en.tar.gz"))

    done = _run("drift")

    assert done.exit_code == 0
    assert "Nothing unknown." in done.stdout
