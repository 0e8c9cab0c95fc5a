"""What the methods of dialogs answer, with its types put right."""

from typing import Any, Self

from pydantic import model_validator

from tools.result_types import (
    Code,
    Flag,
    Label,
    Lenient,
    Name,
    Number,
    PhpMap,
    PortalObject,
    Row,
    RowMap,
    Words,
    drop_addresses,
    read_text,
    read_whole,
)


class ChatResult(PortalObject):
    """A chat in the messenger's format; what the concise form is made of has its type here."""

    id: Number = None
    dialog_id: Words = None
    name: Name = None
    owner: Number = None
    counter: Number = None
    message_count: Number = None
    last_message_id: Number = None
    entity_id: Words = None
    entity_data_1: Code = None
    entity_data_2: Words = None
    entity_data_3: Code = None
    date_create: Words = None
    restrictions: Lenient[PhpMap[Any]] | None = None
    entity_link: Lenient[PhpMap[Any]] | None = None
    permissions: Lenient[PhpMap[Any]] | None = None

    @model_validator(mode="after")
    def _require_number(self) -> Self:
        """Whatever is done next is done to this chat: its number may stand in `dialog_id` alone, but has to be told."""
        if read_whole(self.id) <= 0:
            self.id = read_whole(read_text(self.dialog_id).removeprefix("chat"))
        if self.id <= 0:
            raise ValueError("names no chat")
        return self


class FoundChatResult(PortalObject):
    """The chat of a USER_CODE."""

    chatId: int  # noqa: N815  (the portal's spelling)


class FileResult(PortalObject):
    """A file of a dialog, without its addresses."""

    id: Number = None
    name: Name = None
    size: Number = None

    @model_validator(mode="before")
    @classmethod
    def _drop_addresses(cls, value: Any) -> Any:
        return drop_addresses(value)


class MessageResult(PortalObject):
    """A message of a dialog; what cannot be read of it stays as it came."""

    id: Number = None
    chatid: Number = None
    senderid: Number = None
    date: Code = None
    text: Code = None
    params: Lenient[PhpMap[Any]] | None = None


class ParticipantResult(PortalObject):
    """Somebody who takes part in a dialog."""

    id: Number = None
    name: Name = None
    firstName: Label = None  # noqa: N815
    lastName: Label = None  # noqa: N815
    avatarId: Number = None  # noqa: N815
    bot: Flag = None
    connector: Flag = None


class HistoryChatResult(PortalObject):
    """A chat in the older messenger format."""

    id: Number = None
    name: Name = None
    owner: Number = None
    call: Number = None
    entityId: Words = None  # noqa: N815
    entityData1: Code = None  # noqa: N815
    entityData2: Words = None  # noqa: N815
    entityData3: Code = None  # noqa: N815


class HistoryResult(PortalObject):
    """One session with all its messages, without which it is nothing; whatever else is odd passes as it is."""

    chatId: Number = None  # noqa: N815
    sessionId: Number = None  # noqa: N815
    sessionVoteHead: Number = None  # noqa: N815
    sessionCommentHead: Words = None  # noqa: N815
    message: RowMap[MessageResult]
    users: Lenient[PhpMap[Row[ParticipantResult]]] | None = None
    chat: Lenient[PhpMap[Row[HistoryChatResult]]] | None = None
    files: Lenient[PhpMap[Row[FileResult]]] | None = None
    usersMessage: Lenient[PhpMap[list[int]]] | None = None  # noqa: N815
    userInGroup: Lenient[PhpMap[Any]] | None = None  # noqa: N815
    woUserInGroup: Lenient[PhpMap[Any]] | None = None  # noqa: N815
    userBlockChat: Lenient[PhpMap[Any]] | None = None  # noqa: N815
    openlines: Lenient[PhpMap[Any]] | None = None
