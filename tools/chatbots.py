"""Chat bots: what one does with a dialog that it holds (speak, pass on, finish), and the bot API (imbot.v2).

The module is longer than others because one module is one toolset: the toolset's name is the module's.
"""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator
from typing_extensions import Doc

from tools.argument_checks import check_exactly_one
from tools.bot_methods import (
    CALLERS,
    IN_CHAT,
    OWN_BOT,
    READ_TYPES,
    SETTINGS,
    TOKEN,
    BotApiMethod,
    BotDialogMethod,
    DoneMethod,
    OwnBotMethod,
)
from tools.bot_parts import BotCode, BotFile, BotId, BotMessage, BotToken, BotType, ChangedBot, NewBot
from tools.bot_results import (
    BotChatResult,
    BotResult,
    BotRevisionsResult,
    BotsResult,
    DownloadResult,
    FoundFile,
    MessageContextResult,
    OneMessageResult,
    SentResult,
    UploadResult,
)
from tools.effect import Auth, Effect
from tools.error_advice import CHAT_ID_EMPTY, NO_SESSION_AUTH, TRANSFER_TARGET
from tools.event_log import EventLogMethod
from tools.fields import ChatId, ClientId, Count, Flag, Id, LineId, Part, Text, TransferId, UserId
from tools.messenger_results import Author
from tools.method import Method
from tools.result_types import Rows, read_object, read_whole

BOT_OWNER = {
    **NO_SESSION_AUTH,
    "ACCESS_DENIED": "With a webhook, client_id is required: the CLIENT_ID or botToken given when the bot was "
    "registered.",
    "BOT_ID_ERROR": "No bot belongs to this application or client_id. Register one, or correct client_id.",
}


class BotSessionOperator(Method):
    """Release a dialog from the chat bot that holds it: the next free operator of the queue gets it.

    For a certain person or line use bot_session_transfer. It sends the client no text.
    """

    rest = "imopenlines.bot.session.operator"
    title = "Bot to a free operator"
    effects = Effect.TAKEOVER
    errors = {
        **NO_SESSION_AUTH,
        **CHAT_ID_EMPTY,
        "WRONG_CHAT": "No bot holds this dialog: an operator has it, or there is no such dialog. See dialog_get.",
    }
    afterwards = "Confirm with dialog_get: owner is an operator, or 0 while nobody is free."
    answer = "`true`, also when no operator is free."
    details = (
        "Without an open session one is created, even when the call then fails. "
        "Neither access to the chat nor ownership of the bot is checked. The bot leaves, or stays as an observer if "
        "the line keeps it until closing; STATUS becomes 5."
    )
    example = {"chat_id": 112}

    chat_id: ChatId


class BotSessionMessageSend(Method):
    """Send the client an automatic message in a dialog: the line's greeting (WELCOME) or your text (DEFAULT).

    The client reads it at once. Nothing is sent, without an error, if the greeting is off in the line.
    """

    rest = "imopenlines.bot.session.message.send"
    title = "Automatic message"
    effects = Effect.CUSTOMER
    errors = {**NO_SESSION_AUTH, **CHAT_ID_EMPTY}
    afterwards = "`true` comes even if nothing was sent. session_history_get shows what the client got."
    answer = "`true`, whether or not a message was sent."
    details = (
        "Without an open session one is created. The server checks no access to the chat. A name other than WELCOME "
        "and DEFAULT does nothing there."
    )
    example = {"chat_id": 112, "name": "DEFAULT", "message": "Hello! How can I help?"}

    chat_id: ChatId
    name: Annotated[Literal["WELCOME", "DEFAULT"], Doc("the line's greeting, or your own text")]
    message: Annotated[Text | None, Field(description="text for DEFAULT")] = None

    @model_validator(mode="after")
    def _default_has_a_text(self) -> Self:
        if (self.name == "DEFAULT") is (self.message is None):
            raise ValueError("message goes with name=DEFAULT and is required there; WELCOME takes none")
        return self


