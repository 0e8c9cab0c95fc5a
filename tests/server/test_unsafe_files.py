"""State, secrets and settings that others than their owner could have written or can read."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import SecretStr

from portal.private_file import UnsafeFileError, check_private_file, check_secret_file, make_private_folder
from portal.tokens import NoGrantError, TokenFile
from server.approvals.store import ApprovalStore
from server.audit.log import AuditLog
from server.config.guard_settings import GuardSettings
from server.config.secrets import read_secret
from server.config.settings import Settings, SettingsError
from server.http.auth.token_file import TeamTokenFile
from server.storage.database import State
from server.storage.errors import StorageError
from tests.server.embedded import run_command

pytestmark = pytest.mark.skipif(os.name != "posix", reason="there are no such modes")
needs_root = pytest.mark.skipif(os.name == "posix" and os.getuid() != 0, reason="only root gives files away")


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A state folder that was used."""
    folder = tmp_path / "state"
    AuditLog(folder / "audit.jsonl").write("asked", tool="operator_spam")
    ApprovalStore(State.in_folder(folder)).list_all()
    return folder


def use(folder: Path) -> None:
    AuditLog(folder / "audit.jsonl").write("asked", tool="operator_spam")
    ApprovalStore(State.in_folder(folder)).list_all()


STATE_FILES = ["audit.jsonl", "audit.jsonl.head", "audit.key", "state.sqlite", "approvals.key"]


@pytest.mark.parametrize("mode", [0o777, 0o770, 0o1777, 0o722])
def test_a_state_folder_that_others_can_write_is_not_used(folder: Path, mode: int) -> None:
    folder.chmod(mode)
    with pytest.raises(SettingsError, match="chmod 700"):
        GuardSettings.from_settings(Settings(state_folder=folder))
    with pytest.raises(StorageError, match="chmod 700"):
        ApprovalStore(State.in_folder(folder)).list_all()
    with pytest.raises(UnsafeFileError, match="chmod 700"):
        AuditLog(folder / "audit.jsonl").write("asked")
    for words in (["audit", "verify"], ["approvals", "list"], ["call", "inbox", "--sandbox"]):
        shown = run_command(folder, *words)
        assert shown.returncode == 2, words
        assert f"others than its owner can change the folder {folder}: chmod 700 {folder}" in shown.stderr
    folder.chmod(0o700)
    use(folder)


@pytest.mark.parametrize("name", STATE_FILES)
def test_a_file_of_the_state_that_others_can_write_is_not_used(folder: Path, name: str) -> None:
    (folder / name).chmod(0o666)
    with pytest.raises((OSError, StorageError), match="chmod 600"):
        use(folder)
    (folder / name).chmod(0o600)
    use(folder)


@pytest.mark.parametrize("name", STATE_FILES)
def test_a_file_of_the_state_that_others_could_read_is_closed(
    folder: Path, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    (folder / name).chmod(0o644)
    use(folder)
    assert mode_of(folder / name) == 0o600
    assert f"Others than its owner could read {folder / name}" in caplog.text


@pytest.mark.parametrize("name", STATE_FILES)
def test_a_file_of_the_state_that_is_a_symbolic_link_is_not_used(folder: Path, tmp_path: Path, name: str) -> None:
    (folder / name).rename(tmp_path / "elsewhere")
    (folder / name).symlink_to(tmp_path / "elsewhere")
    with pytest.raises((OSError, StorageError), match="symbolic link"):
        use(folder)


@needs_root
@pytest.mark.parametrize("name", [*STATE_FILES, "."])
def test_what_belongs_to_another_user_is_not_used(folder: Path, name: str) -> None:
    os.chown(folder / name, 12345, -1)
    with pytest.raises((OSError, StorageError), match="another user"):
        use(folder)


def test_what_is_new_is_its_owners_alone_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        use(tmp_path / "new" / "state")
        make_private_folder(tmp_path / "a" / "b" / "c")
    finally:
        os.umask(before)
    made = [path for path in tmp_path.rglob("*") if mode_of(path) & 0o077]
    assert made == []


SECRET = "https://portal.example/rest/1/s3cret/"
GRANT = '{"access_token": "s3cret", "refresh_token": "s3cret"}'


def read_secret_file(path: Path) -> object:
    path.write_text(SECRET)
    return lambda: read_secret(Settings(webhook_url_file=path), "webhook_url")


def read_settings(path: Path) -> object:
    path.write_text(f'default_profile = "shop"\n[profiles.shop]\nwebhook_url = "{SECRET}"\n')
    return lambda: Settings(settings_file=path).webhook_url


def read_grant(path: Path) -> object:
    path.write_text(GRANT)
    return TokenFile(path).load


READERS = {"secret": read_secret_file, "settings": read_settings, "tokens": read_grant}


@pytest.mark.parametrize("mode", [0o666, 0o620, 0o602])
@pytest.mark.parametrize("reader", READERS)
def test_a_secret_that_others_can_write_is_refused(tmp_path: Path, reader: str, mode: int) -> None:
    read: Callable[[], object] = READERS[reader](tmp_path / "file")  # type: ignore[assignment]
    (tmp_path / "file").chmod(mode)
    with pytest.raises((SettingsError, NoGrantError), match="chmod 600") as refused:
        read()
    assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604])
