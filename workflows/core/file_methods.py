"""The methods of the messenger and of the portal's disk that files take; none is a tool of its own."""

from collections.abc import Mapping
from typing import Any

from tools.effect import Effect
from tools.error_advice import CHANNEL_OFF
from tools.method import Method
from tools.result_types import NewId, Number, PortalObject, Words

NOT_SENT = (
    "The portal has stored the file, but no message with it was sent. See the dialog before trying again; session_join "
    "lets you write where you take no part in it."
)
NOT_STORED = "The portal could not store the file, and no message was sent. Try again, or tell its administrator."


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


class UploadedFile(PortalObject):
    """A file that was sent."""

    messageId: NewId  # noqa: N815  (the portal's spelling)


class FileUpload(Method):
    """Upload a file and send it into a chat with a text, in one step; in a dialog the client gets both.

    Source: the page of `im.v2.File.upload` in the official documentation; the codes with FILE_ are those of the source.
    """

    rest = "im.v2.File.upload"
    scopes = ("im",)
    title = "Send a file"
    effects = Effect.CUSTOMER
    returns = UploadedFile
    afterwards = "dialog shows the conversation."
    errors = {
        **dict.fromkeys(("FILE_SEND_FAILED", "SEND_FAILED"), NOT_SENT),
        **dict.fromkeys(("FILE_UPLOAD_FAILED", "UPLOAD_FAILED", "FILE_FOLDER_ERROR", "FOLDER_ERROR"), NOT_STORED),
        "FILE_TOO_LARGE": "The portal takes no file that large.",
        "ERROR_METHOD_NOT_FOUND": "This portal is too old to take files this way: give a file of its disk as disk 55, "
        "or send a link.",
        **CHANNEL_OFF,
    }

    dialog_id: str
    name: str
    content: str
    """Base64."""
    message: str

    @classmethod
    def wire_path(cls, name: str) -> tuple[str, ...]:
        """Spelled as on the official page."""
        return ("dialogId",) if name == "dialog_id" else ("fields", name)

    def shape(self, result: Any) -> Any:
        """The number of the message."""
        return result["messageId"]


class CommittedFile(PortalObject):
    """A file of the disk that was sent."""

    MESSAGE_ID: NewId


class DiskFileCommit(Method):
    """Send a file of the portal's disk into a chat with a text.

    The method counts as deprecated, but no newer one takes a file that is on the disk already. Without SILENT_MODE it
    goes to the client. Source: the page of `im.disk.file.commit` in the official documentation.
    """

    rest = "im.disk.file.commit"
    scopes = ("im",)
    title = "Send a file of the disk"
    effects = Effect.CUSTOMER
    returns = CommittedFile
    afterwards = "dialog shows the conversation."
    errors = {
        "ACCESS_ERROR": "Only who takes part in the dialog can send a file: session_join lets you in.",
        "SAVE_ERROR": "The portal could not put the file into the dialog: it is gone, or you may not read it.",
        **CHANNEL_OFF,
    }

    chat_id: int
    file_id: int
    message: str

    def shape(self, result: Any) -> Any:
        """The number of the message."""
        return result["MESSAGE_ID"]


FILE_ERRORS: Mapping[str, str] = {
    "FILE_NOT_FOUND": "The portal has no such file in this chat any more.",
    "ERROR_NOT_FOUND": "The portal has no such file any more.",
    "CHAT_NOT_FOUND": "The messenger does not know this chat: look it up with dialog.",
    "ACCESS_DENIED": "The user behind the webhook or token may not read files of this dialog: session_join lets them "
    "in, and session_history_get lets whoever may read its history read its files too, with the scope disk.",
}
"""What to do about their codes."""