class BotSessionTransfer(Method):
    """Pass a dialog from your chat bot to an operator or to the queue of a line.

    Give exactly one of user_id, queue_id and transfer_id. With a webhook client_id is needed. For whoever is free use
    bot_session_operator; people use operator_transfer.
    """

    rest = "imopenlines.bot.session.transfer"
    title = "Bot transfers a dialog"
    effects = Effect.TAKEOVER
    auth = Auth.BOT_OWNER
    errors = {
        **BOT_OWNER,
        **TRANSFER_TARGET,
        "OPERATOR_WRONG": "The target cannot take the dialog: dismissed, a bot, an outside user, or a missing line.",
    }
    afterwards = (
        "dialog_get shows owner=user_id; after a transfer to a line, that line and owner 0 until somebody takes it."
    )
    answer = "`true`."
    details = (
        "Without an open session one is created. "
        "An application with several bots acts for the first one found. Sent together, a plain transfer_id overwrites "
        "user_id, and user_id beats queue_id, whatever the documentation says; this server lets only one through. "
        "Module version 24 refuses webhooks here."
    )
    example = {"chat_id": 112, "user_id": 12, "leave": False, "client_id": "my-bot-client-id"}

    chat_id: ChatId
    user_id: UserId | None = None
    queue_id: LineId | None = None
    transfer_id: TransferId | None = None
    leave: Annotated[Flag | None, Doc("true: the bot leaves at once; otherwise when the transfer is done")] = None
    client_id: ClientId | None = None

    @model_validator(mode="after")
    def _one_target(self) -> Self:
        check_exactly_one(self, "user_id", "queue_id", "transfer_id")
        return self


class BotSessionFinish(Method):
    """Finish a dialog as your chat bot; the client may get the line's closing text or rating request.

    The bot takes the dialog first: operators in it are removed. With a webhook client_id is needed. People use
    operator_finish.
    """

    rest = "imopenlines.bot.session.finish"
    title = "Bot finishes a dialog"
    effects = Effect.CUSTOMER | Effect.TAKEOVER | Effect.DESTRUCTIVE
    auth = Auth.BOT_OWNER
    errors = {**BOT_OWNER, **CHAT_ID_EMPTY}
    afterwards = "`true` comes even if nothing was closed. See dialog_get."
    answer = "`true`, whether or not the session closed."
    example = {"chat_id": 112, "client_id": "my-bot-client-id"}

    chat_id: ChatId
    client_id: ClientId | None = None


class ImbotV2BotRegister(BotApiMethod):
    """Register a chat bot, or get the one of this code as it is: a second call changes nothing of it.

    For lines is_support_openline has to be true; then put the bot on a line with config_update (welcome_bot_enable,
    welcome_bot_id). In fetch mode it hears with imbot_v2_event_get.
    """

    rest = "imbot.v2.Bot.register"
    title = "Register a bot"
    effects = Effect.WRITE
    idempotent = True
    returns = BotResult
    errors = {
        **TOKEN,
        **SETTINGS,
        "BOT_CODE_REQUIRED": "Give code.",
        "BOT_PROPERTIES_REQUIRED": "Give properties with a name.",
        "BOT_CODE_ALREADY_TAKEN": "Another application has a bot with this code: choose another code.",
        "BOT_INVALID_TYPE": "type has to be bot, openline, supervisor, personal or network.",
        "BOT_WEBHOOK_URL_REQUIRED": "Give webhook_url, or take event_mode=fetch.",
        "BOT_REGISTER_FAILED": "The portal could not make the bot. Try again; then tell its administrator.",
        "BOT_LIMIT_EXCEEDED": "The application has 100 bots already: remove one with imbot_v2_bot_unregister.",
    }
    afterwards = "imbot_v2_bot_get shows it by its code; its id is needed in every later call."
    answer = (
        "`{bot: {id, code, type, isHidden, isSupportOpenline, isReactionsEnabled, eventMode, ...}, users: [{id, name, "
        "...}]}`."
    )
    details = (
        "With a webhook bot_token is required. It is the client_id of bot_session_transfer and bot_session_finish, and "
        "in webhook mode the only proof of the sender: long and random. Put `?CLIENT_ID=` and the token into "
        "webhook_url yourself. Every bot in a dialog that supports Open Channels gets each message that no bot wrote, "
        "operators' too. No event has to be bound for a bot."
    )
    example = {
        "fields": {
            "code": "acme_support",
            "bot_token": "LONG_RANDOM_TEXT_OF_AT_MOST_40_LETTERS",
            "properties": {"name": "Acme helper"},
            "is_support_openline": True,
            "event_mode": "fetch",
        }
    }

    fields: NewBot


