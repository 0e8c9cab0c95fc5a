"""Files of one owner: whole, unreadable for others, and locked against other threads and processes."""

import os
import stat
import subprocess
import sys
from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
import pytest

from portal.private_file import create_private_file, lock_file, lock_file_async, try_lock, write_private_file

ROOT = Path(__file__).resolve().parents[2]
HOLDER = """
import sys
from pathlib import Path
from typing import Any
from portal.private_file import lock_file

with lock_file(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def _start_holder(path: Path) -> subprocess.Popen[str]:
    """Another process that holds the lock of a file until its input ends or it is killed."""
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert holder.stdout
    assert holder.stdout.readline() == "held\n"
    return holder


async def _enter_after_the_holder(
    holder: subprocess.Popen[str], enter: Callable[[], Coroutine[Any, Any, None]], entered: list[bool]
) -> None:
    """Whoever wants the lock waits as long as the holder lives, and has it then."""
    with anyio.fail_after(10):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(enter)
            await anyio.wait_all_tasks_blocked()
            assert entered == []
            holder.kill()
    assert entered == [True]


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("content", ["Grüße\n", b"\x00\xff"])
def test_a_written_file_holds_the_content_and_only_its_owner_can_read_it(tmp_path: Path, content: str | bytes) -> None:
    path = tmp_path / "new" / "a.json"
    write_private_file(path, "older and longer than what comes")
    write_private_file(path, content)
    assert path.read_bytes() == (content.encode() if isinstance(content, str) else content)
    assert (_mode(path), _mode(path.parent)) == (0o600, 0o700)
    assert [entry.name for entry in path.parent.iterdir()] == ["a.json"]


def test_a_file_that_cannot_be_replaced_leaves_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.mkdir()
    with pytest.raises(OSError, match="directory"):
        write_private_file(path, "x")
    assert [entry.name for entry in tmp_path.iterdir()] == ["a"]


def test_a_file_is_created_once_and_then_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "new" / "state"
    create_private_file(path)
    assert (path.read_bytes(), _mode(path)) == (b"", 0o600)
    path.write_bytes(b"kept")
    create_private_file(path)
    assert path.read_bytes() == b"kept"


def test_a_lock_is_waited_for_until_the_process_that_holds_it_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "a"
    entered: list[bool] = []

    async def run() -> None:
        def enter() -> None:
            with lock_file(path):
                entered.append(True)

        await _enter_after_the_holder(holder, partial(anyio.to_thread.run_sync, enter), entered)

    with _start_holder(path) as holder:
        anyio.run(run)


def test_a_task_that_waits_for_a_lock_lets_other_tasks_run(tmp_path: Path) -> None:
    path = tmp_path / "a"
    entered: list[bool] = []

    async def run() -> None:
        async def enter() -> None:
            async with lock_file_async(path):
                entered.append(True)

        await _enter_after_the_holder(holder, enter, entered)

    with _start_holder(path) as holder:
        anyio.run(run)


def test_a_lock_that_is_held_is_not_given_twice_and_comes_free_again(tmp_path: Path) -> None:
    path = tmp_path / "new" / "server-1.lock"
    first = try_lock(path)
    assert first
    assert try_lock(path) is None
    assert _mode(path) == 0o600
    first.release()
    second = try_lock(path)
    assert second
    second.release()


def test_a_lock_is_free_when_the_task_that_held_it_failed(tmp_path: Path) -> None:
    async def run() -> None:
        with pytest.raises(ZeroDivisionError):
            async with lock_file_async(tmp_path / "a"):
                raise ZeroDivisionError
        with anyio.fail_after(10):
            async with lock_file_async(tmp_path / "a"):
                pass

    anyio.run(run)
