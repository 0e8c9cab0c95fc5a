"""Files that only their owner can read, and that always hold one whole content, whenever the process ends."""

import os
import secrets
from contextlib import suppress
from pathlib import Path


def make_folder(path: Path) -> None:
    """The folder of a file, for its owner alone where it is new."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)


def replace(path: Path, content: str) -> None:
    """Give a file another content: written beside, brought to the disk, then renamed."""
    make_folder(path)
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except BaseException:
        with suppress(OSError):
            beside.unlink()
        raise


def open_lock(path: Path) -> int:
    """The descriptor of a file's lock; whoever closes it gives the lock back."""
    make_folder(path)
    return os.open(path.with_name(f".{path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)


def lock(descriptor: int, *, wait: bool) -> bool:
    """Whether the lock is ours now; without `wait` it is not while another process has it."""
    try:
        import fcntl  # noqa: PLC0415  (not on Windows)
    except ImportError:
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    return True
