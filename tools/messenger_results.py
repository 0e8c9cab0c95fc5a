"""What the messenger and the methods of users answer, with its types put right."""

from typing import Any

from tools.result_types import FileRow, Number, PhpMap, PhpObject, PortalObject, Words


class Author(PortalObject):
    """Somebody in the messenger; the portal itself has the id 0 and nothing else."""

    id: Number = None
    name: Words = None


class LastMessageResult(PortalObject):
    """The last message of a dialog, in one line."""

    id: Number = None
    author_id: Number = None
    date: Words = None
    text: Words = None


class SessionOfLine(PortalObject):
    """The session of a dialog that belongs to a line."""

    id: Number = None
    status: Number = None
    date_create: Words = None


class ChatOfRecent(PortalObject):
    """The chat of a dialog; that of two people has only settings."""

    type: Words = None
    owner: Number = None
    entity_id: Words = None
    entity_data_1: Words = None
    entity_data_2: Words = None
    entity_data_3: Words = None


class RecentItem(PortalObject):
    """A dialog in somebody's list."""

    chat_id: Number = None
    title: Words = None
    counter: Number = None
    date_update: Words = None
    date_last_activity: Words = None
    message: PhpObject[LastMessageResult] | None = None
    chat: PhpObject[ChatOfRecent] | None = None
    lines: PhpObject[SessionOfLine] | None = None
    user: PhpObject[Author] | None = None


class RecentPage(PortalObject):
    """A page of somebody's list."""

    items: list[RecentItem]
    hasMore: bool = False  # noqa: N815  (the portal's spelling)


class DialogMessage(PortalObject):
    """A message of a dialog."""

    id: int
    author_id: Number = None
    date: Words = None
    text: Words = None
    params: PhpMap[Any] | None = None


class DialogMessages(PortalObject):
    """Messages of a dialog with their authors and files."""

    chat_id: int
    messages: list[DialogMessage]
    users: list[PhpObject[Author]] = []
    files: list[FileRow] = []


class ReadMark(PortalObject):
    """How far somebody has read a dialog."""

    dialogId: Words = None  # noqa: N815
    chatId: int  # noqa: N815
    lastId: Number = None  # noqa: N815
    counter: Number = None


class UserResult(PortalObject):
    """A user of the portal, as far as the scope shows it."""

    ID: Number = None
    NAME: Words = None
    LAST_NAME: Words = None
    WORK_POSITION: Words = None
    EMAIL: Words = None
    WORK_PHONE: Words = None
    PERSONAL_MOBILE: Words = None
    UF_PHONE_INNER: Words = None
    USER_TYPE: Words = None
    LAST_ACTIVITY_DATE: Any = None
