"""Files that only their owner can read, written as a whole or not at all, and locks between processes.

Tokens, the audit log and the state of a server are kept with these functions. What lies there is looked at first, as
ssh does: whoever else could have changed it might have put anything there. Only POSIX has such modes and owners.
"""

import logging
import os
import secrets
import stat
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import anyio

if TYPE_CHECKING:
    from filelock import BaseFileLock

logger = logging.getLogger(__name__)

OWNER_ONLY = 0o600
CHANGED_BY_OTHERS = stat.S_IWGRP | stat.S_IWOTH
OPEN_TO_OTHERS = stat.S_IRWXG | stat.S_IRWXO
SECONDS_BETWEEN_LOOKS = 0.01
"""Between two looks at a lock that another process holds."""
SECONDS_TO_WAIT = 10.0
"""For a lock that another process holds."""


class UnsafeFileError(PermissionError):
    """A file or folder that others than its owner may have changed, or may read; the message says what to do."""


def check_private_folder(folder: Path) -> None:
    """Check that nobody else can put anything into a folder, if it is there.

    Raises:
        UnsafeFileError: It belongs to somebody else, or others can write into it.
    """
    if os.name != "posix" or not folder.exists():
        return
    found = folder.stat()
    _check_owner(folder, found)
    if found.st_mode & CHANGED_BY_OTHERS:
        raise UnsafeFileError(f"others than its owner can change the folder {folder}: chmod 700 {folder}")


def check_private_file(path: Path) -> None:
    """Check that nobody else could have written a file of this program, if it is there; others cannot read it then.

    Raises:
        UnsafeFileError: It is a symbolic link or no file, belongs to somebody else, or others can write it.
    """
    if os.name != "posix":
        return
    try:
        found = path.lstat()
    except FileNotFoundError:
        return
    if not (stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode)):
        raise UnsafeFileError(f"{path} is a symbolic link or no file: look at what it is, and remove it")
    if stat.S_ISREG(found.st_mode):
        _check_modes(path, found)


def check_secret_file(path: Path) -> None:
    """Check that nobody else can write or read a file of whoever runs this, if it is there; it may be a link.

    A file that others could only read is closed to them, with a warning. What the system's administrator keeps may be
    readable, as mounted secrets are.

    Raises:
        UnsafeFileError: It belongs to somebody else, others can write it, or read it and that cannot be changed.
        OSError: It cannot be looked at.
    """
    if os.name != "posix" or not path.exists():
        return
    found = path.stat()
    if stat.S_ISREG(found.st_mode):
        _check_modes(path, found)


def _check_modes(path: Path, found: os.stat_result) -> None:
    _check_owner(path, found)
    if found.st_mode & CHANGED_BY_OTHERS:
        raise UnsafeFileError(f"others than its owner can change {path}: look at what is in it, then chmod 600 {path}")
    if found.st_mode & OPEN_TO_OTHERS and found.st_uid == os.getuid():
        try:
            path.chmod(stat.S_IMODE(found.st_mode) & ~OPEN_TO_OTHERS)
        except OSError:
            raise UnsafeFileError(f"others than its owner can read {path}: chmod 600 {path}") from None
        logger.warning("Others than its owner could read %s; now they cannot.", path)


def _check_owner(path: Path, found: os.stat_result) -> None:
    if found.st_uid not in {0, os.getuid()}:
        raise UnsafeFileError(f"{path} belongs to another user ({found.st_uid}): chown it to who runs this")


def make_private_folder(folder: Path) -> None:
    """A folder and those above it; those that are new can be entered by their owner alone.

    Raises:
        OSError: The folder cannot be made.
    """
    if not folder.is_dir():
        make_private_folder(folder.parent)
        folder.mkdir(exist_ok=True, mode=0o700)


def create_private_file(path: Path) -> None:
    """An empty file that only its owner can read, with its folder; a file that is there stays as it is.

    Raises:
        OSError: The file cannot be made.
    """
    make_private_folder(path.parent)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), OWNER_ONLY))


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
    """Hold the lock of a file; waits a while as long as another thread or process holds it.

    The lock is a file of its own, `.NAME.lock` beside `path`, which may be missing itself.

    Raises:
        OSError: There can be no lock in this folder, or another holds it for too long.
    """
    with _make_lock(_lock_path(path)).acquire(timeout=SECONDS_TO_WAIT):
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