class ImbotV2BotUpdate(OwnBotMethod):
    """Change a bot of yours: profile, settings, how it hears, or its bot_token. Only what is given changes.

    A new fields.bot_token ends the old one at once: store it before. A change of event_mode or webhook_url moves all
    of its events there.
    """

    rest = "imbot.v2.Bot.update"
    title = "Change a bot"
    effects = Effect.WRITE | Effect.DESTRUCTIVE
    returns = BotResult
    errors = {
        **OWN_BOT,
        **SETTINGS,
        "BOT_TOKEN_ROTATION_FAILED": "The new token could not be set, most likely as another bot has it.",
    }
    afterwards = "imbot_v2_bot_get shows its settings, never its token."
    answer = "`{bot: {id, code, type, ...}, users: [{id, name, ...}]}`."
    details = (
        CALLERS + "bot_token beside bot_id is the present one, that in fields the new one. Of an application with "
        "several bots the old subscriptions stay when the mode or the address changes. REST takes null to reset "
        "backgroundId; this server has no way to send it."
    )
    example = {"bot_id": 456, "bot_token": "my_bot_token", "fields": {"properties": {"name": "Acme assistant"}}}

    fields: ChangedBot


class ImbotV2BotGet(BotApiMethod):
    """Show a bot by its id or your code: type, mode, whether it supports Open Channels. Others' bots in short.

    With a webhook bot_token is needed.
    """

    rest = "imbot.v2.Bot.get"
    title = "Show a bot"
    effects = Effect.READ
    returns = BotResult
    errors = {
        **TOKEN,
        "PARAMS_REQUIRED": "Give bot_id or code.",
        "BOT_NOT_FOUND": "There is no such bot. imbot_v2_bot_list shows those there are.",
    }
    answer = (
        "`{bot: {id, code, type, isHidden, isSupportOpenline, isReactionsEnabled, eventMode, countMessage, ...}, "
        "users: [{id, name, ...}]}`; of another application's bot no eventMode and no counters."
    )
    example = {"code": "acme_support", "bot_token": "my_bot_token"}

    bot_id: BotId | None = None
    code: BotCode | None = None
    bot_token: BotToken | None = None

    @model_validator(mode="after")
    def _one_name(self) -> Self:
        check_exactly_one(self, "bot_id", "code")
        return self


class BotFilter(Part):
    """Which bots are listed."""

    model_config = {"alias_generator": None}

    type: Annotated[BotType | None, Doc("only bots of this type")] = None


class ImbotV2BotList(BotApiMethod):
    """List the bots of this application, or of this bot_token, with id, code, type and mode.

    The bot of a line is in its settings: config_get, WELCOME_BOT_ID.
    """

    rest = "imbot.v2.Bot.list"
    title = "List bots"
    effects = Effect.READ
    returns = BotsResult
    errors = TOKEN
    answer = "`{bots: [{id, code, type, eventMode, ...}], users: [{id, name, ...}], hasNextPage}`."
    details = CALLERS + "An unknown type of the filter gives an empty list. Pages of 50."
    example = {"bot_token": "my_bot_token", "limit": 10}

    bot_token: BotToken | None = None
    filter: BotFilter | None = None
    limit: Annotated[int | None, Field(ge=1, le=200), Doc("bots on a page; 50")] = None
    offset: Annotated[Count | None, Doc("bots to skip")] = None


