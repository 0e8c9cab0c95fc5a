"""The methods of the messenger and of the portal's disk that files take; none is a tool of its own."""

from collections.abc import Mapping

from tools.effect import Effect
from tools.method import Method
from tools.result_types import Number, PortalObject, Words


class DownloadAddress(PortalObject):
    """Where a file can be fetched, once: whoever has it is let in, so it is never shown or written down."""

    downloadUrl: str  # noqa: N815  (the portal's spelling)


class FileDownload(Method):
    """An address from which a file of a chat can be fetched.

    Source: the page of `im.v2.File.download` in the official documentation.
    """

    rest = "im.v2.File.download"
    scopes = ("im",)
    title = "Where to fetch a file of a chat"
    effects = Effect.READ
    returns = DownloadAddress

    dialog_id: str
    file_id: int

    @classmethod
    def wire_path(cls, name: str) -> tuple[str, ...]:
        """Spelled as on the official page."""
        return ({"dialog_id": "dialogId", "file_id": "fileId"}[name],)


class DiskFileRow(PortalObject):
    """A file of the disk."""

    NAME: Words = None
    SIZE: Number = None
    DOWNLOAD_URL: str


class DiskFileGet(Method):
    """A file of the portal's disk that the caller may read.

    Source: the page of `disk.file.get` in the official documentation.
    """

    rest = "disk.file.get"
    scopes = ("disk",)
    title = "A file of the disk"
    effects = Effect.READ
    returns = DiskFileRow

    id: int

    @classmethod
    def wire_path(cls, name: str) -> tuple[str, ...]:
        """Spelled as on the official page."""
        return (name,)


FILE_ERRORS: Mapping[str, str] = {
    "FILE_NOT_FOUND": "The portal has no such file in this chat any more.",
    "ERROR_NOT_FOUND": "The portal has no such file any more.",
    "CHAT_NOT_FOUND": "The messenger does not know this chat: look it up with dialog.",
    "ACCESS_DENIED": "The user behind the webhook or token may not read files of this dialog: session_join lets them "
    "in, and session_history_get lets whoever may read its history read its files too.",
}
"""What to do about their codes."""