@pytest.mark.parametrize("reader", READERS)
def test_a_secret_that_others_could_read_is_closed_and_told(
    tmp_path: Path, reader: str, mode: int, caplog: pytest.LogCaptureFixture
) -> None:
    read: Callable[[], object] = READERS[reader](tmp_path / "file")  # type: ignore[assignment]
    (tmp_path / "file").chmod(mode)
    assert read()
    assert mode_of(tmp_path / "file") == 0o600
    assert "could read" in caplog.text
    assert "s3cret" not in caplog.text


def test_a_secret_that_others_can_read_is_refused_where_that_cannot_be_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "secret"
    path.write_text(SECRET)
    path.chmod(0o644)

    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "chmod", refuse)
    with pytest.raises(SettingsError, match=r"can read .*chmod 600"):
        read_secret(Settings(webhook_url_file=path), "webhook_url")


@needs_root
def test_a_secret_of_another_user_is_refused_and_a_link_to_ones_own_is_not(tmp_path: Path) -> None:
    path, link = tmp_path / "secret", tmp_path / "link"
    path.write_text(SECRET)
    path.chmod(0o600)
    link.symlink_to(path)
    check_secret_file(link)
    os.chown(path, 12345, -1)
    with pytest.raises(UnsafeFileError, match="another user"):
        check_secret_file(link)


def test_a_pipe_may_give_a_secret_and_is_no_file_of_the_state(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o622)
    check_secret_file(tmp_path / "pipe")
    with pytest.raises(UnsafeFileError):
        check_private_file(tmp_path / "pipe")


def test_a_tokens_file_that_gets_other_rights_is_read_anew_and_refused(tmp_path: Path) -> None:
    file = TeamTokenFile(tmp_path / "access.json")
    file.path.write_text('{"tokens": []}')
    stamp = file.read_stamp()
    assert file.load() == ()
    file.path.chmod(0o666)
    assert file.read_stamp() != stamp, "the server notices"
    with pytest.raises(SettingsError, match="chmod 600"):
        file.load()


@pytest.mark.parametrize("key", ["short", "k" * 64 + " short"])
def test_a_key_that_can_be_guessed_is_refused(tmp_path: Path, key: str) -> None:
    with pytest.raises(SettingsError, match="openssl rand -hex 32"):
        GuardSettings.from_settings(Settings(state_folder=tmp_path, seal_key=SecretStr(key)))


def test_keys_of_the_settings_seal_the_newest_first(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("n" * 64 + "\n" + "o" * 64 + "\n")
    (tmp_path / "key").chmod(0o600)
    guard = GuardSettings.from_settings(Settings(state_folder=tmp_path, seal_key_file=tmp_path / "key"))
    assert guard.audit.keys == (b"n" * 64, b"o" * 64)
    assert "nnnn" not in repr(guard)
