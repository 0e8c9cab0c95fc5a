"""Which file of a dialog is meant, and what its dialog says of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any, Self

from tools.message_view import join_lines
from tools.result_types import read_whole
from tools.tool import InvalidArgumentsError
from tools.untrusted import mark_untrusted
from workflows.core.context import Context
from workflows.core.errors import UnfinishedError
from workflows.core.moments import read_moment
from workflows.dialog.transcript import MessageSelection, read_transcript
from workflows.directory.dialogs import FoundDialog

PAGE = 50
MOST_PAGES = 4
"""Of messages that are looked through for a file."""


@dataclass(frozen=True)
class DialogFile:
    """A file that hangs on a message."""

    id: int
    name: str
    """As whoever sent it calls it; empty where the dialog does not say."""
    kind: str
    """The portal's word: image, video, audio or file; empty where the dialog does not say."""
    size: int | None
    """In bytes; None where the dialog does not say."""
    message_id: int
    date: str
    """As the portal writes it; empty where it cannot be read."""
    author_id: int
    role: str
    """Of the author: client, operator, bot or system."""

    @classmethod
    def from_message(cls, message: Mapping[str, Any], file: Mapping[str, Any]) -> Self:
        """A file as a transcript has it."""
        size = file.get("size")
        return cls(
            id=read_whole(file.get("id")),
            name=join_lines(str(file.get("name") or "")),
            kind=str(file.get("type") or ""),
            size=read_whole(size) if size else None,
            message_id=message["id"],
            date=_read_date(message["date"]),
            author_id=message["author_id"],
            role=message["role"],
        )


def _read_date(value: Any) -> str:
    """As the portal writes it; empty where it is no date."""
    return "" if read_moment(value, UTC) is None else str(value)


async def find_file(context: Context, found: FoundDialog, file_id: int | None, message_id: int | None) -> DialogFile:
    """The file of this id, or of this message; of both, or the newest of the dialog where neither is given.

    Raises:
        InvalidArgumentsError: There is none, or the message has several.
        UnfinishedError: The dialog's messages cannot be read.
    """
    before = message_id + 1 if message_id else None
    for _ in range(1 if message_id else MOST_PAGES):
        selection = MessageSelection(1 if message_id else PAGE, before, found.session_id)
        page = await read_transcript(context, found.chat, selection)
        if not page.messages and page.limits:
            raise UnfinishedError(f"The messages of {found.chat} cannot be read: {page.limits}", READ_FIRST)
        files = _list_files(page.messages, _make_filter(file_id, message_id))
        if message_id and len(files) > 1:
            raise InvalidArgumentsError([f"message #{message_id} has several files: {_name_all(files)}. Give file_id"])
        if files:
            return files[-1]
        before = page.before
        if before is None:
            break
    raise InvalidArgumentsError([_explain_absence(file_id, message_id, whole=before is None)])


READ_FIRST = "See what dialog shows of it; session_history_get with its session_id reads one session."


def _make_filter(file_id: int | None, message_id: int | None) -> Callable[[DialogFile], bool]:
    return lambda file: file_id in {None, file.id} and message_id in {None, file.message_id}


def _list_files(messages: Sequence[Mapping[str, Any]], is_meant: Callable[[DialogFile], bool]) -> list[DialogFile]:
    files = (DialogFile.from_message(message, file) for message in messages for file in message.get("files", ()))
    return [file for file in files if is_meant(file)]


def _name_all(files: list[DialogFile]) -> str:
    return ", ".join(f"{file.id} {mark_untrusted(file.name, file.role)}" for file in files)


def _explain_absence(file_id: int | None, message_id: int | None, *, whole: bool) -> str:
    if message_id:
        wanted = f"file {file_id}" if file_id else "file"
        return f"message #{message_id} of this dialog has no {wanted}, or cannot be read"
    looked = "the messages of this dialog" if whole else f"the newest {PAGE * MOST_PAGES} messages of this dialog"
    told = f"there is no file {file_id} in" if file_id else "no file hangs on"
    return f"{told} {looked}" + ("" if whole else "; give message_id, which dialog shows, for an older one")
