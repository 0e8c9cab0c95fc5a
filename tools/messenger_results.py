"""What the messenger and the methods of users answer, with its types put right."""

from typing import Any

from tools.dialog_results import FileResult
from tools.result_types import Code, Flag, Label, Lenient, Name, Number, PhpMap, PortalObject, Row, Rows, Words


class Author(PortalObject):
    """Somebody in the messenger; the portal itself has the id 0 and nothing else."""

    id: Number = None
    name: Name = None
    first_name: Label = None
    last_name: Label = None
    firstName: Label = None  # noqa: N815  (the newer spelling)
    lastName: Label = None  # noqa: N815
    bot: Flag = None
    connector: Flag = None


class LastMessageResult(PortalObject):
    """The last message of a dialog, in one line."""

    id: Number = None
    author_id: Number = None
    date: Code = None
    text: Code = None


class SessionOfLine(PortalObject):
    """The session of a dialog that belongs to a line."""

    id: Number = None
    status: Number = None
    date_create: Code = None


class ChatOfRecent(PortalObject):
    """The chat of a dialog; that of two people has only settings."""

    id: Number = None
    type: Words = None
    name: Label = None
    owner: Number = None
    entity_id: Words = None
    entity_data_1: Code = None
    entity_data_2: Words = None
    entity_data_3: Code = None


class RecentItem(PortalObject):
    """A dialog in somebody's list."""

    id: Code = None
    chat_id: Number = None
    title: Name = None
    counter: Number = None
    pinned: Flag = None
    date_update: Words = None
    date_last_activity: Words = None
    message: Row[LastMessageResult] | None = None
    chat: Row[ChatOfRecent] | None = None
    lines: Row[SessionOfLine] | None = None
    user: Row[Author] | None = None


class RecentPage(PortalObject):
    """A page of somebody's list."""

    items: Rows[RecentItem]
    hasMore: Flag = None  # noqa: N815  (the portal's spelling)


class DialogMessage(PortalObject):
    """A message of a dialog; what cannot be read of it stays as it came."""

    id: Number = None
    author_id: Number = None
    date: Code = None
    text: Code = None
    unread: Flag = None
    params: Lenient[PhpMap[Any]] | None = None


class DialogMessages(PortalObject):
    """Messages of a dialog, without which it is nothing, with their authors and files."""

    chat_id: Number = None
    messages: Rows[DialogMessage]
    users: Lenient[Rows[Author]] | None = None
    files: Lenient[Rows[FileResult]] | None = None


class ReadMark(PortalObject):
    """How far somebody has read a dialog."""

    dialogId: Words = None  # noqa: N815
    chatId: Number = None  # noqa: N815
    lastId: Number = None  # noqa: N815
    counter: Number = None


class UserResult(PortalObject):
    """A user of the portal, as far as the scope shows it."""

    ID: Number = None
    NAME: Name = None
    LAST_NAME: Name = None
    SECOND_NAME: Label = None
    WORK_POSITION: Name = None
    EMAIL: Words = None
    WORK_PHONE: Words = None
    PERSONAL_MOBILE: Words = None
    UF_PHONE_INNER: Words = None
    USER_TYPE: Words = None
    LAST_ACTIVITY_DATE: Any = None
    ACTIVE: Flag = None