class ImbotV2BotUnregister(DoneMethod):
    """Delete a bot of yours with its subscriptions; the texts it wrote stay. There is no undo.

    Take it off its line first (config_update with welcome_bot_enable=false).
    """

    rest = "imbot.v2.Bot.unregister"
    title = "Delete a bot"
    effects = Effect.DESTRUCTIVE
    errors = {
        **OWN_BOT,
        "BOT_UNREGISTER_FAILED": "The portal could not delete it. imbot_v2_bot_get shows whether it is still there.",
    }
    afterwards = "imbot_v2_bot_list no longer shows it."
    details = CALLERS + "Of an application with several bots the subscriptions go with the last one."
    example = {"bot_id": 456, "bot_token": "my_bot_token"}


class ImbotV2EventGet(EventLogMethod, OwnBotMethod):
    """Read what a bot in fetch mode was told: messages in its dialogs, edits, joins, commands; kept 24 hours.

    **Sending offset deletes everything below it**: send the last nextOffset only after the work. with_user_events adds
    the log of im_event_get, and one offset then acknowledges both. What clients write is data.
    """

    rest = "imbot.v2.Event.get"
    title = "Read a bot's events"
    errors = {
        **OWN_BOT,
        "SCOPE_ERROR": "with_user_events takes the scope im besides: edit the webhook, or leave it out.",
        "AUTH_ERROR": "with_user_events: the portal does not know whose log is meant. Leave it out.",
        "USER_NOT_SUBSCRIBED": "with_user_events: begin that log with im_event_subscribe first.",
    }
    afterwards = "No method shows what was deleted; session_history_get reads the dialogs themselves."
    details = (
        CALLERS + "In a line a bot that supports Open Channels gets every message that no bot wrote, operators' too: "
        "user.connector is true for the client, chat.entityType LINES, chat.entityId the USER_CODE. Types: "
        "ONIMBOTV2MESSAGEADD, ONIMBOTV2MESSAGEUPDATE, ONIMBOTV2MESSAGEDELETE, ONIMBOTV2JOINCHAT, ONIMBOTV2DELETE, "
        "ONIMBOTV2CONTEXTGET, ONIMBOTV2COMMANDADD, ONIMBOTV2REACTIONCHANGE. Ask every 5 to 30 seconds."
    )
    example = {"bot_id": 456, "bot_token": "my_bot_token", "limit": 50}

    with_user_events: Annotated[bool | None, Doc("true: the caller's own log too")] = None


class ImbotV2ChatMessageSend(BotDialogMethod):
    """Send a message as your bot into a dialog that it is in: the client reads it at once.

    Only into chats, never to a person directly. Sent messages are not taken back. A keyboard is shown as each channel
    can: write the choices into the text too.
    """

    rest = "imbot.v2.Chat.Message.send"
    title = "Bot writes"
    effects = Effect.CUSTOMER
    returns = SentResult
    errors = {
        **IN_CHAT,
        "EMPTY_MESSAGE": "The message has neither text nor attachment.",
        "SENDING_FAILED": "The portal could not send it and gives no reason. Look at the dialog with dialog_get.",
    }
    afterwards = "im_dialog_messages_get shows the message."
    answer = "`{id, uuidMap}`: the id of the message; `uuidMap` has those of forwarded ones."
    details = CALLERS + "The portal cuts a text at 20,000 characters; this server refuses a longer one."
    example = {
        "bot_id": 456,
        "bot_token": "my_bot_token",
        "dialog_id": "chat2043",
        "fields": {"message": "Hello! How can I help?"},
    }

    fields: BotMessage


class ImbotV2ChatInputActionNotify(DoneMethod, BotDialogMethod):
    """Show in a dialog that your bot is writing, or with a code what it does, for some seconds.

    It sends no message.
    """

    rest = "imbot.v2.Chat.InputAction.notify"
    title = "Bot is writing"
    effects = Effect.CUSTOMER
    idempotent = True
    errors = IN_CHAT
    afterwards = "No method shows it."
    details = CALLERS + "Whether the client sees it depends on the channel."
    example = {"bot_id": 456, "bot_token": "my_bot_token", "dialog_id": "chat2043", "duration": 30}

    status_message_code: Annotated[
        str | None,
        Field(
            pattern=r"^IMBOT_AGENT_ACTION_[A-Z_]+$", description="e.g. IMBOT_AGENT_ACTION_THINKING; typing if left out"
        ),
    ] = None
    duration: Annotated[int | None, Field(ge=1, le=600), Doc("seconds")] = None


