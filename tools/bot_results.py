"""What the methods of bots answer, with its types put right."""

from typing import Annotated, Any

from pydantic import BeforeValidator
from typing_extensions import TypedDict

from tools.messenger_results import Author
from tools.result_types import Code, Flag, Lenient, NewId, Number, PhpMap, PortalObject, Row, Rows, Words, read_map


class BotCard(PortalObject):
    """A bot; to its owner with all of it."""

    id: Number = None
    code: Code = None
    type: Code = None
    isHidden: Flag = None  # noqa: N815  (the portal's spelling)
    isSupportOpenline: Flag = None  # noqa: N815
    isReactionsEnabled: Flag = None  # noqa: N815
    eventMode: Code = None  # noqa: N815


class BotResult(PortalObject):
    """One bot, without which the answer is nothing."""

    bot: Annotated[BotCard, BeforeValidator(read_map)]
    users: Lenient[Rows[Author]] | None = None


class BotsResult(PortalObject):
    """A page of bots."""

    bots: Rows[BotCard]
    users: Lenient[Rows[Author]] | None = None
    hasNextPage: Flag = None  # noqa: N815


class DoneResult(PortalObject):
    """Whether it was done."""

    result: Flag = None


class SentResult(PortalObject):
    """A message that was sent."""

    id: NewId
    uuidMap: Lenient[PhpMap[Number]] | None = None  # noqa: N815


class SentFile(PortalObject):
    """A file in a chat."""

    id: Number = None
    chatId: Number = None  # noqa: N815
    name: Words = None
    size: Number = None


class UploadResult(PortalObject):
    """A file that was sent, and its message."""

    file: Row[SentFile] | None = None
    messageId: Number = None  # noqa: N815
    chatId: Number = None  # noqa: N815
    dialogId: Words = None  # noqa: N815


class DownloadResult(PortalObject):
    """Where a file can be fetched: an address that lets anybody in."""

    downloadUrl: str  # noqa: N815


class FoundFile(TypedDict):
    """A file that the bot may read."""

    file_id: int
    available: bool


class BotChat(PortalObject):
    """A chat as a bot sees it."""

    id: Number = None
    dialogId: Words = None  # noqa: N815
    name: Words = None
    owner: Number = None
    type: Code = None
    entityType: Code = None  # noqa: N815
    entityId: Code = None  # noqa: N815


class BotChatResult(PortalObject):
    """One chat, without which the answer is nothing."""

    chat: Annotated[BotChat, BeforeValidator(read_map)]


class BotMessageResult(PortalObject):
    """A message in the messenger's second form."""

    id: Number = None
    chatId: Number = None  # noqa: N815
    authorId: Number = None  # noqa: N815
    date: Code = None
    text: Code = None
    isSystem: Flag = None  # noqa: N815


class OneMessageResult(PortalObject):
    """One message, without which the answer is nothing, and its author."""

    message: Annotated[BotMessageResult, BeforeValidator(read_map)]
    user: Row[Author] | None = None


class MessageContextResult(PortalObject):
    """Messages around one, and their authors."""

    messages: Rows[BotMessageResult]
    users: Lenient[Rows[Author]] | None = None
    hasPrevPage: Flag = None  # noqa: N815
    hasNextPage: Flag = None  # noqa: N815


class BotRevisionsResult(PortalObject):
    """Revisions of the messenger's interfaces."""

    rest: Number = None
    web: Number = None
    mobile: Number = None
    desktop: Any = None
