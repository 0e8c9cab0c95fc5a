import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from server.audit.log import AuditLog

LINES = 6


@pytest.fixture
def log(tmp_path: Path) -> AuditLog:
    log = AuditLog(tmp_path / "state" / "audit.jsonl")
    for number in range(LINES):
        log.write("executed", tool="operator_finish", chat_id=number, text="Привет | ok")
    return log


def lines_of(log: AuditLog) -> list[str]:
    return log.path.read_text(encoding="utf-8").splitlines()


def put(log: AuditLog, lines: list[str]) -> None:
    log.path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def test_a_log_that_nobody_touched_verifies(log: AuditLog) -> None:
    assert log.verify().problem == ""
    assert log.verify().lines == LINES
    assert [entry["chat_id"] for entry in log.entries()] == list(range(LINES))


def test_a_log_that_does_not_exist_yet_verifies(tmp_path: Path) -> None:
    assert AuditLog(tmp_path / "none.jsonl").verify().problem == ""


@pytest.mark.parametrize("index", range(LINES))
def test_a_changed_line_shows(log: AuditLog, index: int) -> None:
    lines = lines_of(log)
    lines[index] = lines[index].replace("operator_finish", "operator_answer")
    put(log, lines)
    assert f"line {index + 1} " in log.verify().problem


@pytest.mark.parametrize("index", range(LINES))
def test_a_removed_line_shows(log: AuditLog, index: int) -> None:
    lines = lines_of(log)
    del lines[index]
    put(log, lines)
    assert log.verify().problem


@pytest.mark.parametrize("index", range(LINES - 1))
def test_two_lines_in_the_wrong_order_show(log: AuditLog, index: int) -> None:
    lines = lines_of(log)
    lines[index], lines[index + 1] = lines[index + 1], lines[index]
    put(log, lines)
    assert log.verify().problem


@pytest.mark.parametrize("index", range(LINES))
def test_a_line_whose_own_hash_was_made_anew_shows(log: AuditLog, index: int) -> None:
    lines = lines_of(log)
    entry = json.loads(lines[index])
    entry["chat_id"] = 99
    del entry["hash"]
    canonical = json.dumps(entry, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    entry["hash"] = hashlib.sha256(canonical.encode()).hexdigest()
    lines[index] = json.dumps(entry, ensure_ascii=False, separators=(",", ":"))
    put(log, lines)
    assert log.verify().problem


def test_an_emptied_or_removed_log_shows(log: AuditLog) -> None:
    put(log, [])
    assert log.verify().problem
    log.path.unlink()
    assert log.verify().problem


def test_a_line_that_is_no_json_shows(log: AuditLog) -> None:
    put(log, [*lines_of(log)[:-1], "{"])
    assert "cannot be read" in log.verify().problem


def test_the_log_goes_on_after_a_process_ended_before_it_noted_its_line(log: AuditLog) -> None:
    head = log.path.with_name("audit.jsonl.head")
    noted = head.read_text()
    log.write("asked", tool="operator_spam")
    head.write_text(noted)
    assert log.verify().problem == ""
    log.write("executed", tool="operator_spam")
    assert log.verify().problem == ""
    assert log.verify().lines == LINES + 2


def test_the_log_goes_on_after_half_a_line(log: AuditLog) -> None:
    with log.path.open("a") as file:
        file.write('{"line":7,"at":"20')
    log.write("asked", tool="operator_spam")
    assert log.verify().problem == ""


@pytest.mark.parametrize("length", [0, 800, 1_700, 1_800, 2_000, 2_100, 5_000, 300_000])
def test_the_log_goes_on_after_lines_of_any_length_whole_and_half(log: AuditLog, length: int) -> None:
    for _ in range(2):
        log.write("executed", text="x" * length)
    with log.path.open("a") as file:
        file.write("y" * length)
    log.write("executed", text="x" * length)
    log.write("asked", tool="operator_spam")

    repaired = int(length > 0)  # that half a line was taken away is noted in a line of its own
    assert (log.verify().problem, log.verify().lines) == ("", LINES + 4 + repaired)
    assert len(log.path.read_bytes()) < 3 * length + 6_000, "the half line is still there"


def test_a_long_last_line_that_was_not_noted_is_followed(log: AuditLog) -> None:
    noted = log.path.with_name(f"{log.path.name}.head")
    before = noted.read_text()
    log.write("executed", text="x" * 5_000)
    noted.write_text(before)
    log.write("asked", tool="operator_spam")

    assert (log.verify().problem, log.verify().lines) == ("", LINES + 2)


def test_several_processes_write_one_chain(log: AuditLog) -> None:
    script = (
        "import sys; from pathlib import Path; from server.audit.log import AuditLog\n"
        "for n in range(20): AuditLog(Path(sys.argv[1])).write('asked', n=n)"
    )
    writers = [subprocess.Popen([sys.executable, "-c", script, str(log.path)]) for _ in range(3)]
    assert [writer.wait(timeout=120) for writer in writers] == [0, 0, 0]
    verdict = log.verify()
    assert verdict.problem == ""
    assert verdict.lines == LINES + 60


def test_only_its_owner_can_read_it(log: AuditLog) -> None:
    assert log.path.stat().st_mode & 0o077 == 0