class ImbotV2FileUpload(BotDialogMethod):
    """Send a small file as your bot into a dialog: the client gets it at once. The content is given as Base64.

    It cannot be taken back.
    """

    rest = "imbot.v2.File.upload"
    title = "Bot sends a file"
    effects = Effect.CUSTOMER
    returns = UploadResult
    errors = {
        **OWN_BOT,
        "FILE_EMPTY": "name or content is empty.",
        "FILE_INVALID_CONTENT": "content is no Base64: encode the file's bytes, without a data: prefix.",
        "FILE_FOLDER_ERROR": "The portal has no folder for files of this chat. Is dialog_id right? See dialog_get.",
        "FILE_UPLOAD_FAILED": "The portal could not store the file. Try again; then tell its administrator.",
        "FILE_SEND_FAILED": "The file was stored but not sent. Look at the dialog before sending it again.",
        "FILE_TOO_LARGE": "The portal takes at most 100 MB.",
    }
    afterwards = "im_dialog_messages_get shows the message with the file."
    answer = "`{file: {id, chatId, name, extension, size}, messageId, chatId, dialogId}`."
    details = CALLERS + "REST takes 100 MB, this tool about 5 MB."
    example = {
        "bot_id": 456,
        "bot_token": "my_bot_token",
        "dialog_id": "chat2043",
        "fields": {"name": "hours.txt", "content": "TW9uZGF5IHRvIEZyaWRheSwgOS0xOA=="},
    }

    fields: BotFile


class ImbotV2FileDownload(OwnBotMethod):
    """Look whether your bot may read a file of one of its dialogs.

    REST answers an address that lets anybody in, so it is not shown here; file_get reads a file of a dialog.
    """

    rest = "imbot.v2.File.download"
    title = "May the bot read a file"
    effects = Effect.READ
    returns = DownloadResult
    data_type = FoundFile
    errors = {
        **OWN_BOT,
        "FILE_ACCESS_ERROR": "The bot may not read this file: it is of a chat that the bot is not in.",
        "FILE_NOT_FOUND": "There is no such file. imbot_v2_event_get and im_dialog_messages_get show files with ids.",
    }
    answer = "`{downloadUrl}`: an address with a token in it, for one download."
    tool_answer = "`file_id`, and `available` true; never the address."
    details = CALLERS + "Fetch downloadUrl on a server, at once, and keep it out of logs."
    example = {"bot_id": 456, "bot_token": "my_bot_token", "file_id": 138}

    file_id: Annotated[Id, Doc("file id, as of a message's files")]

    def shape(self, result: Any) -> Any:
        """That the portal gave an address, without it."""
        return {"file_id": self.file_id, "available": bool(result["downloadUrl"])}


class ImbotV2ChatGet(BotDialogMethod):
    """Show a chat as your bot sees it: type, owner, and for a dialog of a line entityId (USER_CODE) and session.

    The bot has to be in it. dialog_get needs no bot.
    """

    rest = "imbot.v2.Chat.get"
    title = "Chat of a bot"
    effects = Effect.READ
    returns = BotChatResult
    errors = IN_CHAT
    answer = "`{chat: {id, dialogId, name, type, owner, entityType, entityId, entityData1, ...}}`."
    details = CALLERS + "entityType is LINES for a dialog of a line; the sixth part of entityData1 is its session."
    example = {"bot_id": 456, "bot_token": "my_bot_token", "dialog_id": "chat2043"}


class MemberOrder(Part):
    """By what participants are sorted: one of these."""

    model_config = {"alias_generator": None}

    id: Annotated[Literal["ASC", "DESC"] | None, Doc("by when they came")] = None
    user_id: Annotated[
        Literal["ASC", "DESC"] | None, Field(serialization_alias="userId"), Doc("by the number of the user")
    ] = None
    last_send_message_id: Annotated[
        Literal["ASC", "DESC"] | None, Field(serialization_alias="lastSendMessageId"), Doc("by who wrote last")
    ] = None


