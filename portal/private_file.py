"""Files that only their owner can read, written as a whole or not at all, and locks between processes.

Tokens, the audit log and the state of a server are kept with these functions.
"""

import os
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import anyio

if TYPE_CHECKING:
    from filelock import BaseFileLock

OWNER_ONLY = 0o600
SECONDS_BETWEEN_LOOKS = 0.01
"""Between two looks at a lock that another process holds."""


def make_private_folder(folder: Path) -> None:
    """A folder and those above it; those that are new can be entered by their owner alone.

    Raises:
        OSError: The folder cannot be made.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)


def create_private_file(path: Path) -> None:
    """An empty file that only its owner can read, with its folder; a file that is there stays as it is.

    Raises:
        OSError: The file cannot be made.
    """
    make_private_folder(path.parent)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, OWNER_ONLY))


def write_private_file(path: Path, content: str | bytes, *, to_disk: bool = True) -> None:
    """Give a file another content; its folder is made where it is missing.

    The content is written beside the file, brought to the disk and renamed. A reader finds the old content or the new
    one, also after the process was killed. Without `to_disk` the content is not waited for to reach the disk: it costs
    a hundredth of the time, and a machine that loses its power may lose the new content.

    Raises:
        OSError: The file cannot be written; the old content is still there.
    """
    make_private_folder(path.parent)
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
            file.flush()
            if to_disk:
                os.fsync(file.fileno())
        beside.replace(path)
    except BaseException:
        with suppress(OSError):
            beside.unlink()
        raise


@contextmanager
def lock_file(path: Path) -> Iterator[None]:
    """Hold the lock of a file; waits while another thread or process holds it.

    The lock is a file of its own, `.NAME.lock` beside `path`, which may be missing itself.

    Raises:
        OSError: There can be no lock in this folder.
    """
    with _make_lock(_lock_path(path)):
        yield


@asynccontextmanager
async def lock_file_async(path: Path) -> AsyncIterator[None]:
    """Hold the lock of a file as `lock_file` does, and let other tasks run meanwhile.

    Raises:
        OSError: There can be no lock in this folder.
    """
    while (lock := try_lock(_lock_path(path))) is None:  # noqa: ASYNC110  (another process holds it)
        await anyio.sleep(SECONDS_BETWEEN_LOOKS)
    try:
        yield
    finally:
        lock.release()


def try_lock(lock_path: Path) -> "BaseFileLock | None":
    """The lock that is the file `lock_path` itself, or None while another holds it.

    It is held until `release()` or until the process ends, however that ends. Keep the object: without it the lock is
    free.

    Raises:
        OSError: There can be no lock in this folder.
    """
    from filelock import Timeout  # noqa: PLC0415  (not needed before something is locked)

    lock = _make_lock(lock_path)
    try:
        lock.acquire(blocking=False)
    except Timeout:
        return None
    return lock


def _make_lock(lock_path: Path) -> "BaseFileLock":
    from filelock import FileLock  # noqa: PLC0415  (not needed before something is locked)

    make_private_folder(lock_path.parent)
    return FileLock(lock_path, mode=OWNER_ONLY, thread_local=False, poll_interval=SECONDS_BETWEEN_LOOKS)


def _lock_path(path: Path) -> Path:
    return path.with_name(f".{path.name}.lock")
