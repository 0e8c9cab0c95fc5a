"""A file that hangs on a message to a client: of this machine, from the one folder for it, or of the portal's disk."""

import os
import re
import stat
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import anyio

from portal.errors import PortalError
from tools.error_advice import describe_missing_scope
from tools.message_view import join_lines
from tools.method import Method
from tools.result_types import read_whole
from tools.tool import InvalidArgumentsError
from tools.untrusted import mark_untrusted, quote_argument
from workflows.core.attempts import NO_SCOPE, attempt
from workflows.core.context import Context
from workflows.core.errors import UnfinishedError
from workflows.core.file_methods import DiskFileCommit, DiskFileGet, FileUpload
from workflows.core.formatting import format_size

MOST_BYTES = 20_000_000
FLAGS = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY"))
"""Where the system has them: no link, no waiting, no changed ends of lines."""
DISK = re.compile(r"disk\s*(\d{1,10})", re.IGNORECASE)
SEAL = re.compile(r"(.+)#sha256=([0-9a-f]{64})", re.DOTALL)
"""A file as it was when somebody agreed to it."""
NO_FOLDER = (
    "no folder is named here from which files may be sent: ask the person who runs the server to set "
    "OPENCHANNELS_FILES_FOLDER, which counts over stdio only, or give a file of the portal's disk as disk 55"
)


@dataclass(frozen=True)
class Attachment:
    """A file that can be sent."""

    name: str
    size: int | None
    """In bytes; None where the disk does not say."""
    reference: str
    """As an argument that means this very file, and no other that takes its place."""
    content: bytes | None = None
    """Of a file of this machine."""
    disk_id: int = 0

    def __str__(self) -> str:
        name = quote_argument(self.name, "") if self.content is not None else mark_untrusted(self.name, "portal")
        return f"{name} ({format_size(self.size)})"

    def make_sending(self, chat_id: int, message: str) -> Method:
        """What sends it with a text, in one step."""
        if self.content is None:
            return DiskFileCommit(chat_id=chat_id, file_id=self.disk_id, message=message)
        content = b64encode(self.content).decode()
        return FileUpload(dialog_id=f"chat{chat_id}", name=self.name, content=content, message=message)

    def describe_sending(self, chat_id: int, message: str) -> Method:
        """The same for a reader, to whom the bytes of a file say nothing."""
        return replace(self, content=self.content and b"...").make_sending(chat_id, message)


async def read_attachment(context: Context, file: str) -> Attachment:
    """The file that an argument means: `disk 55` of the portal's disk, else a path within `context.files_folder`.

    Raises:
        InvalidArgumentsError: There is none that may be sent, or it is not the one that was agreed to.
        UnfinishedError: The disk may not be asked.
    """
    if found := DISK.fullmatch(file.strip()):
        return await _find_on_disk(context, int(found[1]))
    if context.files_folder is None:
        raise InvalidArgumentsError([f"file: {NO_FOLDER}"])
    return await anyio.to_thread.run_sync(partial(_read_local, context.files_folder, file))


async def _find_on_disk(context: Context, number: int) -> Attachment:
    row: Mapping[str, Any] | PortalError = await attempt(context, DiskFileGet(id=number))
    if not isinstance(row, PortalError):
        size = read_whole(row["SIZE"]) if row.get("SIZE") is not None else None
        return Attachment(join_lines(row.get("NAME") or ""), size, f"disk {number}", disk_id=number)
    if row.code == NO_SCOPE:
        happened = "Nothing was sent: the scope disk is not granted, so no file of the portal's disk can be sent"
        raise UnfinishedError(happened, describe_missing_scope(("disk",)))
    raise InvalidArgumentsError([f"file: the portal's disk has no file {number}, or you may not read it"])


def _read_local(folder: Path, file: str) -> Attachment:
    sealed = SEAL.fullmatch(file)
    given = sealed[1] if sealed else file
    path = _find_path(folder, given)
    content = _read_bytes(path)
    digest = sha256(content).hexdigest()
    if sealed and sealed[2] != digest:
        raise InvalidArgumentsError([f"file: {quote_argument(given)} has changed since somebody agreed to it"])
    return Attachment(path.name, len(content), f"{given}#sha256={digest}", content)


def _find_path(folder: Path, given: str) -> Path:
    """Where it is, with all links followed; it has to be in the folder all the same."""
    try:
        inside = folder.expanduser().resolve(strict=True)
        path = (inside / given).resolve(strict=True)
    except (OSError, ValueError, RuntimeError):
        raise InvalidArgumentsError([f"file: there is no {quote_argument(given)} in the folder for files"]) from None
    if not path.is_relative_to(inside):
        raise InvalidArgumentsError(["file: only files in the folder for files may be sent"])
    return path


def _read_bytes(path: Path) -> bytes:
    """All of a plain file; nothing that waits or has no end is read."""
    try:
        descriptor = os.open(path, FLAGS)
        with os.fdopen(descriptor, "rb") as opened:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise InvalidArgumentsError(["file: this is no plain file"])
            content = opened.read(MOST_BYTES + 1)
    except OSError:
        raise InvalidArgumentsError(["file: it cannot be read, or is no plain file"]) from None
    if not content:
        raise InvalidArgumentsError(["file: it is empty"])
    if len(content) > MOST_BYTES:
        raise InvalidArgumentsError([f"file: it has more than {MOST_BYTES // 1_000_000} MB"])
    return content
