"""Ways to rewrite the audit log unseen, each tried once, and what the log does about a full disk and its own size."""

import errno
import hashlib
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from server.audit.log import AuditLog
from server.config.guard_settings import AuditSettings
from tests.server.embedded import run_command

LINES = 6
KEY = b"k" * 64
KEPT_ELSEWHERE = AuditSettings(keys=(KEY,))
FILES = ("audit.jsonl", "audit.jsonl.head")


def fill(log: AuditLog, lines: int = LINES) -> AuditLog:
    for number in range(lines):
        log.write("executed", tool="operator_finish", chat_id=number, text="Привет | ok")
    return log


@pytest.fixture(params=[None, KEPT_ELSEWHERE], ids=["key beside the state", "key of the settings"])
def log(request: pytest.FixtureRequest, tmp_path: Path) -> AuditLog:
    return fill(AuditLog(tmp_path / "audit.jsonl", request.param))


def write_old(folder: Path, lines: int = LINES, tool: str = "operator_finish") -> None:
    """A log as versions without seals wrote it, which anybody can make."""
    before, text = "0" * 64, ""
    for number in range(lines):
        entry: dict[str, Any] = {"line": number + 1, "event": "executed", "tool": tool, "before": before}
        canonical = json.dumps(entry, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
        before = hashlib.sha256(canonical.encode()).hexdigest()
        text += json.dumps({**entry, "hash": before}, ensure_ascii=False, separators=(",", ":")) + "\n"
    (folder / "audit.jsonl").write_text(text, encoding="utf-8")
    (folder / "audit.jsonl.head").write_text(f"{lines} {before}\n", encoding="ascii")


def make_anew_with_another_key(folder: Path) -> None:
    other = fill(AuditLog(folder / "other" / "audit.jsonl"))
    for name in FILES:
        shutil.copy(other.path.with_name(name), folder / name)


def edit(name: str, change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    def attack(folder: Path) -> None:
        (folder / name).write_bytes(change((folder / name).read_bytes()))

    return attack


def remove(*names: str) -> Callable[[Path], None]:
    def attack(folder: Path) -> None:
        for name in names:
            (folder / name).unlink()

    return attack


def replace_bytes(old: bytes, new: bytes) -> Callable[[Path], None]:
    return edit("audit.jsonl", lambda text: text.replace(old, new, 1))


ATTACKS: dict[str, Callable[[Path], None]] = {
    "a chain computed anew": write_old,
    "a shorter chain computed anew": lambda folder: write_old(folder, 2),
    "a chain sealed with another key": make_anew_with_another_key,
    "both files removed": remove(*FILES),
    "the log removed": remove("audit.jsonl"),
    "the head removed": remove("audit.jsonl.head"),
    "the log emptied, with an old head": lambda folder: write_old(folder, 0),
    "a name put in twice": replace_bytes(b'"tool":', b'"tool":"operator_spam","tool":'),
    "a name put in twice in a thing within": replace_bytes(b'"line":1,', b'"x":{"a":1,"a":2},"line":1,'),
    "a space": replace_bytes(b'"line":3,', b'"line": 3,'),
    "another spelling of a letter": replace_bytes(b'"tool"', b'"\\u0074ool"'),
    "an empty line": edit("audit.jsonl", lambda text: text + b"\n"),
    "the key's name taken out": replace_bytes(b'"key":', b'"kez":'),
    "the last line cut off": edit("audit.jsonl", lambda text: b"".join(text.splitlines(keepends=True)[:-1])),
    "another count in the head": edit("audit.jsonl.head", lambda text: text.replace(b"6 ", b"5 ", 1)),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_log_that_was_rewritten_is_not_whole(log: AuditLog, attack: str) -> None:
    ATTACKS[attack](log.path.parent)
    assert log.verify().problem, attack


REPLACED = [attack for attack in ATTACKS if "removed" in attack or "anew" in attack or "another key" in attack]


@pytest.mark.parametrize("attack", REPLACED)
def test_a_log_that_was_replaced_stays_so_when_the_server_goes_on_writing(log: AuditLog, attack: str) -> None:
    ATTACKS[attack](log.path.parent)
    fill(log, 2)
    assert log.verify().problem, attack


def test_who_knows_the_file_beside_the_state_cannot_go_on_with_it_once_the_key_is_elsewhere(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    fill(AuditLog(path))
    fill(AuditLog(path, KEPT_ELSEWHERE))
    assert AuditLog(path, KEPT_ELSEWHERE).verify().problem == ""
    fill(AuditLog(path), 1)
    assert "older key" in AuditLog(path, KEPT_ELSEWHERE).verify().problem


def test_a_key_that_was_replaced_still_verifies_what_it_sealed(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    fill(AuditLog(path, KEPT_ELSEWHERE))
    newer = AuditSettings(keys=(b"n" * 64, KEY))
    fill(AuditLog(path, newer))
    assert (AuditLog(path, newer).verify().problem, AuditLog(path, newer).verify().lines) == ("", 2 * LINES)
    assert "key that is not here" in AuditLog(path, AuditSettings(keys=(b"n" * 64,))).verify().problem


def test_nothing_is_written_without_the_key_that_was_used(tmp_path: Path) -> None:
    fill(AuditLog(tmp_path / "audit.jsonl", KEPT_ELSEWHERE))
    with pytest.raises(OSError, match="OPENCHANNELS_SEAL_KEY"):
        fill(AuditLog(tmp_path / "audit.jsonl"))


def test_an_old_log_verifies_as_what_it_is_and_the_chain_goes_on(tmp_path: Path) -> None:
    write_old(tmp_path)
    log = AuditLog(tmp_path / "audit.jsonl")
    verdict = log.verify()
    assert (verdict.problem, verdict.lines) == ("", LINES)
    assert "have no seal" in verdict.notes[0]
    fill(log)
    verdict = AuditLog(log.path).verify()
    assert verdict.problem == ""
    assert f"{LINES} lines from the first on have no seal" in verdict.notes[0]
    assert [entry["event"] for entry in log.entries()][LINES] == "repaired"
    assert len(verdict.notes) == 2
    write_old(tmp_path, tool="operator_spam")
    assert AuditLog(log.path).verify().problem


def test_a_name_twice_in_a_line_of_an_old_log_shows(tmp_path: Path) -> None:
    write_old(tmp_path)
    ATTACKS["a name put in twice"](tmp_path)
    assert "line 1 cannot be read" in AuditLog(tmp_path / "audit.jsonl").verify().problem


@pytest.mark.parametrize("files", [("audit.jsonl", "audit.jsonl.head", "audit.key"), FILES])
def test_an_anchor_elsewhere_shows_even_a_log_that_was_put_back_or_begun_anew(
    tmp_path: Path, files: tuple[str, ...]
) -> None:
    settings = AuditSettings(anchor=str(tmp_path / "anchor"))
    log = fill(AuditLog(tmp_path / "state" / "audit.jsonl", settings), 3)
    shutil.copytree(log.path.parent, tmp_path / "before")
    fill(log)
    assert log.verify().problem == ""
    for name in files:
        shutil.copy(tmp_path / "before" / name, log.path.with_name(name))
    assert "the anchor was told of 9 lines, 3 are there" in AuditLog(log.path, settings).verify().problem
    shutil.rmtree(log.path.parent)
    fill(AuditLog(log.path, settings), 10)
    assert "is not what was told the anchor" in AuditLog(log.path, settings).verify().problem


def test_a_call_is_stopped_where_the_anchor_cannot_be_told(tmp_path: Path) -> None:
    log = AuditLog(tmp_path / "state" / "audit.jsonl", AuditSettings(anchor=str(tmp_path / "none" / "anchor")))
    with pytest.raises(FileNotFoundError):
        log.write("asked")


# A full disk.


def fail(*_: Any, **__: Any) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("failures", [1, 2, 5])
def test_a_full_disk_is_noted_and_the_log_goes_on_when_there_is_room_again(
    log: AuditLog, monkeypatch: pytest.MonkeyPatch, failures: int
) -> None:
    with monkeypatch.context() as full:
        full.setattr("server.audit.head.write_private_file", fail)
        for _ in range(failures):
            with pytest.raises(OSError, match="No space left"):
                log.write("asked", tool="operator_spam")
        with full.context() as stuck:
            stuck.setattr("os.truncate", fail)
            for _ in range(failures):
                with pytest.raises(OSError, match="No space left"):
                    log.write("asked", tool="operator_spam")
    log.write("asked", tool="operator_finish")
    verdict = log.verify()
    assert verdict.problem == ""
    assert f"{2 * failures} lines could not be written before this one (No space left on device)" in verdict.notes[-1]
    fill(log, 1)
    assert log.verify().notes == verdict.notes


def test_half_a_line_is_cut_off_and_noted(log: AuditLog) -> None:
    with log.path.open("a") as file:
        file.write('{"line":7,"at":"20')
    log.write("asked", tool="operator_spam")
    verdict = log.verify()
    assert (verdict.problem, verdict.lines) == ("", LINES + 2)
    assert "half a line was cut off" in verdict.notes[0]


# Rotation.


def test_the_chain_goes_on_over_files_and_is_verified_in_all_of_them(tmp_path: Path) -> None:
    settings = AuditSettings(file_bytes=800)
    log = fill(AuditLog(tmp_path / "audit.jsonl", settings), 40)
    parts = sorted(tmp_path.glob("audit.jsonl.[0-9]*"))
    assert len(parts) > 9, len(parts)
    assert all(part.stat().st_mode & 0o077 == 0 for part in parts)
    verdict = AuditLog(log.path, settings).verify()
    assert (verdict.problem, verdict.lines, verdict.notes) == ("", 40, ())
    assert [entry["chat_id"] for entry in log.entries()] == list(range(40))
    shown = run_command(tmp_path, "audit", "show", "--json", "--last", "40").stdout.splitlines()
    assert [json.loads(line)["line"] for line in shown] == list(range(1, 41))
    parts[3].rename(tmp_path / "elsewhere")
    assert "does not follow" in AuditLog(log.path, settings).verify().problem


def test_a_process_that_ended_between_two_files_leaves_a_whole_log(tmp_path: Path) -> None:
    log = fill(AuditLog(tmp_path / "audit.jsonl"))
    head = log.path.with_name("audit.jsonl.head")
    noted = head.read_text()
    log.path.rename(tmp_path / "audit.jsonl.1")
    fill(AuditLog(log.path), 1)
    head.write_text(noted)
    fill(AuditLog(log.path), 1)
    verdict = AuditLog(log.path).verify()
    assert (verdict.problem, verdict.lines, verdict.notes) == ("", LINES + 2, ())


# As a person sees it.


def test_the_command_tells_what_is_whole_and_what_is_missing(tmp_path: Path) -> None:
    nothing = run_command(tmp_path, "audit", "verify")
    assert (nothing.returncode, nothing.stdout) == (1, "")
    assert "There is no audit log" in nothing.stderr
    write_old(tmp_path)
    old = run_command(tmp_path, "audit", "verify")
    assert old.returncode == 0
    assert "6 lines from the first on have no seal" in old.stdout
    fill(AuditLog(tmp_path / "audit.jsonl"))
    for name in FILES:
        (tmp_path / name).unlink()
    gone = run_command(tmp_path, "audit", "verify")
    assert (gone.returncode, gone.stdout) == (1, "")
    assert "missing" in gone.stderr