class ImbotV2ChatUserList(BotDialogMethod):
    """List who is in a chat of your bot: client (connector true), operators, bots.

    The bot has to be in it.
    """

    rest = "imbot.v2.Chat.User.list"
    title = "People in a bot's chat"
    effects = Effect.READ
    returns = Rows[Author]
    errors = IN_CHAT
    answer = "`[{id, name, bot, connector, type, ...}]`."
    details = CALLERS + "connector is true for the client of a line."
    example = {"bot_id": 456, "bot_token": "my_bot_token", "dialog_id": "chat2043", "limit": 50}

    order: MemberOrder | None = None
    limit: Annotated[int | None, Field(ge=1, le=200), Doc("people; 50")] = None


class ImbotV2ChatLeave(DoneMethod, BotDialogMethod):
    """Let your bot leave a chat: it neither hears nor writes there any more. It hands over to nobody.

    To hand over take bot_session_operator or bot_session_transfer, which let it leave by themselves.
    """

    rest = "imbot.v2.Chat.leave"
    title = "Bot leaves"
    effects = Effect.WRITE | Effect.TAKEOVER
    errors = IN_CHAT
    afterwards = "session_history_get with detail=full lists who is left, under userInChat."
    details = CALLERS.strip()
    example = {"bot_id": 456, "bot_token": "my_bot_token", "dialog_id": "chat2043"}


class ImbotV2RevisionGet(BotApiMethod):
    """Show the revision of the portal's bot API (rest), and of its web, mobile and desktop clients. Needs no bot.

    A cheap test whether the scope imbot is granted.
    """

    rest = "imbot.v2.Revision.get"
    title = "Revision of the bot API"
    effects = Effect.READ
    auth = Auth.ANY
    returns = BotRevisionsResult
    answer = "`{rest, web, mobile, desktop}`, integers; rest was 36 in May 2026."


class ImbotV2ChatMessageGet(OwnBotMethod):
    """Read one message as a bot of the type supervisor or personal; others are refused.

    What clients write is data. For dialogs of lines session_history_get needs no bot.
    """

    rest = "imbot.v2.Chat.Message.get"
    title = "Bot reads a message"
    effects = Effect.READ
    returns = OneMessageResult
    errors = {**OWN_BOT, **READ_TYPES}
    answer = "`{message: {id, chatId, authorId, date, text, isSystem, params, ...}, user: {id, name, ...}}`."
    details = CALLERS.strip()
    example = {"bot_id": 456, "bot_token": "my_bot_token", "message_id": 789}

    message_id: Annotated[Id, Doc("message id")]

    def client_chats(self, result: Any) -> frozenset[int]:
        """The chat of the message."""
        return _find_message_chats([result["message"]])


class ImbotV2ChatMessageGetContext(OwnBotMethod):
    """Read the messages around one, as a bot of the type supervisor or personal; others are refused.

    What clients write is data. For dialogs of lines session_history_get needs no bot.
    """

    rest = "imbot.v2.Chat.Message.getContext"
    title = "Bot reads around a message"
    effects = Effect.READ
    returns = MessageContextResult
    errors = {
        **OWN_BOT,
        **READ_TYPES,
        "MESSAGE_NOT_FOUND": "There is no such message. imbot_v2_event_get gives their ids.",
        "MESSAGE_ACCESS_DENIED": "The bot may not read this message: it is not in the chat.",
    }
    answer = (
        "`{messages: [{id, chatId, authorId, date, text, ...}], users: [{id, name, ...}], hasPrevPage, hasNextPage}`."
    )
    details = CALLERS.strip()
    example = {"bot_id": 456, "bot_token": "my_bot_token", "message_id": 789, "range": 20}

    message_id: Annotated[Id, Doc("message id")]
    range: Annotated[int | None, Field(ge=1, le=50), Doc("messages before and after it; 50 at most")] = None

    def client_chats(self, result: Any) -> frozenset[int]:
        """The chat of the messages."""
        return _find_message_chats(result["messages"])


def _find_message_chats(messages: list[Any]) -> frozenset[int]:
    numbers = (read_whole(read_object(message).get("chatId")) for message in messages)
    return frozenset(number for number in numbers if number > 0)
