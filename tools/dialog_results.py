"""What the methods of dialogs answer, with its types put right."""

from typing import Any

from tools.result_types import FileRow, Number, PhpMap, PortalObject, Words


class ChatResult(PortalObject):
    """A chat in the messenger's format; what the concise form is made of has its type here."""

    id: int
    dialog_id: Words = None
    name: Words = None
    owner: Number = None
    counter: Number = None
    message_count: Number = None
    last_message_id: Number = None
    entity_id: Words = None
    entity_data_1: Words = None
    entity_data_2: Words = None
    entity_data_3: Words = None
    date_create: Words = None
    restrictions: PhpMap[Any] | None = None
    entity_link: PhpMap[Any] | None = None
    permissions: PhpMap[Any] | None = None


class FoundChatResult(PortalObject):
    """The chat of a USER_CODE."""

    chatId: int  # noqa: N815  (the portal's spelling)


class MessageResult(PortalObject):
    """A message of a dialog."""

    id: int
    chatid: Number = None
    senderid: Number = None
    date: Words = None
    text: Words = None
    params: PhpMap[Any] | None = None


class ParticipantResult(PortalObject):
    """Somebody who takes part in a dialog."""

    id: int
    name: Words = None
    avatarId: Number = None  # noqa: N815


class HistoryChatResult(PortalObject):
    """A chat in the older messenger format."""

    id: int
    name: Words = None
    owner: Number = None
    call: Number = None
    entityId: Words = None  # noqa: N815
    entityData1: Words = None  # noqa: N815
    entityData2: Words = None  # noqa: N815
    entityData3: Words = None  # noqa: N815


class HistoryResult(PortalObject):
    """One session with all its messages."""

    chatId: int  # noqa: N815
    sessionId: int  # noqa: N815
    sessionVoteHead: Number = None  # noqa: N815
    sessionCommentHead: Words = None  # noqa: N815
    message: PhpMap[MessageResult] = {}
    users: PhpMap[ParticipantResult] = {}
    chat: PhpMap[HistoryChatResult] = {}
    files: PhpMap[FileRow] = {}
    usersMessage: PhpMap[list[int]] | None = None  # noqa: N815
    userInGroup: PhpMap[Any] | None = None  # noqa: N815
    woUserInGroup: PhpMap[Any] | None = None  # noqa: N815
    userBlockChat: PhpMap[Any] | None = None  # noqa: N815
    openlines: PhpMap[Any] | None = None
